"""The walk of one tree under the guidance of the glob automaton.

Owns what is entered: a directory where nothing can match is not, one where everything matches is taken by its id. What
a state selects below a tree id is found once, for all globs and filesets that come to it.
"""

from cigen.hashing.automaton import State, start_state
from cigen.hashing.digest import EMPTY_TREE, EXECUTABLE, FILE, GITLINK, SYMLINK, TREE, TreeEntry
from cigen.hashing.globs import Glob
from cigen.hashing.trees import Listed, TreeReader
from cigen.model.dataclass import dataclass
from cigen.model.paths import GitId, RepoPath

__all__ = ["Matched", "Walker"]

_ATTRIBUTES = b".gitattributes"

_ROWS = {
    mode: b"git:%06o:%%b %%b" % mode + b"/" * (mode == TREE) for mode in (FILE, EXECUTABLE, SYMLINK, TREE, GITLINK)
}


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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where names from the root lead: to a directory, to a submodule (in the directory `prefix`), or to neither.

    attributes: the rows of every `.gitattributes` above it, its own not included.
    """

    prefix: bytes
    tree: GitId | None
    submodule: TreeEntry | None
    attributes: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Matched:
    """What one including glob selects in the whole tree, exclusions taken away: path → its row of a key manifest.

    pieces: directory (with a `/`) → the rows of files somewhere below it, sorted, a NUL between them, which are not in
    `rows`. covered: the paths among the rows that are directories. missing: paths that it names outright, and that are
    no file, whether or not they are excluded.
    """

    rows: dict[bytes, bytes]
    pieces: dict[bytes, bytes]
    covered: list[RepoPath]
    attributes: dict[bytes, bytes]
    missing: list[RepoPath]


class Walker:
    """Walks over one tree, remembering what they found."""

    def __init__(self, tree: TreeReader) -> None:
        self._tree = tree
        self._listed = tree if isinstance(tree, Listed) else None
        self._listings: dict[GitId, dict[bytes, TreeEntry]] = {}
        self._picked: dict[tuple[GitId, State], _Picked | None] = {}
        self._matched: dict[tuple[str, tuple[Glob, ...]], Matched] = {}
        self._places: dict[tuple[bytes, ...], _Place] = {(): _Place(b"", tree.root(), None, {})}

    def match(self, glob: Glob, exclude: tuple[Glob, ...] = ()) -> Matched:
        """What an including glob selects in the whole tree, what the others select taken away."""
        key = (glob.pattern, exclude)
        found = self._matched.get(key)
        if found is None:
            # Below the directory it names, one package's pattern is that of all others.
            start = () if exclude else glob.start
            found = self._matched[key] = Matched({}, {}, [], {}, [])
            self._walk(start, start_state((glob,), exclude, len(start)), found)
            if glob.paths:
                missing = [path for path in glob.paths if path not in found.rows and not self.is_file(path)]
                found.missing.extend(missing)
        return found

    def _walk(self, start: tuple[bytes, ...], state: State, found: Matched) -> None:
        """`start` leads to where `state` is that of the glob."""
        place = self._places.get(start) or self._place(start)
        prefix, tree, attributes = place.prefix, place.tree, place.attributes
        if tree is None:
            if (own := place.submodule) is not None:  # git cannot look into it, so all of it is taken
                self._take(prefix + own.name, own.mode, own.id, found)
                found.attributes.update(attributes)
            return
        if state.dead or tree == EMPTY_TREE:
            return
        if state.covers:
            self._take(prefix[:-1], TREE, tree, found)
            found.attributes.update(attributes)
            return
        while (name := state.only_name) is not None:
            # As `picks`, without remembering what no other fileset will ask.
            listing = self.listing(tree)
            entry = listing.get(name)
            if entry is None:
                return
            if _ATTRIBUTES in listing:
                attributes = attributes | _attribute_row(prefix, listing)
            if _takes(state, entry):
                self._take(prefix + name, entry.mode, entry.id, found)
                found.attributes.update(attributes)
                return
            state = state.child(name)
            if entry.mode != TREE or state.dead:
                return
            prefix, tree = prefix + name + b"/", entry.id
        if self._find(prefix, tree, state, found):
            found.attributes.update(attributes)

    def _find(self, prefix: bytes, tree: GitId, state: State, found: Matched) -> bool:
        """Take what `state` selects in and below a directory; whether that is anything."""
        files = self._listed.files_ending(prefix, state.endings) if self._listed and state.endings else None
        if files is not None:
            if files:
                found.pieces[prefix] = files
            if files and not prefix:
                found.attributes.update(_attribute_row(prefix, self.listing(tree)))
            return bool(files)
        picked = self.picks(tree, state)
        pending = [] if picked is None else [(prefix, picked)]
        while pending:
            prefix, here = pending.pop()
            for name, mode, entry_id in here.entries:
                self._take(prefix + name, mode, entry_id, found)
            if here.attributes is not None:
                path = RepoPath(prefix + _ATTRIBUTES)
                found.attributes[path] = _row(here.attributes.mode, here.attributes.id, path)
            pending.extend((prefix + name + b"/", below) for name, below in here.below)
        return picked is not None

    def _take(self, path: bytes, mode: int, id: GitId, found: Matched) -> None:
        found.rows[RepoPath(path)] = _row(mode, id, path or b".")
        if mode == TREE:
            found.covered.append(RepoPath(path))

    def _place(self, names: tuple[bytes, ...]) -> _Place:
        """Where they lead, remembered for all the globs that begin alike."""
        place = self._places[()]
        for depth, name in enumerate(names, 1):
            here, above = names[:depth], place
            known = self._places.get(here)
            if known is None and above.tree is not None:
                listing = self.listing(above.tree)
                entry = listing.get(name)
                attributes = above.attributes
                if _ATTRIBUTES in listing:
                    attributes = attributes | _attribute_row(above.prefix, listing)
                if entry is None or entry.mode not in (TREE, GITLINK):
                    known = _Place(above.prefix, None, None, {})
                elif entry.mode == GITLINK:
                    known = _Place(above.prefix, None, entry, attributes)
                else:
                    known = _Place(above.prefix + name + b"/", entry.id, None, attributes)
            place = self._places[here] = known or above
        return place

    def is_file(self, path: RepoPath) -> bool:
        """Whether a file, a link or a submodule stands at `path`."""
        *parents, name = path.split(b"/")
        current = self._tree.root()
        for parent in parents:
            entry = self.listing(current).get(parent)
            if entry is None or entry.mode != TREE:
                return False
            current = entry.id
        entry = self.listing(current).get(name)
        return entry is not None and entry.mode != TREE

    def listing(self, tree: GitId) -> dict[bytes, TreeEntry]:
        """A directory's entries by name."""
        found = self._listings.get(tree)
        if found is None:
            found = self._listings[tree] = {entry[0]: entry for entry in self._tree.entries(tree)}
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
        if state.names is None:
            candidates, attributes = self._tree.entries(tree), None
        else:
            listing = self.listing(tree)
            candidates = [listing[name] for name in state.names if name in listing]
            attributes = _attributes_in(listing)
        selects = state.selects
        entries: list[TreeEntry] = []
        below: list[tuple[bytes, tuple[GitId, State]]] = []
        for entry in candidates:
            name, mode, entry_id = entry
            if mode == TREE:
                inside = state.child(name)
                if inside.covers and entry_id != EMPTY_TREE:
                    entries.append(entry)
                elif not inside.dead:
                    below.append((name, (entry_id, inside)))
            elif state.reaches_submodule(name) if mode == GITLINK else selects(name):
                entries.append(entry)
            if name == _ATTRIBUTES and mode != TREE:
                attributes = entry
        return _Scan(tuple(entries), tuple(below), attributes)

    def _combine(self, scan: "_Scan") -> _Picked | None:
        found = [(name, self._picked[key]) for name, key in scan.below]
        below = tuple((name, picked) for name, picked in found if picked is not None)
        return _Picked(scan.entries, below, scan.attributes) if scan.entries or below else None


def _row(mode: int, id: GitId, path: bytes) -> bytes:
    return _ROWS[mode] % (id.encode(), path)


def _takes(state: State, entry: TreeEntry) -> bool:
    """Whether an entry is selected as it stands: a file, a link, a submodule, or a directory with all that is in it."""
    if entry.mode == TREE:
        return state.child(entry.name).covers and entry.id != EMPTY_TREE
    return state.reaches_submodule(entry.name) if entry.mode == GITLINK else state.selects(entry.name)


def _attribute_row(prefix: bytes, listing: dict[bytes, TreeEntry]) -> dict[bytes, bytes]:
    own = _attributes_in(listing)
    path = RepoPath(prefix + _ATTRIBUTES)
    return {} if own is None else {path: _row(own.mode, own.id, path)}


def _attributes_in(listing: dict[bytes, TreeEntry]) -> TreeEntry | None:
    entry = listing.get(_ATTRIBUTES)
    return None if entry is None or entry.mode == TREE else entry
