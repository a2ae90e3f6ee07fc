"""Reading commits, trees and blobs from every kind of repository."""

import pytest

from cigen.errors import ProjectError
from cigen.hashing.digest import EMPTY_TREE, EXECUTABLE, FILE, GITLINK, SYMLINK, git_blob, git_tree
from cigen.hashing.fileset import files_below
from cigen.repo.objects import open_commit, open_tree, read_blob


def failure(call):
    with pytest.raises(ProjectError) as caught:
        call()
    return caught.value.diagnostics[0]


@pytest.fixture
def history(repo):
    """Two commits, the second with every kind of entry."""
    repo.write("a/b.txt", "1\n")
    repo.commit()
    repo.write("a/b.txt", "2\n")
    repo.write("run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("a")
    repo.write(b"\xff\n", "odd\n")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.git('rev-parse', 'HEAD')},sub")
    (repo.path / "sub").mkdir()
    repo.commit()
    return repo


def modes(tree) -> dict[bytes, int]:
    return {entry.path: entry.mode for entry in files_below(tree, b"", tree.root())}


ALL = {b"a/b.txt": FILE, b"run.sh": EXECUTABLE, b"link": SYMLINK, b"\xff\n": FILE, b"sub": GITLINK}


def test_a_commits_tree_has_all_kinds_of_entries(history) -> None:
    found = open_commit(history.location)
    assert found.commit == history.git("rev-parse", "HEAD")
    assert found.tree.root() == history.tree()
    assert modes(found.tree) == ALL


def test_the_ids_computed_here_are_gits(history) -> None:
    tree = open_commit(history.location).tree
    assert git_tree(tree.entries(tree.root())) == tree.root()
    assert git_blob(b"2\n") == history.git("rev-parse", "HEAD:a/b.txt")
    assert history.git("hash-object", "-t", "tree", "/dev/null") == EMPTY_TREE


@pytest.mark.parametrize("rev", ["HEAD~1", "main~1", "v1", "annotated", "refs/tags/v1", "HEAD^", "main@{1}"])
def test_a_revision_may_be_spelled_in_every_way_git_knows(history, rev) -> None:
    history.git("tag", "v1", "HEAD~1")
    history.git("tag", "-a", "annotated", "-m", "x", "HEAD~1")
    assert open_commit(history.location, rev).commit == history.git("rev-parse", rev + "^{commit}")


def test_a_revision_may_be_an_abbreviated_id(history) -> None:
    commit = history.git("rev-parse", "HEAD~1")
    assert open_commit(history.location, commit[:10]).commit == commit


@pytest.mark.parametrize(
    "rev", ["nope", "", "-x", "HEAD:a", "HEAD^{tree}", "a\0b", "\udcff", "HEAD~9", "@{u}", "x" * 5000]
)
def test_what_names_no_commit_is_a_clear_error(history, rev) -> None:
    assert failure(lambda: open_commit(history.location, rev)).code == "REPO_003"


def test_a_shallow_clone_says_that_older_commits_are_missing(history, clone) -> None:
    copy = clone(history, "copy", "--depth=1")
    found = failure(lambda: open_commit(copy.location, "HEAD~1"))
    assert found.code == "REPO_003"
    assert "shallow" in found.hint


@pytest.mark.parametrize("kind", ["--bare", "--no-checkout"])
@pytest.mark.parametrize("blobs", ["--filter=blob:none", "--no-tags"])
def test_a_depth_one_blobless_clone_has_every_tree(history, clone, kind, blobs) -> None:
    copy = clone(history, "copy", "--depth=1", blobs, kind)
    assert modes(open_commit(copy.location).tree) == ALL


def test_a_packed_repository_is_read_like_a_loose_one(history) -> None:
    history.git("gc", "-q")
    history.git("pack-refs", "--all")
    assert modes(open_commit(history.location, "main").tree) == ALL


