"""What a plan leaves out, what `[skipping]` of cig.toml changes, and what the gate makes of both."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]
Run = Callable[..., Any]

KEY, OTHER = "01" * 32, "02" * 32
HEAD = 'version = "0.2"\n[project]\nname = "left-out"\n'
JOBS = """
[jobs.test]
steps = ["make test"]
skip_if = { paths_unmodified = ["src/**"], env = ["SKIP_TESTS"], branch = ["docs/*"] }
[jobs.deploy]
needs = ["test"]
when = "default_branch and event == 'push'"
steps = ["make deploy"]
[jobs.tell]
needs = ["deploy"]
steps = ["make tell"]
[jobs.report]
needs = ["test"]
run_on = "failure"
steps = ["make report"]
"""
PUSH = {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
PULL = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REPOSITORY": "acme/shop"}


class Place:
    """A repository, a store beside it, and the commands on them."""

    def __init__(self, folder: Path, cig: Cig, git: Git) -> None:
        self.root, self.store = folder / "repository", folder / "store"
        self._cig, self._git = cig, git
        (self.root / "src").mkdir(parents=True)
        (self.root / "src/a").write_text("a\n")
        git(self.root, "init", "-q")
        self.commit(HEAD + JOBS)

    def commit(self, config: str) -> None:
        (self.root / "cig.toml").write_text(config)
        self._git(self.root, "add", "-A")
        self._git(self.root, "commit", "-qm", "x", "--allow-empty")

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return self._cig(self.root, *arguments, **variables)

    def plan(self, *arguments: str, **variables: str) -> dict[str, Any]:
        done = self.run("compute-signatures", *arguments, **variables)
        assert done.returncode == 0, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def decisions(self, *arguments: str, **variables: str) -> dict[str, tuple[str, str]]:
        jobs = self.plan(*arguments, **variables)["jobs"]
        return {key: (job["decision"], job["reason"]) for key, job in jobs.items()}

    def record(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        done = self.run("record", *arguments, **variables)
        assert done.returncode == 0
        return done

    def gate(self, document: dict[str, Any], *arguments: str, **results: str) -> "subprocess.CompletedProcess[str]":
        (self.root.parent / "plan.json").write_text(json.dumps(document))
        needs = {job: {"result": result} for job, result in results.items()}
        (self.root.parent / "needs.json").write_text(json.dumps(needs))
        command, *more = arguments or ("gate",)
        return self.run(command, "--plan", "../plan.json", "--results", "../needs.json", *more)


@pytest.fixture
def place(tmp_path: Path, cig: Cig, git: Git) -> Place:
    return Place(tmp_path, cig, git)


def test_the_event_and_the_branch_decide_without_any_store(place: Place) -> None:
    assert place.decisions(**PUSH) == {
        "test": ("run", "STORE_OFF"),
        "deploy": ("run", "STORE_OFF"),
        "tell": ("run", "STORE_OFF"),
        "report": ("run", "ON_FAILURE"),
    }
    pulled = place.decisions(**PULL)
    assert (pulled["deploy"], pulled["tell"]) == (("excluded", "WHEN"), ("excluded", "UPSTREAM_EXCLUDED"))
    assert pulled["test"][0] == "run"
    # Outside of CI nobody knows the event, so that neither is left out for certain.
    assert place.decisions()["deploy"] == ("run", "STORE_OFF")
    assert place.decisions(CIG_EVENT="tag")["deploy"] == ("excluded", "WHEN")


def test_s2_the_gate_of_a_pull_request_expects_what_is_left_out_and_no_more(place: Place) -> None:
    document = place.plan(**PULL)
    assert place.gate(document, test="success", deploy="skipped", tell="skipped", report="skipped").returncode == 0
    red = place.gate(document, test="skipped", deploy="skipped", tell="skipped", report="skipped")
    assert (red.returncode, red.stderr.count("GATE_001")) == (1, 1)
    assert 'job "test" is red' in red.stderr


def test_skip_if_is_told_to_the_providers_and_what_the_system_leaves_out_is_not(place: Place) -> None:
    done = place.run("compute-signatures", "--format", "github", SKIP_TESTS="1", **PULL)
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert json.loads(lines["skip"]) == ["test"]


def test_skip_if_branch_is_about_the_branch_of_the_repositorys_own_pull_requests(place: Place, tmp_path: Path) -> None:
    payload = tmp_path / "event.json"
    given = {**PULL, "GITHUB_HEAD_REF": "docs/typo", "GITHUB_EVENT_PATH": str(payload)}
    for head, expected in (("acme/shop", ("excluded", "SKIP_BRANCH")), ("someone/shop", ("run", "STORE_OFF"))):
        payload.write_text(json.dumps({"pull_request": {"head": {"repo": {"full_name": head}}}}))
        assert place.decisions(**given)["test"] == expected


def test_outside_of_ci_the_branch_is_the_one_that_is_checked_out(place: Place, git: Git) -> None:
    git(place.root, "switch", "-qc", "docs/typo")
    assert place.decisions()["test"] == ("excluded", "SKIP_BRANCH")
    git(place.root, "switch", "-q", "--detach")
    assert place.decisions()["test"] == ("run", "STORE_OFF")


def test_s21_what_is_forced_runs_but_for_what_the_system_leaves_out(place: Place) -> None:
    found = place.decisions(SKIP_TESTS="1", CIG_FORCE="*", **PULL)
    assert (found["test"], found["deploy"]) == (("forced", "CIG_FORCE"), ("excluded", "WHEN"))


def test_a_trailer_forces_what_skip_if_leaves_out(place: Place, git: Git) -> None:
    git(place.root, "commit", "-q", "--allow-empty", "-m", "x\n\nCig-Force: test")
    assert place.decisions(SKIP_TESTS="1")["test"] == ("forced", "TRAILER")


def test_s6_what_is_left_out_records_nothing_though_it_ran(place: Place) -> None:
    store = place.store.as_uri()
    signature = place.plan(SKIP_TESTS="1")["jobs"]["test"]["signature"]
    done = place.record("test", "--signature", signature, "--store", store, SKIP_TESTS="1")
    assert "it has no part in this run (SKIP_ENV)" in done.stderr
    signature = place.plan()["jobs"]["deploy"]["signature"]
    assert (
        "(WHEN)"
        in place.record("deploy", "--signature", signature, "--store", store, **PULL, CIG_TIER="branch").stderr
        + place.record("deploy", "--signature", signature, "--store", store, CIG_EVENT="tag").stderr
    )
    assert not place.store.exists()


def test_s6_one_shards_success_is_not_recorded(place: Place) -> None:
    place.commit(HEAD + JOBS.replace('steps = ["make test"]', 'steps = ["make test"]\nshards = 2'))
    document = place.plan("--store", place.store.as_uri())
    assert (document["jobs"]["test"]["decision"], document["jobs"]["test"]["reason"]) == ("run", "SHARDS")
    signature = document["jobs"]["test"]["signature"]
    done = place.record("test", "--signature", signature, "--store", place.store.as_uri())
    assert "one shard's success is not the job's" in done.stderr
    assert not place.store.exists()


# -- [skipping] --------------------------------------------------------------------------------------------------------


def configured(place: Place, **keys: str) -> None:
    place.commit(HEAD + "[skipping]\n" + "".join(f"{name} = {value}\n" for name, value in keys.items()) + JOBS)


def recorded(place: Place, *arguments: str, **variables: str) -> None:
    signatures = {key: job["signature"] for key, job in place.plan(*arguments, **variables)["jobs"].items()}
    done = place.record("test", *arguments, CIG_SIGNATURES=json.dumps(signatures), **variables)
    assert done.stderr == ""


def test_the_store_is_the_commands_then_the_machines_then_that_of_cig_toml(place: Place) -> None:
    configured(place, store='"../store"')
    recorded(place)
    assert place.plan()["store"]["url"] == "../store"
    assert place.decisions()["test"] == ("hit", "PROVEN")
    assert place.decisions(CIG_STORE="../elsewhere")["test"] == ("run", "NO_RECORD")
    assert place.decisions("--store", place.store.as_uri(), CIG_STORE="../elsewhere")["test"] == ("hit", "PROVEN")
    assert "need not run" in place.run("explain", "job", "test").stdout


def test_where_skipping_is_switched_off_nothing_is_asked_skipped_or_recorded(place: Place) -> None:
    recorded(place, "--store", place.store.as_uri())
    configured(place, enabled="false", store='"../store"')
    for variables in ({}, {"CIG_STORE": "../store"}, {"SKIP_TESTS": "1"}):
        assert place.decisions(**variables)["test"] == ("run", "SKIPPING_OFF")
    assert place.plan("--store", "../store")["store"] == {"url": "", "state": "off"}
    signature = place.plan()["jobs"]["test"]["signature"]
    assert "switched off" in place.record("test", "--signature", signature, "--store", "../store").stderr


def public(secret: str) -> str:
    from cigen.proof.keys import read_signing_key

    return read_signing_key(secret).public


def test_s16_keys_of_cig_toml_and_of_the_machine_are_believed_alike(place: Place) -> None:
    configured(place, store='"../store"', trust=f'["branch:{public(KEY)}"]')
    recorded(place, CIG_STORE_KEY=KEY)
    assert place.decisions()["test"] == ("hit", "PROVEN")
    assert place.decisions(CIG_STORE_TRUST=f"branch:{public(OTHER)}")["test"] == ("hit", "PROVEN")
    configured(place, store='"../store"', trust=f'["branch:{public(OTHER)}"]')
    assert place.decisions()["test"] == ("run", "TAMPERED")
    assert place.decisions(CIG_STORE_TRUST=f"branch:{public(KEY)}")["test"] == ("hit", "PROVEN")


def test_s16_where_cig_toml_names_keys_nothing_is_recorded_without_one(place: Place) -> None:
    configured(place, store='"../store"', trust=f'["branch:{public(KEY)}"]')
    signature = place.plan()["jobs"]["test"]["signature"]
    assert "there is no key to sign with" in place.record("test", "--signature", signature).stderr
    assert not place.store.exists()


def test_s20_a_record_is_as_old_as_cig_toml_lets_it_be(place: Place) -> None:
    configured(place, store='"../store"', max_age='"36h"')
    recorded(place)
    (kept,) = place.store.rglob("records/*/*/*")
    record = json.loads(kept.read_bytes())["record"]
    assert record["expires"] - record["created"] == 36 * 3_600


def aged(place: Place, days: int) -> None:
    """The records as if they had been written so long ago."""
    for path in place.store.rglob("records/*/*/*"):
        sealed = json.loads(path.read_bytes())
        sealed["record"]["created"] -= days * 86_400
        path.write_bytes(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize(("age", "expected"), [("14d", "hit"), ("2d", "run")])
def test_s20_a_reader_believes_no_record_that_is_older_than_it_says(place: Place, age: str, expected: str) -> None:
    configured(place, store='"../store"')
    recorded(place)
    aged(place, 3)
    configured(place, store='"../store"', max_age=f'"{age}"')
    assert place.decisions()["test"][0] == expected


def test_s20_what_is_audited_runs_tells_its_proof_and_is_an_escape_if_it_fails(place: Place) -> None:
    configured(place, store='"../store"', audit='"100%"')
    recorded(place, BUILD_URL="https://ci.example.org/7")
    document = place.plan(**PULL, CIG_TIER="branch", GITHUB_EVENT_PATH="")
    document = place.plan()
    test = document["jobs"]["test"]
    assert (test["decision"], test["reason"], test["proved_by"]["url"]) == ("run", "AUDIT", "https://ci.example.org/7")
    assert place.plan() == document
    rest = {"deploy": "success", "tell": "success", "report": "skipped"}
    assert place.gate(document, test="success", **rest).returncode == 0
    red = place.gate(document, test="failure", **rest)
    assert red.returncode == 1
    assert "error[GATE_004]: Proof was wrong" in red.stderr
    assert 'job "test" is proven by https://ci.example.org/7, and failed' in red.stderr
    assert json.loads(place.gate(document, "gate", "--json", test="failure", **rest).stdout)["escapes"] == ["test"]
    assert place.gate(document, "audit", test="success", **rest).stdout.endswith("1 proof tried, none wrong.\n")
    told = place.gate(document, "audit", "--json", test="failure", **rest)
    assert told.returncode == 1
    assert json.loads(told.stdout) == {
        "schema": "cig.audit/1",
        "audited": 1,
        "escapes": ["test"],
        "jobs": {"test": {"result": "failure", "escaped": True, "url": "https://ci.example.org/7"}},
    }


def test_an_audit_without_a_plan_is_an_error(place: Place) -> None:
    (place.root.parent / "needs.json").write_text("{}")
    done = place.run("audit", "--plan", "nowhere", "--results", "../needs.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "GATE_002" in done.stderr
    assert "GATE_003" in place.run("audit", "--plan", "nowhere", "--results", "nowhere").stderr


# -- record and gate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", ["", "{", "[]", '"x"', "{}", '{"test": 1}', '{"other": "cs1:0"}', '{"test": ""}', '{"test": "cs1:0"}']
)
def test_s7_signatures_that_do_not_fit_record_nothing_and_fail_nothing(place: Place, given: str) -> None:
    done = place.record("test", "--store", place.store.as_uri(), CIG_SIGNATURES=given)
    assert (done.stdout, "STORE_009" in done.stderr) == ("", True)
    assert not place.store.exists()


def test_a_gate_lets_pass_what_a_condition_of_the_run_left_out(place: Place) -> None:
    document = place.plan(**PUSH)
    rest = {"test": "success", "report": "skipped"}
    assert place.gate(document, deploy="skipped", tell="skipped", **rest).returncode == 1
    both = ("gate", "--excluded", "deploy", "--excluded", "tell")
    assert place.gate(document, *both, deploy="skipped", tell="skipped", **rest).returncode == 0
    assert place.gate(document, *both, deploy="failure", tell="skipped", **rest).returncode == 1


SEVERAL = (
    '[workflows.nightly]\non = { schedule = "0 3 * * *" }\n'
    + JOBS
    + ('[jobs.soak]\nworkflow = "nightly"\nsteps = ["make soak"]\n')
)


def test_one_workflow_is_planned_and_judged_by_itself(place: Place) -> None:
    place.commit(HEAD + SEVERAL)
    document = place.plan(**PUSH)
    assert {key: job["workflow"] for key, job in document["jobs"].items()} == {
        **dict.fromkeys(("test", "deploy", "tell", "report"), "ci"),
        "soak": "nightly",
    }
    assert document["jobs"]["soak"]["reason"] == "EVENT"
    assert list(place.plan("--workflow", "nightly")["jobs"]) == ["soak"]
    unknown = place.plan()
    assert place.gate(unknown, soak="success").returncode == 1
    assert place.gate(unknown, "gate", "--workflow", "nightly", soak="success").returncode == 0
    assert place.gate(unknown, "gate", "--workflow", "nightly", soak="skipped").returncode == 1
    wrong = place.run("compute-signatures", "--workflow", "nightyl")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert 'did you mean "nightly"' in wrong.stderr
