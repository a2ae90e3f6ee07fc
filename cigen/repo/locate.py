"""Where the repository is: its worktree, its git directory, and the directory that linked worktrees share.

Owns the answer as a value and the error when there is none; `discovery.py` does the looking.
"""

from pathlib import Path

from cigen.errors import ProjectError
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import error
from cigen.repo.discovery import find_git

__all__ = ["RepositoryLocation", "find_repository"]


@dataclass(frozen=True, slots=True)
class RepositoryLocation:
    """A repository's places. `worktree` is None in a bare one; linked worktrees have one `common_dir`."""

    worktree: Path | None
    git_dir: Path
    common_dir: Path

    def require_worktree(self) -> Path:
        """The worktree; ProjectError REPO_011 in a bare repository."""
        if self.worktree is None:
            hint = "Run it in a clone that has its files checked out, or read a commit with `--rev`."
            raise ProjectError(error("REPO_011", "This is a bare repository: it has no files to read.", hint=hint))
        return self.worktree


def find_repository(start: Path) -> RepositoryLocation:
    """The repository that `start` stands in; ProjectError REPO_001 when there is none."""
    found = find_git(str(start))
    if found is None:
        message = "There is no git repository here, nor in any folder above."
        raise ProjectError(error("REPO_001", message, hint="Run `git init`, or go to the project's folder."))
    worktree, git_dir, common_dir = found
    return RepositoryLocation(Path(worktree) if worktree else None, Path(git_dir), Path(common_dir))
