"""npm's package-lock.json, version 3: what `npm ci -w DIRECTORY --include-workspace-root` can install.

Owns: which entry a dependency means. npm looks for it in `node_modules` of the dependent's directory and of every
directory above, as Node does, without regard to case; an entry's path is its place in the tree and so part of its key.
Refuses paths that npm does not write, two paths that differ by case, and a directory that selects several workspaces.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from cigen.lockfiles.reading import Table, Untold, reachable, read_json, table, text

__all__ = ["part"]

_NAME = r"(?:@(?!\.)[a-z0-9!~*'()._-]+/)?(?!node_modules(?:/|$)|\.)[a-z0-9!~*'()._-]+"
_DIRECTORY = r"(?!\.{1,2}(?:/|$)|node_modules(?:/|$))[a-z0-9@+~._ -]+"
_PATH = re.compile(rf"(?:{_DIRECTORY}(?:/{_DIRECTORY})*)?(?:(?:^|/)node_modules/{_NAME})*", re.ASCII)
"""Paths in lower case: directories of the repository, then packages in `node_modules`."""

_NAMED = re.compile(_NAME, re.ASCII)
_OPTIONAL, _REQUIRED = ("optionalDependencies", "peerDependencies"), ("dependencies", "devDependencies")


def part(content: str, package: str, only_groups: tuple[str, ...]) -> tuple[Table, Table]:
    """The keys beside `packages`, and the entries of `packages` that the workspace and the root can reach."""
    rest, entries, edges = _read(content)
    start = "" if package == "." else package
    if only_groups or not _is_importer(start, entries) or (start and any(_is_below(path, start) for path in entries)):
        raise Untold
    found = reachable({"", start}, edges)
    # Whatever links to a workspace that is installed may be made as well.
    found |= {path for path, entry in entries.items() if "link" in entry and entry.get("resolved") in found}
    return rest, {path: entries[path] for path in found}


@lru_cache(maxsize=2)
def _read(content: str) -> tuple[Table, dict[str, Table], dict[str, tuple[str, ...]]]:
    """What is beside the entries, these, and where each leads. For all packages of a plan: it is not changed."""
    lock = read_json(content)
    if type(lock.get("lockfileVersion")) is not int or lock["lockfileVersion"] != 3:
        raise Untold
    entries = {path: table(entry) for path, entry in table(lock.pop("packages", None)).items()}
    paths = _paths(entries)
    # What leads nowhere, wherever it stands, is cut short or not of npm.
    return lock, entries, {path: tuple(_reached(path, entries, paths)) for path in entries}


def _paths(entries: dict[str, Table]) -> dict[str, str]:
    """Each path by its spelling in lower case."""
    found = {path.lower(): path for path in entries}
    if len(found) < len(entries) or not all(_PATH.fullmatch(path) for path in found):
        raise Untold
    for path in found:
        parent, inside, _ = path.rpartition("node_modules/")
        if inside and parent.rstrip("/") not in found:
            raise Untold
    return found


def _is_importer(path: str, entries: dict[str, Table]) -> bool:
    return path in entries and "node_modules" not in path.split("/") and "link" not in entries[path]


def _is_below(path: str, start: str) -> bool:
    """Whether the directory `start` selects this one as well: `-w packages` means all of `packages/*`."""
    return path.startswith(f"{start}/") and "/node_modules/" not in path


def _reached(path: str, entries: dict[str, Table], paths: dict[str, str]) -> Iterator[str]:
    entry = entries[path]
    if "link" in entry:
        target = text(entry.get("resolved"))
        if entry["link"] is not True or target not in entries or "link" in entries[target]:
            raise Untold
        yield target
        return
    required = {name for field in _REQUIRED for name in table(entry.get(field, {}))}
    optional = {name for field in _OPTIONAL for name in table(entry.get(field, {}))}
    for name in sorted(required | optional):
        found = _resolved(path.lower(), name.lower(), paths)
        if found is not None:
            yield found
        elif name not in optional:
            raise Untold


def _resolved(path: str, name: str, paths: dict[str, str]) -> str | None:
    if not _NAMED.fullmatch(name):
        raise Untold
    while True:
        found = paths.get(f"{path}/node_modules/{name}" if path else f"node_modules/{name}")
        if found is not None or not path:
            return found
        path = path.rpartition("/")[0]
