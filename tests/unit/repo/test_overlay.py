"""A tree with overrides has the ids git would give it, and enters only what changed."""

from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.digest import EMPTY_TREE, EXECUTABLE, FILE, git_blob
from cigen.hashing.fileset import Entry, files_below
from cigen.hashing.memory_tree import MemoryTree
from cigen.repo.overlay import DELETED, OverlayTree


def deleted(path: bytes) -> Entry:
    return Entry(path, DELETED, "")


NAMES = st.sampled_from([b"a", b"b", b"a.b", b"a-b"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(b"/".join)


def without_conflicts(files: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Drop the files below another file."""
    return {path: content for path, content in files.items() if not any(path.startswith(p + b"/") for p in files)}


TREES = st.dictionaries(PATHS, st.sampled_from([b"", b"1", b"2"]), max_size=6).map(without_conflicts)


@given(TREES, TREES)
def test_an_overlay_equals_the_tree_made_afresh(before, after) -> None:
    overrides = [deleted(path) for path in before if path not in after]
    overrides += [Entry(path, FILE, git_blob(content)) for path, content in after.items()]
    overlay = OverlayTree(MemoryTree(before), overrides)
    fresh = MemoryTree(after)
    assert overlay.root() == fresh.root()
    assert sorted(files_below(overlay, b"", overlay.root())) == sorted(files_below(fresh, b"", fresh.root()))
    assert {entry.path for entry in overlay.overrides} == {
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    }


def test_only_the_changed_directories_are_read() -> None:
    base = MemoryTree({b"a/b/c": b"1", b"d/e": b"1", b"f/g": b"1"})
    root = {entry.name: entry.id for entry in base.entries(base.root())}
    base.reads.clear()
    overlay = OverlayTree(base, [Entry(b"a/b/c", FILE, git_blob(b"2"))])
    assert root[b"d"] not in base.reads
    assert root[b"f"] not in base.reads
    assert {entry.name: entry.id for entry in overlay.entries(overlay.root())}[b"d"] == root[b"d"]


def test_an_override_that_says_what_the_base_says_is_dropped() -> None:
    base = MemoryTree({b"a/b": b"1"})
    same = OverlayTree(base, [Entry(b"a/b", FILE, git_blob(b"1")), deleted(b"a/gone"), deleted(b"a")])
    assert same.overrides == ()
    assert same.root() == base.root()
    assert OverlayTree(base, [Entry(b"a/b", EXECUTABLE, git_blob(b"1"))]).root() != base.root()


def test_the_last_override_of_a_path_counts() -> None:
    overlay = OverlayTree(MemoryTree({}), [Entry(b"a", FILE, git_blob(b"1")), deleted(b"a")])
    assert overlay.root() == EMPTY_TREE
