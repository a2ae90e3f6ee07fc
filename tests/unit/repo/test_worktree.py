"""The worktree as a tree: what it holds, whatever the user's configuration says."""

import os
import shutil
from hashlib import sha256

import pytest

from cigen.errors import ProjectError
from cigen.hashing.digest import EMPTY_TREE, EXECUTABLE, FILE, GITLINK, SYMLINK, git_blob
from cigen.hashing.fileset import Entry, files_below, select
from cigen.model.resources import PathGlob
from cigen.repo.objects import open_commit
from cigen.repo.worktree import WorktreeRecord, read_worktree, rebuild


def files(tree) -> dict[bytes, tuple[int, str]]:
    return {entry.path: (entry.mode, entry.id) for entry in files_below(tree, b"", tree.root())}


def root(repo) -> str:
    return read_worktree(repo.location).root()


def assert_like_a_commit(repo) -> None:
    """Reading now gives the tree that committing everything gives."""
    before = root(repo)
    repo.commit()
    assert before == repo.tree()


def code_of(call) -> str:
    with pytest.raises(ProjectError) as caught:
        call()
    return caught.value.diagnostics[0].code


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_clean_worktree_is_its_commits_tree(repo) -> None:
    repo.write("a/b/c.txt")
    repo.commit()
    worktree = read_worktree(repo.location)
    assert worktree.root() == repo.tree()
    assert worktree.overrides == ()
    assert worktree.base_commit == repo.git("rev-parse", "HEAD")


def test_a_fileset_is_the_same_from_the_worktree_and_from_the_commit(repo) -> None:
    repo.write("app/models/user.rb")
    repo.write("app/.gitattributes", "* text\n")
    repo.write("Gemfile", "gem\n")
    repo.commit()
    repo.write("app/models/user.rb", "changed\n")
    globs = [PathGlob("app/**/*.rb"), PathGlob("Gemfile")]
    before = select(read_worktree(repo.location), globs)
    repo.commit()
    assert select(open_commit(repo.location).tree, globs) == before
    assert len(before.attributes) == 1


def test_untracked_files_count_and_ignored_ones_do_not(repo) -> None:
    repo.write(".gitignore", "*.log\nbuild/\n")
    repo.write("a.log")
    repo.write("build/x")
    repo.write("new/deep/file")
    assert set(files(read_worktree(repo.location))) == {b".gitignore", b"new/deep/file"}


def test_a_tracked_file_counts_even_when_an_ignore_rule_names_it(repo) -> None:
    repo.write("kept.log", "1\n")
    repo.commit()
    repo.write(".gitignore", "*.log\n")
    repo.write("kept.log", "2\n")
    assert files(read_worktree(repo.location))[b"kept.log"] == (FILE, git_blob(b"2\n"))


def test_deleted_files_are_gone_and_so_are_emptied_directories(repo) -> None:
    repo.write("a/b/c")
    repo.write("d")
    repo.commit()
    shutil.rmtree(repo.path / "a")
    assert set(files(read_worktree(repo.location))) == {b"d"}
    assert_like_a_commit(repo)


