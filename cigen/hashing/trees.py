"""Trees: the one question that commits, worktrees and fakes all answer.

Owns the interface and the path of an entry. Refuses to know where trees come from.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol, runtime_checkable

from cigen.hashing.digest import TREE, TreeEntry
from cigen.model.paths import GitId, RepoPath

__all__ = ["Entry", "Listed", "TreeReader", "files_below", "new_entry", "path_text"]


class TreeReader(Protocol):
    """Anything that answers with git trees: a commit, a worktree, a fake. Answers never change.

    It knows `EMPTY_TREE` without having read it. Instances are compared by identity and can be weakly referenced.
    """

    def root(self) -> GitId:
        """The id of the top directory."""

    def entries(self, tree: GitId) -> Sequence[TreeEntry]:
        """What stands in a directory."""


@runtime_checkable
class Listed(Protocol):
    """A TreeReader that has its whole tree as text, and finds files in it faster than one can go through it."""

    def files_ending(self, directory: bytes, endings: tuple[bytes, ...]) -> bytes | None:
        """Every file below `directory` (with a `/` at its end, empty for the root) whose path ends in one of `endings`.

        `git:MODE:ID PATH` of each, sorted by path, a NUL between them. None where there is more to find out: where a
        submodule stands below it, or a `.gitattributes` but for the root's own, or a name with a tab in it.
        """


class Entry(NamedTuple):
    """A selected path. A directory that is wholly covered is one entry with mode TREE and its tree id."""

    path: RepoPath
    mode: int
    id: GitId


new_entry: Callable[[tuple[bytes, int, str]], Entry] = partial(tuple.__new__, Entry)
"""The entry of a plain tuple; see `digest.new_tree_entry`."""


def path_text(path: bytes) -> str:
    """A path as text; bytes that are not UTF-8 become lone surrogates, as everywhere in Python."""
    return path.decode("utf-8", "surrogateescape")


def files_below(tree: TreeReader, path: RepoPath, top: GitId) -> Iterator[Entry]:
    """Every file, link and submodule in the directory `path`, whose tree is `top`, in no particular order."""
    pending = [(path + b"/" if path else b"", top)]
    while pending:
        prefix, current = pending.pop()
        for name, mode, entry_id in tree.entries(current):
            if mode == TREE:
                pending.append((prefix + name + b"/", entry_id))
            else:
                yield new_entry((prefix + name, mode, entry_id))
