"""The in-memory twin of a git tree, with git's own ids: what tests of filesets and stages stand on."""

from collections.abc import Mapping, Sequence

from cigen.hashing.digest import FILE, TREE, TreeEntry, git_blob, git_tree
from cigen.model.paths import GitId

__all__ = ["MemoryTree"]


class MemoryTree:
    """A TreeReader over `{path: content}` or `{path: (mode, id)}`. `reads`: the directories asked for, in order."""

    def __init__(self, files: Mapping[bytes, bytes | tuple[int, GitId]]) -> None:
        self.reads: list[GitId] = []
        self._trees: dict[GitId, tuple[TreeEntry, ...]] = {}
        leaves = [(path, v if isinstance(v, tuple) else (FILE, git_blob(v))) for path, v in sorted(files.items())]
        self._root = self._add(leaves)

    def root(self) -> GitId:
        """The id of the top directory."""
        return self._root

    def entries(self, tree: GitId) -> Sequence[TreeEntry]:
        """What stands in a directory."""
        self.reads.append(tree)
        return self._trees[tree]

    def _add(self, leaves: list[tuple[bytes, tuple[int, GitId]]]) -> GitId:
        entries: list[TreeEntry] = []
        below: dict[bytes, list[tuple[bytes, tuple[int, GitId]]]] = {}
        for path, (mode, blob) in leaves:
            name, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(name, []).append((rest, (mode, blob)))
            else:
                entries.append(TreeEntry(name, mode, blob))
        entries += [TreeEntry(name, TREE, self._add(rest)) for name, rest in below.items()]
        tree = git_tree(entries)
        self._trees[tree] = tuple(sorted(entries))
        return tree
