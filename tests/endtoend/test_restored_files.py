"""Files of proven jobs, by `cig record` and `cig compute-signatures --restore`: which are brought, which never kept."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

CONFIG = """
version = "0.2"
[project]
name = "restored"
[skipping]
restore = true
[workflows.night]
on = { schedule = [{ cron = "0 3 * * *" }] }
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
steps = ["make"]
outputs = { files = ["out/**"] }
[jobs.use]
needs = ["build"]
inputs = { artifacts = ["build"] }
steps = ["make use"]
[jobs.pack]
workflow = "night"
skip_if = { paths_unmodified = ["src/**"] }
steps = ["make pack"]
outputs = { files = ["packed/**"] }
[jobs.ship]
workflow = "night"
needs = ["pack"]
inputs = { artifacts = ["pack"] }
steps = ["make ship"]
"""


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    root = tmp_path / "repository"
    files = {"cig.toml": CONFIG, "src/a": "a\n", ".gitignore": "/out\n/packed\n/restored\n/elsewhere\n"}
    for path, content in {**files, "out/a/b": "built\n", "packed/a": "packed\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


@pytest.fixture
def store(tmp_path: Path) -> str:
    return (tmp_path / "store").as_uri()


def plan(cig: Cig, root: Path, store: str, *arguments: str) -> dict[str, Any]:
    done = cig(root, "compute-signatures", "--store", store, *arguments)
    assert done.returncode == 0, done.stderr
    jobs: dict[str, Any] = json.loads(done.stdout)["jobs"]
    return jobs


def record(cig: Cig, root: Path, store: str, job: str) -> str:
    """What `cig record` says on stderr."""
    signature = plan(cig, root, store)[job]["signature"]
    done = cig(root, "record", job, "--signature", signature, "--store", store)
    assert done.returncode == 0
    return done.stderr


def restored(root: Path) -> dict[str, str]:
    folder = root / "restored"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_only_files_of_the_workflow_that_is_asked_for_are_brought(repository: Path, store: str, cig: Cig) -> None:
    assert (record(cig, repository, store, "build"), record(cig, repository, store, "pack")) == ("", "")
    jobs = plan(cig, repository, store, "--workflow", "ci", "--restore", "restored")
    assert (jobs["build"]["decision"], jobs["build"].get("restored")) == ("hit", True)
    assert restored(repository) == {"build/out/a/b": "built\n"}
    shutil.rmtree(repository / "restored")
    assert plan(cig, repository, store, "--workflow", "night", "--restore", "restored")["pack"]["restored"] is True
    assert restored(repository) == {"pack/packed/a": "packed\n"}


@pytest.mark.parametrize("target", ["a", "../elsewhere", "/", "nowhere"])
def test_a_link_that_leads_to_no_file_of_the_project_keeps_its_job_from_being_restored(
    target: str, repository: Path, store: str, cig: Cig
) -> None:
    """GitHub's artifacts follow it, others do not: what is restored must be what the job left."""
    (repository / "elsewhere").mkdir()
    (repository / "elsewhere/c").write_text("c\n")
    (repository / "out/link").symlink_to(target)
    told = record(cig, repository, store, "build")
    assert "STORE_012" in told
    assert '"out/link"' in told
    jobs = plan(cig, repository, store, "--workflow", "ci", "--restore", "restored")
    assert (jobs["build"]["decision"], jobs["build"]["reason"]) == ("run", "OUTPUTS")
    assert restored(repository) == {}


def test_a_link_to_a_file_of_the_project_is_kept_as_that_file(repository: Path, store: str, cig: Cig) -> None:
    (repository / "out/link").symlink_to("a/b")
    (repository / "src/folder").symlink_to("../elsewhere")
    assert record(cig, repository, store, "build") == ""
    plan(cig, repository, store, "--workflow", "ci", "--restore", "restored")
    assert restored(repository) == {"build/out/a/b": "built\n", "build/out/link": "built\n"}
