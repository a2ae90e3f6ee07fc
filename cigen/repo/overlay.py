"""A tree with overrides on top: what git's tree would be had they been committed.

Owns the computation of the changed directories' tree ids, from the leaves up; an unchanged directory keeps its id and
is never entered. Pure: knows trees, not git.
"""

from collections.abc import Iterable

from cigen.hashing.digest import EMPTY_TREE, TREE, TreeEntry, git_tree
from cigen.hashing.fileset import Entry, TreeReader
from cigen.hashing.trees import Listed
from cigen.model.paths import GitId

__all__ = ["DELETED", "OverlayTree"]

DELETED = 0
"""The mode of an override that says: this path does not exist."""


class OverlayTree:
    """The TreeReader of `base` with `overrides`; what an override says that the base says too is dropped."""

    def __init__(self, base: TreeReader, overrides: Iterable[Entry]) -> None:
        self._base = base
        self._listed = base if isinstance(base, Listed) else None
        self._rebuilt: frozenset[bytes] = frozenset()
        self._changed: dict[GitId, tuple[TreeEntry, ...]] = {EMPTY_TREE: ()}
        self._old: dict[bytes, dict[bytes, TreeEntry]] = {}
        latest = {entry.path: entry for entry in overrides}
        self.overrides = tuple(entry for _, entry in sorted(latest.items()) if not self._says(entry))
        self._root = self._build()
        self._old.clear()

    def root(self) -> GitId:
        """The id of the top directory."""
        return self._root

    def entries(self, tree: GitId) -> tuple[TreeEntry, ...]:
        """What stands in a directory."""
        found = self._changed.get(tree)
        return tuple(self._base.entries(tree)) if found is None else found

    def files_ending(self, directory: bytes, endings: tuple[bytes, ...]) -> bytes | None:
        """As `hashing.trees.Listed` says; None also where anything below the directory is not as in the base."""
        if self._listed is None or directory[:-1] in self._rebuilt:
            return None
        return self._listed.files_ending(directory, endings)

    def _build(self) -> GitId:
        changes: dict[bytes, dict[bytes, TreeEntry | None]] = {}
        for path, mode, entry_id in self.overrides:
            directory, _, name = path.rpartition(b"/")
            entry = None if mode == DELETED else TreeEntry(name, mode, entry_id)
            changes.setdefault(directory, {})[name] = entry
        pending = set(changes)
        for directory in changes:
            while directory:
                directory = directory.rpartition(b"/")[0]
                pending.add(directory)
        self._rebuilt = frozenset(pending)
        root = self._base.root()
        for directory in sorted(pending, key=lambda path: (-path.count(b"/") - bool(path), path)):
            tree = self._rebuild(directory, changes.get(directory, {}))
            if not directory:
                root = tree
                continue
            parent, _, name = directory.rpartition(b"/")
            siblings = changes.setdefault(parent, {})
            if tree != EMPTY_TREE:
                siblings[name] = TreeEntry(name, TREE, tree)
            else:
                siblings.setdefault(name, None)  # a file may have taken the place of the emptied directory
        return root

    def _rebuild(self, directory: bytes, changes: dict[bytes, TreeEntry | None]) -> GitId:
        entries: dict[bytes, TreeEntry | None] = {**self._before(directory), **changes}
        kept = tuple(entry for entry in entries.values() if entry is not None)
        tree = git_tree(kept)
        self._changed[tree] = kept
        return tree

    def _before(self, directory: bytes) -> dict[bytes, TreeEntry]:
        """The base's entries of a directory by name; none where the base has no such directory."""
        found = self._old.get(directory)
        if found is None:
            found = self._old[directory] = self._read_before(directory)
        return found

    def _read_before(self, directory: bytes) -> dict[bytes, TreeEntry]:
        if not directory:
            tree = self._base.root()
        else:
            parent, _, name = directory.rpartition(b"/")
            entry = self._before(parent).get(name)
            if entry is None or entry.mode != TREE:
                return {}
            tree = entry.id
        return {entry.name: entry for entry in self._base.entries(tree)} if tree != EMPTY_TREE else {}

    def _says(self, override: Entry) -> bool:
        """Whether the base says the same as an override. Deleting what is now a directory is not its business."""
        directory, _, name = override.path.rpartition(b"/")
        entry = self._before(directory).get(name)
        if override.mode == DELETED:
            return entry is None or entry.mode == TREE
        return entry is not None and (entry.mode, entry.id) == (override.mode, override.id)