def test_executable_bits_and_links_are_part_of_the_tree(repo) -> None:
    repo.write("run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("run.sh")
    (repo.path / "directory").symlink_to("/tmp")
    found = files(read_worktree(repo.location))
    assert found[b"run.sh"] == (EXECUTABLE, git_blob(b"x\n"))
    assert found[b"link"] == (SYMLINK, git_blob(b"run.sh"))
    assert found[b"directory"] == (SYMLINK, git_blob(b"/tmp"))
    assert_like_a_commit(repo)


def test_where_file_modes_mean_nothing_the_index_says_what_they_are(repo) -> None:
    repo.git("config", "core.fileMode", "false")
    repo.write("old.sh")
    repo.git("add", "--chmod=+x", "old.sh")
    repo.commit()
    repo.write("old.sh", "changed\n").chmod(0o644)
    repo.write("new.sh").chmod(0o755)
    found = files(read_worktree(repo.location))
    assert found[b"old.sh"][0] == EXECUTABLE
    assert found[b"new.sh"][0] == FILE
    assert_like_a_commit(repo)


@pytest.mark.parametrize("first", ["file", "directory", "link"])
@pytest.mark.parametrize("second", ["file", "directory", "link", "link to a directory"])
def test_a_path_may_change_its_kind(repo, first, second) -> None:
    def make(kind: str) -> None:
        if kind == "file":
            repo.write("it", kind)
        elif kind == "directory":
            repo.write("it/inside", kind)
        else:
            (repo.path / "it").symlink_to("other" if kind == "link" else "place")

    repo.write("place/inside", "x\n")
    make(first)
    repo.commit()
    shutil.rmtree(repo.path / "it") if first == "directory" else (repo.path / "it").unlink()
    make(second)
    assert_like_a_commit(repo)


def test_a_folder_may_become_a_link_that_never_ends(repo) -> None:
    """Git's status is then silent about what was in it."""
    repo.write("sub/a", "1\n")
    (repo.path / "loop").symlink_to("loop")
    repo.commit()
    shutil.rmtree(repo.path / "sub")
    (repo.path / "sub").symlink_to("loop")
    assert_like_a_commit(repo)
    assert files(read_worktree(repo.location))[b"sub"][0] == SYMLINK


@pytest.mark.parametrize(
    "name",
    [b"new\nline", b'quo"te', b"back\\slash", b"\xff\xfe", "ü".encode(), b" spaces ", b"-dash", b"*?[x]", b"\x01"],
)
def test_odd_names_are_just_names(repo, name) -> None:
    repo.write(b"dir " + name + b"/" + name)
    repo.write(name + b".2", "old\n")
    repo.commit()
    repo.write(name + b".2", "new\n")
    repo.write(name + b".3", "new\n")
    worktree = read_worktree(repo.location)
    assert files(worktree)[name + b".2"] == (FILE, git_blob(b"new\n"))
    assert files(worktree)[name + b".3"] == (FILE, git_blob(b"new\n"))
    assert WorktreeRecord.from_json(worktree.record().to_json()) == worktree.record()
    assert_like_a_commit(repo)


def test_the_cache_of_cigen_is_left_out_though_nothing_ignores_it(repo) -> None:
    repo.write("a")
    repo.commit()
    before = root(repo)
    repo.write(".cigen/cache/store/blob")
    assert root(repo) == before
    repo.git("add", "-A")
    assert root(repo) == before
    repo.write(".cigen/plugins/mine/run")
    assert root(repo) != before


# -- the index ---------------------------------------------------------------------------------------------------------


def test_what_is_staged_and_then_edited_counts_as_edited(repo) -> None:
    repo.write("a", "1\n")
    repo.commit()
    repo.write("a", "2\n")
    repo.git("add", "a")
    repo.write("a", "3\n")
    assert files(read_worktree(repo.location))[b"a"] == (FILE, git_blob(b"3\n"))


def test_a_file_removed_from_the_index_but_not_from_disk_is_untracked(repo) -> None:
    repo.write("a")
    repo.write("b")
    repo.commit()
    repo.git("rm", "--cached", "-q", "a")
    assert set(files(read_worktree(repo.location))) == {b"a", b"b"}


def test_a_file_that_is_only_intended_to_be_added_counts(repo) -> None:
    repo.write("a")
    repo.git("add", "-N", "a")
    assert files(read_worktree(repo.location)) == {b"a": (FILE, git_blob(b"x\n"))}


def test_a_conflict_counts_as_it_stands_in_the_worktree(repo) -> None:
    repo.write("a", "base\n")
    repo.write("gone", "base\n")
    repo.commit()
    repo.git("checkout", "-qb", "other")
    repo.write("a", "theirs\n")
    repo.write("gone", "theirs\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("a", "ours\n")
    (repo.path / "gone").unlink()
    repo.commit()
    repo.git("merge", "other", check=False)
    assert b"<<<<<<<" in (repo.path / "a").read_bytes()
    (repo.path / "gone").unlink()
    assert set(files(read_worktree(repo.location))) == {b"a"}
    assert_like_a_commit(repo)


def test_an_edit_of_equal_size_within_the_indexs_own_second_is_seen(repo) -> None:
    long_ago = (10**18, 10**18)
    os.utime(repo.write("a", "1\n"), ns=long_ago)
    repo.commit()
    os.utime(repo.write("a", "2\n"), ns=long_ago)
    os.utime(repo.path / ".git/index", ns=long_ago)
    assert files(read_worktree(repo.location))[b"a"] == (FILE, git_blob(b"2\n"))


def test_an_edit_of_equal_size_with_its_old_time_is_seen_whatever_git_is_told_to_compare(repo) -> None:
    repo.git("config", "core.checkStat", "minimal")
    repo.git("config", "core.trustctime", "false")
    file = repo.write("a", "1\n")
    os.utime(file, ns=(10**18, 10**18))
    repo.commit()
    fresh = repo.write(".git/fresh", "2\n")
    os.utime(fresh, ns=(10**18, 10**18))
    fresh.replace(file)
    assert files(read_worktree(repo.location))[b"a"] == (FILE, git_blob(b"2\n"))


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_flagged_file_is_what_the_index_says(repo, flag) -> None:
    repo.write("a", "1\n")
    repo.commit()
    repo.git("update-index", flag, "a")
    repo.write("a", "2\n")
    worktree = read_worktree(repo.location)
    assert worktree.root() == repo.tree()
    assert worktree.read_file(Entry(b"a", *files(worktree)[b"a"])) == b"1\n"


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
@pytest.mark.parametrize("sparse_index", ["--sparse-index", "--no-sparse-index"])
def test_a_sparse_checkout_has_the_whole_tree(repo, cone, sparse_index) -> None:
    for name in ("in/a", "out/b", "out/deep/c", "top"):
        repo.write(name)
    repo.commit()
    repo.git("sparse-checkout", "set", cone, sparse_index, "in")
    assert not (repo.path / "out").exists()
    assert root(repo) == repo.tree()
    repo.write("in/a", "edited\n")
    found = files(read_worktree(repo.location))
    assert set(found) == {b"in/a", b"out/b", b"out/deep/c", b"top"}
    assert found[b"in/a"] == (FILE, git_blob(b"edited\n"))


@pytest.mark.parametrize("setting", ["index.version=4", "feature.manyFiles=true", "core.splitIndex=true"])
def test_every_kind_of_index_is_read(repo, setting) -> None:
    key, _, value = setting.partition("=")
    repo.git("config", key, value)
    repo.write("a/b", "1\n")
    repo.write("c", "1\n")
    repo.commit()
    repo.git("update-index", "--force-write-index")
    repo.write("a/b", "2\n")
    repo.write("d", "2\n")
    assert_like_a_commit(repo)


def test_reading_writes_nothing_into_the_repository(repo) -> None:
    repo.git("config", "core.splitIndex", "true")
    repo.write("a", "1\n")
    repo.commit()
    repo.write("a", "2\n")
    repo.write("b", "3\n")

    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in (repo.path / ".git").rglob("*") if path.is_file()}

    before = state()
    read_worktree(repo.location)
    assert state() == before


# -- how git stores content --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "setting"),
    [
        ("* text=auto\n", ""),
        ("* text\n", ""),
        ("*.txt text eol=crlf\n", ""),
        ("* -text\n", ""),
        ("", "core.autocrlf=true"),
        ("", "core.autocrlf=input"),
        ("*.txt ident\n", ""),
        ("*.txt filter=up\n", "filter.up.clean=tr a-z A-Z"),
        ("* text=auto\n", "core.safecrlf=true"),
    ],
)
@pytest.mark.parametrize("committed", ["before", "after", "never"])
def test_content_is_converted_as_git_converts_it(repo, attributes, setting, committed) -> None:
    if setting:
        repo.git("config", *setting.split("=", 1))
    if committed == "after":
        repo.write(".gitattributes", attributes)
    if committed != "never":
        repo.git("-c", "core.safecrlf=false", "config", "core.safecrlf", "false")
        repo.write("a.txt", "one\r\ntwo\r\n")
        repo.commit()
        if "safecrlf" in setting:
            repo.git("config", "core.safecrlf", "true")
    repo.write(".gitattributes", attributes)
    repo.write("a.txt", "one\r\ntwo\r\nthree $Id$\r\n")
    repo.write("b.txt", "mixed\r\nends\n")
    before = root(repo)
    repo.git("config", "core.safecrlf", "false")
    repo.commit()
    assert before == repo.tree()


