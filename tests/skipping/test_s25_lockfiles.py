"""S25: a lockfile is an input as a whole, readable or not, of jobs that do not say what they install of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from signed_project import Project, changed

Git = Callable[..., str]

CONFIG = """
version = "0.2"
[project]
name = "locked"
[jobs.web]
packages = ["node"]
steps = ["npm test -w web"]
skip_if = { paths_unmodified = ["web/**"] }
[jobs.api]
packages = ["node"]
steps = ["npm test -w api"]
skip_if = { paths_unmodified = ["api/**"] }
[jobs.tool]
steps = ["go test ./..."]
skip_if = { paths_unmodified = ["tool/*.go", "tool/go.sum"] }
"""
LOCK = '{"lockfileVersion": 3, "packages": {"web": {"dependencies": {"a": "1"}}, "api": {}}}\n'
FILES = {
    "cig.toml": CONFIG,
    "package.json": '{"workspaces": ["web", "api"]}\n',
    "package-lock.json": LOCK,
    "web/a.js": "1\n",
    "api/a.js": "1\n",
    "tool/main.go": "package main\n",
    "tool/go.sum": "a v1\n",
    "other/go.sum": "b v1\n",
}


@pytest.fixture
def locked(project: Project) -> Project:
    project.commit(FILES)
    return project


@pytest.mark.parametrize(
    "lock",
    [LOCK.replace('"a": "1"', '"a": "2"'), LOCK + "\n", LOCK[:-20], "", "\0", "<<<<<<< ours\n" + LOCK],
    ids=["one package's part", "white space", "cut short", "empty", "not text", "a conflict"],
)
def test_s25_any_change_of_a_lockfile_reaches_every_job_that_installs_from_it(locked: Project, lock: str) -> None:
    before = locked.signed()
    locked.commit({"package-lock.json": lock})
    assert changed(before, locked.signed()) == {"web", "api"}


def test_s25_a_package_with_a_lockfile_of_its_own_is_left_alone_by_others(locked: Project) -> None:
    before = locked.signed()
    locked.commit({"other/go.sum": "b v2\n", "package-lock.json": LOCK + "\n"})
    assert "tool" not in changed(before, locked.signed())
    before = locked.signed()
    locked.commit({"tool/go.sum": "a v2\n"})
    assert changed(before, locked.signed()) == {"tool"}


def test_s25_no_lockfile_is_read_for_a_plan(locked: Project, tmp_path: Path, git: Git) -> None:
    """Of a blobless clone that cannot fetch any more, cig.toml alone is there."""
    expected = locked.signed()
    locked.git("config", "uploadpack.allowFilter", "true")
    arguments = ("--depth=1", "--filter=blob:none", "--no-checkout", locked.path.as_uri(), "clone")
    git(tmp_path, "clone", "-q", *arguments)
    clone = Project(tmp_path / "clone", git)
    clone.git("cat-file", "-e", "HEAD:cig.toml")
    shutil.move(locked.path, tmp_path / "gone")
    assert clone.signed() == expected
