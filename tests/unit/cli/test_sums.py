"""One sum for what a folder holds: the shell's own, and another for anything else that could be there."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cigen.cli.sums import folder_sum

SHELL = "find . -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum"


def fill(folder: Path) -> None:
    for name in ("z", "a b/c", "a-b", ".hidden/ü$(x)'\"", "empty", "deep/er/still"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("" if name == "empty" else name)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_shell_works_out_the_same(shell: str, tmp_path: Path) -> None:
    fill(tmp_path)
    done = subprocess.run([shell, "-ec", SHELL], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{folder_sum(tmp_path)}  -\n"


def moved(folder: Path) -> None:
    (folder / "z").rename(folder / "y")


def altered(folder: Path) -> None:
    (folder / "z").write_text("Z")


def more(folder: Path) -> None:
    (folder / "more").touch()


def fewer(folder: Path) -> None:
    (folder / "empty").unlink()


def swapped(folder: Path) -> None:
    (folder / "z").write_text("a-b")
    (folder / "a-b").write_text("z")


@pytest.mark.parametrize("change", [moved, altered, more, fewer, swapped], ids=lambda change: change.__name__)
def test_whatever_changes_in_the_folder_changes_the_sum(change: Callable[[Path], None], tmp_path: Path) -> None:
    fill(tmp_path)
    before = folder_sum(tmp_path)
    change(tmp_path)
    assert folder_sum(tmp_path) != before


def test_a_folder_that_is_not_there_has_no_sum(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder_sum(tmp_path / "gone")