def test_an_encoding_of_the_worktree_is_converted(repo) -> None:
    repo.write(".gitattributes", "*.txt text working-tree-encoding=UTF-16LE\n")
    repo.write("a.txt", "grüße\n".encode("utf-16-le"))
    assert files(read_worktree(repo.location))[b"a.txt"] == (FILE, git_blob("grüße\n".encode()))


POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:" + sha256(b"big content\n").hexdigest().encode() + b"\nsize 12\n"
)


@pytest.mark.parametrize("installed", ["with git-lfs configured but missing", "without git-lfs"])
def test_smudged_and_unsmudged_lfs_files_are_the_same_pointer(repo, installed) -> None:
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    repo.write("a.bin", POINTER)
    repo.commit()
    if installed.startswith("with "):
        repo.git("config", "filter.lfs.clean", "git-lfs-is-not-here clean -- %f")
        repo.git("config", "filter.lfs.process", "git-lfs-is-not-here filter-process")
        repo.git("config", "filter.lfs.required", "true")
    assert root(repo) == repo.tree()
    repo.write("a.bin", "big content\n")
    worktree = read_worktree(repo.location)
    assert worktree.root() == repo.tree()
    assert worktree.overrides == ()
    assert worktree.read_file(Entry(b"a.bin", *files(worktree)[b"a.bin"])) == POINTER


