"""The part of a package-lock.json that a workspace installs."""

import json
from pathlib import Path
from typing import Any

import pytest

from cigen.lockfiles.parts import locked_part

LOCK: dict[str, Any] = json.loads((Path(__file__).parent / "samples/package-lock.json").read_text())
PACKAGES: dict[str, dict[str, Any]] = LOCK["packages"]
WEB = {"", "apps/web", "libs/ui", "node_modules/web", "node_modules/ui", "node_modules/react", "node_modules/lint"}
WEB |= {"apps/web/node_modules/left", "node_modules/deep"}


def part(lock: object, package: str = "apps/web") -> str | None:
    return locked_part("package-lock.json", f"{json.dumps(lock)}\n".encode(), package=package)


def changed(path: str) -> dict[str, Any]:
    return {**LOCK, "packages": {**PACKAGES, path: {**PACKAGES[path], "integrity": "sha512-other"}}}


def test_a_change_of_whatever_the_workspace_or_the_root_reach_changes_the_part_and_no_other_does() -> None:
    assert {path for path in PACKAGES if part(changed(path)) != part(LOCK)} == WEB


def test_the_root_alone_is_a_package_too() -> None:
    reached = {path for path in PACKAGES if part(changed(path), ".") != part(LOCK, ".")}
    assert reached == {"", "node_modules/lint"}


def with_packages(**changed: Any) -> dict[str, Any]:
    return {**LOCK, "packages": {**PACKAGES, **changed}}


def test_every_key_beside_the_packages_counts_for_all() -> None:
    for changed in ({"name": "other"}, {"requires": False}, {"overrides": {"left": "1"}}):
        for package in (".", "apps/web", "apps/api"):
            assert part({**LOCK, **changed}, package) not in (None, part(LOCK, package))


def test_what_is_nearer_is_what_is_installed() -> None:
    """Another version in the way of a dependency changes the part, and so does its being gone."""
    nearer = with_packages(**{"libs/ui/node_modules/react": {"version": "17.0.0"}})
    assert part(nearer) not in (None, part(LOCK))
    without = {path: entry for path, entry in PACKAGES.items() if path != "apps/web/node_modules/left"}
    assert part({**LOCK, "packages": without}) not in (None, part(LOCK))


