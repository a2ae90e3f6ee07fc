"""A plan, a run, a record, the next plan: what is skipped, what is not, and what no store can bring about."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

KEY, OTHER = "01" * 32, "02" * 32
CONFIG = """
version = "0.2"
[project]
name = "skipping"
[jobs.build]
steps = ["make"]
outputs = { files = ["out/**"] }
skip_if = { paths_unmodified = ["src/**"] }
[jobs.test]
needs = ["build"]
matrix = { ruby = ["3.3", "3.4"] }
steps = ["make test"]
inputs = { artifacts = ["build"], env = ["FLAVOUR"] }
skip_if = { paths_unmodified = ["test/**"] }
[jobs.deploy]
needs = ["test"]
effects = true
steps = ["make deploy"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.whole]
steps = ["make lint"]
"""
PROVABLE = ("build", "test-ruby3.3", "test-ruby3.4")


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    root = tmp_path / "repository"
    for path, content in {"cig.toml": CONFIG, "src/a": "a\n", "test/a": "a\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


@pytest.fixture
def store(tmp_path: Path) -> str:
    return (tmp_path / "store").as_uri()


def plan(cig: Cig, root: Path, store: str, *arguments: str, **variables: str) -> dict[str, Any]:
    done = cig(root, "compute-signatures", "--store", store, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def decisions(cig: Cig, root: Path, store: str, *arguments: str, **variables: str) -> dict[str, tuple[str, str]]:
    jobs = plan(cig, root, store, *arguments, **variables)["jobs"]
    return {key: (job["decision"], job["reason"]) for key, job in jobs.items()}


def record(cig: Cig, root: Path, store: str, *jobs: str, **variables: str) -> None:
    planned = plan(cig, root, store, **variables)["jobs"]
    for job in jobs or PROVABLE:
        done = cig(root, "record", job, "--signature", planned[job]["signature"], "--store", store, **variables)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_what_is_recorded_is_a_hit_and_the_rest_runs(repository: Path, store: str, cig: Cig) -> None:
    first = decisions(cig, repository, store)
    assert {first[key] for key in PROVABLE} == {("run", "NO_RECORD")}
    record(cig, repository, store, BUILD_URL="https://ci.example.org/7", BRANCH_NAME="main")
    document = plan(cig, repository, store)
    assert {key: (job["decision"], job["reason"]) for key, job in document["jobs"].items()} == {
        **dict.fromkeys(PROVABLE, ("hit", "PROVEN")),
        "deploy": ("run", "EFFECTS"),
        "whole": ("run", "NO_INPUTS"),
    }
    proof = document["jobs"]["build"]["proved_by"]
    assert (proof["url"], proof["ref"], proof["tier"]) == ("https://ci.example.org/7", "main", "branch")
    assert document["store"] == {"url": store, "state": "ok", "refused": 0}


def test_s24_an_edit_runs_exactly_what_depends_on_it_and_says_why(
    repository: Path, store: str, cig: Cig, git: Git
) -> None:
    record(cig, repository, store)
    (repository / "src/a").write_text("b\n")
    git(repository, "commit", "-qam", "y")
    found = decisions(cig, repository, store)
    assert found["build"] == ("run", "FILES")
    assert found["test-ruby3.3"] == found["test-ruby3.4"] == ("run", "UPSTREAM")
    differs = plan(cig, repository, store)["jobs"]["build"]["differs"]
    assert [(one["component"], one["name"]) for one in differs] == [("file", "src/")]


def test_the_reason_names_what_changed(repository: Path, store: str, cig: Cig, git: Git) -> None:
    record(cig, repository, store)
    assert decisions(cig, repository, store, FLAVOUR="bitter")["test-ruby3.3"] == ("run", "ENV")
    (repository / "cig.toml").write_text(CONFIG.replace("make test", "make check"))
    git(repository, "commit", "-qam", "y")
    assert decisions(cig, repository, store)["test-ruby3.3"] == ("run", "DEFINITION")
    assert decisions(cig, repository, store)["build"] == ("run", "OUTPUTS")


def test_s18_a_producer_runs_for_a_consumer_that_does(repository: Path, store: str, cig: Cig, git: Git) -> None:
    record(cig, repository, store)
    (repository / "test/a").write_text("b\n")
    git(repository, "commit", "-qam", "y")
    found = decisions(cig, repository, store)
    assert found["test-ruby3.3"] == ("run", "FILES")
    assert found["build"] == ("run", "OUTPUTS")


def test_s23_a_leg_is_proven_for_itself(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, "build", "test-ruby3.3")
    found = decisions(cig, repository, store)
    assert (found["test-ruby3.3"][0], found["test-ruby3.4"][0]) == ("hit", "run")


def test_s23_a_leg_with_files_of_its_own_is_a_hit_while_another_runs(
    repository: Path, store: str, cig: Cig, git: Git
) -> None:
    own = CONFIG.replace('paths_unmodified = ["test/**"]', 'paths_unmodified = ["test/{{ matrix.ruby }}/*"]')
    for path, content in {"cig.toml": own, "test/3.3/a": "1", "test/3.4/a": "1"}.items():
        (repository / path).parent.mkdir(exist_ok=True)
        (repository / path).write_text(content)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "legs")
    record(cig, repository, store)
    (repository / "test/3.3/a").write_text("2")
    git(repository, "commit", "-qam", "one leg")
    found = decisions(cig, repository, store)
    assert (found["test-ruby3.3"], found["test-ruby3.4"]) == (("run", "FILES"), ("hit", "PROVEN"))
    # What runs is proven by its own record, and that of the other leg is no proof of it.
    record(cig, repository, store, "test-ruby3.4")
    assert decisions(cig, repository, store)["test-ruby3.3"][0] == "run"
    record(cig, repository, store, "test-ruby3.3")
    assert decisions(cig, repository, store)["test-ruby3.3"][0] == "hit"


def test_s26_what_has_effects_or_no_inputs_is_never_a_hit(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, *PROVABLE, "deploy", "whole")
    found = decisions(cig, repository, store)
    assert (found["deploy"], found["whole"]) == (("run", "EFFECTS"), ("run", "NO_INPUTS"))


def test_s8_a_shallow_blobless_clone_skips_as_well(
    repository: Path, store: str, cig: Cig, git: Git, tmp_path: Path
) -> None:
    record(cig, repository, store)
    git(repository, "commit", "-q", "--allow-empty", "-m", "another")
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--filter=blob:none", "--no-checkout", repository.as_uri(), str(clone))
    assert decisions(cig, clone, store)["build"] == ("hit", "PROVEN")


@pytest.mark.parametrize("status", ["failure", "cancelled", "skipped", "", "Success"])
def test_s4_nothing_but_success_is_recorded(
    status: str, repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    signature = plan(cig, repository, store)["jobs"]["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, "--store", store, "--status", status)
    assert done.returncode == 0
    assert "STORE_009" in done.stderr
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("job", "signature"), [("build", "cs1:" + "0" * 64), ("build", ""), ("build", "x"), ("other", "cs1:" + "0" * 64)]
)
def test_s7_what_the_checkout_does_not_sign_is_not_recorded(
    job: str, signature: str, repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    done = cig(repository, "record", job, "--signature", signature, "--store", store)
    assert done.returncode == 0
    assert "STORE_009" in done.stderr
    assert not (tmp_path / "store").exists()


def test_s7_a_commit_made_after_the_plan_is_not_recorded_by_it(
    repository: Path, store: str, cig: Cig, git: Git, tmp_path: Path
) -> None:
    signature = plan(cig, repository, store)["jobs"]["build"]["signature"]
    (repository / "src/a").write_text("b\n")
    git(repository, "commit", "-qam", "y")
    assert "STORE_009" in cig(repository, "record", "build", "--signature", signature, "--store", store).stderr
    assert not (tmp_path / "store").exists()


def test_s14_a_variable_that_the_planner_had_not_is_named_where_nothing_is_recorded(
    repository: Path, store: str, cig: Cig
) -> None:
    jobs = plan(cig, repository, store, FLAVOUR="bitter")["jobs"]
    arguments = ("record", "test-ruby3.3", "--store", store, "--signature", jobs["test-ruby3.3"]["signature"])
    told = " ".join(cig(repository, *arguments, FLAVOUR="sweet").stderr.split())
    assert "STORE_009" in told
    assert "of its inputs, FLAVOUR must have the same value here as where the plan was made" in told
    assert cig(repository, *arguments, FLAVOUR="bitter").stderr == ""


def test_s14_a_variable_that_cig_toml_sets_is_the_same_for_the_planner_and_the_job(
    repository: Path, store: str, cig: Cig, git: Git
) -> None:
    text = CONFIG.replace('steps = ["make test"]', 'steps = ["make test"]\nenv = { FLAVOUR = "bitter" }')
    (repository / "cig.toml").write_text(text)
    git(repository, "commit", "-qam", "y")
    signature = plan(cig, repository, store)["jobs"]["test-ruby3.3"]["signature"]
    done = cig(repository, "record", "test-ruby3.3", "--store", store, "--signature", signature, FLAVOUR="bitter")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_told_of_a_store_that_fails_is_no_more_than_is_known(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    signature = plan(cig, repository, store)["jobs"]["build"]["signature"]
    arguments = ("record", "build", "--signature", signature, "--store", store)
    in_the_way = tmp_path / "store/local/skipping/branch/latest"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("")
    kept = cig(repository, *arguments)
    assert "Recorded build in " in kept.stdout
    assert "what explains the next run is not recorded: the store file://" in " ".join(kept.stderr.split())
    shutil.rmtree(tmp_path / "store")
    (tmp_path / "store").write_text("")
    lost = cig(repository, *arguments)
    assert (lost.returncode, lost.stdout) == (0, "")
    assert 'no record of job "build" is known to be kept: the store file://' in " ".join(lost.stderr.split())


PROTECTED = {"GITHUB_REF_PROTECTED": "true"}
FORK = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/shop"}


def test_s16_a_fork_writes_nothing_and_reads_what_is_signed(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    signature = plan(cig, repository, store)["jobs"]["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, "--store", store, CIG_STORE_KEY=KEY, **FORK)
    assert "a run of a fork writes no records" in done.stderr
    assert not (tmp_path / "store").exists()
    record(cig, repository, store, CIG_STORE_KEY=KEY, GITHUB_REPOSITORY="acme/shop")
    assert decisions(cig, repository, store, **FORK)["build"] == ("run", "NO_KEY")
    trust = f"branch:{public(KEY)}"
    assert decisions(cig, repository, store, CIG_STORE_TRUST=trust, **FORK)["build"] == ("hit", "PROVEN")


def test_s16_a_pull_request_of_the_repository_itself_is_a_branch(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    payload = tmp_path / "event.json"
    for head, tier in (("acme/shop", "branch"), ("someone/shop", "fork")):
        payload.write_text(json.dumps({"pull_request": {"head": {"repo": {"full_name": head}}}}))
        assert plan(cig, repository, store, GITHUB_EVENT_PATH=str(payload), **FORK)["tier"] == tier
    payload.write_text("{")
    assert plan(cig, repository, store, GITHUB_EVENT_PATH=str(payload), **FORK)["tier"] == "fork"


def public(secret: str) -> str:
    from cigen.proof.keys import read_signing_key

    return read_signing_key(secret).public


def test_s16_the_protected_tier_believes_only_itself(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, CIG_STORE_KEY=KEY)
    trust = f"branch:{public(KEY)} protected:{public(OTHER)}"
    assert decisions(cig, repository, store, CIG_STORE_TRUST=trust)["build"] == ("hit", "PROVEN")
    assert decisions(cig, repository, store, CIG_STORE_TRUST=trust, **PROTECTED)["build"][0] == "run"
    record(cig, repository, store, CIG_STORE_KEY=OTHER, **PROTECTED)
    assert decisions(cig, repository, store, CIG_STORE_TRUST=trust, **PROTECTED)["build"] == ("hit", "PROVEN")
    assert plan(cig, repository, store, CIG_STORE_TRUST=trust)["jobs"]["build"]["proved_by"]["tier"] == "protected"


@pytest.mark.parametrize("told_by", ["CIG_STORE_TRUST", "cig.toml"])
@pytest.mark.parametrize("scopes", [("protected",), ("branch", "protected")])
def test_s16_a_branch_that_has_the_protected_key_signs_nothing_with_it(
    scopes: tuple[str, ...], told_by: str, repository: Path, store: str, cig: Cig, git: Git, tmp_path: Path
) -> None:
    listed = [f"{scope}:{public(KEY)}" for scope in scopes]
    variables = {"CIG_STORE_KEY": KEY}
    if told_by == "cig.toml":
        (repository / "cig.toml").write_text(CONFIG + f"[skipping]\ntrust = {json.dumps(listed)}\n")
        git(repository, "commit", "-qam", "y")
    else:
        variables["CIG_STORE_TRUST"] = " ".join(listed)
    signature = plan(cig, repository, store, **variables)["jobs"]["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, "--store", store, **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_010" in done.stderr
    assert not (tmp_path / "store").exists()
    done = cig(repository, "record", "build", "--signature", signature, "--store", store, **variables, **PROTECTED)
    assert (done.returncode, done.stderr) == (0, "")
    lowered = {**variables, **PROTECTED, "CIG_TIER": "branch"}
    assert (
        "STORE_010" in cig(repository, "record", "build", "--signature", signature, "--store", store, **lowered).stderr
    )


def test_s16_a_protected_run_with_the_key_of_branches_writes_a_record_of_theirs(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    trust = {"CIG_STORE_TRUST": f"branch:{public(KEY)} protected:{public(OTHER)}"}
    record(cig, repository, store, CIG_STORE_KEY=KEY, **trust, **PROTECTED)
    assert {path.parent.name for path in (tmp_path / "store").glob("**/records")} == {"branch"}
    assert decisions(cig, repository, store, **trust)["build"] == ("hit", "PROVEN")
    found = decisions(cig, repository, store, CIG_STORE_KEY=KEY, **trust, **PROTECTED)
    assert found["build"] == ("run", "NO_RECORD")


@pytest.mark.parametrize("key", [OTHER, "", "nonsense"])
def test_s16_a_wrong_or_unusable_key_means_run(key: str, repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, CIG_STORE_KEY=KEY)
    assert decisions(cig, repository, store, CIG_STORE_KEY=KEY)["build"][0] == "hit"
    done = cig(repository, "compute-signatures", "--store", store, CIG_STORE_KEY=key)
    assert {job["decision"] for job in json.loads(done.stdout)["jobs"].values()} == {"run"}
    assert "STORE_006" in done.stderr or "STORE_008" in done.stderr


def test_s16_where_records_are_verified_none_is_written_unsigned(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    variables = {"CIG_STORE_TRUST": f"branch:{public(KEY)}"}
    signature = plan(cig, repository, store, **variables)["jobs"]["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, "--store", store, **variables)
    assert "there is no key to sign with" in done.stderr
    assert not (tmp_path / "store").exists()


def test_s5_what_passed_when_tried_again_runs_until_it_passes_at_once(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, BUILDKITE_RETRY_COUNT="1")
    assert decisions(cig, repository, store)["build"] == ("run", "FLAKY")
    record(cig, repository, store)
    assert decisions(cig, repository, store)["build"] == ("hit", "PROVEN")


def test_s16_an_unsigned_record_proves_nothing_to_whoever_has_a_key(repository: Path, store: str, cig: Cig) -> None:
    record_unsigned = cig(repository, "compute-signatures", "--store", store)
    assert "STORE_007" in record_unsigned.stderr
    for key in PROVABLE:
        signature = json.loads(record_unsigned.stdout)["jobs"][key]["signature"]
        cig(repository, "record", key, "--signature", signature, "--store", store)
    assert decisions(cig, repository, store)["build"] == ("hit", "PROVEN")
    assert decisions(cig, repository, store, CIG_STORE_KEY=KEY)["build"] == ("run", "TAMPERED")


def test_s16_a_record_of_another_repository_proves_nothing_here(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    record(cig, repository, store, CIG_STORE_KEY=KEY, GITHUB_REPOSITORY="acme/other")
    same = {"CIG_STORE_KEY": KEY, "GITHUB_REPOSITORY": "acme/shop"}
    assert decisions(cig, repository, store, **same)["build"] == ("run", "NO_RECORD")
    (tmp_path / "store/github.com/acme/other").rename(tmp_path / "store/github.com/acme/shop")
    document = plan(cig, repository, store, **same)
    assert document["jobs"]["build"]["reason"] == "TAMPERED"
    assert document["store"]["refused"] == 3


def spoil(folder: Path, content: Callable[[bytes], bytes]) -> None:
    for path in folder.rglob("records/*/*/*"):
        path.write_bytes(content(path.read_bytes()))


@pytest.mark.parametrize("content", [lambda b: b"", lambda b: b[:-9], lambda b: b"\0" * 99, lambda b: b"{}"])
def test_s16_wrong_content_is_a_miss_with_a_loud_warning(
    content: Callable[[bytes], bytes], repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    record(cig, repository, store, CIG_STORE_KEY=KEY)
    spoil(tmp_path / "store", content)
    done = cig(repository, "compute-signatures", "--store", store, CIG_STORE_KEY=KEY)
    assert done.returncode == 0
    assert done.stderr.count("STORE_006") == 3
    assert {job["decision"] for job in json.loads(done.stdout)["jobs"].values()} == {"run"}
    record(cig, repository, store, CIG_STORE_KEY=KEY)
    assert decisions(cig, repository, store, CIG_STORE_KEY=KEY)["build"][0] == "hit"


@pytest.mark.parametrize("url", ["grpc://localhost", "nonsense://x", "file://elsewhere/x"])
def test_s17_a_store_that_cannot_be_used_runs_everything(url: str, repository: Path, cig: Cig) -> None:
    done = cig(repository, "compute-signatures", CIG_STORE=url)
    assert done.returncode == 0
    assert "STORE_005" in done.stderr
    document = json.loads(done.stdout)
    assert document["store"]["state"] == "down"
    assert {job["decision"] for job in document["jobs"].values()} == {"run"}
    assert document["jobs"]["build"]["reason"] == "STORE_DOWN"
    signature = document["jobs"]["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, CIG_STORE=url)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr


def test_s17_a_store_that_cannot_be_written_does_not_fail_the_job(repository: Path, cig: Cig, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    store = (tmp_path / "store").as_uri()
    signature = plan(cig, repository, store)["jobs"]["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, "--store", store)
    assert (done.returncode, done.stdout) == (0, "")
    assert "cannot be written" in " ".join(done.stderr.split())


def test_s1_a_library_that_cannot_be_loaded_runs_everything(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    record(cig, repository, store, CIG_STORE_KEY=KEY)
    (tmp_path / "broken/cryptography").mkdir(parents=True)
    (tmp_path / "broken/cryptography/__init__.py").write_text("raise ImportError('no wheel for this machine')")
    variables = {"CIG_STORE_KEY": KEY, "PYTHONPATH": str(tmp_path / "broken")}
    done = cig(repository, "compute-signatures", "--store", store, **variables)
    assert done.returncode == 0
    assert "no wheel for this machine" in done.stderr
    jobs = json.loads(done.stdout)["jobs"]
    assert {job["decision"] for job in jobs.values()} == {"run"}
    signature = jobs["build"]["signature"]
    done = cig(repository, "record", "build", "--signature", signature, "--store", store, **variables)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr


def test_s17_a_pipe_in_the_place_of_a_record_holds_nobody_up(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    record(cig, repository, store)
    for path in list((tmp_path / "store").rglob("records/*/*/*")):
        path.unlink()
        os.mkfifo(path)
    assert decisions(cig, repository, store)["build"] == ("run", "TAMPERED")


def test_s21_a_forced_job_runs_with_the_signature_it_has(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store)
    before, after = plan(cig, repository, store)["jobs"], plan(cig, repository, store, CIG_FORCE="test-*")["jobs"]
    assert {key: job["decision"] for key, job in after.items() if key in PROVABLE} == {
        "build": "run",
        "test-ruby3.3": "forced",
        "test-ruby3.4": "forced",
    }
    assert {key: job["signature"] for key, job in after.items()} == {k: job["signature"] for k, job in before.items()}
    assert decisions(cig, repository, store, CIG_FORCE="test")["test-ruby3.3"] == ("forced", "CIG_FORCE")


def test_s21_a_trailer_of_the_commit_forces(repository: Path, store: str, cig: Cig, git: Git) -> None:
    record(cig, repository, store)
    git(repository, "commit", "-q", "--allow-empty", "-m", "try again\n\nCig-Force: build")
    found = decisions(cig, repository, store)
    assert (found["build"], found["test-ruby3.3"]) == (("forced", "TRAILER"), ("hit", "PROVEN"))


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"GITHUB_EVENT_NAME": "schedule"}, "SCHEDULE"),
        ({"BUILDKITE_SOURCE": "schedule"}, "SCHEDULE"),
        ({"GITHUB_EVENT_NAME": "merge_group"}, "MERGE_QUEUE"),
        ({"GITHUB_RUN_ATTEMPT": "2"}, "RERUN"),
        ({"BUILDKITE_REBUILT_FROM_BUILD_ID": "1"}, "RERUN"),
    ],
)
def test_s9_s20_s22_occasions_for_the_whole_truth(
    variables: dict[str, str], reason: str, repository: Path, store: str, cig: Cig
) -> None:
    record(cig, repository, store)
    assert set(decisions(cig, repository, store, **variables).values()) == {("forced", reason)}


def test_s6_a_plan_writes_nothing(repository: Path, store: str, cig: Cig, tmp_path: Path) -> None:
    record(cig, repository, store)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*")}
    decisions(cig, repository, store)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*")} == before


def test_s2_the_gate_is_green_for_what_was_run_or_proven(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    record(cig, repository, store)
    done = cig(repository, "compute-signatures", "--store", store)
    (tmp_path / "plan.json").write_text(done.stdout)
    results = {"build": "skipped", "test": "skipped", "deploy": "success", "whole": "success"}

    def gate(**changes: str) -> "subprocess.CompletedProcess[str]":
        needs = {job: {"result": result, "outputs": None} for job, result in {**results, **changes}.items()}
        (tmp_path / "needs.json").write_text(json.dumps(needs))
        return cig(tmp_path, "gate", "--plan", "plan.json", "--results", "needs.json")

    assert gate().returncode == 0
    red = gate(deploy="skipped")
    assert red.returncode == 1
    assert 'job "deploy" is red' in red.stderr


def test_the_format_for_github_lists_what_is_proven(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, "build", "test-ruby3.3")
    done = cig(repository, "compute-signatures", "--store", store, "--format", "github")
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert json.loads(lines["skip"]) == ["test-ruby3.3"]
    assert json.loads(lines["plan"])["schema"] == "cig.plan/1"
    record(cig, repository, store)
    done = cig(repository, "compute-signatures", "--store", store, "--format", "github")
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert json.loads(lines["skip"]) == ["build", "test", "test-ruby3.3", "test-ruby3.4"]


def test_explain_names_what_differs_from_the_last_proof(repository: Path, store: str, cig: Cig) -> None:
    record(cig, repository, store, BUILD_URL="https://ci.example.org/7", BRANCH_NAME="main")
    found = cig(repository, "explain", "job", "build", CIG_STORE=store)
    assert "build need not run: a run with these inputs succeeded (PROVEN)" in found.stdout
    assert "proved by https://ci.example.org/7 on main" in found.stdout
    assert json.loads(cig(repository, "explain", "job", "build", "--json", CIG_STORE=store).stdout)["proved_by"]["url"]
    (repository / "src/a").write_text("b\n")
    found = cig(repository, "explain", "job", "build", CIG_STORE=store)
    assert "build must run: files changed (FILES)" in found.stdout
    assert "since the last proof (https://ci.example.org/7)" in found.stdout
    assert "src/a" in found.stdout
    assert "STORE_007" in found.stderr
    (repository / "src/a").write_text("a\n")
    assert "PROVEN" in cig(repository, "explain", "job", "build", CIG_STORE=store).stdout
    assert "STORE_DOWN" in cig(repository, "explain", "job", "build", CIG_STORE="grpc://x").stdout


HEAVY = {"doit", "grpc", "networkx", "obstore", "pygit2", "sqlite3", "ssl", "subprocess", "yaml"}


def test_a_plan_with_a_store_loads_what_it_needs(repository: Path, environment: dict[str, str], store: str) -> None:
    code = (
        f"import sys; sys.argv = ['cig', 'compute-signatures', '--store', {store!r}]\n"
        "from cigen.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "cigen.proof.lookup" in loaded
    assert loaded & (HEAVY | {"cryptography"}) == set()


def test_a_plan_that_was_made_is_told_in_other_words_without_making_another(
    repository: Path, store: str, cig: Cig, tmp_path: Path
) -> None:
    """One plan for those who skip and for the gate."""
    kept = tmp_path / "plan.json"
    kept.write_text(cig(repository, "compute-signatures", "--store", store).stdout)
    given = ("compute-signatures", "--plan", str(kept))
    # No repository, no cig.toml: nothing but the file is read.
    assert cig(tmp_path, *given).stdout == kept.read_text()
    told = json.loads(cig(tmp_path, *given, "--format", "jenkins").stdout)
    assert told == json.loads(cig(repository, "compute-signatures", "--store", store, "--format", "jenkins").stdout)
    assert told["build"]["skip"] is False


@pytest.mark.parametrize("keep", [0, 100, -3])
def test_a_plan_that_is_not_whole_is_told_in_no_words(
    repository: Path, store: str, cig: Cig, tmp_path: Path, keep: int
) -> None:
    """S1: no decision comes of a file that was cut off."""
    kept = tmp_path / "plan.json"
    kept.write_text(cig(repository, "compute-signatures", "--store", store).stdout[:keep])
    done = cig(tmp_path, "compute-signatures", "--plan", str(kept), "--format", "jenkins")
    assert (done.returncode, done.stdout) == (1, "")
    assert "GATE_002" in done.stderr


def test_a_plan_of_a_file_goes_with_no_format_that_needs_more(repository: Path, cig: Cig) -> None:
    done = cig(repository, "compute-signatures", "--plan", "plan.json", "--format", "github")
    assert (done.returncode, "--plan does not go with --format github" in done.stderr) == (64, True)
