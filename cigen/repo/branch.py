"""The name of the branch that everything is merged into, as far as a clone knows it."""

from pathlib import Path

from cigen.repo.locate import RepositoryLocation

__all__ = ["default_branch"]

_REMOTE = "ref: refs/remotes/origin/"
_LOCAL = "ref: refs/heads/"


def default_branch(location: RepositoryLocation) -> str:
    """The remote's default branch, else the one that is checked out, else `main`."""
    remote = _read(location.common_dir / "refs/remotes/origin/HEAD")
    if remote.startswith(_REMOTE):
        return remote.removeprefix(_REMOTE)
    head = _read(location.git_dir / "HEAD")
    return head.removeprefix(_LOCAL) if head.startswith(_LOCAL) else "main"


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
