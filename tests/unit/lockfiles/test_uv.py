"""The part of a uv.lock that a package or a group installs."""

import re
from pathlib import Path

import pytest

from cigen.lockfiles.parts import locked_part

LOCK = (Path(__file__).parent / "samples/uv.lock").read_text()
API = {"api-thing", "core", "cpu", "deep", "extra", "left", "left 2", "linty", "testy"}


def part(lock: str, package: str = "", *groups: str) -> str | None:
    return locked_part("services/uv.lock", lock.encode(), package=package, only_groups=groups)


def told(package: str, *groups: str) -> set[str]:
    """The entries that change the part when they change; the second of a name as `NAME 2`."""
    before = part(LOCK, package, *groups)
    assert before is not None
    found: set[str] = set()
    for match in re.finditer(r'\nname = "(.+)"\nversion = "(\d)', LOCK):
        changed = LOCK[: match.end()] + "9" + LOCK[match.end() :]
        after = part(changed, package, *groups)
        assert after is not None
        if after != before:
            found.add(f"{match[1]} 2" if match.groups() == ("left", "2") else match[1])
    return found


def test_a_package_counts_with_its_extras_and_groups_and_all_of_what_they_reach() -> None:
    assert told("api-thing") == API
    assert told("core") == {"core", "deep"}
    assert told("shop") == {"shop", "rooty", "linty", "shop-tool"}


def test_a_group_is_the_packages_the_roots_or_that_of_a_root_without_a_project() -> None:
    assert told("", "lint-all") == {"shop", "linty", "shop-tool"}
    assert told("", "docs") == {"shop", "sphinxy"}
    assert told("api-thing", "lint") == {"shop", "api-thing", "linty"}
    assert told("api-thing", "docs") == {"shop", "api-thing", "sphinxy"}
    assert told("api-thing", "dev", "docs") == {"shop", "api-thing", "testy", "extra", "sphinxy"}
    both = LOCK.replace("docs = [{", 'lint = [{ name = "cpu" }]\ndocs = [{')
    assert part(both.replace('"cpu"\nversion = "1', '"cpu"\nversion = "2'), "api-thing", "lint") != part(
        both, "api-thing", "lint"
    )


def test_a_group_counts_however_its_name_is_spelled() -> None:
    lock = LOCK.replace("lint = [\n", 'Lint = [{ name = "rooty" }]\nlint = [\n')
    changed = lock.replace('"rooty"\nversion = "1', '"rooty"\nversion = "2')
    assert changed != lock != LOCK
    assert part(lock, "api-thing", "lint") not in (None, part(changed, "api-thing", "lint"))


def test_a_group_that_names_its_own_project_reaches_all_of_it() -> None:
    lock = LOCK.replace('{ name = "shop-tool" }', '{ name = "shop" }')
    changed = lock.replace('"rooty"\nversion = "1', '"rooty"\nversion = "2')
    assert changed != lock
    assert part(lock, "", "lint-all") not in (None, part(changed, "", "lint-all"))


def test_names_are_what_uv_takes_them_for() -> None:
    assert part(LOCK, "API_thing", "Lint") is not None
    assert part(LOCK, "", "Lint.ALL") is not None


@pytest.mark.parametrize(("package", "group"), [("left2", ""), ("", "none"), ("", "lint"), ("core", "none"), ("", "")])
def test_what_the_lockfile_does_not_name_has_no_part(package: str, group: str) -> None:
    assert part(LOCK, package, *filter(None, [group])) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">=3.11", ">=3.12"),
        ("revision = 5", "revision = 6"),
        ("sys_platform != 'win32'", "sys_platform != 'linux'"),
        ('"core",\n    "shop"', '"core",\n    "api-thing"'),
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("[manifest]", "[unknown]\na = 1\n\n[manifest]"),
    ],
)
def test_every_key_beside_the_packages_counts_for_all(old: str, new: str) -> None:
    changed = LOCK.replace(old, new, 1)
    assert changed != LOCK
    for selected in (("core",), ("", "docs"), ("api-thing", "lint")):
        assert part(changed, *selected) not in (None, part(LOCK, *selected))


STRANGE = {
    "another version": ("version = 1\n", "version = 2\n"),
    "no Python": ('requires-python = ">=3.11"\n', ""),
    "Python in another place": ('requires-python = ">=3.11"\nresolution', 'requires_python = ">=3.9"\nresolution'),
    "a remark that reads as a key": ("version = 1\n", "# \nversion = 1\n"),
    "a version that is true": ("version = 1\n", "version = true\n"),
    "the old name of the table": ("[manifest]", '[[distribution]]\nname = "core"\n\n[manifest]'),
    "a name that uv normalizes": ("[[package]]", '[[package]]\nname = "Core"\nversion = "9"\n\n[[package]]'),
    "an edge that uv normalizes": ('{ name = "deep" }', '{ name = "Deep" }'),
    "an edge that leads nowhere": ('{ name = "deep" }', '{ name = "deeper" }'),
    "another package's edge that leads nowhere": ('{ name = "rooty" }', '{ name = "routy" }'),
    "a member that is not there": ('"core",\n    "shop"', '"core",\n    "none",\n    "shop"'),
    "an edge without a name": ('{ name = "deep" }', '{ nam = "deep" }'),
    "an unknown field": ('source = { editable = "core" }', 'source = { editable = "core" }\ndependency-groups = {}'),
    "a time": ('"1.0.0", source', "2026-01-01, source"),
    "a fraction": ("revision = 5", "revision = 5.5"),
    "a key twice": ("revision = 5", "revision = 5\nrevision = 5"),
    "a conflict": ("[options]", "<<<<<<< ours\n[options]"),
    "line ends of Windows": ("\n", "\r\n"),
    "a mark at the beginning": ("version = 1\n", "\ufeffversion = 1\n"),
    "packages that are no list": ("[[package]]", "[package]"),
    "groups that are no list": ('dev = [\n    { name = "testy", extra = ["more"] },\n]', 'dev = "testy"'),
}


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_uv_does_not_write_has_no_part(name: str) -> None:
    old, new = STRANGE[name]
    changed = LOCK.replace(old, new) if name == "line ends of Windows" else LOCK.replace(old, new, 1)
    assert changed != LOCK
    assert part(changed, "api-thing") is None
