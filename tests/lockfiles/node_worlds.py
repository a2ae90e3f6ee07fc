"""Small workspaces for Node, and the packages that they install, drawn from a seed."""

import random
from collections.abc import Iterator
from typing import Any

from npm_registry import Registry

__all__ = ["MEMBERS", "changed", "packages", "workspace"]

NAMES = [f"p{number}" for number in range(22)] + ["@scope/s0", "@scope/s1"]
MEMBERS = {"apps/web": "@acme/web", "apps/api": "api", "libs/ui": "@acme/ui", "libs/core": "core"}
"""Directory → name. A member depends on later ones alone."""

Manifests = dict[str, dict[str, Any]]


def packages(seed: int) -> Registry:
    """Packages in two versions each, which depend on one another in every way, also on themselves in a circle."""
    draw = random.Random(f"packages {seed}")
    found: Registry = {}
    for at, name in enumerate(NAMES):
        found[name] = {}
        for version in ("1.0.0", "1.1.0", "2.0.0"):
            later = NAMES[at + 1 :] or (NAMES[-4:] if draw.random() < 0.2 else [])
            fields: dict[str, Any] = {"dependencies": dict(_ranges(draw, later, draw.choice([0, 1, 1, 2])))}
            if draw.random() < 0.2:
                fields["optionalDependencies"] = dict(_ranges(draw, later, 1))
            # pnpm waits for itself where peers form a circle.
            if draw.random() < 0.15 and at + 1 < len(NAMES):
                fields["peerDependencies"] = {draw.choice(NAMES[at + 1 :]): "*", "nowhere": "*"}
                fields["peerDependenciesMeta"] = {"nowhere": {"optional": True}}
            if draw.random() < 0.2:
                fields |= (
                    {"os": ["aix"], "cpu": ["mips"]} if draw.random() < 0.3 else {"bin": {name[-2:]: "package.json"}}
                )
            found[name][version] = fields
    # What only another system can install must be optional.
    for versions in found.values():
        for fields in versions.values():
            strange = {name for name in fields["dependencies"] if any("os" in one for one in found[name].values())}
            moved = {name: fields["dependencies"].pop(name) for name in strange}
            fields["optionalDependencies"] = fields.get("optionalDependencies", {}) | moved
            if any("os" in one for name in fields.get("peerDependencies", {}) for one in found.get(name, {}).values()):
                del fields["peerDependencies"]
    return found


def workspace(seed: int, protocol: str, registry: Registry) -> Manifests:
    """The package.json files by directory. `protocol` is how a member names another one."""
    draw = random.Random(f"workspace {seed}")
    usable = [name for name in NAMES if not any("os" in fields for fields in registry[name].values())]
    found: Manifests = {
        "": {"name": "root", "private": True, "devDependencies": dict(_ranges(draw, usable, 2))},
    }
    folders = list(MEMBERS)
    for at, (folder, name) in enumerate(MEMBERS.items()):
        fields: dict[str, Any] = {"name": name, "version": "1.0.0", "dependencies": dict(_ranges(draw, usable, 2))}
        for other in folders[at + 1 :]:
            if draw.random() < 0.4:
                fields["dependencies"][MEMBERS[other]] = protocol
        if draw.random() < 0.5:
            fields["devDependencies"] = dict(_ranges(draw, usable, 1))
        if draw.random() < 0.3:
            fields["dependencies"]["alias"] = f"npm:{draw.choice(usable)}@1.0.0"
        found[folder] = fields
    return found


def changed(seed: int, manifests: Manifests, registry: Registry) -> Manifests:
    """The same workspace after somebody updated the dependencies of one member."""
    draw = random.Random(f"change {seed}")
    usable = [name for name in NAMES if not any("os" in fields for fields in registry[name].values())]
    folder = draw.choice(list(MEMBERS))
    fields = {**manifests[folder]}
    members = {name: value for name, value in fields["dependencies"].items() if name in MEMBERS.values()}
    fields["dependencies"] = {**members, **dict(_ranges(draw, usable, 2))}
    return {**manifests, folder: fields}


def _ranges(draw: random.Random, names: list[str], count: int) -> Iterator[tuple[str, str]]:
    for name in draw.sample(names, min(count, len(names))):
        yield name, draw.choice(["^1.0.0", "1.0.0", "^2.0.0", "*"])
