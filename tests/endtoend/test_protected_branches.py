"""S16: what a branch that `[skipping] protected` names proves, what it believes, and what calling oneself so brings."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cigen.proof.keys import read_signing_key

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

OWN, BRANCH = "01" * 32, "02" * 32
"""The private keys of protected branches and of all others."""

PUBLIC = {key: read_signing_key(key).public for key in (OWN, BRANCH)}
TRUST = (f"protected:{PUBLIC[OWN]}", f"branch:{PUBLIC[BRANCH]}")
JOBS = """
version = "0.2"
[project]
name = "protected"
[jobs.build]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
"""
CIRCLECI = {"CIRCLECI": "true", "CIRCLE_BRANCH": "main"}
BUILDKITE = {"BUILDKITE": "true", "BUILDKITE_BRANCH": "main", "BUILDKITE_PULL_REQUEST": "false"}
PUSHES = {
    "circleci": CIRCLECI,
    "buildkite": {**BUILDKITE, "BUILDKITE_SOURCE": "webhook"},
    "jenkins": {"JENKINS_URL": "https://ci.example.org/", "BRANCH_NAME": "main"},
}
MAIN = {**CIRCLECI, "CIG_STORE_KEY": OWN}
TOPIC = {**CIRCLECI, "CIRCLE_BRANCH": "topic", "CIG_STORE_KEY": BRANCH}


class Place:
    """A repository, a store beside it, and the commands on them."""

    def __init__(self, folder: Path, cig: Cig, git: Git) -> None:
        self.root, self.store = folder / "repository", folder / "store"
        self._cig, self._git = cig, git
        (self.root / "src").mkdir(parents=True)
        (self.root / "src/a").write_text("a\n")
        git(self.root, "init", "-q")

    def commit(self, *, protected: tuple[str, ...] = ("main",), trust: tuple[str, ...] = TRUST) -> None:
        lists = {"protected": protected, "trust": trust}
        lines = [f"{name} = {json.dumps(listed)}\n" for name, listed in lists.items() if listed]
        (self.root / "cig.toml").write_text(f"{JOBS}[skipping]\n{''.join(lines)}")
        self._git(self.root, "add", "-A")
        self._git(self.root, "commit", "-qm", "x", "--allow-empty")

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        done = self._cig(self.root, *arguments, CIG_STORE=str(self.store), **variables)
        assert done.returncode == 0, done.stderr
        return done

    def plan(self, *arguments: str, **variables: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.run("compute-signatures", *arguments, **variables).stdout)
        return document

    def decision(self, *arguments: str, **variables: str) -> tuple[str, str, str]:
        document = self.plan(*arguments, **variables)
        job = document["jobs"]["build"]
        return document["tier"], job["decision"], job["reason"]

    def record(self, **variables: str) -> str:
        """What `cig record` says where it records nothing."""
        signature = self.plan(**variables)["jobs"]["build"]["signature"]
        return " ".join(self.run("record", "build", "--signature", signature, **variables).stderr.split())

    def scopes(self) -> set[str]:
        return {path.parent.name for path in self.store.glob("**/records")}


@pytest.fixture
def place(tmp_path: Path, cig: Cig, git: Git) -> Place:
    made = Place(tmp_path, cig, git)
    made.commit()
    return made


@pytest.mark.parametrize("system", sorted(PUSHES))
def test_s16_what_the_protected_branch_proves_holds_for_it_and_for_branches(place: Place, system: str) -> None:
    main = {**PUSHES[system], "CIG_STORE_KEY": OWN}
    assert place.decision(**main) == ("protected", "run", "NO_RECORD")
    assert place.record(**main) == ""
    assert place.scopes() == {"protected"}
    assert place.decision(**main) == ("protected", "hit", "PROVEN")
    assert place.decision(**PUSHES[system]) == ("protected", "hit", "PROVEN"), "a planner needs public keys alone"
    assert place.decision(**TOPIC) == ("branch", "hit", "PROVEN")


@pytest.mark.parametrize("system", sorted(PUSHES))
def test_s16_what_a_branch_proves_never_holds_for_the_protected_branch(place: Place, system: str) -> None:
    assert place.record(**TOPIC) == ""
    assert place.scopes() == {"branch"}
    assert place.decision(**TOPIC) == ("branch", "hit", "PROVEN")
    for main in (PUSHES[system], {**PUSHES[system], "CIG_STORE_KEY": OWN}):
        assert place.decision(**main) == ("protected", "run", "NO_RECORD")


def test_s16_a_branch_that_has_the_protected_key_signs_nothing_with_it(place: Place) -> None:
    assert "STORE_010" in place.record(**{**TOPIC, "CIG_STORE_KEY": OWN})
    assert not place.store.exists()


def test_s16_a_branch_that_calls_itself_protected_believes_less_and_is_believed_no_more(place: Place) -> None:
    assert place.record(**TOPIC) == ""
    place.commit(protected=("*",))
    # The same signature: what the list says is no input of any job.
    assert place.decision(**TOPIC) == ("protected", "run", "NO_RECORD")
    assert place.record(**TOPIC) == ""
    assert place.scopes() == {"branch"}, "its key is that of branches"
    assert place.decision(**TOPIC) == ("protected", "run", "NO_RECORD")
    place.commit()
    assert place.decision(**MAIN) == ("protected", "run", "NO_RECORD")


def test_s16_a_branch_that_calls_itself_protected_with_a_key_that_nobody_lists_records_nothing(place: Place) -> None:
    place.commit(protected=("*",), trust=TRUST[:1])
    told = place.record(**TOPIC)
    assert "STORE_009" in told
    assert "not listed, and nothing but cig.toml says" in told
    place.commit(protected=("*",), trust=())
    assert "there is none to verify records with" in place.record(**TOPIC)
    assert place.decision(**TOPIC) == ("protected", "run", "NO_KEY")
    assert not place.store.exists()


def test_s16_a_branch_that_lists_its_own_key_as_protected_proves_nothing_to_anybody_else(place: Place) -> None:
    place.commit(protected=("*",), trust=(f"protected:{PUBLIC[BRANCH]}",))
    assert place.record(**TOPIC) == ""
    assert place.scopes() == {"protected"}, "where no policy of the store keeps it out"
    place.commit()
    assert place.decision(**MAIN) == ("protected", "run", "TAMPERED")
    assert place.decision(**{**TOPIC, "CIRCLE_BRANCH": "other"}) == ("branch", "run", "TAMPERED")
    assert place.record(**MAIN) == ""
    assert place.decision(**MAIN) == ("protected", "hit", "PROVEN")


@pytest.mark.parametrize("system", sorted(PUSHES))
def test_s16_a_protected_branch_without_keys_runs_everything_on_a_shared_folder_too(place: Place, system: str) -> None:
    place.commit(trust=())
    topic = {"CIRCLECI": "true", "CIRCLE_BRANCH": "topic"}
    assert place.record(**topic) == ""
    assert place.decision(**topic) == ("branch", "hit", "PROVEN"), "without keys, as on one's own machine"
    assert place.decision(**PUSHES[system]) == ("protected", "run", "NO_KEY")
    assert "there is no usable key" in place.record(**PUSHES[system])
    assert place.scopes() == {"branch"}


@pytest.mark.parametrize(
    "started",
    [
        {**CIRCLECI, "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/7"},
        {**BUILDKITE, "BUILDKITE_SOURCE": "ui"},
        {
            **BUILDKITE,
            "BUILDKITE_SOURCE": "webhook",
            "BUILDKITE_PULL_REQUEST": "7",
            "BUILDKITE_PULL_REQUEST_REPO": "/srv/shop",
            "BUILDKITE_REPO": "/srv/shop",
        },
        {"BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_BRANCH": "main"},
    ],
)
def test_s16_a_pull_request_from_the_protected_branch_believes_no_branch_and_records_nothing(
    place: Place, started: dict[str, str]
) -> None:
    assert place.record(**TOPIC) == ""
    assert place.decision(**started) == ("protected", "run", "NO_RECORD")
    assert "of which only pushes and schedules write records" in place.record(**started, CIG_STORE_KEY=OWN)
    assert place.scopes() == {"branch"}
    assert place.record(**MAIN) == ""
    assert place.decision(**started) == ("protected", "hit", "PROVEN")


def test_s16_a_pull_request_from_another_branch_records_as_that_branch_does(place: Place) -> None:
    assert place.record(**TOPIC, CIRCLE_PULL_REQUEST="https://github.com/acme/shop/pull/7") == ""
    assert place.scopes() == {"branch"}


def test_s16_a_fork_whose_branch_is_called_like_a_protected_one_is_a_fork(place: Place) -> None:
    fork = {**CIRCLECI, "CIRCLE_PR_USERNAME": "someone"}
    assert "a run of a fork writes no records" in place.record(**fork, CIG_STORE_KEY=OWN)
    assert not place.store.exists()
    assert place.decision(**fork) == ("fork", "run", "NO_KEY")


def test_s16_github_asks_no_list(place: Place) -> None:
    github = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
    assert place.decision(**github)[0] == "branch"
    place.commit(protected=())
    assert place.decision(**github, GITHUB_REF_PROTECTED="true")[0] == "protected"


def test_s16_the_list_is_that_of_the_commit_that_is_planned_as_the_keys_are(place: Place) -> None:
    assert place.record(**TOPIC) == ""
    place.commit(protected=())
    assert place.decision(**CIRCLECI) == ("branch", "hit", "PROVEN")
    assert place.decision("--rev", "HEAD~1", **CIRCLECI) == ("protected", "run", "NO_RECORD")


def test_explain_decides_at_the_tier_of_the_plan(place: Place) -> None:
    assert place.record(**TOPIC) == ""
    assert "NO_RECORD" in place.run("explain", "job", "build", **CIRCLECI).stdout
    assert "PROVEN" in place.run("explain", "job", "build", **TOPIC).stdout
