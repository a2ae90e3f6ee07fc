"""Filesets: the part of a tree that a list of globs selects, and its digest.

Owns the selection: which paths, collapsed to a tree id wherever the globs cover a whole directory, which
`.gitattributes` go with them, which literal paths are absent, which required globs select nothing. The result depends
on the globs and the tree alone, so a commit and a worktree of equal content give equal filesets. Refuses: content.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

from cigen.hashing.automaton import State, start_state
from cigen.hashing.digest import EMPTY_TREE, GITLINK, TREE, TreeEntry, sha256
from cigen.hashing.globs import Glob, parse_glob
from cigen.hashing.manifest import Component
from cigen.model.paths import Digest, GitId, RepoPath
from cigen.model.resources import PathGlob

__all__ = ["Entry", "Fileset", "Selector", "TreeReader", "expand", "path_text", "select", "selector_of"]

_ATTRIBUTES = b".gitattributes"


class TreeReader(Protocol):
    """Anything that answers with git trees: a commit, a worktree, a fake. Answers never change.

    It knows `EMPTY_TREE` without having read it. Instances are compared by identity and can be weakly referenced.
    """

    def root(self) -> GitId:
        """The id of the top directory."""

    def entries(self, tree: GitId) -> Sequence[TreeEntry]:
        """What stands in a directory."""


class Entry(NamedTuple):
    """A selected path. A directory that is wholly covered is one entry with mode TREE and its tree id."""

    path: RepoPath
    mode: int
    id: GitId


@dataclass(frozen=True, slots=True)
class Fileset:
    """What a list of globs selects. Everything is sorted by path."""

    entries: tuple[Entry, ...] = ()
    attributes: tuple[Entry, ...] = ()
    """Every `.gitattributes` from the root down to a selected path, unless it stands inside a covered directory."""
    absent: tuple[RepoPath, ...] = ()
    """Paths that the globs name outright and do not exclude, and that are no file: absence is an input."""
    unmatched: tuple[PathGlob, ...] = ()
    """Required globs that select nothing once exclusions are taken away, in the order they were given."""

    def digest(self) -> Digest:
        """SHA-256 over entries, attributes and absent paths: it may leave this machine as part of a signature."""
        parts = [_lines(self.entries), _lines(self.attributes), b"\0".join(self.absent)]
        return sha256(b"fileset 1\0" + b"\0\0".join(parts))

    def components(self) -> tuple[Component, ...]:
        """The same as components of a key manifest: kind `file` or `absent`, name the path."""
        found = [
            Component("file", _component_name(entry), f"git:{entry.mode:06o}:{entry.id}")
            for entry in {*self.entries, *self.attributes}
        ]
        return tuple(sorted(found + [Component("absent", path_text(path), "") for path in self.absent]))


def path_text(path: bytes) -> str:
    """A path as text; bytes that are not UTF-8 become lone surrogates, as everywhere in Python."""
    return path.decode("utf-8", "surrogateescape")


def select(tree: TreeReader, globs: Sequence[PathGlob]) -> Fileset:
    """What `globs` select in `tree`. Exclusions win wherever they stand. GlobError for a syntax error."""
    return selector_of(tree).select(tuple(globs))


def expand(tree: TreeReader, fileset: Fileset) -> tuple[Entry, ...]:
    """Every file, link and submodule of the fileset, covered directories opened, sorted; no attributes beside them."""
    found: list[Entry] = []
    for entry in fileset.entries:
        if entry.mode == TREE:
            found.extend(files_below(tree, entry.path, entry.id))
        else:
            found.append(entry)
    return tuple(sorted(found))


def files_below(tree: TreeReader, path: RepoPath, top: GitId) -> Iterator[Entry]:
    """Every file, link and submodule in the directory `path`, whose tree is `top`, in no particular order."""
    pending = [(path + b"/" if path else b"", top)]
    while pending:
        prefix, current = pending.pop()
        for name, mode, entry_id in tree.entries(current):
            if mode == TREE:
                pending.append((prefix + name + b"/", entry_id))
            else:
                yield Entry(RepoPath(prefix + name), mode, entry_id)


def _lines(entries: tuple[Entry, ...]) -> bytes:
    return b"\0".join(b"%06o %s %s" % (entry.mode, entry.id.encode(), entry.path) for entry in entries)


def _component_name(entry: Entry) -> str:
    if entry.mode != TREE:
        return path_text(entry.path)
    return path_text(entry.path) + "/" if entry.path else "./"


@dataclass(frozen=True, slots=True)
class _Picked:
    """What a state selects in one directory; `below` holds only directories with something in them."""

    entries: tuple[TreeEntry, ...]
    below: "tuple[tuple[bytes, _Picked], ...]"
    attributes: TreeEntry | None


@dataclass(frozen=True, slots=True)
class _Scan:
    """What a state selects among a directory's own entries, and the directories still to be looked into."""

    entries: tuple[TreeEntry, ...]
    below: tuple[tuple[bytes, tuple[GitId, State]], ...]
    attributes: TreeEntry | None


