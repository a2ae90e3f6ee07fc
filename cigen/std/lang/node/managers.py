"""Which package manager a project uses, in which version, with which lockfile.

Owns: the order of belief (`packageManager`, `devEngines`, Volta, then the lockfile that is there, then npm) and what
each lockfile tells of the version that wrote it.
"""

import re
from dataclasses import dataclass

from cigen.sdk import Location
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.node.manifest import Manifest
from cigen.std.lang.ranges import choose, parse_npm
from cigen.std.lang.toolfiles import declared_tools
from cigen.std.report import Report

__all__ = ["LOCKFILES", "Manager", "package_manager"]

LOCKFILES = {
    "pnpm": ("pnpm-lock.yaml",),
    "yarn": ("yarn.lock",),
    "bun": ("bun.lock", "bun.lockb"),
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
}
"""By manager, the one to believe first when there are several."""

_RELEASE_LINES = {"pnpm": ("10", "9", "8", "7", "6"), "yarn": ("4", "3", "2", "1"), "bun": ("1",)}


@dataclass(frozen=True, slots=True)
class Manager:
    """A package manager. `source`: the file that gives the version. `release`: Yarn's own copy in the repository.

    unlocked: the file that says that the project wants no lockfile.
    """

    name: str
    version: str = ""
    source: str = ""
    lockfile: str = ""
    release: str = ""
    unlocked: str = ""


def package_manager(files: DeclaredFiles, directory: str, manifest: Manifest, report: Report) -> Manager:
    """The project's."""
    present = {
        name: found for name, paths in LOCKFILES.items() if (found := files.first(directory + path for path in paths))
    }
    name = manifest.manager or next(iter(present), "npm")
    lockfile = present.get(name, "")
    strange = [path for other, path in present.items() if other != name]
    if strange and (manifest.manager or len(present) > 1):
        said = f'"{manifest.path}" says so' if manifest.manager else f'"{lockfile}" is there'
        listed = ", ".join(f'"{path}"' for path in strange)
        report.warning(
            "NODE_007",
            f"{listed} belongs to another package manager than {name}, which is used because {said}",
            hint=f"delete {' and '.join(strange)}, or name the right one under packageManager in {manifest.path}",
            at=Location(strange[0]),
        )
    npmrc = directory + ".npmrc"
    unlocked = npmrc if not lockfile and _wants_no_lockfile(name, files.text(npmrc)) else ""
    if name == "npm":
        # It comes with Node, and what package.json says of its version nobody enforces.
        return Manager(name, lockfile=lockfile, unlocked=unlocked)
    settings = directory + ".yarnrc.yml"
    release = _yarn_path(files.text(settings)) if name == "yarn" else ""
    version, source = _version(files, directory, manifest, name, lockfile, release)
    return Manager(name, version, source, lockfile, release, unlocked)


def _version(
    files: DeclaredFiles, directory: str, manifest: Manifest, name: str, lockfile: str, release: str
) -> tuple[str, str]:
    """The version and the file that gives it."""
    settings = directory + ".yarnrc.yml"
    if manifest.manager == name and manifest.manager_version:
        return manifest.manager_version, manifest.path
    in_release = re.search(r"yarn-(\d+\.\d+\.\d+)", release)
    if in_release:
        return in_release[1], settings
    if name == "bun":
        written = re.match(r"\s*v?(\d+(?:\.\d+){0,2})\s*$", files.text(directory + ".bun-version"))
        if written:
            return written[1], directory + ".bun-version"
    for text, source in declared_tools(files, directory, (name,)):
        if re.fullmatch(r"\d+(\.\d+){0,2}", text):
            return text, source
    inferred = _lockfile_version(name, files, lockfile)
    # A range alone is no guide: Yarn 4 satisfies `>=1.22`, and cannot read Yarn 1's lockfile.
    preferred = (inferred, *_RELEASE_LINES[name]) if inferred else _RELEASE_LINES[name]
    allowed = parse_npm(manifest.engines[name]) if name in manifest.engines else None
    if allowed is not None and choose(allowed, preferred):
        return choose(allowed, preferred), manifest.path
    if name == "yarn" and not inferred and settings in files:
        return "4", settings
    return (inferred, lockfile) if inferred else ("", "")


def _lockfile_version(name: str, files: DeclaredFiles, lockfile: str) -> str:
    """The release line that writes lockfiles of this format, the newest if several do. Bun's may be binary."""
    if not lockfile or name not in ("pnpm", "yarn"):
        return ""
    text = files.text(lockfile, lockfile=True)
    if name == "pnpm":
        found = re.search(r"(?m)^lockfileVersion:\s*['\"]?(\d{1,3})\.(\d{1,3})\b", text)
        return _pnpm_line(int(found[1]), int(found[2])) if found else ""
    if "# yarn lockfile v1" in text[:400]:
        return "1"
    found = re.search(r"(?m)^__metadata:\n(?:  .*\n)*?  version: (\d{1,3})\b", text)
    # Formats: 4 of Yarn 2, 5 and 6 of Yarn 3, 7 and 8 of Yarn 4.
    return ("2" if int(found[1]) < 5 else "3" if int(found[1]) < 7 else "4") if found else ""


def _pnpm_line(major: int, minor: int) -> str:
    if major >= 9:
        # pnpm 9, 10 and 11 all write 9.0.
        return "10"
    if major >= 6:
        return "8"
    return "7" if (major, minor) >= (5, 4) else "6"


def _wants_no_lockfile(name: str, settings: str) -> bool:
    """Libraries do, so that their tests meet the versions that their users will."""
    key = {"npm": "package-lock", "pnpm": "lockfile"}.get(name)
    return bool(key) and bool(re.search(rf"(?m)^[ \t]*{key}[ \t]*=[ \t]*[\"']?false\b", settings))


def _yarn_path(settings: str) -> str:
    found = re.search(r"(?m)^yarnPath:\s*[\"']?([\w./@+-]+)", settings)
    return found[1] if found else ""
