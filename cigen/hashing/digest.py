"""Digests that carry their scheme, and git's own object ids.

Owns: which hash is used where. xxh3 keys local caches; SHA-256 covers whatever crosses a trust boundary, because a
forged xxh3 collision would skip a CI job. Refuses: comparing digests of schemes it does not know.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import xxhash

from cigen.model.paths import Digest, GitId

__all__ = [
    "EMPTY_TREE",
    "EXECUTABLE",
    "FILE",
    "GITLINK",
    "SYMLINK",
    "TREE",
    "TreeEntry",
    "git_blob",
    "git_tree",
    "new_tree_entry",
    "same",
    "sha256",
    "xxh3",
]

FILE, EXECUTABLE, SYMLINK, TREE, GITLINK = 0o100644, 0o100755, 0o120000, 0o040000, 0o160000
"""Git's modes. A gitlink is the commit that a submodule stands at."""

EMPTY_TREE = GitId("4b825dc642cb6eb9a060e54bf8d69288fbee4904")

_LENGTHS = {"sha256": 64, "xxh3": 32, "git": 40, "cs1": 64}


class TreeEntry(NamedTuple):
    """One line of a git tree. A tuple, not a dataclass: a large repository makes a hundred thousand of them."""

    name: bytes
    mode: int
    id: GitId


new_tree_entry: Callable[[tuple[bytes, int, str]], TreeEntry] = partial(tuple.__new__, TreeEntry)
"""The entry of a plain tuple. A NamedTuple's own constructor is Python, and three times as slow."""


def sha256(data: bytes) -> Digest:
    """For whatever leaves this machine."""
    from hashlib import sha256 as hasher  # loads OpenSSL, which a null build never needs

    return Digest("sha256:" + hasher(data).hexdigest())


def xxh3(data: bytes) -> Digest:
    """For local cache keys only: fast, and no protection against whoever wants a collision."""
    return Digest("xxh3:" + xxhash.xxh3_128_hexdigest(data))


def git_blob(data: bytes) -> GitId:
    """The id git gives a file of this content, filters already applied."""
    return _git_object(b"blob", data)


def git_tree(entries: Iterable[TreeEntry]) -> GitId:
    """The id git gives a directory of these entries, in any order."""
    ordered = sorted(entries, key=lambda entry: entry.name + b"/" if entry.mode == TREE else entry.name)
    body = b"".join(b"%o %s\0%s" % (entry.mode, entry.name, bytes.fromhex(entry.id)) for entry in ordered)
    return _git_object(b"tree", body)


def same(a: str, b: str) -> bool:
    """Whether two digests say the same. A scheme that is unknown, or a digest that is damaged, equals nothing."""
    scheme, _, value = a.partition(":")
    return a == b and len(value) == _LENGTHS.get(scheme, -1) and not value.strip("0123456789abcdef")


def _git_object(kind: bytes, body: bytes) -> GitId:
    from hashlib import sha1

    return GitId(sha1(b"%s %d\0" % (kind, len(body)) + body, usedforsecurity=False).hexdigest())
