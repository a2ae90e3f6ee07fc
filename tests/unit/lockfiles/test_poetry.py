"""The part of a poetry.lock that groups install."""

import re
from pathlib import Path

import pytest

from cigen.lockfiles.parts import locked_part

LOCK = (Path(__file__).parent / "samples/poetry.lock").read_text()


def part(lock: str, *groups: str) -> str | None:
    return locked_part("poetry.lock", lock.encode(), only_groups=groups)


def told(*groups: str) -> list[str]:
    before = part(LOCK, *groups)
    assert before is not None
    found = []
    for match in re.finditer(r'name = "(.+)"\nversion = "', LOCK):
        changed = LOCK[: match.end()] + "9" + LOCK[match.end() :]
        found += [match[1]] * (part(changed, *groups) != before)
    return found


def test_a_group_counts_with_what_its_packages_depend_on() -> None:
    assert told("lint-it") == ["deep", "linty", "re-solved", "re-solved"]
    assert told("main") == ["deep", "plain", "re-solved", "re-solved"]
    assert told("Lint_It", "main") == ["deep", "linty", "plain", "re-solved", "re-solved"]


def test_names_and_groups_count_however_the_lockfile_spells_them() -> None:
    lock = LOCK.replace('name = "re-solved"', 'name = "Re.Solved"').replace(
        'groups = ["lint-it"]', 'groups = ["Lint_It"]'
    )
    changed = lock.replace('"Re.Solved"\nversion = "2', '"Re.Solved"\nversion = "3')
    assert changed != lock
    assert part(lock, "lint-it") not in (None, part(changed, "lint-it"))
    assert part(lock, "lint-it") != part(lock.replace('"linty"\nversion = "1', '"linty"\nversion = "2'), "lint-it")
    only = LOCK.replace('groups = ["main", "lint-it"]', 'groups = ["main"]').replace('["lint-it"]', '["Lint_It"]')
    assert part(only, "lint-it") is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('content-hash = "ca5830d3"', 'content-hash = "ca5830d4"'),
        ('["plain"]\n\n[meta', '["deep"]\n\n[meta'),
        (">=3.11", ">=3.12"),
        ("Poetry 2.5.1", "Poetry 2.5.2"),
        ("[extras]", "[unknown]\na = 1\n\n[extras]"),
    ],
)
def test_every_key_beside_the_packages_counts_for_all(old: str, new: str) -> None:
    changed = LOCK.replace(old, new, 1)
    assert changed != LOCK
    for group in ("lint-it", "main"):
        assert part(changed, group) not in (None, part(LOCK, group))


def test_a_group_that_no_package_is_of_and_a_package_have_no_part() -> None:
    assert part(LOCK, "lint") is None
    assert part(LOCK, "main", "lint") is None
    assert locked_part("poetry.lock", LOCK.encode(), package="deep", only_groups=("main",)) is None


STRANGE = {
    "another version": ('"2.1"', '"2.0"'),
    "no Python": ('python-versions = ">=3.11"\n', ""),
    "Python in another place": ('lock-version = "2.1"\n', 'python-versions = ">=3.9"\nlock-version = "2.1"\n'),
    "something after the end": ('"ca5830d3"\n', '"ca5830d3"\nrequires-python = ">=3.9"\n'),
    "a table after the end": ('"ca5830d3"\n', '"ca5830d3"\n\n[more]\na = 1\n'),
    "a key without a name": ("[extras]", '[""]\na = 1\n\n[extras]'),
    "no groups": ('groups = ["main", "lint-it"]\n', ""),
    "a group that is no text": ('["main", "lint-it"]', '["main", "lint-it", 1]'),
    "a key twice": ("[extras]", "[extras]\n\n[extras]"),
    "a conflict": ("[extras]", "=======\n[extras]"),
    "line ends of Windows": ("\n", "\r\n"),
    "a mark at the beginning": ("# This", "\ufeff# This"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_poetry_does_not_write_has_no_part(name: str) -> None:
    old, new = STRANGE[name]
    changed = LOCK.replace(old, new)
    assert changed != LOCK
    assert part(changed, "lint-it") is None