def test_an_edited_or_new_lfs_file_is_the_pointer_that_git_lfs_would_write(repo) -> None:
    repo.write(".gitattributes", "*.bin filter=lfs -text\n")
    repo.commit()
    repo.write("a.bin", "big content\n")
    repo.write("large.bin", b"x" * 5000)
    repo.write("empty.bin", b"")
    (repo.path / "link.bin").symlink_to("a.bin")
    found = files(read_worktree(repo.location))
    assert found[b"a.bin"] == (FILE, git_blob(POINTER))
    digest = sha256(b"x" * 5000).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 5000\n"
    assert found[b"large.bin"] == (FILE, git_blob(pointer.encode()))
    assert found[b"empty.bin"] == (FILE, git_blob(b""))
    assert found[b"link.bin"] == (SYMLINK, git_blob(b"a.bin"))


# -- the content of a file ---------------------------------------------------------------------------------------------


def entry_of(worktree, path: bytes) -> Entry:
    return Entry(path, *files(worktree)[path])


def test_content_comes_from_the_worktree_when_it_is_the_same(repo) -> None:
    repo.write("a", "new\n")
    (repo.path / "link").symlink_to("a")
    worktree = read_worktree(repo.location)
    assert worktree.read_file(entry_of(worktree, b"a")) == b"new\n"
    assert worktree.read_file(entry_of(worktree, b"link")) == b"a"


def test_content_has_gits_line_ends(repo) -> None:
    repo.write(".gitattributes", "* text=auto\n")
    repo.write("a", "one\r\ntwo\r\n")
    worktree = read_worktree(repo.location)
    assert worktree.read_file(entry_of(worktree, b"a")) == b"one\ntwo\n"


def test_content_that_is_committed_can_be_had_though_the_file_is_gone(repo) -> None:
    repo.write("a", "old\n")
    repo.commit()
    worktree = read_worktree(repo.location)
    (repo.path / "a").unlink()
    assert worktree.read_file(entry_of(worktree, b"a")) == b"old\n"


def test_content_edited_after_the_reading_is_refused(repo) -> None:
    repo.write("a", "1\n")
    worktree = read_worktree(repo.location)
    repo.write("a", "2\n")
    assert code_of(lambda: worktree.read_file(entry_of(worktree, b"a"))) == "REPO_010"


# -- repositories inside -----------------------------------------------------------------------------------------------


@pytest.fixture
def with_submodule(repo, make_repo):
    library = make_repo("library")
    library.write("lib.c", "int x;\n")
    library.commit()
    repo.write("a")
    repo.git("submodule", "--quiet", "add", str(library.path), "vendor/lib")
    repo.commit()
    return repo


def submodule_id(repo) -> str:
    mode, commit = files(read_worktree(repo.location))[b"vendor/lib"]
    assert mode == GITLINK
    return commit


def test_a_clean_submodule_is_its_commit(with_submodule) -> None:
    assert submodule_id(with_submodule) == with_submodule.git("-C", "vendor/lib", "rev-parse", "HEAD")
    assert root(with_submodule) == with_submodule.tree()


def test_a_submodule_that_moved_is_its_new_commit(with_submodule) -> None:
    with_submodule.git("-C", "vendor/lib", "commit", "-q", "--allow-empty", "-m", "x")
    worktree = read_worktree(with_submodule.location)
    assert submodule_id(with_submodule) == with_submodule.git("-C", "vendor/lib", "rev-parse", "HEAD")
    assert worktree.dirty_submodules == ()
    assert_like_a_commit(with_submodule)


