"""Key manifests: the named components an action key or a job signature is computed from.

Owns: their order, their encoding and their difference. Whoever explains why something ran compares two manifests;
there is no second theory of what the key was made of. Refuses: two values for one component.
"""

import itertools
import json
import operator
from bisect import bisect_left
from typing import NamedTuple

from cigen.hashing.canonical import spell, spell_long
from cigen.hashing.digest import sha256, xxh3
from cigen.model.dataclass import dataclass
from cigen.model.paths import Digest

__all__ = ["LISTING", "Component", "Difference", "KeyManifest", "action_key", "diff"]

LISTING = "files"
"""The kind of the one component that holds many files: `git:MODE:ID PATH` of each, with a NUL between them.

A component for each would be as good, but takes ten times as long to make, and a plan has thousands.
"""


_KIND_AND_NAME = operator.itemgetter(0, 1)


class Component(NamedTuple):
    """One thing that can change the result: `file` `app/models/user.rb` `git:100644:…`.

    A tuple, not a dataclass: thousands are sorted for one plan, and tuples are compared in C.
    """

    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A component that differs; None where one side has no such component."""

    kind: str
    name: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class KeyManifest:
    """Components in canonical order, whatever order they were given in."""

    components: tuple[Component, ...]

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.components))
        if len(set(map(_KIND_AND_NAME, ordered))) != len(ordered):
            ordered = tuple(sorted(set(self.components)))
        if len(set(map(_KIND_AND_NAME, ordered))) != len(ordered):
            twice = next(left for left, right in itertools.pairwise(ordered) if left[:2] == right[:2])
            raise AssertionError(f"two values for {twice.kind} {twice.name}")
        object.__setattr__(self, "components", ordered)

    def key(self) -> Digest:
        """The key of an action in the local cache."""
        return action_key(self.to_json())

    def signature(self) -> Digest:
        """The work signature of a job: SHA-256 under the scheme `cs1`."""
        return Digest("cs1:" + sha256(b"cs1\0" + self.to_json()).removeprefix("sha256:"))

    def to_json(self) -> bytes:
        """Canonical JSON: a list of `[kind, name, value]`."""
        before = bisect_left(self.components, (LISTING,))
        if before == len(self.components) or self.components[before].kind != LISTING:
            return spell(self.components)
        _, name, value = self.components[before]
        listing = b'["files",%b,%b]' % (spell(name), spell_long(value))
        rows = [spell(self.components[:before])[1:-1], listing, spell(self.components[before + 1 :])[1:-1]]
        return b"[%b]" % b",".join(filter(None, rows))

    @classmethod
    def from_json(cls, data: bytes) -> "KeyManifest":
        """The manifest that `to_json` wrote; ValueError for anything else, which is then a damaged record."""
        rows = json.loads(data)
        if not isinstance(rows, list):
            raise ValueError("a key manifest is a list of components")
        components = []
        for row in rows:
            if not (type(row) is list and len(row) == 3 and type(row[0]) is type(row[1]) is type(row[2]) is str):
                raise ValueError("a component is a kind, a name and a value")
            components.append(Component(*row))
        if len({(kind, name) for kind, name, _ in components}) != len(components):
            raise ValueError("a component stands twice")
        return cls(tuple(components))


def action_key(encoded: bytes) -> Digest:
    """The key of an action in the local cache, from its manifest's JSON."""
    return xxh3(encoded)


def diff(old: KeyManifest, new: KeyManifest) -> tuple[Difference, ...]:
    """What differs between two manifests, sorted by kind and name. Of a listing the files that differ, as `file`."""
    before, after = set(old.components), set(new.components)
    gone, come = _rows(before - after), _rows(after - before)
    was, now = _values(gone - come), _values(come - gone)
    return tuple(
        Difference(kind, name, was.get((kind, name)), now.get((kind, name)))
        for kind, name in sorted(was.keys() | now.keys())
        if was.get((kind, name)) != now.get((kind, name))
    )


def _rows(components: set[Component]) -> set[tuple[str, str, str]]:
    """The components, each row of a listing as one of them: most of its files are the same on both sides."""
    found: set[tuple[str, str, str]] = {component for component in components if component.kind != LISTING}
    for kind, name, value in components:
        if kind == LISTING:
            found.update([(kind, name, row) for row in value.split("\0")])
    return found


def _values(rows: set[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    found = {}
    for kind, name, value in rows:
        if kind == LISTING:
            id, _, path = value.partition(" ")
            found["file", path] = id
        else:
            found[kind, name] = value
    return found
