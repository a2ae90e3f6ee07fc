"""What changed between two trees, as far as a list of globs cares.

Owns the parallel walk: it enters a directory only where the ids differ and a glob can still match, so it costs the
size of the change. Used to explain; keys never depend on it.
"""

from collections.abc import Sequence

from cigen.hashing.automaton import State, start_state
from cigen.hashing.digest import GITLINK, TREE, TreeEntry
from cigen.hashing.fileset import walker_of
from cigen.hashing.globs import parse_glob
from cigen.hashing.trees import Entry, TreeReader
from cigen.hashing.walk import Walker
from cigen.model.dataclass import dataclass
from cigen.model.paths import GitId, RepoPath
from cigen.model.resources import PathGlob

__all__ = ["Change", "diff_filesets"]

_ATTRIBUTES = b".gitattributes"


@dataclass(frozen=True, slots=True)
class Change:
    """A path that differs; None on the side where it does not exist. After a change of mode alone the ids are equal."""

    path: RepoPath
    was: Entry | None
    now: Entry | None


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory that may exist on either side, and what the globs can still match in it."""

    prefix: bytes
    was: GitId | None
    now: GitId | None
    state: State


def diff_filesets(old: TreeReader, new: TreeReader, globs: Sequence[PathGlob]) -> tuple[Change, ...]:
    """The changed paths among those that `globs` select in either tree, their `.gitattributes` included, sorted."""
    parsed = [parse_glob(glob.pattern) for glob in globs]
    state = start_state([g for g in parsed if not g.negated], [g for g in parsed if g.negated])
    before, after = walker_of(old), walker_of(new)
    changes: list[Change] = []
    pending = [_Directory(b"", old.root(), new.root(), state)]
    while pending:
        here = pending.pop()
        if here.was == here.now or here.state.dead:
            continue
        was = before.listing(here.was) if here.was else {}
        now = after.listing(here.now) if here.now else {}
        for name in was.keys() | now.keys():
            a, b = was.get(name), now.get(name)
            if a == b:
                continue
            left, right = _leaf(a, here.state), _leaf(b, here.state)
            if name == _ATTRIBUTES and not (left or right):
                a_file, b_file = _file(a), _file(b)
                if (a_file and _selects(before, here.was, here)) or (b_file and _selects(after, here.now, here)):
                    left, right = a_file, b_file
            if left or right:
                path = RepoPath(here.prefix + name)
                changes.append(Change(path, _entry(path, left), _entry(path, right)))
            tree_a, tree_b = _subtree(a), _subtree(b)
            if tree_a or tree_b:
                pending.append(_Directory(here.prefix + name + b"/", tree_a, tree_b, here.state.child(name)))
    return tuple(sorted(changes, key=lambda change: change.path))


def _leaf(entry: TreeEntry | None, state: State) -> TreeEntry | None:
    """The entry, if it is a selected file, link or submodule."""
    entry = _file(entry)
    if entry is None:
        return None
    taken = state.reaches_submodule(entry.name) if entry.mode == GITLINK else state.selects(entry.name)
    return entry if taken else None


def _file(entry: TreeEntry | None) -> TreeEntry | None:
    return entry if entry is not None and entry.mode != TREE else None


def _subtree(entry: TreeEntry | None) -> GitId | None:
    return entry.id if entry is not None and entry.mode == TREE else None


def _entry(path: RepoPath, entry: TreeEntry | None) -> Entry | None:
    return None if entry is None else Entry(path, entry.mode, entry.id)


def _selects(side: Walker, directory: GitId | None, here: _Directory) -> bool:
    """Whether anything in the directory is selected on one side, which makes its `.gitattributes` an input there."""
    return directory is not None and side.picks(directory, here.state) is not None