@pytest.mark.parametrize("change", ["an edit", "an untracked file"])
def test_a_submodule_with_changes_is_like_no_commit_and_is_named(with_submodule, change) -> None:
    with_submodule.git("config", "submodule.vendor/lib.ignore", "all")
    with_submodule.git("config", "diff.ignoreSubmodules", "all")
    clean = submodule_id(with_submodule)
    with_submodule.write("vendor/lib/lib.c" if change == "an edit" else "vendor/lib/new.c", "int y;\n")
    worktree = read_worktree(with_submodule.location)
    dirty = submodule_id(with_submodule)
    assert dirty != clean
    assert worktree.dirty_submodules == (b"vendor/lib",)
    assert submodule_id(with_submodule) == dirty, "the same changes are the same id"
    with_submodule.write("vendor/lib/lib.c", "int z;\n")
    assert submodule_id(with_submodule) not in (clean, dirty)


def test_a_submodule_that_is_not_checked_out_is_what_the_commit_says(with_submodule) -> None:
    with_submodule.git("submodule", "--quiet", "deinit", "--all", "--force")
    assert root(with_submodule) == with_submodule.tree()


def test_a_submodule_whose_directory_is_gone_is_deleted(with_submodule) -> None:
    shutil.rmtree(with_submodule.path / "vendor")
    assert b"vendor/lib" not in files(read_worktree(with_submodule.location))
    assert_like_a_commit(with_submodule)


def test_a_submodule_that_became_a_file_is_a_file(with_submodule) -> None:
    shutil.rmtree(with_submodule.path / "vendor/lib")
    with_submodule.write("vendor/lib", "file\n")
    assert_like_a_commit(with_submodule)


def test_a_submodule_that_became_a_plain_directory_is_read_as_git_reads_it(with_submodule) -> None:
    (with_submodule.path / "vendor/lib/.git").unlink()
    assert_like_a_commit(with_submodule)


def test_a_file_that_became_a_repository_is_its_commit(with_submodule) -> None:
    (with_submodule.path / "a").unlink()
    shutil.copytree(with_submodule.path.parent / "library", with_submodule.path / "a")
    assert files(read_worktree(with_submodule.location))[b"a"][0] == GITLINK
    assert_like_a_commit(with_submodule)


def test_an_untracked_repository_is_a_submodule_in_the_making(with_submodule) -> None:
    shutil.copytree(with_submodule.path.parent / "library", with_submodule.path / "inner")
    worktree = read_worktree(with_submodule.location)
    assert files(worktree)[b"inner"] == (GITLINK, with_submodule.git("-C", "inner", "rev-parse", "HEAD"))
    assert_like_a_commit(with_submodule)


def test_an_untracked_repository_without_a_commit_is_like_nothing_committed(repo) -> None:
    repo.write("a")
    repo.commit()
    repo.git("init", "-q", "inner")
    repo.write("inner/b")
    worktree = read_worktree(repo.location)
    assert worktree.dirty_submodules == (b"inner",)


def test_an_unreadable_repository_inside_never_equals_itself(repo) -> None:
    repo.git("init", "-q", "--object-format=sha256", "inner")
    repo.git("-C", "inner", "commit", "-q", "--allow-empty", "-m", "x")
    assert root(repo) != root(repo)
    assert read_worktree(repo.location).dirty_submodules == (b"inner",)


# -- kinds of repositories ---------------------------------------------------------------------------------------------


def test_an_unborn_branch_has_its_files_on_top_of_nothing(repo) -> None:
    repo.write("a/b")
    worktree = read_worktree(repo.location)
    assert worktree.base_commit == ""
    assert worktree.base.root() == EMPTY_TREE
    assert set(files(worktree)) == {b"a/b"}
    repo.git("add", "-A")
    assert root(repo) == worktree.root()
    assert_like_a_commit(repo)


def test_an_empty_repository_is_the_empty_tree(repo) -> None:
    assert root(repo) == EMPTY_TREE


def test_a_linked_worktree_has_its_own_tree(repo, tmp_path) -> None:
    repo.write("a", "1\n")
    repo.commit()
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = type(repo)(tmp_path / "linked")
    linked.write("a", "2\n")
    assert files(read_worktree(linked.location))[b"a"] == (FILE, git_blob(b"2\n"))
    assert root(repo) == repo.tree()


def test_a_shallow_blobless_clone_is_enough(repo, clone) -> None:
    repo.write("a/b", "1\n")
    repo.commit()
    repo.write("a/b", "2\n")
    repo.commit()
    copy = clone(repo, "copy", "--depth=1", "--filter=blob:none")
    assert root(copy) == repo.tree()
    copy.write("new")
    assert set(files(read_worktree(copy.location))) == {b"a/b", b"new"}


def test_a_bare_repository_has_no_worktree(repo, clone) -> None:
    repo.write("a")
    repo.commit()
    assert code_of(lambda: read_worktree(clone(repo, "bare", "--bare").location)) == "REPO_011"


