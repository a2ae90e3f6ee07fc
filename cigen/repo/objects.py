"""Git's object database: trees of commits, and blobs.

Owns pygit2. Reads trees and single blobs, which a depth-1 blobless or bare clone can answer. libgit2's check of who
owns the repository is off: it guards against configuration that runs commands, and nothing here obeys configuration;
where git itself is run, git checks. Refuses repositories whose format libgit2 does not read, by name.
"""

import re
from functools import lru_cache

import pygit2

from cigen.errors import ProjectError
from cigen.hashing.digest import EMPTY_TREE, EXECUTABLE, FILE, GITLINK, SYMLINK, TREE, TreeEntry
from cigen.hashing.globs import shown
from cigen.model.diagnostics import error
from cigen.model.paths import GitId
from cigen.repo.git import run_git
from cigen.repo.listing import CommitTree
from cigen.repo.locate import RepositoryLocation

__all__ = ["GitTree", "open_commit", "open_tree", "read_blob"]

_MODES = {b"%o" % mode: mode for mode in (FILE, EXECUTABLE, SYMLINK, TREE, GITLINK)}
_TREE_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)


class GitTree:
    """The TreeReader of one tree in the object database."""

    def __init__(self, repository: pygit2.Repository, root: GitId) -> None:
        self._repository = repository
        self._root = root
        self._entries: dict[GitId, tuple[TreeEntry, ...]] = {EMPTY_TREE: ()}

    def root(self) -> GitId:
        """The id of the top directory."""
        return self._root

    def entries(self, tree: GitId) -> tuple[TreeEntry, ...]:
        """What stands in a directory, in git's order; ProjectError REPO_007 when the tree is not there."""
        found = self._entries.get(tree)
        if found is None:
            found = self._entries[tree] = _parse_tree(self._read(tree))
        return found

    def _read(self, tree: GitId) -> bytes:
        try:
            _, data = self._repository.read(tree)
        except (KeyError, ValueError, pygit2.GitError) as fault:
            message = f"The repository has no tree {tree}, though something in it refers to it."
            hint = "A clone made with `--filter=tree:…` lacks trees; `--filter=blob:none` is enough for cig."
            raise ProjectError(error("REPO_007", message, hint=hint)) from fault
        return data


def open_commit(location: RepositoryLocation, rev: str = "HEAD") -> CommitTree:
    """The commit that `rev` names; ProjectError when it names none (REPO_003) or there is none yet (REPO_004)."""
    repository = _open(location)
    if rev == "HEAD" and repository.head_is_unborn:
        raise ProjectError(error("REPO_004", "The branch has no commit yet.", hint="Commit something first."))
    try:
        commit = repository.revparse_single(rev).peel(pygit2.Commit)
        tree = commit.tree_id
    except (KeyError, ValueError, TypeError, pygit2.GitError) as fault:
        hint = "This clone is shallow: `git fetch --deepen=…` brings older commits." if repository.is_shallow else ""
        raise ProjectError(error("REPO_003", f"{shown(rev)} names no commit here.", hint=hint)) from fault
    return CommitTree(GitId(str(commit.id)), GitTree(repository, GitId(str(tree))))


def open_tree(location: RepositoryLocation, tree: GitId) -> GitTree:
    """The tree with this id, read when it is asked for."""
    return GitTree(_open(location), tree)


def read_blob(location: RepositoryLocation, blob: GitId) -> bytes | None:
    """A blob's content, None when it cannot be had. A partial clone fetches it, as it does for any git command."""
    try:
        kind, data = _open(location).read(blob)
        return data if kind == pygit2.enums.ObjectType.BLOB else None
    except (KeyError, ValueError, pygit2.GitError):
        pass
    try:
        return run_git(location.git_dir, ("cat-file", "blob", blob), environment={"GIT_NO_LAZY_FETCH": "0"})
    except ProjectError:
        return None


@lru_cache(maxsize=16)
def _open(location: RepositoryLocation) -> pygit2.Repository:
    pygit2.settings.owner_validation = False
    try:
        return pygit2.Repository(str(location.git_dir))
    except (KeyError, ValueError, pygit2.GitError) as fault:
        said = str(fault)
        if "object format" in said or "extension" in said or "repository version" in said:
            message = f"The repository is of a kind that cig cannot read: {said.rpartition(': ')[2]}."
            hint = "SHA-256 repositories and reftables are not supported yet."
            raise ProjectError(error("REPO_005", message, hint=hint)) from fault
        said = said.replace(str(location.git_dir), location.git_dir.name)
        raise ProjectError(error("REPO_008", f"The repository could not be opened: {said}.")) from fault


def _parse_tree(data: bytes) -> tuple[TreeEntry, ...]:
    # One pass in C: a plan of many jobs reads thousands of trees.
    found = _TREE_ENTRY.findall(data)
    assert sum(len(mode) + len(name) + 22 for mode, name, _ in found) == len(data), "a tree that git would refuse"
    return tuple([TreeEntry(name, _MODES.get(mode) or _mode(mode), GitId(id.hex())) for mode, name, id in found])


def _mode(octal: bytes) -> int:
    """A mode as git's index would have it: trees of very old repositories hold others, such as 100664."""
    mode = _MODES.get(octal)
    if mode is None:
        mode = EXECUTABLE if int(octal, 8) & 0o100 else FILE
    return mode
