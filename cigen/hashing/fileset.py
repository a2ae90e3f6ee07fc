"""Filesets: the part of a tree that a list of globs selects.

Owns the selection: which paths, collapsed to a tree id wherever the globs cover a whole directory, which
`.gitattributes` go with them, which literal paths are absent, which required globs select nothing. The result depends
on the globs and the tree alone, so a commit and a worktree of equal content give equal filesets. Refuses: content.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from weakref import WeakKeyDictionary

from cigen.hashing.automaton import start_state
from cigen.hashing.digest import TREE
from cigen.hashing.globs import parse_glob
from cigen.hashing.manifest import LISTING, Component
from cigen.hashing.trees import Entry, TreeReader, files_below, path_text
from cigen.hashing.walk import Matched, Walker
from cigen.model.dataclass import dataclass, field
from cigen.model.paths import GitId, RepoPath
from cigen.model.resources import PathGlob

__all__ = ["Entry", "Fileset", "TreeReader", "expand", "files_below", "path_text", "select", "walker_of"]

_TREE = b"git:%06o:" % TREE
_PATH_AT = len(b"git:MODE__:") + 40 + 1


@dataclass(frozen=True, slots=True)
class Fileset:
    """What a list of globs selects. Everything is sorted by path."""

    rows: dict[bytes, bytes] = field(default_factory=dict)
    """Path → `git:MODE:ID PATH`; `entries` has the same. Of files below a directory in which nothing else is selected,
    the directory with a `/` → the rows of all, sorted, a NUL between them.
    """
    attribute_rows: dict[bytes, bytes] = field(default_factory=dict)
    absent: tuple[RepoPath, ...] = ()
    """Paths that the globs name outright and do not exclude, and that are no file: absence is an input."""
    unmatched: tuple[PathGlob, ...] = ()
    """Required globs that select nothing once exclusions are taken away, in the order they were given."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The selected paths."""
        return _entries(self.rows)

    @property
    def attributes(self) -> tuple[Entry, ...]:
        """Every `.gitattributes` from the root down to a selected path, unless it stands inside a covered directory."""
        return _entries(self.attribute_rows)

    def components(self) -> tuple[Component, ...]:
        """What a key manifest says of it: one listing of all files, and `absent` for each path."""
        rows = {**self.rows, **self.attribute_rows}
        found = [Component("absent", path_text(path), "") for path in self.absent]
        if rows:
            found.append(Component(LISTING, "", path_text(b"\0".join(map(rows.__getitem__, sorted(rows))))))
        return tuple(found)


def _entries(rows: Mapping[bytes, bytes]) -> tuple[Entry, ...]:
    found: dict[bytes, bytes] = {}
    for path, row in sorted(rows.items()):
        found |= _rows_of(row) if _is_piece(path, row) else {path: row}
    return tuple([Entry(RepoPath(path), int(row[4:10], 8), GitId(row[11:51].decode())) for path, row in found.items()])


def _is_piece(path: bytes, row: bytes) -> bool:
    """Whether these are the rows of a directory; the root's own row is that of a tree."""
    return path.endswith(b"/") or (not path and not row.startswith(_TREE))


def _rows_of(piece: bytes) -> dict[bytes, bytes]:
    return {row[_PATH_AT:]: row for row in piece.split(b"\0")}


def select(tree: TreeReader, globs: Sequence[PathGlob]) -> Fileset:
    """What `globs` select in `tree`. Exclusions win wherever they stand. GlobError for a syntax error."""
    return _selector_of(tree).select(tuple(globs))


def walker_of(tree: TreeReader) -> Walker:
    """The walker that `select` uses, for whoever wants what it remembers."""
    return _selector_of(tree).walker


def expand(tree: TreeReader, fileset: Fileset) -> tuple[Entry, ...]:
    """Every file, link and submodule of the fileset, covered directories opened, sorted; no attributes beside them."""
    found: list[Entry] = []
    for entry in fileset.entries:
        if entry.mode == TREE:
            found.extend(files_below(tree, entry.path, entry.id))
        else:
            found.append(entry)
    return tuple(sorted(found))


class _Selector:
    """Selections over one tree."""

    def __init__(self, tree: TreeReader) -> None:
        self.walker = Walker(tree)
        self._filesets: dict[tuple[PathGlob, ...], Fileset] = {}

    def select(self, globs: tuple[PathGlob, ...]) -> Fileset:
        """The fileset of `globs`."""
        fileset = self._filesets.get(globs)
        if fileset is None:
            fileset = self._filesets[globs] = self._select(globs)
        return fileset

    def _select(self, globs: tuple[PathGlob, ...]) -> Fileset:
        parsed = [(glob, parse_glob(glob.pattern)) for glob in globs]
        exclude = tuple([meaning for _, meaning in parsed if meaning.negated])
        found: list[Matched] = []
        unmatched: list[PathGlob] = []
        absent: set[RepoPath] = set()
        for glob, meaning in parsed:
            if meaning.negated:
                continue
            matched = self.walker.match(meaning, exclude)
            found.append(matched)
            if not (matched.rows or matched.pieces or glob.optional):
                unmatched.append(glob)
            if matched.missing:
                excluded = start_state(exclude, ())
                absent.update(path for path in matched.missing if not excluded.selects_path(path))
        covered = [path for matched in found for path in matched.covered]
        rows: dict[bytes, bytes] = {}
        attributes: dict[bytes, bytes] = {}
        for matched in found:
            rows |= matched.rows
            attributes |= matched.attributes
        pieces = [piece for matched in found for piece in matched.pieces.items()]
        if pieces:
            _add(pieces, rows, attributes)
        return Fileset(
            _uncovered(rows, covered),
            _uncovered(attributes, covered),
            tuple(sorted(absent)),
            tuple(unmatched),
        )


def _add(pieces: list[tuple[bytes, bytes]], rows: dict[bytes, bytes], attributes: Mapping[bytes, bytes]) -> None:
    """Add pieces to the rows: as they are where nothing else stands below their directories, else row by row."""
    folders = {folder for folder, _ in pieces}
    keys = sorted([*rows, *attributes, *(folder for folder, _ in pieces)])
    # What stands below a directory would follow it at once.
    alone = not any(left in folders and right.startswith(left) for left, right in pairwise(keys))
    for folder, piece in pieces:
        rows |= {folder: piece} if alone else _rows_of(piece)


def _uncovered(rows: dict[bytes, bytes], covered: list[RepoPath]) -> dict[bytes, bytes]:
    """The rows that stand in no covered directory."""
    if not covered:
        return rows
    if b"" in covered:
        return {path: row for path, row in rows.items() if not path}
    inside = tuple([path + b"/" for path in covered])
    return {path: row for path, row in rows.items() if not path.startswith(inside)}


_selectors: "WeakKeyDictionary[TreeReader, _Selector]" = WeakKeyDictionary()


def _selector_of(tree: TreeReader) -> _Selector:
    """The tree's one selector, kept as long as the tree is."""
    selector = _selectors.get(tree)
    if selector is None:
        selector = _selectors[tree] = _Selector(tree)
    return selector