@pytest.mark.parametrize("commits", [0, 1])
def test_a_sha256_repository_is_a_clear_error(make_repo, commits) -> None:
    repo = make_repo("sha256", "--object-format=sha256")
    repo.write("a")
    if commits:
        repo.commit()
    assert code_of(lambda: read_worktree(repo.location)) == "REPO_005"


def test_a_damaged_index_is_a_clear_error(repo) -> None:
    repo.write("a")
    repo.commit()
    repo.write(".git/index", "not an index")
    assert code_of(lambda: read_worktree(repo.location)) == "REPO_009"


def test_a_filter_that_fails_is_a_clear_error(repo) -> None:
    repo.git("config", "filter.broken.clean", "false")
    repo.git("config", "filter.broken.required", "true")
    repo.write(".gitattributes", "*.x filter=broken\n")
    repo.write("a.x")
    assert code_of(lambda: read_worktree(repo.location)) == "REPO_009"


def test_a_repository_of_another_user_is_a_clear_error(repo, monkeypatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert code_of(lambda: read_worktree(repo.location)) == "REPO_006"


def test_without_git_there_is_a_clear_error(repo, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert code_of(lambda: read_worktree(repo.location)) == "REPO_002"


# -- the user's configuration ------------------------------------------------------------------------------------------

CONFIGURATION = {
    "status.showUntrackedFiles": "no",
    "status.renames": "copies",
    "status.showStash": "true",
    "status.branch": "true",
    "status.submoduleSummary": "true",
    "status.relativePaths": "true",
    "core.quotePath": "true",
    "core.untrackedCache": "true",
    "core.preloadIndex": "false",
    "core.pager": "false",
    "core.abbrev": "4",
    "diff.renames": "copies",
    "diff.noprefix": "true",
    "diff.external": "false",
    "color.ui": "always",
    "color.status": "always",
    "column.ui": "always",
    "pager.status": "true",
    "advice.statusHints": "true",
}


def test_the_users_configuration_changes_nothing(repo) -> None:
    for name in ("a", "dir/b", "c"):
        repo.write(name, name * 100)
    repo.commit()
    (repo.path / "a").rename(repo.path / "moved")
    repo.write("dir/ü", "new\n")
    repo.git("stash", "-q")
    repo.git("stash", "apply", "-q")
    before = root(repo)
    for key, value in CONFIGURATION.items():
        repo.git("config", key, value)
    assert root(repo) == before
    assert_like_a_commit(repo)


def test_a_file_monitor_that_reports_nothing_is_not_believed(repo) -> None:
    hook = repo.write(".git/monitor", "#!/bin/sh\nprintf 'token\\0'\n")
    hook.chmod(0o755)
    repo.write("a", "1\n")
    repo.commit()
    repo.git("config", "core.fsmonitor", str(hook))
    repo.git("config", "core.fsmonitorHookVersion", "2")
    repo.git("status")
    repo.git("update-index", "--fsmonitor")
    repo.git("status")
    repo.write("a", "2\n")
    assert repo.git("status", "--porcelain") == "", "git itself believes it"
    assert files(read_worktree(repo.location))[b"a"] == (FILE, git_blob(b"2\n"))


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"])
def test_what_a_git_hook_finds_in_its_environment_does_not_lead_astray(repo, monkeypatch, name) -> None:
    repo.write("a", "1\n")
    repo.commit()
    repo.write("b", "1\n")
    before = root(repo)
    monkeypatch.setenv(name, "/nowhere")
    assert root(repo) == before


# -- records -----------------------------------------------------------------------------------------------------------


def test_a_record_builds_the_same_tree_again_after_the_worktree_has_moved_on(repo) -> None:
    repo.write("a/b", "1\n")
    repo.write("a/c", "1\n")
    repo.commit()
    repo.write("a/b", "2\n")
    (repo.path / "a/c").unlink()
    worktree = read_worktree(repo.location)
    record = WorktreeRecord.from_json(worktree.record().to_json())
    repo.write("a/b", "3\n")
    repo.commit()
    assert rebuild(repo.location, record).root() == worktree.root()
    assert files(rebuild(repo.location, record)) == files(worktree)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"base_tree": "x"}', b'{"base_tree":"x","overrides":[[1]]}', b"\xff"]
)
def test_a_damaged_record_is_a_value_error(data) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- json's own is one
        WorktreeRecord.from_json(data)
