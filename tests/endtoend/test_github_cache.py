"""github-cache: a store that a workflow carries from job to job and from run to run, as ADR 0010 has it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cigen.proof.keys import read_signing_key
from cigen.proof.stores import TRAVELLING

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

KEY = "01" * 32
CONFIG = """
version = "0.2"
[project]
name = "travelling"
[jobs.build]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
[jobs.test]
steps = ["make test"]
skip_if = { paths_unmodified = ["test/**"] }
"""
HERE = {"CIG_STORE": "github-cache", "GITHUB_REPOSITORY": "acme/shop"}


class Runs:
    """Runs of one workflow: every job has a workspace of its own, and only caches and artifacts go between them."""

    def __init__(self, origin: Path, folder: Path, cig: Cig, git: Git) -> None:
        self.origin, self.folder, self.cig, self.git = origin, folder, cig, git
        self.caches: list[Path] = []
        self.count = 0

    def workspace(self, *, cached: bool) -> Path:
        self.count += 1
        place = self.folder / f"workspace{self.count}"
        self.git(self.folder, "clone", "-q", "--depth=1", self.origin.as_uri(), str(place))
        if cached and self.caches:
            shutil.copytree(self.caches[-1], place / TRAVELLING)
        return place

    def run(self, failing: tuple[str, ...] = (), **variables: str) -> dict[str, str]:
        """The decisions of one run, which runs what has to be run."""
        variables = {**HERE, **variables}
        planner = self.workspace(cached=True)
        plan = self.cig(planner, "compute-signatures", GITHUB_WORKSPACE=str(planner), **variables)
        jobs: dict[str, Any] = json.loads(plan.stdout)["jobs"]
        gate = self.workspace(cached=True)
        for key, job in jobs.items():
            if job["decision"] == "hit" or key in failing:
                continue
            place = self.workspace(cached=False)
            (place / "deep").mkdir()
            arguments = ("record", key, "--signature", job["signature"])
            self.cig(place / "deep", *arguments, GITHUB_WORKSPACE=str(place), **variables)
            if (place / TRAVELLING).exists():
                shutil.copytree(place / TRAVELLING, gate / "incoming", dirs_exist_ok=True)
        if (gate / "incoming").exists():
            done = self.cig(gate, "collect", "incoming", GITHUB_WORKSPACE=str(gate), **variables)
            assert (done.returncode, done.stderr) == (0, "")
            self.caches.append(self.folder / f"cache{self.count}")
            shutil.copytree(gate / TRAVELLING, self.caches[-1])
        return {key: job["decision"] for key, job in jobs.items()}

    def edit(self, path: str) -> None:
        (self.origin / path).write_text(f"{self.count}\n")
        self.git(self.origin, "commit", "-qam", "edit")


@pytest.fixture
def runs(tmp_path: Path, cig: Cig, git: Git) -> Runs:
    origin = tmp_path / "origin"
    for path, content in {"cig.toml": CONFIG, "src/a": "a\n", "test/a": "a\n"}.items():
        (origin / path).parent.mkdir(parents=True, exist_ok=True)
        (origin / path).write_text(content)
    git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "x")
    return Runs(origin, tmp_path, cig, git)


def test_a_later_run_skips_what_jobs_of_different_runs_have_proven(runs: Runs) -> None:
    assert runs.run(failing=("test",)) == {"build": "run", "test": "run"}
    assert runs.run() == {"build": "hit", "test": "run"}
    assert runs.run() == {"build": "hit", "test": "hit"}
    assert len(runs.caches) == 2
    runs.edit("src/a")
    assert runs.run() == {"build": "run", "test": "hit"}
    assert runs.run() == {"build": "hit", "test": "hit"}


def test_a_cache_that_was_evicted_runs_everything(runs: Runs) -> None:
    runs.run()
    runs.caches.clear()
    assert runs.run() == {"build": "run", "test": "run"}


def test_s16_a_protected_run_believes_only_what_is_signed_for_it(runs: Runs) -> None:
    runs.run()
    protected = {"GITHUB_REF_PROTECTED": "true"}
    assert runs.run(**protected) == {"build": "run", "test": "run"}
    assert len(runs.caches) == 1
    assert runs.run(CIG_STORE_KEY=KEY, **protected) == {"build": "run", "test": "run"}
    assert runs.run(CIG_STORE_KEY=KEY, **protected) == {"build": "hit", "test": "hit"}


FORK = {"GITHUB_EVENT_NAME": "pull_request"}


def test_s16_a_fork_reads_what_is_signed_and_saves_nothing(runs: Runs) -> None:
    runs.run(CIG_STORE_KEY=KEY)
    trust = f"branch:{read_signing_key(KEY).public}"
    assert runs.run(**FORK) == {"build": "run", "test": "run"}
    assert runs.run(CIG_STORE_TRUST=trust, **FORK) == {"build": "hit", "test": "hit"}
    assert len(runs.caches) == 1


def test_s16_a_fork_collects_nothing_whatever_it_brings(runs: Runs, cig: Cig, tmp_path: Path) -> None:
    runs.run()
    before = sorted(runs.caches[0].rglob("*"))
    done = cig(tmp_path, "collect", str(runs.caches[0]), "--store", "other", **{**HERE, **FORK})
    assert (done.returncode, done.stdout) == (0, "")
    assert "is not written by a run of a fork" in done.stderr
    assert not (tmp_path / "other").exists()
    assert sorted(runs.caches[0].rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--store", "s3://records/x"), "is no folder"),
        ((), "neither by --store nor by CIG_STORE"),
        (("--store", "file://elsewhere/x"), "without a path"),
    ],
)
def test_a_store_that_cannot_be_collected_into_fails_no_job(
    arguments: tuple[str, ...], said: str, cig: Cig, tmp_path: Path
) -> None:
    done = cig(tmp_path, "collect", ".", *arguments)
    assert (done.returncode, done.stdout) == (0, "")
    assert "STORE_009" in done.stderr
    assert said in done.stderr


def test_what_of_the_records_could_be_collected_is_told_by_number(runs: Runs, cig: Cig, tmp_path: Path) -> None:
    runs.run()
    names = [path.relative_to(runs.caches[0]) for path in sorted(runs.caches[0].rglob("records/*/*/*"))]
    assert len(names) == 2
    (tmp_path / "other" / names[0]).mkdir(parents=True)
    done = cig(tmp_path, "collect", str(runs.caches[0]), "--store", "other", **HERE)
    assert (done.returncode, done.stdout) == (0, "Collected 1 new record; 1 in the store, 0 files dropped.\n")
    assert "1 of 2 new records could not be collected: the store cannot be written: Is a directory" in " ".join(
        done.stderr.split()
    )
    done = cig(tmp_path, "collect", str(runs.caches[0]), "--store", "third", **HERE)
    assert (done.stdout, done.stderr) == ("Collected 2 new records; 2 in the store, 0 files dropped.\n", "")


def test_a_damaged_cache_is_told_and_runs_everything(runs: Runs) -> None:
    runs.run()
    for path in runs.caches[0].rglob("records/*/*/*"):
        path.write_bytes(b"{")
    assert runs.run() == {"build": "run", "test": "run"}
    assert runs.run() == {"build": "hit", "test": "hit"}
