"""The changes between two trees, as far as globs care."""

from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.changes import Change, diff_filesets
from cigen.hashing.digest import EXECUTABLE, FILE, git_blob
from cigen.hashing.fileset import Entry, expand, select
from cigen.hashing.memory_tree import MemoryTree
from cigen.model.resources import PathGlob


def entry(path: bytes, content: bytes, mode: int = FILE) -> Entry:
    return Entry(path, mode, git_blob(content))


def changes(old, new, *patterns: str) -> tuple[Change, ...]:
    return diff_filesets(MemoryTree(old), MemoryTree(new), [PathGlob(pattern) for pattern in patterns])


def test_changes_name_files_even_inside_covered_directories() -> None:
    old = {b"app/a": b"1", b"app/b": b"1", b"app/c/d": b"1", b"lib/x": b"1"}
    new = {b"app/a": b"2", b"app/c/d": b"1", b"app/c/e": b"1", b"lib/x": b"2"}
    assert changes(old, new, "app/**") == (
        Change(b"app/a", entry(b"app/a", b"1"), entry(b"app/a", b"2")),
        Change(b"app/b", entry(b"app/b", b"1"), None),
        Change(b"app/c/e", None, entry(b"app/c/e", b"1")),
    )


def test_a_change_of_mode_alone_is_a_change() -> None:
    old, new = {b"a": (FILE, git_blob(b"1"))}, {b"a": (EXECUTABLE, git_blob(b"1"))}
    assert changes(old, new, "a") == (Change(b"a", entry(b"a", b"1"), entry(b"a", b"1", EXECUTABLE)),)


def test_a_file_that_became_a_directory_went_and_its_files_came() -> None:
    assert [c.path for c in changes({b"a": b"1"}, {b"a/b": b"1"}, "**")] == [b"a", b"a/b"]


def test_attributes_above_a_selected_file_are_among_the_changes() -> None:
    old = {b".gitattributes": b"1", b"app/.gitattributes": b"1", b"app/a.rb": b"1", b"lib/.gitattributes": b"1"}
    new = {path: b"2" if path.endswith(b"attributes") else content for path, content in old.items()}
    assert [c.path for c in changes(old, new, "app/*.rb")] == [b".gitattributes", b"app/.gitattributes"]


def test_only_directories_that_differ_are_opened() -> None:
    same = {f"same/{i}/{j}".encode(): b"1" for i in range(9) for j in range(9)}
    old, new = MemoryTree({**same, b"other/a": b"1"}), MemoryTree({**same, b"other/a": b"2"})
    found = diff_filesets(old, new, [PathGlob("**/*")])
    assert [c.path for c in found] == [b"other/a"]
    assert len(old.reads) == len(new.reads) == 2


PATHS = st.lists(st.sampled_from([b"a", b"b", b".gitattributes"]), min_size=1, max_size=3).map(b"/".join)
FILES = st.dictionaries(PATHS, st.sampled_from([b"1", b"2"]), max_size=6).map(
    lambda files: {p: c for p, c in files.items() if not any(p.startswith(q + b"/") for q in files)}
)
GLOBS = st.lists(
    st.builds(PathGlob, st.sampled_from(["**", "a/**", "**/a", "*", "!b/**", "!**/a", "a/b/*"]), st.just(True)),
    max_size=3,
)


@given(FILES, FILES, GLOBS)
def test_the_changes_are_the_difference_of_the_two_filesets(old, new, globs) -> None:
    inputs = set()
    for files in (old, new):
        tree = MemoryTree(files)
        fileset = select(tree, globs)
        inputs |= {e.path for e in (*expand(tree, fileset), *fileset.attributes)}
    sides = [{path: entry(path, content) for path, content in files.items()} for files in (old, new)]
    expected = [
        Change(path, sides[0].get(path), sides[1].get(path))
        for path in sorted(inputs)
        if sides[0].get(path) != sides[1].get(path)
    ]
    assert list(diff_filesets(MemoryTree(old), MemoryTree(new), globs)) == expected
