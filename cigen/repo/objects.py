"""Git's object database: trees of commits, and blobs. (Interface first.)"""

from collections.abc import Sequence
from dataclasses import dataclass

from cigen.hashing.digest import TreeEntry
from cigen.model.paths import GitId
from cigen.repo.locate import RepositoryLocation

__all__ = ["CommitTree", "GitTree", "open_commit", "read_blob"]


class GitTree:
    """The TreeReader of one tree in the object database."""

    def root(self) -> GitId:
        """The id of the top directory."""
        raise NotImplementedError

    def entries(self, tree: GitId) -> Sequence[TreeEntry]:
        """What stands in a directory."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CommitTree:
    """A commit and its tree."""

    commit: GitId
    tree: GitTree


def open_commit(location: RepositoryLocation, rev: str = "HEAD") -> CommitTree:
    """The commit that `rev` names; ProjectError (REPO_…) when it names none or cannot be read."""
    raise NotImplementedError


def read_blob(location: RepositoryLocation, blob: GitId) -> bytes | None:
    """A blob's content, None when the repository does not have it."""
    raise NotImplementedError
