"""S28: equal inputs give equal signatures, on any machine; docs/caching.md is enough to compute them elsewhere.

`vectors.json` holds repositories and their signatures: cig and the reference, which share no code, both give them.
"""

import json
import os
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reference import Files, signatures
from signed_project import Project

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
NAMES = [vector["name"] for vector in VECTORS]


def laid_out(files: dict[str, str], config: str) -> Files:
    """Files of a vector. `LINK path` and `EXEC path` are what they say."""
    every = {**files, "cig.toml": config}
    modes = {"LINK": "120000", "EXEC": "100755"}
    found = {}
    for named, content in every.items():
        kind, _, path = named.rpartition(" ")
        found[path] = (modes.get(kind, "100644"), content.encode())
    return found


def check_out(project: Project, files: Files) -> None:
    for path, (mode, content) in files.items():
        target = project.path / path
        if mode == "120000":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(content.decode())
        else:
            project.write({path: content})
            target.chmod(0o755 if mode == "100755" else 0o644)
    project.commit()


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_s28_the_documented_rules_alone_give_the_golden_signatures(vector: dict[str, Any]) -> None:
    files = laid_out(vector["files"], vector["config"])
    config, plugins = tomllib.loads(vector["config"]), vector.get("plugins", [])
    assert signatures(files, config, vector["environ"], plugins) == vector["signatures"]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_s28_cig_gives_the_golden_signatures(vector: dict[str, Any], project: Project) -> None:
    check_out(project, laid_out(vector["files"], vector["config"]))
    assert project.signed(**vector["environ"]) == vector["signatures"]
    assert project.worktree(**vector["environ"]) == vector["signatures"]


def test_s28_the_golden_signatures_are_all_different() -> None:
    found = [signature for vector in VECTORS for signature in vector["signatures"].values()]
    assert len(set(found)) == len(found) > 12


CONFIG = """
version = "0.2"
[project]
name = "stable"
[env]
B = "2"
A = "1"
[jobs.test]
packages = ["python", "node"]
secrets = ["TOKEN", "KEY"]
env = { Y = "y", X = "grün" }
steps = ["make"]
inputs = { files = ["src/**", "İ/*", "{ glob }"], env = ["SET"] }
""".replace('"{ glob }"', '{ glob = "absent", optional = true }')
FILES = {"cig.toml": CONFIG, "src/b": "b", "src/a/x": "x", "İ/ß": "1", "package.json": "{}", "pyproject.toml": ""}


def test_s28_nothing_of_the_machine_is_in_a_signature(project: Project, run_cig: Callable[..., Any]) -> None:
    """Hash seed, locale, time zone, directory, home, umask, an optimising Python, variables that nobody declared."""
    project.commit(FILES)

    def plan(folder: Path = project.path, python: tuple[str, ...] = (), **variables: str) -> Any:
        done = run_cig(folder, "compute-signatures", python=python, SET="1", **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["jobs"]

    expected = plan()
    assert plan(PYTHONHASHSEED="0") == plan(PYTHONHASHSEED="4711") == expected
    assert plan(LANG="tr_TR.UTF-8", LC_ALL="tr_TR.UTF-8", TZ="Asia/Tokyo", PYTHONUTF8="0") == expected
    assert plan(LC_ALL="C", PYTHONIOENCODING="ascii", COLUMNS="20", NO_COLOR="1") == expected
    assert plan(python=("-OO",)) == expected
    assert plan(project.path / "src/a", HOME="/nonexistent", UNDECLARED="x", CI="true") == expected


def test_s28_neither_times_nor_the_order_of_writing_are_in_a_signature(project: Project) -> None:
    project.commit(FILES)
    expected = project.signed(SET="1")
    for path in project.path.rglob("[!.]*"):
        os.utime(path, (1, 1), follow_symlinks=False)
    assert project.worktree(SET="1") == expected
    for path in FILES:
        (project.path / path).unlink()
    shuffled = sorted(FILES)
    random.Random(4).shuffle(shuffled)
    project.write({path: FILES[path] for path in shuffled})
    assert project.worktree(SET="1") == expected
