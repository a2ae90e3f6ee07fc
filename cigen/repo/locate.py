"""Where the repository is. (Interface first.)"""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["RepositoryLocation", "find_repository"]


@dataclass(frozen=True, slots=True)
class RepositoryLocation:
    """A repository's places. `worktree` is None in a bare one; a linked worktree shares `common_dir` with the main one."""

    worktree: Path | None
    git_dir: Path
    common_dir: Path


def find_repository(start: Path) -> RepositoryLocation:
    """The repository that `start` stands in; ProjectError REPO_001 when there is none."""
    raise NotImplementedError
