"""Which Node.js a project wants: `.nvmrc`, `.node-version`, the tool files, then `package.json`.

Owns: their spellings and their order. A version is a number or a release line (`20.11.0`, `20`), or one of the moving
names that setup tools know (`lts/*`, `latest`).
"""

import re

from cigen.sdk import Fact, Location
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.language import Language, declared_version, report_disagreement
from cigen.std.lang.node.manifest import Manifest
from cigen.std.lang.ranges import choose, parse_npm
from cigen.std.report import Report

__all__ = ["NODE", "node_version", "normal_version"]

_CODENAMES = {
    "argon": "4",
    "boron": "6",
    "carbon": "8",
    "dubnium": "10",
    "erbium": "12",
    "fermium": "14",
    "gallium": "16",
    "hydrogen": "18",
    "iron": "20",
    "jod": "22",
    "krypton": "24",
}
_MOVING = {
    "node": "latest",
    "latest": "latest",
    "current": "latest",
    "stable": "lts/*",
    "lts": "lts/*",
    "lts/*": "lts/*",
}
_NUMBER = re.compile(r"v?(\d+(?:\.(?:\d+|[xX*])){0,2})(-[\w.-]+)?")


def normal_version(text: str) -> str:
    """A version as written in a version file, as setup tools take it; empty if it is none."""
    name = text.strip().removeprefix("node@").removeprefix("node-").lower()
    if name in _MOVING:
        return _MOVING[name]
    codename = re.fullmatch(r"lts[/-]([a-z]+)", name)
    if codename:
        return _CODENAMES.get(codename[1], "")
    if re.fullmatch(r"lts/-\d+", name):
        return name
    found = _NUMBER.fullmatch(name)
    return re.sub(r"\.[x*].*$", "", found[1]) + (found[2] or "") if found else ""


NODE = Language(
    tool="node",
    title="Node",
    prefix="NODE",
    names=("nodejs", "node"),
    files=(".nvmrc", ".node-version"),
    lines=("24", "22", "20", "18", "16", "14", "12"),
    example="22.11.0",
    normal=normal_version,
)


def node_version(files: DeclaredFiles, directory: str, manifest: Manifest, report: Report) -> Fact | None:
    """The version of the project in `directory`, and the file that says so."""
    found = declared_version(NODE, files, directory, report)
    if found is None:
        return _of_manifest(manifest, report)
    allowed = parse_npm(manifest.engine) if manifest.engine else None
    report_disagreement(NODE, found, allowed, manifest.path, f"engines.node is {manifest.engine}", report)
    return found


def _of_manifest(manifest: Manifest, report: Report) -> Fact | None:
    pinned = normal_version(manifest.volta)
    if pinned:
        return Fact("node_version", pinned, manifest.path)
    for text in (manifest.runtime, manifest.engine):
        if not text:
            continue
        moving = normal_version(text)
        if moving and not moving[0].isdigit():
            return Fact("node_version", moving, manifest.path)
        allowed = parse_npm(text)
        version = choose(allowed, NODE.lines) if allowed is not None else ""
        if version:
            return Fact("node_version", version, manifest.path)
        report.warning(
            "NODE_002",
            f'"{manifest.path}" asks for Node "{text[:40]}", which is no range of versions',
            hint='write a range such as ">=20"',
            at=Location(manifest.path),
        )
    return None