class Selector:
    """Selections over one tree. What a state selects below a tree id is found once, for all filesets."""

    def __init__(self, tree: TreeReader) -> None:
        self._tree = tree
        self._listings: dict[GitId, dict[bytes, TreeEntry]] = {}
        self._picked: dict[tuple[GitId, State], _Picked | None] = {}
        self._filesets: dict[tuple[PathGlob, ...], Fileset] = {}

    def select(self, globs: tuple[PathGlob, ...]) -> Fileset:
        """The fileset of `globs`."""
        fileset = self._filesets.get(globs)
        if fileset is None:
            fileset = self._filesets[globs] = self._select(globs)
        return fileset

    def listing(self, tree: GitId) -> dict[bytes, TreeEntry]:
        """A directory's entries by name."""
        found = self._listings.get(tree)
        if found is None:
            found = self._listings[tree] = {entry.name: entry for entry in self._tree.entries(tree)}
        return found

    def picks(self, tree: GitId, state: State) -> _Picked | None:
        """What `state` selects in the directory `tree`, None for nothing."""
        scans: dict[tuple[GitId, State], _Scan] = {}
        pending = [(tree, state)]
        while pending:  # an explicit stack: how deep directories nest is up to whoever wrote the repository
            key = pending[-1]
            if key not in self._picked:
                if key not in scans:
                    scans[key] = self._scan(*key)
                    pending.extend(inside for _, inside in scans[key].below if inside not in self._picked)
                    if pending[-1] is not key:
                        continue
                self._picked[key] = self._combine(scans[key])
            pending.pop()
        return self._picked[(tree, state)]

    def _scan(self, tree: GitId, state: State) -> "_Scan":
        listing = self.listing(tree)
        if state.names is None:
            candidates = list(listing.values())
        else:
            candidates = [listing[name] for name in state.names if name in listing]
        entries: list[TreeEntry] = []
        below: list[tuple[bytes, tuple[GitId, State]]] = []
        for entry in candidates:
            if entry.mode == TREE:
                inside = state.child(entry.name)
                if inside.covers:
                    entries.extend([entry] if entry.id != EMPTY_TREE else [])
                elif not inside.dead:
                    below.append((entry.name, (entry.id, inside)))
            elif state.reaches_submodule(entry.name) if entry.mode == GITLINK else state.selects(entry.name):
                entries.append(entry)
        attributes = listing.get(_ATTRIBUTES)
        if attributes is not None and attributes.mode == TREE:
            attributes = None
        return _Scan(tuple(entries), tuple(below), attributes)

    def _combine(self, scan: "_Scan") -> _Picked | None:
        found = [(name, self._picked[key]) for name, key in scan.below]
        below = tuple((name, picked) for name, picked in found if picked is not None)
        return _Picked(scan.entries, below, scan.attributes) if scan.entries or below else None

    def _select(self, globs: tuple[PathGlob, ...]) -> Fileset:
        parsed = [(glob, parse_glob(glob.pattern)) for glob in globs]
        exclude = [meaning for _, meaning in parsed if meaning.negated]
        excluded = start_state(exclude, ())
        entries: dict[RepoPath, Entry] = {}
        attributes: dict[RepoPath, Entry] = {}
        unmatched: list[PathGlob] = []
        literal: set[RepoPath] = set()
        for glob, meaning in parsed:
            if meaning.negated:
                continue
            literal.update(path for path in meaning.literal_paths() if not _matches(excluded, path))
            found = self._apply(meaning, exclude, entries, attributes)
            if not found and not glob.optional:
                unmatched.append(glob)
        covered = frozenset(path for path, entry in entries.items() if entry.mode == TREE)
        return Fileset(
            _uncovered(entries, covered),
            _uncovered(attributes, covered),
            tuple(sorted(path for path in literal if not self._is_file(path))),
            tuple(unmatched),
        )

    def _apply(
        self, glob: Glob, exclude: list[Glob], entries: dict[RepoPath, Entry], attributes: dict[RepoPath, Entry]
    ) -> bool:
        """Add what one including glob selects; whether it selects anything."""
        root, state = self._tree.root(), start_state((glob,), exclude)
        if state.dead or root == EMPTY_TREE:
            return False
        if state.covers:
            entries[RepoPath(b"")] = Entry(RepoPath(b""), TREE, root)
            return True
        picked = self.picks(root, state)
        pending = [] if picked is None else [(b"", picked)]
        while pending:
            prefix, here = pending.pop()
            for name, mode, entry_id in here.entries:
                path = RepoPath(prefix + name)
                entries[path] = Entry(path, mode, entry_id)
            if here.attributes is not None:
                path = RepoPath(prefix + _ATTRIBUTES)
                attributes[path] = Entry(path, here.attributes.mode, here.attributes.id)
            pending.extend((prefix + name + b"/", picked) for name, picked in here.below)
        return picked is not None

    def _is_file(self, path: RepoPath) -> bool:
        *parents, name = path.split(b"/")
        current = self._tree.root()
        for parent in parents:
            entry = self.listing(current).get(parent)
            if entry is None or entry.mode != TREE:
                return False
            current = entry.id
        entry = self.listing(current).get(name)
        return entry is not None and entry.mode != TREE


def _matches(state: State, path: RepoPath) -> bool:
    *parents, name = path.split(b"/")
    for parent in parents:
        state = state.child(parent)
    return state.selects(name)


def _uncovered(entries: dict[RepoPath, Entry], covered: frozenset[RepoPath]) -> tuple[Entry, ...]:
    """The entries that stand in no covered directory, sorted."""
    if not covered:
        return tuple(sorted(entries.values()))
    return tuple(sorted(entry for path, entry in entries.items() if not _has_parent_in(path, covered)))


def _has_parent_in(path: bytes, covered: frozenset[RepoPath]) -> bool:
    while path:
        path = path.rpartition(b"/")[0]
        if path in covered:
            return True
    return False


_selectors: "WeakKeyDictionary[TreeReader, Selector]" = WeakKeyDictionary()


def selector_of(tree: TreeReader) -> Selector:
    """The tree's one selector, kept as long as the tree is."""
    selector = _selectors.get(tree)
    if selector is None:
        selector = _selectors[tree] = Selector(tree)
    return selector
