"""pnpm's pnpm-lock.yaml, version 9.0, which pnpm 9 to 12 write: what a filtered, frozen `pnpm install` can install.

Owns: which entries a dependency means. An importer's dependency is another importer (`link:`) or a snapshot, a
snapshot's is a snapshot, and a snapshot's package is its key without the peers in brackets. Where a reference could be
read in more than one way, all that is there counts. Entries count as text: how a value is spelled is part of it.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from cigen.lockfiles.pnpm_lines import dependencies, documents, entries, sections
from cigen.lockfiles.reading import Untold, reachable

__all__ = ["part"]

_PACKAGE = re.compile(r"[A-Za-z0-9@+~._ /-]+", re.ASCII)

Tables = dict[str, dict[str, str]]
Node = tuple[str, str]


def part(content: str, package: str, only_groups: tuple[str, ...]) -> tuple[dict[str, str], Tables]:
    """All sections beside the three tables as text, and of those the entries that the package and the root reach."""
    rest, tables, edges = _read(content)
    if only_groups or not _PACKAGE.fullmatch(package):
        raise Untold
    found = reachable({("importers", "."), ("importers", package)}, edges)
    told = {name: {key: text for key, text in table.items() if (name, key) in found} for name, table in tables.items()}
    return rest, told


@lru_cache(maxsize=2)
def _read(content: str) -> tuple[dict[str, str], Tables, dict[Node, tuple[Node, ...]]]:
    """What is beside the tables, these, and where each entry leads. For all packages of a plan: it is not changed."""
    before, main = documents(content)
    rest = sections(main)
    if rest.get("lockfileVersion") != "lockfileVersion: '9.0'":
        raise Untold
    tables = {name: entries(rest.pop(name, "")) for name in ("importers", "packages", "snapshots")}
    # What leads nowhere, wherever it stands, is cut short or not of pnpm.
    edges = {(name, key): tuple(_reached((name, key), tables)) for name in tables for key in tables[name]}
    return {"": before, **rest}, tables, edges


def _reached(node: Node, tables: Tables) -> Iterator[Node]:
    table, key = node
    if table == "packages":
        return
    if table == "snapshots":
        yield from _required(tables, "packages", _without_peers(key))
    for name, reference in dependencies(table, tables[table][key]):
        yield from _meant(name, reference, key if table == "importers" else ".", tables)


def _meant(name: str, reference: str, folder: str, tables: Tables) -> Iterator[Node]:
    """What a reference means. A link may lead out of the lockfile; a directory that is copied may be an importer."""
    linked = reference.startswith("link:")
    paths = {reference.removeprefix("link:")} if linked else _without_peers(reference.partition("file:")[2])
    importers = {posixpath.normpath(posixpath.join(start, path)) for start in (".", folder) for path in paths if path}
    yield from _there(tables, "importers", importers)
    if not linked:
        yield from _required(tables, "snapshots", {reference, f"{name}@{reference}"})


def _without_peers(key: str) -> set[str]:
    """A key as it is, and without what stands in brackets at its end, wherever that begins."""
    return {key, *(key[: bracket.start()] for bracket in re.finditer(r"\(", key))}


def _required(tables: Tables, table: str, keys: set[str]) -> list[Node]:
    found = _there(tables, table, keys)
    if not found:
        raise Untold
    return found


def _there(tables: Tables, table: str, keys: set[str]) -> list[Node]:
    return [(table, key) for key in keys if key in tables[table]]
