"""Golden cases: a repository, the commands of a user, and everything they print and write.

A case is a folder with `input/` (the repository), `cmd` (one command a line; `render` if there is none), `expected/`:
`transcript` (what was printed, and the exit codes) and `files/` (what was written). Names that the repository itself
would trip over are spelt without their dot: `dot-gitignore`. `pytest --update-golden` rewrites what is expected.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = sorted(path.parent.relative_to(HERE).as_posix() for path in HERE.rglob("input"))
DOT = "dot-"
SIGNATURE = re.compile(r"cs1:[0-9a-f]{64}")
"""Holds the digests of the bundled plugins, which any edit of theirs changes."""

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]


def commands(case: Path) -> list[str]:
    file = case / "cmd"
    return file.read_text().splitlines() if file.exists() else ["render"]


def lay_out(case: Path, folder: Path, git: Git) -> None:
    """Make the input a repository with one commit. A file `setup.sh` beside it may prepare what files cannot say."""
    shutil.copytree(case / "input", folder, symlinks=True)
    for path in sorted(folder.rglob(f"{DOT}*"), reverse=True):
        path.rename(path.with_name("." + path.name.removeprefix(DOT)))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "input")


def transcript(case: Path, folder: Path, cig: Cig) -> str:
    parts = []
    for line in commands(case):
        if line.startswith("! "):
            subprocess.run(line[2:], shell=True, cwd=folder, check=True)
            parts.append(f"$ {line[2:]}\n")
            continue
        result = cig(folder, *shlex.split(line))
        assert "Traceback" not in result.stderr
        assert str(folder) not in result.stdout + result.stderr, "an absolute path is printed"
        parts.append(f"$ cig {line}\n{result.stdout}")
        if result.stderr:
            parts.append(f"--- stderr\n{result.stderr}")
        if result.returncode:
            parts.append(f"--- exit {result.returncode}\n")
    return SIGNATURE.sub("cs1:…", "".join(parts))


def written(folder: Path, git: Git) -> dict[str, str]:
    """Files that differ from the input, by path."""
    listed = git(folder, "status", "--porcelain", "--untracked-files=all", "-z").split("\0")
    paths = [entry[3:] for entry in listed if entry]
    return {path: (folder / path).read_text() for path in sorted(paths) if (folder / path).is_file()}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, tmp_path: Path, git: Git, cig: Cig, request: pytest.FixtureRequest) -> None:
    case, folder = HERE / name, tmp_path / "repository"
    lay_out(case, folder, git)
    printed = transcript(case, folder, cig)
    files = written(folder, git)
    expected = case / "expected"
    if request.config.getoption("--update-golden"):
        shutil.rmtree(expected, ignore_errors=True)
        for path, content in files.items():
            target = expected / "files" / dotless(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        expected.mkdir(exist_ok=True)
        (expected / "transcript").write_text(printed)
        return
    root = expected / "files"
    known = {dotted(path.relative_to(root).as_posix()): path.read_text() for path in root.rglob("*") if path.is_file()}
    assert printed == (expected / "transcript").read_text()
    assert files == known


def dotless(path: str) -> str:
    return "/".join(DOT + part[1:] if part.startswith(".") else part for part in path.split("/"))


def dotted(path: str) -> str:
    return "/".join("." + part.removeprefix(DOT) if part.startswith(DOT) else part for part in path.split("/"))


def test_there_are_cases() -> None:
    assert len(CASES) >= 4
