"""A commit listed by one git process is the commit read object by object."""

import itertools

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cigen.hashing.digest import EMPTY_TREE, EXECUTABLE, FILE, GITLINK, SYMLINK, TREE, git_blob
from cigen.hashing.fileset import Entry, files_below, select
from cigen.hashing.memory_tree import MemoryTree
from cigen.hashing.walk import Walker
from cigen.model.resources import PathGlob
from cigen.repo import listing
from cigen.repo.listing import CommitListing, ListedTree
from cigen.repo.objects import open_commit
from cigen.repo.overlay import DELETED, OverlayTree

EXAMPLES = itertools.count()
ODD = [b"\xff\n", b"tab\there", b'"quoted"', b"a b/c  d", b"deep/er/and/deeper/file", "grün/ñ".encode(), b"deep.er"]


def same_tree(one, other, tree) -> bool:
    entries = one.entries(tree)
    assert entries == other.entries(tree)
    return all(same_tree(one, other, entry.id) for entry in entries if entry.mode == TREE)


def check(location, rev: str = "HEAD") -> None:
    found, expected = CommitListing(location, rev).read(), open_commit(location, rev)
    assert found is not None
    assert (found.commit, found.tree.root()) == (expected.commit, expected.tree.root())
    assert same_tree(found.tree, expected.tree, found.tree.root())


def test_every_kind_of_entry_and_name(repo, clone) -> None:
    for name in ODD:
        repo.write(name, name)
    repo.commit()
    repo.write("run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("run.sh")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.git('rev-parse', 'HEAD')},sub")
    (repo.path / "sub").mkdir()
    repo.commit()
    repo.git("tag", "-a", "v1.0", "-m", "x")
    for rev in ("HEAD", "HEAD~1", "HEAD^", "main", "v1.0", "refs/tags/v1.0", repo.git("rev-parse", "--short", "HEAD")):
        check(repo.location, rev)
    check(clone(repo, "bare", "--bare").location)
    check(clone(repo, "partial", "--filter=blob:none", "--depth=1").location)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.text("ab./", min_size=1, max_size=8), min_size=1, max_size=12))
def test_directories_in_any_order(make_repo, names) -> None:
    repo = make_repo(f"example{next(EXAMPLES)}")
    for name in sorted(names):
        parts = [part for part in name.split("/") if part.strip(".")]
        if parts and not any((repo.path.joinpath(*parts[:n])).is_file() for n in range(1, len(parts))):
            path = repo.path.joinpath(*parts)
            if not path.is_dir():
                repo.write("/".join(parts))
    repo.commit()
    check(repo.location)


def test_a_commit_without_files_is_listed_too(repo) -> None:
    repo.commit()
    found = CommitListing(repo.location, "HEAD").read()
    assert found is not None
    assert found.tree.entries(EMPTY_TREE) == ()


@pytest.mark.parametrize(
    "rev", ["", "-x", "--output=x", "nowhere", ":/message", "HEAD:file", "HEAD^{tree}", "a b", "@{u}"]
)
def test_what_is_no_plain_name_of_a_commit_is_left_to_others(repo, rev) -> None:
    repo.write("file")
    repo.commit()
    assert CommitListing(repo.location, rev).read() is None
    assert not (repo.path / "x").exists()


def test_what_has_no_commit_or_another_format_is_left_to_others(repo, make_repo) -> None:
    assert CommitListing(repo.location, "HEAD").read() is None
    other = make_repo("sha256", "--object-format=sha256")
    other.write("file")
    other.commit()
    assert CommitListing(other.location, "HEAD").read() is None


def test_a_branch_that_moved_between_the_two_answers_is_noticed(repo, monkeypatch) -> None:
    repo.write("file", "1")
    repo.commit()
    begun = []
    spawn = listing.GitChild

    def move_after_first(directory, arguments):
        child = spawn(directory, arguments)
        if not begun:
            begun.append((child, child.output()))
            child.output = lambda: begun[0][1]
            repo.write("file", "2")
            repo.commit()
        return child

    monkeypatch.setattr(listing, "GitChild", move_after_first)
    assert CommitListing(repo.location, "HEAD").read() is None
    assert begun


