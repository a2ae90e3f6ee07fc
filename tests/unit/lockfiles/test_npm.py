"""The part of a package-lock.json that a workspace installs."""

import json
from typing import Any

from cigen.lockfiles.parts import locked_part

PACKAGES: dict[str, dict[str, Any]] = {
    "": {"name": "shop", "workspaces": ["apps/*", "libs/*"], "devDependencies": {"lint": "^1"}},
    "apps/web": {"version": "1.0.0", "dependencies": {"ui": "*", "left": "^2"}},
    "apps/api": {"version": "1.0.0", "dependencies": {"left": "^1", "serve": "^1"}},
    "libs/ui": {"version": "1.0.0", "peerDependencies": {"react": "^18"}, "optionalDependencies": {"native": "1"}},
    "node_modules/web": {"resolved": "apps/web", "link": True},
    "node_modules/api": {"resolved": "apps/api", "link": True},
    "node_modules/ui": {"resolved": "libs/ui", "link": True},
    "node_modules/left": {"version": "1.0.0"},
    "apps/web/node_modules/left": {"version": "2.0.0", "dependencies": {"deep": "1"}},
    "node_modules/deep": {"version": "1.0.0"},
    "node_modules/serve": {"version": "1.0.0"},
    "node_modules/react": {"version": "18.0.0"},
    "node_modules/lint": {"version": "1.0.0"},
}
LOCK = {"name": "shop", "lockfileVersion": 3, "requires": True, "packages": PACKAGES}
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
