"""Whatever stands in `.cigen/cache`: it costs time, one warning at most, and never a wrong answer."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from ground import Edited, Project

FILES = ("actions.db", "unchanged")


@pytest.fixture
def rendered(edited: Edited) -> Iterator[Project]:
    """A project with nothing to do; it ends as it began."""
    project = edited.project
    assert project.run("render").code == 0
    yield project
    assert project.outputs() == edited.after
    assert project.strays() == []


def damage(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])


@pytest.mark.parametrize("part", range(0, 100, 12))
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_off(rendered: Project, name: str, part: int) -> None:
    file = rendered.root / ".cigen/cache" / name
    damage(file, file.stat().st_size * part // 100)
    if name == "actions.db":
        # The other one would make this file unnecessary.
        (file.parent / "unchanged").unlink()
    seen = rendered.run("render")
    assert (seen.code, seen.out[:11]) == (0, "Up to date:")
    assert seen.codes in ([], ["STORE_001"])
    assert rendered.run("render", "--check").codes == []


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"cig-unchanged-1\nffff", b"{}", "ünï".encode() * 900])
@pytest.mark.parametrize("name", FILES)
def test_a_file_with_something_else_in_it(rendered: Project, name: str, content: bytes) -> None:
    for known in FILES:
        (rendered.root / ".cigen/cache" / known).write_bytes(content if known == name else b"")
    seen = rendered.run("render")
    assert (seen.code, seen.out[:11]) == (0, "Up to date:")
    assert seen.codes in ([], ["STORE_001"])


def test_a_store_of_a_later_cig_is_made_anew_with_one_warning(rendered: Project) -> None:
    with sqlite3.connect(rendered.root / ".cigen/cache/actions.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    (rendered.root / ".cigen/cache/unchanged").unlink()
    assert rendered.run("render").codes == ["STORE_002"]
    assert rendered.run("render").codes == []


@pytest.mark.parametrize("name", ["actions.db", "unchanged", "clock", ".gitignore"])
def test_a_folder_in_place_of_a_file(rendered: Project, name: str) -> None:
    place = rendered.root / ".cigen/cache" / name
    place.unlink(missing_ok=True)
    (place / "inside").mkdir(parents=True)
    seen = rendered.run("render")
    assert (seen.code, seen.out[:11]) == (0, "Up to date:")
    assert seen.codes in ([], ["STORE_004"])
    (place / "inside").rmdir()
    place.rmdir()
    rendered.run("validate")


def test_a_cache_that_is_removed_while_nobody_looks(rendered: Project) -> None:
    import shutil

    shutil.rmtree(rendered.root / ".cigen")
    assert rendered.run("render").codes == []
