"""The worktree as a tree: HEAD's tree with overrides on top. (Interface first.)"""

from collections.abc import Sequence
from dataclasses import dataclass

from cigen.hashing.digest import TreeEntry
from cigen.hashing.fileset import Entry, TreeReader
from cigen.model.paths import GitId, RepoPath
from cigen.repo.locate import RepositoryLocation

__all__ = ["Worktree", "WorktreeRecord", "read_worktree", "rebuild"]


@dataclass(frozen=True, slots=True)
class WorktreeRecord:
    """Enough to build the same tree again later, as long as git keeps the base's objects."""

    base_tree: GitId
    overrides: tuple[Entry, ...] = ()
    """Sorted by path; mode 0 and an empty id: deleted."""

    def to_json(self) -> bytes:
        """Canonical JSON."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, data: bytes) -> "WorktreeRecord":
        """What `to_json` wrote; ValueError for anything else."""
        raise NotImplementedError


class Worktree:
    """A TreeReader of the worktree as it was when it was read; ids are those a commit of it would have."""

    location: RepositoryLocation
    base_commit: GitId
    """Empty while HEAD is unborn."""
    base_tree: GitId
    overrides: tuple[Entry, ...]
    dirty_submodules: tuple[RepoPath, ...]
    """Submodules with changes of their own: their ids equal no commit's."""

    def root(self) -> GitId:
        """The id of the top directory."""
        raise NotImplementedError

    def entries(self, tree: GitId) -> Sequence[TreeEntry]:
        """What stands in a directory."""
        raise NotImplementedError

    def record(self) -> WorktreeRecord:
        """For `rebuild`."""
        raise NotImplementedError

    def read_file(self, entry: Entry) -> bytes:
        """The content whose id the entry carries (normalised, as git stores it); ProjectError when it is gone."""
        raise NotImplementedError


def read_worktree(location: RepositoryLocation, evidence: tuple[object, ...] = ()) -> Worktree:
    """Read the worktree. `evidence`, just collected, spares a second `git status`."""
    raise NotImplementedError


def rebuild(location: RepositoryLocation, record: WorktreeRecord) -> TreeReader:
    """The tree that a record stands for."""
    raise NotImplementedError
