"""A commit's whole tree from one `git ls-tree`, which works while the caller does something else.

Owns the parsing of what git lists. A plan asks for most directories of a commit: one process that writes them all is
done before Python has loaded what it needs to read them one by one. The text is kept as it is, and only the directories
and files that somebody asks for are made into objects. Whatever is out of the ordinary (a revision with odd characters,
no commit, a tree that is missing or unsorted, objects of another format) is left to `objects.py`, which says what is
wrong.
"""

import re
from bisect import bisect_left
from functools import cache
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
_MODES = {b"%06o" % mode: mode for mode in (FILE, EXECUTABLE, SYMLINK, TREE, GITLINK)}

_LISTED = {b"\0git:%06o:" % mode: b"\0%06o blob " % mode for mode in (FILE, EXECUTABLE, SYMLINK)}

# A row is mode, kind, id and path. Each pattern begins with the NUL before it and stops at the NUL after it.
_ODD = re.compile(rb"\0(?!(?:100644 blob|040000 tree|100755 blob|120000 blob|160000 commit) .{40}\t|\Z)", re.DOTALL)
_DIRECTORY = re.compile(rb"\x00040000 tree (.{40})\t([^\0]*)(?=\0)", re.DOTALL)
_NO_DIRECTORY = re.compile(rb"\0(.{6}) [a-z]+ (.{40})\t([^\0]*)(?=\0)", re.DOTALL)


class CommitTree(NamedTuple):
    """A commit and its tree."""

    commit: GitId
    tree: TreeReader


class ListedTree:
    """The TreeReader of a tree that was listed.

    Git lists depth first: what is below a directory stands in one piece behind the directory's own row.
    """

    def __init__(self, root: GitId, printed: bytes) -> None:
        self._root = root
        self._text = text = b"\0" + printed
        rows = list(_DIRECTORY.finditer(text))
        self._rows = rows
        self._paths = [row[2] + b"/" for row in rows]
        self._places = {path: place for place, path in enumerate(self._paths)}
        self._of_id = {row[1]: path for row, path in zip(rows, self._paths, strict=True)}
        self._of_id[root.encode()] = b""
        self._entries: dict[GitId, tuple[TreeEntry, ...]] = {EMPTY_TREE: ()}

    def root(self) -> GitId:
        """The id of the top directory."""
        return self._root

    def entries(self, tree: GitId) -> tuple[TreeEntry, ...]:
        """What stands in a directory, in git's order."""
        found = self._entries.get(tree)
        if found is None:
            found = self._entries[tree] = tuple(self._own(self._of_id[tree.encode()]))
        return found

    def files_ending(self, directory: bytes, endings: tuple[bytes, ...]) -> bytes | None:
        """As `hashing.trees.Listed` says."""
        start, end = self._piece(directory)
        piece = self._text[start:end]
        if b"\x00160000 " in piece or b"/.gitattributes\0" in piece:
            return None
        # All in C, and no object for a file: of what git lists the unwanted is taken out, and the rest spelled anew.
        rows = _others(endings).sub(b"", piece)
        if rows.count(b"\t") >= rows.count(b"\0"):
            return None
        for written, listed in _LISTED.items():
            rows = rows.replace(listed, written)
        return rows.replace(b"\t", b" ")[1:-1]

    def is_sound(self) -> bool:
        """Whether every row is one that git writes today, and the directories stand in its order, each once."""
        ordered = len(self._places) == len(self._paths) and self._paths == sorted(self._paths)
        return ordered and _ODD.search(self._text) is None

    def _own(self, path: bytes) -> list[TreeEntry]:
        text, rows, paths = self._text, self._rows, self._paths
        found: list[TreeEntry] = []
        at, end = self._piece(path)
        place = self._places[path] + 1 if path else 0
        while at < end - 1:
            row = rows[place] if place < len(rows) and rows[place].start() < end - 1 else None
            until = row.start() + 1 if row else end
            for mode, id, file in _NO_DIRECTORY.findall(text, at, until):
                found.append(new_tree_entry((file[len(path) :], _MODES[mode], id.decode())))
            at = end
            if row:
                found.append(new_tree_entry((row[2][len(path) :], TREE, row[1].decode())))
                at = self._piece(paths[place])[1] - 1
                place = self._next(paths[place])
        return found

    def _piece(self, path: bytes) -> tuple[int, int]:
        """Where the rows below a directory begin and end, with the NUL before them and the NUL after them."""
        if not path:
            return 0, len(self._text)
        text, start, following = self._text, self._rows[self._places[path]].end(), self._next(path)
        # The rows up to the next directory are those below this one, and then files beside it or above it, whose paths
        # are too short to hold its own.
        limit = self._rows[following].start() if following < len(self._rows) else len(text)
        last = text.rfind(path, start, limit)
        return start, start + 1 if last < 0 else text.index(b"\0", last) + 1

    def _next(self, path: bytes) -> int:
        """The place of the first directory that is neither this one nor below it."""
        return bisect_left(self._paths, path[:-1] + b"0")  # "0" is the character after "/"


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
        if named is None:
            return None
        commit, root = (GitId(part.decode()) for part in named.groups())
        tree = ListedTree(root, printed[0])
        # A branch that moved between the two answers is found out here.
        return CommitTree(commit, tree) if tree.is_sound() and git_tree(tree.entries(root)) == root else None


@cache
def _others(endings: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """Directories, and files whose path ends in none of these."""
    ends = b"".join([b"(?<!%b)" % re.escape(ending) for ending in endings])
    return re.compile(rb"\0(?:040000 [^\0]*+|[^\0]*+%b)(?=\0)" % ends)
