"""uv's uv.lock, version 1: what `uv sync --locked` can install for a package, or for groups alone.

Owns: where a group is looked for. uv takes it from the package, else from the project at the root, else from a root
that is no project; here it is all three. A name means every entry of that name, whatever its version, source and
markers, and an entry that is reached leads to all of its dependencies, extras and groups. Refuses names that uv would
read as others, and fields that are unknown, for uv has more than one spelling for some.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from cigen.lockfiles.reading import Table, Untold, normalized, reachable, read_toml, table, tables, text, texts

__all__ = ["part"]

Packages = dict[str, list[Table]]

_BEGINNING = re.compile(r'version = 1\n(?:revision = \d+\n)?requires-python = "[^"\\\n]*"\n', re.ASCII)
"""The Python that a job sets up may be that of the first line that looks like the last of these."""

_FIELDS = {"name", "version", "source", "resolution-markers", "sdist", "wheels", "metadata", "group-requires-python"}
_FIELDS |= {"dependencies", "optional-dependencies", "dev-dependencies"}


def part(content: str, package: str, only_groups: tuple[str, ...]) -> tuple[Table, Packages]:
    """The keys beside `package`; by name the entries of the package, or the root, and of all that they reach."""
    rest, packages, edges = _read(content)
    owners = {normalized(package)} if package else set()
    if not owners <= packages.keys():
        raise Untold
    starts = owners
    if only_groups:
        owners = owners | {name for name, entries in packages.items() if any(map(_is_root, entries))}
        starts = _in_groups(rest, [entry for owner in owners for entry in packages[owner]], only_groups)
    found = reachable(starts, edges)
    return rest, {name: packages[name] for name in found | owners}


@lru_cache(maxsize=2)
def _read(content: str) -> tuple[Table, Packages, dict[str, tuple[str, ...]]]:
    """What is beside the packages, these, and what each needs. For all parts of a plan: it is not changed."""
    lock = read_toml(content)
    if not _BEGINNING.match(content) or "distribution" in lock:
        raise Untold
    packages: Packages = {}
    for entry in tables(lock.pop("package", None)):
        if not entry.keys() <= _FIELDS:
            raise Untold
        packages.setdefault(_name(entry), []).append(entry)
    edges = {name: tuple(_reached(packages, name)) for name in packages}
    members = texts(table(lock.get("manifest", {})).get("members", []))
    # What leads nowhere, wherever it stands, is cut short or not of uv.
    if not packages.keys() >= {*members, *(name for names in edges.values() for name in names)}:
        raise Untold
    return lock, packages, edges


def _name(entry: Table) -> str:
    name = text(entry.get("name"))
    if name != normalized(name):
        raise Untold
    return name


def _is_root(entry: Table) -> bool:
    return "." in table(entry.get("source")).values()


def _in_groups(lock: Table, owners: list[Table], groups: tuple[str, ...]) -> set[str]:
    """The names that stand in the groups, wherever a group of such a name is."""
    places = [table(owner.get("dev-dependencies", {})) for owner in owners]
    places.append(table(table(lock.get("manifest", {})).get("dependency-groups", {})))
    found: set[str] = set()
    for group in map(normalized, groups):
        lists = [edges for place in places for name, edges in place.items() if normalized(name) == group]
        if not lists:
            raise Untold
        found |= {text(edge.get("name")) for edges in lists for edge in tables(edges)}
    return found


def _reached(packages: Packages, name: str) -> Iterator[str]:
    for entry in packages[name]:
        lists = [entry.get("dependencies", [])]
        for field in ("optional-dependencies", "dev-dependencies"):
            lists += table(entry.get(field, {})).values()
        yield from (text(edge.get("name")) for edges in lists for edge in tables(edges))
