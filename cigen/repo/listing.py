"""A commit's whole tree from one `git ls-tree`, which works while the caller does something else.

Owns the parsing of what git lists. A plan asks for most directories of a commit: one process that writes them all is
done before Python has loaded what it needs to read them one by one. Whatever is out of the ordinary (a revision with
odd characters, no commit, a tree that is missing, objects of another format) is left to `objects.py`, which says what
is wrong.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from cigen.hashing.digest import (
    EMPTY_TREE,
    EXECUTABLE,
    FILE,
    GITLINK,
    SYMLINK,
    TREE,
    TreeEntry,
    git_tree,
    new_tree_entry,
)
from cigen.hashing.trees import TreeReader
from cigen.model.paths import GitId
from cigen.repo.locate import RepositoryLocation
from cigen.repo.spawn import GitChild

__all__ = ["CommitListing", "CommitTree", "ListedTree"]

_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./~^-]*")
_COMMIT = re.compile(rb"commit ([0-9a-f]{40})\n([0-9a-f]{40})\n")
_LINE = re.compile(rb"(.{6}) [a-z]+ (.{40})\t([^\0]*/|)([^\0/]+)\0")
_MODES = {b"%06o" % mode: mode for mode in (FILE, EXECUTABLE, SYMLINK, TREE, GITLINK)}

_Row = tuple[bytes, bytes, bytes, bytes]
"""Mode, id, directory with a `/` at its end (nothing for the root), name."""


class CommitTree(NamedTuple):
    """A commit and its tree."""

    commit: GitId
    tree: TreeReader


class ListedTree:
    """The TreeReader of a tree that was listed."""

    def __init__(self, root: GitId, directories: dict[GitId, list[_Row]]) -> None:
        self._root = root
        self._directories = directories
        self._entries: dict[GitId, tuple[TreeEntry, ...]] = {EMPTY_TREE: ()}

    def root(self) -> GitId:
        """The id of the top directory."""
        return self._root

    def entries(self, tree: GitId) -> tuple[TreeEntry, ...]:
        """What stands in a directory, in git's order."""
        found = self._entries.get(tree)
        if found is None:
            modes, ids, _, names = zip(*self._directories[tree], strict=True)
            plain = zip(names, map(_MODES.__getitem__, modes), map(bytes.decode, ids), strict=True)
            found = self._entries[tree] = tuple(map(new_tree_entry, plain))
        return found


class CommitListing:
    """The commit that `rev` names, being read since this object was made."""

    def __init__(self, location: RepositoryLocation, rev: str) -> None:
        self._children: list[GitChild] = []
        if not _REVISION.fullmatch(rev):
            return
        directory = str(location.worktree or location.git_dir)
        try:
            self._children.append(GitChild(directory, ("ls-tree", "-r", "-t", "-z", "--full-tree", rev)))
            self._children.append(GitChild(directory, ("rev-list", "--max-count=1", "--format=%T", rev, "--")))
        except OSError:
            pass

    def read(self) -> CommitTree | None:
        """The commit and its tree; None where one by one is the way to read it, or to say why it cannot be read."""
        printed = [child.output() for child in self._children]
        if len(printed) < 2 or printed[0] is None:
            return None
        named = _COMMIT.fullmatch(printed[1] or b"")
        rows: list[_Row] = _LINE.findall(printed[0])
        if named is None or len(rows) != printed[0].count(b"\0") or set(map(itemgetter(0), rows)) - _MODES.keys():
            return None
        commit, root = (GitId(part.decode()) for part in named.groups())
        tree = ListedTree(root, dict(_directories(root, rows)))
        # A branch that moved between the two answers is found out here.
        return CommitTree(commit, tree) if git_tree(tree.entries(root)) == root else None


def _directories(root: GitId, rows: list[_Row]) -> Iterator[tuple[GitId, list[_Row]]]:
    by_path: dict[bytes, list[_Row]] = {b"": []}
    for path, run in groupby(rows, itemgetter(2)):
        by_path.setdefault(path, []).extend(run)
    yield root, by_path[b""]
    for _, id, path, name in [row for row in rows if row[0] == b"040000"]:
        yield GitId(id.decode()), by_path[path + name + b"/"]
