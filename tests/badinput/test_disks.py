"""Disks that are full, read-only or somebody else's: one message about it, and the files all old or all new."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ground import Edited, Told, told

Mount = Callable[..., Path]

_DROP_FROM_BOUNDING_SET = 24
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Mount]:
    """`disk(kilobytes)`: a small file system in memory."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(kilobytes: int) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "cig-test", str(place)]
        possible = os.geteuid() == 0 and bool(shutil.which("mount"))
        if not possible or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("platform: no right to mount")
        return place

    yield mount
    if place.is_mount():
        subprocess.run(["umount", "-l", str(place)], check=True)


def moved(edited: Edited, place: Path) -> Edited:
    """The project on another disk."""
    root = place / "project"
    shutil.copytree(edited.project.root, root, symlinks=True)
    edited.project.root = root
    return edited


def fill(place: Path, free: int) -> Path:
    """Use up a disk but for some kilobytes."""
    ballast = place / "ballast"
    left = shutil.disk_usage(place).free // 1024
    ballast.write_bytes(bytes(max(left - free, 0) * 1024))
    return ballast


@pytest.mark.parametrize("free", [0, 4, 12, 28, 52, 200])
def test_a_disk_that_is_full_or_nearly_so(edited: Edited, disk: Mount, free: int) -> None:
    project = moved(edited, disk(1000)).project
    ballast = fill(project.root.parent, free)
    seen = project.run("render")
    assert (seen.code, seen.codes) in [(3, ["OUTPUT_005"]), (0, ["STORE_004"]), (0, [])]
    assert project.outputs() == (edited.after if seen.code == 0 else edited.before)
    assert all(path.startswith(".cigen/cache/") for path in project.strays())
    assert not list((project.root / ".cigen/cache").glob("unchanged.*"))
    ballast.unlink()
    assert project.run("render").code == 0
    assert project.outputs() == edited.after
    assert project.strays() == []


def test_no_place_at_all_is_told_as_such(edited: Edited, disk: Mount) -> None:
    project = moved(edited, disk(1000)).project
    fill(project.root.parent, 0)
    seen = project.run("render")
    assert (seen.code, seen.codes) == (3, ["OUTPUT_005"])
    assert "the disk is full" in seen.err


@pytest.fixture
def read_only(edited: Edited, disk: Mount) -> Edited:
    """A project to be rendered again, on a file system that takes nothing."""
    project = moved(edited, disk(1000)).project
    project.run("validate")
    subprocess.run(["mount", "-o", "remount,ro", str(project.root.parent)], check=True)
    return edited


def test_a_file_system_that_is_read_only_is_not_rendered_to(read_only: Edited) -> None:
    seen = read_only.project.run("render")
    assert (seen.code, seen.codes) == (3, ["OUTPUT_005"])
    assert "the file system is read-only" in seen.err
    assert read_only.project.outputs() == read_only.before


@pytest.mark.parametrize(
    ("command", "code"), [("validate", 0), ("plan", 0), ("explain job test", 0), ("graph", 0), ("render --check", 2)]
)
def test_what_only_reads_works_on_a_file_system_that_is_read_only(read_only: Edited, command: str, code: int) -> None:
    seen = read_only.project.run(*command.split())
    assert seen.code == code
    assert set(seen.codes) <= {"STORE_004"}


def test_a_render_with_nothing_to_do_works_on_a_file_system_that_is_read_only(edited: Edited, disk: Mount) -> None:
    project = moved(edited, disk(1000)).project
    assert project.run("render").code == 0
    subprocess.run(["mount", "-o", "remount,ro", str(project.root.parent)], check=True)
    seen = project.run("render")
    assert (seen.code, seen.codes) == (0, [])
    assert seen.out.startswith("Up to date: ")


# -- permissions -------------------------------------------------------------------------------------------------------


def drop_powers() -> None:
    """Root may do anything; give that up, so that permissions mean something."""
    if os.geteuid() == 0:
        for power in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            assert ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, power, 0, 0, 0) == 0


def run(edited: Edited, *arguments: str) -> Told:
    command = [sys.executable, "-m", "cigen", *arguments]
    project = edited.project
    return told(
        subprocess.run(
            command,
            cwd=project.root,
            env=project.environment,
            check=False,
            capture_output=True,
            text=True,
            preexec_fn=drop_powers,
        )
    )


@pytest.fixture
def forbidden(edited: Edited) -> Iterator[Callable[[str, int], None]]:
    """`forbidden(path, mode)`: set a mode until the test is over."""
    changed: list[tuple[Path, int]] = []

    def forbid(path: str, mode: int) -> None:
        place = edited.project.root / path
        changed.append((place, place.stat().st_mode))
        place.chmod(mode)

    yield forbid
    for place, mode in reversed(changed):
        place.chmod(mode)


@pytest.mark.parametrize(
    ("path", "mode", "code", "codes"),
    [
        (".github/workflows", 0o555, 3, ["OUTPUT_005"]),
        ("cig.toml", 0o000, 1, ["CLI_004"]),
        ("pyproject.toml", 0o000, 1, ["REPO_009"]),
        (".git", 0o000, 1, ["REPO_001"]),
        (".git/objects", 0o000, 1, ["REPO_009"]),
    ],
)
def test_a_missing_permission_is_told_once(
    edited: Edited, forbidden: Callable[[str, int], None], path: str, mode: int, code: int, codes: list[str]
) -> None:
    edited.project.write("pyproject.toml", '[project]\nname = "shop"\nrequires-python = ">=3.13"\n')
    forbidden(path, mode)
    seen = run(edited, "render")
    assert (seen.code, seen.codes) == (code, codes)
    assert edited.project.outputs() == edited.before


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_cache_that_may_not_be_used_is_done_without(
    edited: Edited, forbidden: Callable[[str, int], None], mode: int
) -> None:
    edited.project.run("validate")
    forbidden(".cigen/cache", mode)
    seen = run(edited, "render")
    assert (seen.code, seen.codes) == (0, ["STORE_004"])
    assert edited.project.outputs() == edited.after
