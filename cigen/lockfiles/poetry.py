"""Poetry's poetry.lock, version 2.1: what `poetry install --only GROUPS` can install.

Owns: which packages are of a group. The lockfile says it of each; what those depend on counts as well, since Poetry can
be told to resolve the groups anew among the locked packages. Dependencies that are not locked lead nowhere: a marker or
an extra that nobody asked for left them out.
"""

import re
from collections.abc import Iterator

from cigen.lockfiles.reading import Table, Untold, normalized, reachable, read_toml, table, tables, text, texts

__all__ = ["part"]

Packages = dict[str, list[Table]]

_END = re.compile(
    r'\n\[metadata\]\nlock-version = "2\.1"\npython-versions = "[^"\\\n]*"\ncontent-hash = "\w+"\n', re.ASCII
)
"""The Python that a job sets up may be that of the line that looks like the one in the middle."""


def part(content: str, package: str, only_groups: tuple[str, ...]) -> tuple[Table, Packages]:
    """The keys beside `package`, and by name the entries of packages of the groups and of what they depend on.

    The first line is a remark, and says which Poetry wrote the lockfile and is to install from it.
    """
    lock = read_toml(content)
    if package or "" in lock or not _END.fullmatch(content, max(content.rfind("\n[metadata]"), 0)):
        raise Untold
    lock[""] = content.partition("\n")[0]
    packages: Packages = {}
    starts: set[str] = set()
    missing = wanted = {normalized(group) for group in only_groups}
    for entry in tables(lock.pop("package", None)):
        name = normalized(text(entry.get("name")))
        packages.setdefault(name, []).append(entry)
        groups = {normalized(group) for group in texts(entry.get("groups"))}
        missing = missing - groups
        if groups & wanted:
            starts.add(name)
    if missing:
        raise Untold
    edges = {name: tuple(_reached(packages, name)) for name in packages}
    return lock, {name: packages[name] for name in reachable(starts, edges)}


def _reached(packages: Packages, name: str) -> Iterator[str]:
    for entry in packages[name]:
        for dependency in map(normalized, table(entry.get("dependencies", {}))):
            if dependency in packages:
                yield dependency
