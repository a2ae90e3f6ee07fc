"""Finding the repository around a directory, as git does."""

import os

import pytest

from cigen.errors import ProjectError
from cigen.repo.discovery import find_git
from cigen.repo.locate import find_repository


def test_a_repository_is_found_from_any_folder_below(repo) -> None:
    deep = repo.write("a/b/c").parent
    found = find_repository(deep)
    assert (found.worktree, found.git_dir, found.common_dir) == (repo.path, repo.path / ".git", repo.path / ".git")


def test_a_repository_is_found_through_a_link(repo, tmp_path) -> None:
    repo.write("a/b")
    (tmp_path / "link").symlink_to(repo.path / "a")
    assert find_repository(tmp_path / "link").worktree == repo.path


def test_a_linked_worktree_knows_the_directory_it_shares(repo, tmp_path) -> None:
    repo.commit()
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    found = find_repository(tmp_path / "linked")
    assert found.worktree == tmp_path / "linked"
    assert found.git_dir == repo.path / ".git/worktrees/linked"
    assert found.common_dir == repo.path / ".git"


def test_a_submodule_is_a_repository_of_its_own(repo, make_repo) -> None:
    library = make_repo("library")
    library.commit()
    repo.git("submodule", "--quiet", "add", str(library.path), "vendor/lib")
    found = find_repository(repo.path / "vendor/lib")
    assert found.worktree == repo.path / "vendor/lib"
    assert found.git_dir == repo.path / ".git/modules/vendor/lib"


def test_a_bare_repository_has_no_worktree(repo, clone) -> None:
    repo.commit()
    bare = clone(repo, "bare", "--bare")
    assert find_repository(bare.path).worktree is None
    assert find_repository(bare.path / "objects").git_dir == bare.path


def test_inside_dot_git_there_is_no_worktree(repo) -> None:
    assert find_repository(repo.path / ".git" / "refs").worktree is None


def test_a_dot_git_directory_that_is_no_repository_is_passed_by(repo) -> None:
    (repo.path / "a/.git").mkdir(parents=True)
    assert find_repository(repo.path / "a").worktree == repo.path


@pytest.mark.parametrize("content", ["", "nonsense", "gitdir: /nowhere", "gitdir: a\0b"])
def test_a_dot_git_file_that_leads_nowhere_hides_what_is_above(repo, content) -> None:
    repo.write("a/.git", content)
    assert find_git(str(repo.path / "a")) is None


def test_no_repository_at_all_is_a_clear_error(tmp_path) -> None:
    with pytest.raises(ProjectError) as caught:
        find_repository(tmp_path)
    assert caught.value.diagnostics[0].code == "REPO_001"
    assert str(tmp_path) not in caught.value.diagnostics[0].message


def test_a_folder_that_does_not_exist_is_no_repository(tmp_path) -> None:
    assert find_git(os.fspath(tmp_path / "gone")) is None