@pytest.mark.parametrize("kind", ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"])
def test_dependencies_of_each_kind_count(kind: str) -> None:
    before = with_packages(**{"libs/ui": {"version": "1.0.0", kind: {"serve": "^1"}}})
    after = {**before, "packages": {**before["packages"], "node_modules/serve": {"version": "1.1.0"}}}
    assert part(before) not in (None, part(after))


def test_what_may_lead_nowhere_may_and_nothing_else() -> None:
    for kind in ("optionalDependencies", "peerDependencies"):
        assert part(with_packages(**{"libs/ui": {kind: {"nowhere": "1"}}})) is not None
    for kind in ("dependencies", "devDependencies"):
        assert part(with_packages(**{"libs/ui": {kind: {"nowhere": "1"}}})) is None
    both = {"dependencies": {"nowhere": "1"}, "optionalDependencies": {"nowhere": "1"}}
    assert part(with_packages(**{"libs/ui": both})) is not None


def test_names_are_compared_as_npm_compares_them() -> None:
    """Its trees do not tell cases apart."""
    large = {path: entry for path, entry in PACKAGES.items() if path != "node_modules/react"}
    large["node_modules/React"] = {"version": "18.0.0"}
    large["apps/Web"], large["libs/ui"] = large.pop("apps/web"), {"optionalDependencies": {"LEFT": "1"}}
    large["node_modules/web"] = {"resolved": "apps/Web", "link": True}
    large["apps/Web/node_modules/left"] = large.pop("apps/web/node_modules/left")
    for path in ("apps/Web/node_modules/left", "node_modules/left"):
        other = {**LOCK, "packages": {**large, path: {"version": "9.0.0"}}}
        assert part({**LOCK, "packages": large}, "apps/Web") not in (None, part(other, "apps/Web"))
    large = {**PACKAGES, "node_modules/React": PACKAGES["node_modules/react"]}
    del large["node_modules/react"]
    changed = {**large, "node_modules/React": {"version": "18.0.1"}}
    assert part({**LOCK, "packages": large}) not in (None, part({**LOCK, "packages": changed}))


def test_each_directory_on_the_way_up_is_looked_into() -> None:
    deep = {"version": "1.0.0", "dependencies": {"serve": "*"}}
    before = with_packages(
        **{
            "apps/web/node_modules/left/node_modules/deep": deep,
            "apps/web/node_modules/left/node_modules/serve": {"version": "2.0.0"},
            "apps/web/node_modules/serve": {"version": "3.0.0"},
        }
    )
    for path, told in (
        ("apps/web/node_modules/left/node_modules/serve", True),
        ("apps/web/node_modules/serve", False),
        ("node_modules/serve", False),
    ):
        after = {**before, "packages": {**before["packages"], path: {"version": "9.0.0"}}}
        assert (part(before) != part(after)) is told


def test_a_link_to_what_is_reached_counts_and_may_lead_into_node_modules() -> None:
    again = {"resolved": "libs/ui", "link": True}
    assert part(with_packages(**{"node_modules/another": again})) not in (None, part(LOCK))
    circle = {"resolved": "node_modules/serve", "link": True}
    before = with_packages(
        **{"node_modules/deep/node_modules/left": circle, "node_modules/deep": {"dependencies": {"left": "1"}}}
    )
    after = {**before, "packages": {**before["packages"], "node_modules/serve": {"version": "1.1.0"}}}
    assert part(before) not in (None, part(after))


@pytest.mark.parametrize(
    "package",
    ["", "apps", "apps/none", "apps/web/", "./apps/web", "web", "apps/*", "node_modules/left", "node_modules/ui"],
)
def test_what_is_no_workspace_has_no_part(package: str) -> None:
    assert part(LOCK, package) is None


def test_a_directory_that_selects_workspaces_below_it_has_no_part() -> None:
    assert part(with_packages(**{"apps/web/sub": {"version": "1.0.0"}})) is None
    assert part(with_packages(**{"apps/web2": {"version": "1.0.0"}})) is not None


STRANGE: dict[str, dict[str, Any]] = {
    "a version that is no number": {"lockfileVersion": "3"},
    "another version": {"lockfileVersion": 2},
    "a fraction": {"lockfileVersion": 3.0},
    "a fraction elsewhere": {"more": 1.5},
    "no packages": {"packages": None},
    "a list": {"packages": []},
    "no root": {"packages": {path: entry for path, entry in PACKAGES.items() if path}},
    "an entry that is no table": with_packages(**{"node_modules/left": "1.0.0"}),
    "dependencies that are a list": with_packages(**{"libs/ui": {"dependencies": ["left"]}}),
    "a prototype": with_packages(**{"libs/ui": {"optionalDependencies": {"__proto__": "1"}}}),
    "another package's fraction": with_packages(**{"apps/api": {"size": 1.5}}),
    "another package's number that is none": with_packages(**{"apps/api": {"size": float("nan")}}),
    "two spellings of a path": with_packages(**{"node_modules/Left": {"version": "3.0.0"}}),
    "a path outside": with_packages(**{"../other": {"version": "1.0.0"}}),
    "an absolute path": with_packages(**{"/other": {"version": "1.0.0"}}),
    "a path with a dot": with_packages(**{"./other": {"version": "1.0.0"}}),
    "a path with a slash at its end": with_packages(**{"other/": {"version": "1.0.0"}}),
    "a path of other letters": with_packages(**{"node_modules/l\u00e9ft": {"version": "1.0.0"}}),
    "a scope without a name": with_packages(**{"node_modules/@scope": {"version": "1.0.0"}}),
    "a package in no package": with_packages(**{"node_modules/gone/node_modules/left": {"version": "1.0.0"}}),
    "node_modules in itself": with_packages(**{"node_modules/node_modules": {"version": "1.0.0"}}),
    "another package's dependency that is nowhere": with_packages(**{"apps/api": {"dependencies": {"nowhere": "1"}}}),
    "a name that is a path": with_packages(**{"libs/ui": {"optionalDependencies": {"../left": "1"}}}),
    "a name of other letters": with_packages(**{"libs/ui": {"optionalDependencies": {"l\u00e9ft": "1"}}}),
    "a link that is no boolean": with_packages(**{"node_modules/ui": {"resolved": "libs/ui", "link": 1}}),
    "a link that is false": with_packages(**{"node_modules/ui": {"resolved": "libs/ui", "link": False}}),
    "a link to nowhere": with_packages(**{"node_modules/ui": {"resolved": "libs/none", "link": True}}),
    "a link to a link": with_packages(**{"node_modules/ui": {"resolved": "node_modules/web", "link": True}}),
    "a link without a target": with_packages(**{"node_modules/ui": {"link": True}}),
}


def test_a_lockfile_of_workspaces_alone_has_no_part() -> None:
    assert locked_part("package-lock.json", b'{"lockfileVersion": 3, "packages": {"a": {}}}\n', package="a") is None


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_npm_does_not_write_has_no_part(name: str) -> None:
    assert part({**LOCK, **STRANGE[name]}) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"name": "shop",', '"name": "shop", "name": "shop",'),
        ('"requires": true', '"requires": NaN'),
        ('"requires": true', '"requires": Infinity'),
        ('"requires": true', '"requires": 1e2'),
        ('"requires": true', "<<<<<<< ours"),
        ("{", "\ufeff{"),
        ("{", "// remark\n{"),
        ("\n", "\r\n"),
    ],
)
def test_a_text_that_readers_could_take_in_two_ways_has_no_part(old: str, new: str) -> None:
    text = json.dumps(LOCK, indent=2) + "\n"
    assert locked_part("package-lock.json", text.encode(), package="apps/web") is not None
    changed = text.replace(old, new, 1)
    assert changed != text
    assert locked_part("package-lock.json", changed.encode(), package="apps/web") is None