def test_modes_that_git_no_longer_writes_are_left_to_others(repo) -> None:
    blob = repo.git("hash-object", "-w", str(repo.write("x")))
    repo.write("raw", b"100664 old\0" + bytes.fromhex(blob))
    tree = repo.git("hash-object", "-w", "-t", "tree", "--literally", "raw")
    repo.git("update-ref", "HEAD", repo.git("commit-tree", tree, "-m", "x"))
    assert CommitListing(repo.location, "HEAD").read() is None
    assert open_commit(repo.location).tree.root() == tree


def test_a_missing_tree_is_left_to_others(repo) -> None:
    repo.write("a/file")
    repo.commit()
    tree = repo.git("rev-parse", "HEAD:a")
    (repo.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    assert CommitListing(repo.location, "HEAD").read() is None


# -- what globs find in the text ---------------------------------------------------------------------------------------

KINDS = {FILE: "blob", EXECUTABLE: "blob", SYMLINK: "blob", TREE: "tree", GITLINK: "commit"}
GLOBS = st.lists(
    st.builds(
        lambda no, start, end: PathGlob("/".join([no + part for part in start[:1]] + start[1:] + [end]), optional=True),
        st.sampled_from(["", "", "", "!"]),
        st.lists(st.sampled_from(["**", "**", "*", "a", "b"]), min_size=1, max_size=3),
        st.sampled_from(["*.ts", "*.ts", "*s", "*", "**", "a.ts", "{*.ts,*.b}", "a*s", ".gitattributes"]),
    ),
    max_size=3,
)
FOLDERS = st.lists(st.sampled_from([b"a", b"b", b"a-", b"a0", b"x\ta"]), max_size=3)
NAMES = [b"a.ts", b"b.ts", b"a.b", b"ats", b"a-", b"a0", b"x\ta.ts", b"\xff.ts", b"\n.ts", b".gitattributes", b"sub.ts"]
PATH = st.builds(lambda folders, name: b"/".join([*folders, name]), FOLDERS, st.sampled_from(NAMES))
MODE = st.sampled_from([FILE, FILE, EXECUTABLE, SYMLINK])
FILES = st.dictionaries(PATH, st.tuples(MODE, st.sampled_from([git_blob(b"0"), git_blob(b"1")])), max_size=12)


def printed(tree: MemoryTree, id, prefix: bytes = b"") -> bytes:
    """As git prints it: depth first, a directory in the place that a file of its name with a `/` would have."""
    rows = b""
    for name, mode, entry in sorted(tree.entries(id), key=lambda one: one.name + b"/" * (one.mode == TREE)):
        rows += b"%06o %s %s\t%s\0" % (mode, KINDS[mode].encode(), entry.encode(), prefix + name)
        rows += printed(tree, entry, prefix + name + b"/") if mode == TREE else b""
    return rows


def listed(files) -> tuple[MemoryTree, ListedTree]:
    """Both kinds of tree of the same files; one called `sub.ts` is a submodule."""
    modes = {path: (GITLINK if path.endswith(b"sub.ts") else mode, id) for path, (mode, id) in files.items()}
    tree = MemoryTree({path: v for path, v in modes.items() if not any(path.startswith(p + b"/") for p in modes)})
    return tree, ListedTree(tree.root(), printed(tree, tree.root()))


BLOB = (FILE, git_blob(b""))
TS = [PathGlob("a/**/*.ts", optional=True)]


@example(TS, {b"a/b/sub.ts": BLOB, b"a/x.ts": BLOB})
@example(TS, {b"a/x\ty.ts": BLOB, b"a/z.ts": BLOB})
@example(TS, {b"a/b.ts/c.ts": BLOB, b"a/b.ts/c": BLOB})
@example(TS, {b"a/x.ts": (EXECUTABLE, git_blob(b"")), b"a/y.ts": (SYMLINK, git_blob(b"")), b"b/x.ts": BLOB})
@example([*TS, PathGlob("a/b/**/*.ts")], {b"a/b/x.ts": BLOB, b"a/z.ts": BLOB})
@example([*TS, PathGlob("a/**/*.b"), PathGlob("b")], {b"a/x.b": BLOB, b"a/z.ts": BLOB, b"b": BLOB, b"a.ts": BLOB})
@example([*TS, PathGlob("a/b/x.ts"), PathGlob("a-/b")], {b"a/b/x.ts": BLOB, b"a/a.ts": BLOB, b"a-/b": BLOB})
@example([*TS, PathGlob("a/**")], {b"a/b/x.ts": BLOB})
@example([PathGlob("**/*.ts"), PathGlob("**")], {b"a/b/x.ts": BLOB})
@example([PathGlob("**/*s")], {b".gitattributes": BLOB, b"-.ts": BLOB, b"a.ts": BLOB})
@example([PathGlob("**/*.ts")], {b".gitattributes": BLOB, b"-.ts": BLOB, b"a.ts": BLOB})
@example(TS, {b"a/b/.gitattributes": BLOB, b"a/b/x.ts": BLOB, b"a/x.ts": BLOB})
@example(TS, {b".gitattributes": BLOB, b"a/x.ts": BLOB})
@example(TS, {b".gitattributes": BLOB, b"a/x.js": BLOB})
@example([PathGlob("**/*.ts", optional=True)], {b".gitattributes": BLOB, b"a/x.ts": BLOB})
@example(TS, {b"a/x.ts": BLOB, b"a/xats": BLOB, b"a0/x.ts": BLOB, b"a-/x.ts": BLOB})
@settings(max_examples=400)
@given(GLOBS, FILES)
def test_globs_select_in_a_listing_what_they_select_in_its_directories(globs, files) -> None:
    tree, text = listed(files)
    assert text.is_sound()
    one, other = select(text, globs), select(tree, globs)
    assert (one.entries, one.attributes) == (other.entries, other.attributes)
    assert (one.absent, one.unmatched) == (other.absent, other.unmatched)
    assert one.components() == other.components()


def overlaid(text: ListedTree, before: MemoryTree, after: MemoryTree) -> OverlayTree:
    """The listing with what makes of it the other tree."""
    old, new = (set(files_below(tree, b"", tree.root())) for tree in (before, after))
    gone = {entry.path for entry in old} - {entry.path for entry in new}
    return OverlayTree(text, [*(Entry(path, DELETED, "") for path in gone), *(new - old)])


@example(TS, {b"a/b/x.ts": BLOB}, {b"a/b/x.ts": (EXECUTABLE, git_blob(b""))})
@example(TS, {b"a/b/x.ts": BLOB, b"a/c": BLOB}, {b"a/b/x.ts": BLOB})
@example(TS, {b"a/x.ts": BLOB, b"b": BLOB}, {b"a/x.ts": BLOB, b"a/b.ts/y.ts": BLOB})
@example(TS, {b"a/b.ts/y.ts": BLOB, b"a/x.ts": BLOB}, {b"a/b.ts": BLOB, b"a/x.ts": BLOB})
@example([PathGlob("**/*.ts")], {b"a/x.ts": BLOB}, {b"a/x.ts": BLOB, b"y.ts": BLOB})
@example(TS, {b"a/x.ts": BLOB}, {b"a/x.ts": BLOB, b".gitattributes": BLOB})
@settings(max_examples=400)
@given(GLOBS, FILES, FILES)
def test_globs_select_in_an_edited_listing_what_they_select_in_the_tree_made_afresh(globs, files, edited) -> None:
    (before, text), (after, _) = listed(files), listed(edited)
    one, other = select(overlaid(text, before, after), globs), select(after, globs)
    assert (one.entries, one.attributes) == (other.entries, other.attributes)
    assert (one.absent, one.unmatched) == (other.absent, other.unmatched)
    assert one.components() == other.components()


@pytest.mark.parametrize("edited", [[], [Entry(b"a.ts", *BLOB)]], ids=["clean", "edited elsewhere"])
def test_files_of_an_ending_are_found_without_a_look_into_their_directories(edited: list[Entry], monkeypatch) -> None:
    _, text = listed({b"src/a/x.ts": BLOB, b"src/b/y.ts": BLOB})
    tree = OverlayTree(text, edited)
    monkeypatch.setattr(Walker, "picks", None)
    for one in (text, tree):
        found = select(one, [PathGlob("src/**/*.{js,ts}")]).entries
        assert [entry.path for entry in found] == [b"src/a/x.ts", b"src/b/y.ts"]


def row(kind: str, path: str, id: str = "1" * 40) -> str:
    return f"{kind} {id}\t{path}\0"


@pytest.mark.parametrize(
    "text",
    [
        row("100664 blob", "a"),
        row("100644 tree", "a"),
        row("100644 blob", "a", "1" * 64),
        row("040000 tree", "b") + row("100644 blob", "b/x") + row("040000 tree", "a"),
        row("040000 tree", "a") + row("040000 tree", "a"),
    ],
)
def test_a_listing_that_git_would_not_write_today_is_not_sound(text) -> None:
    assert not ListedTree("2" * 40, text.encode()).is_sound()
