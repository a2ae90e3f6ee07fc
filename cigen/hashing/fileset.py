"""Filesets: the part of a tree that a list of globs selects.

Owns the selection: which paths, collapsed to a tree id wherever the globs cover a whole directory, which
`.gitattributes` go with them, which literal paths are absent, which required globs select nothing. The result depends
on the globs and the tree alone, so a commit and a worktree of equal content give equal filesets. Refuses: content.
"""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Fileset:
    """What a list of globs selects. Everything is sorted by path."""

    rows: dict[RepoPath, bytes] = field(default_factory=dict)
    """Path → `git:MODE:ID PATH`; `entries` has the same."""
    attribute_rows: dict[RepoPath, bytes] = field(default_factory=dict)
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


def _entries(rows: dict[RepoPath, bytes]) -> tuple[Entry, ...]:
    return tuple([Entry(path, int(row[4:10], 8), GitId(row[11:51].decode())) for path, row in sorted(rows.items())])


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
            if not matched.rows and not glob.optional:
                unmatched.append(glob)
            if matched.missing:
                excluded = start_state(exclude, ())
                absent.update(path for path in matched.missing if not excluded.selects_path(path))
        covered = [path for matched in found for path in matched.covered]
        return Fileset(
            _joined([matched.rows for matched in found], covered),
            _joined([matched.attributes for matched in found], covered),
            tuple(sorted(absent)),
            tuple(unmatched),
        )


def _joined(parts: list[dict[RepoPath, bytes]], covered: list[RepoPath]) -> dict[RepoPath, bytes]:
    """All that stand in no covered directory. Many filesets are of one glob, and that is the glob's own."""
    if len(parts) == 1 and not covered:
        return parts[0]
    found: dict[RepoPath, bytes] = {}
    for part in parts:
        found.update(part)
    if b"" in covered:
        return {path: row for path, row in found.items() if not path}
    inside = tuple([path + b"/" for path in covered])
    return {path: row for path, row in found.items() if not path.startswith(inside)} if inside else found


_selectors: "WeakKeyDictionary[TreeReader, _Selector]" = WeakKeyDictionary()


def _selector_of(tree: TreeReader) -> _Selector:
    """The tree's one selector, kept as long as the tree is."""
    selector = _selectors.get(tree)
    if selector is None:
        selector = _selectors[tree] = _Selector(tree)
    return selector
