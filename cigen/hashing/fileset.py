"""Filesets: the part of a tree that a list of globs selects. (Interface first; the selection itself follows.)"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cigen.hashing.digest import TreeEntry, sha256
from cigen.hashing.manifest import Component
from cigen.model.paths import Digest, GitId, RepoPath
from cigen.model.resources import PathGlob

__all__ = ["Change", "Entry", "Fileset", "TreeReader", "diff_filesets", "expand", "select"]


class TreeReader(Protocol):
    """Anything that answers with git trees: a commit, a worktree, a fake. Answers never change for one id."""

    def root(self) -> GitId:
        """The id of the top directory."""

    def entries(self, tree: GitId) -> Sequence[TreeEntry]:
        """What stands in a directory."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A selected path. A directory that is wholly covered is one entry with mode TREE and its tree id."""

    path: RepoPath
    mode: int
    id: GitId


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A path that differs between two trees; None where it does not exist. Mode changes have equal ids."""

    path: RepoPath
    was: Entry | None
    now: Entry | None


@dataclass(frozen=True, slots=True)
class Fileset:
    """What a list of globs selects. Everything is sorted by path."""

    entries: tuple[Entry, ...] = ()
    attributes: tuple[Entry, ...] = ()
    """Every `.gitattributes` from the root down to a selected path, unless it stands inside a covered directory."""
    absent: tuple[RepoPath, ...] = ()
    """Globs without wildcards that named no file: absence is an input."""
    unmatched: tuple[PathGlob, ...] = ()
    """Required globs that selected nothing, in the order they were given: an error of whoever wrote them."""

    def digest(self) -> Digest:
        """SHA-256 over entries, attributes and absent paths."""
        return sha256(b"")

    def components(self) -> tuple[Component, ...]:
        """The same as key manifest components, one a path: kind `file` (or `absent`), name the path."""
        return ()


def select(tree: TreeReader, globs: Sequence[PathGlob]) -> Fileset:
    """What `globs` select in `tree`. A glob with a syntax error raises ProjectError (HASH_001)."""
    raise NotImplementedError


def expand(tree: TreeReader, fileset: Fileset) -> tuple[Entry, ...]:
    """Every file, link and submodule of the fileset, covered directories opened, sorted; no trees, no attributes."""
    raise NotImplementedError


def diff_filesets(old: TreeReader, new: TreeReader, globs: Sequence[PathGlob]) -> tuple[Change, ...]:
    """The changed paths among those that `globs` select in either tree, `.gitattributes` included, sorted."""
    raise NotImplementedError
