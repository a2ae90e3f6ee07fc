"""A repository under test, and its signatures."""

from collections.abc import Callable, Mapping
from pathlib import Path

from cigen.cli.signing import Signing, sign_commit, sign_worktree
from cigen.repo.locate import find_repository

Git = Callable[..., str]


class Project:
    """A repository under test, and its signatures by plan key."""

    def __init__(self, path: Path, git: Git) -> None:
        self.path = path
        self._git = git

    def git(self, *arguments: str) -> str:
        """Run git here; what it printed."""
        return self._git(self.path, *arguments).strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files, folders included."""
        for path, content in files.items():
            target = self.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> None:
        """Write files and commit everything."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "state")

    def signing(self, rev: str = "HEAD", **environ: str) -> Signing:
        """What is read of a commit."""
        return sign_commit(find_repository(self.path), rev, environ)

    def signed(self, rev: str = "HEAD", **environ: str) -> dict[str, str]:
        """Signatures of a commit."""
        return _digests(self.signing(rev, **environ))

    def worktree(self, **environ: str) -> dict[str, str]:
        """Signatures of the worktree as it is."""
        return _digests(sign_worktree(find_repository(self.path), environ))


def new_project(path: Path, git: Git) -> Project:
    """An empty repository."""
    path.mkdir(parents=True)
    project = Project(path, git)
    project.git("init", "-q")
    return project


def _digests(signing: Signing) -> dict[str, str]:
    assert signing.diagnostics == (), signing.diagnostics
    return {key: str(digest) for key, digest in signing.signatures.digests.items()}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Plan keys whose signature is another one."""
    assert before.keys() == after.keys()
    return {key for key in before if before[key] != after[key]}