def test_a_clone_that_borrows_its_objects_is_read(history, clone) -> None:
    assert modes(open_commit(clone(history, "copy", "--shared").location).tree) == ALL


def test_a_blob_is_read_when_it_is_there_and_only_then(history) -> None:
    location = history.location
    assert read_blob(location, history.git("rev-parse", "HEAD:a/b.txt")) == b"2\n"
    assert read_blob(location, "0" * 40) is None
    assert read_blob(location, history.tree()) is None
    assert read_blob(location, "not an id") is None


def test_a_partial_clone_fetches_the_one_blob_that_is_asked_for(history, clone) -> None:
    copy = clone(history, "copy", "--depth=1", "--filter=blob:none", "--bare")
    blob = history.git("rev-parse", "HEAD:a/b.txt")
    assert read_blob(copy.location, blob) == b"2\n"
    history.path.rename(history.path.with_name("gone"))
    other = open_commit(copy.location).tree
    missing = next(entry.id for entry in files_below(other, b"", other.root()) if entry.path == b"run.sh")
    assert read_blob(copy.location, missing) is None


def test_a_clone_without_trees_is_a_clear_error(history, clone) -> None:
    copy = clone(history, "copy", "--filter=tree:0", "--bare")
    tree = open_commit(copy.location).tree
    assert failure(lambda: tree.entries(tree.root())).code == "REPO_007"


def test_the_empty_tree_needs_no_object(repo) -> None:
    assert open_tree(repo.location, EMPTY_TREE).entries(EMPTY_TREE) == ()


def test_a_commit_without_files_has_the_empty_tree(repo) -> None:
    repo.commit()
    tree = open_commit(repo.location).tree
    assert (tree.root(), tree.entries(tree.root())) == (EMPTY_TREE, ())


def test_an_unborn_branch_has_no_commit(repo) -> None:
    assert failure(lambda: open_commit(repo.location)).code == "REPO_004"


def test_a_repository_that_cannot_be_opened_is_named_without_its_place(make_repo) -> None:
    repo = make_repo("broken")
    (repo.location.git_dir / "config").write_text("[core\n")
    found = failure(lambda: open_commit(repo.location))
    assert found.code == "REPO_008"
    assert str(repo.location.git_dir.parent) not in found.message


def test_a_sha256_repository_is_a_clear_error(make_repo) -> None:
    repo = make_repo("sha256", "--object-format=sha256")
    assert failure(lambda: open_commit(repo.location)).code == "REPO_005"


def test_an_unknown_extension_is_a_clear_error(repo) -> None:
    repo.commit()
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.fromTheFuture", "true")
    assert failure(lambda: open_commit(repo.location)).code == "REPO_005"


def test_a_damaged_repository_is_a_clear_error(repo) -> None:
    repo.commit()
    repo.write(".git/config", "[core\n")
    assert failure(lambda: open_commit(repo.location)).code == "REPO_008"


def test_a_damaged_tree_is_a_clear_error(history) -> None:
    tree = history.tree()
    file = history.path / ".git/objects" / tree[:2] / tree[2:]
    file.chmod(0o644)
    file.write_bytes(b"garbage")
    found = open_commit(history.location).tree
    assert failure(lambda: found.entries(found.root())).code in ("REPO_007", "REPO_008")


def test_a_repository_of_another_user_can_be_read_by_commit(history, clone, monkeypatch) -> None:
    bare = clone(history, "bare", "--bare")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert modes(open_commit(bare.location).tree) == ALL


def test_modes_of_very_old_repositories_are_what_the_index_makes_of_them(repo) -> None:
    blob = repo.git("hash-object", "-w", str(repo.write("x")))
    raw = b"100664 old\0" + bytes.fromhex(blob) + b"100775 run\0" + bytes.fromhex(blob)
    repo.write("raw", raw)
    tree = repo.git("hash-object", "-w", "-t", "tree", "--literally", "raw")
    assert modes(open_tree(repo.location, tree)) == {b"old": FILE, b"run": EXECUTABLE}
