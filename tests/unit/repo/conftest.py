"""Real git repositories in temporary directories, cut off from whoever runs the tests."""

import os
import subprocess
from pathlib import Path

import pytest

from cigen.repo.locate import RepositoryLocation, find_repository


class Repo:
    """A repository under test: write files, run git, ask where it is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str | bytes, check: bool = True) -> str:
        """Run git here and return what it printed, without the last line end."""
        done = subprocess.run(["git", *arguments], cwd=self.path, capture_output=True, check=False)
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def write(self, path: str | bytes, content: bytes | str = b"x\n") -> Path:
        """Write a file, directories included."""
        file = self.path / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def commit(self, **files: str) -> str:
        """Commit everything; returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "state")
        return self.git("rev-parse", "HEAD")

    def tree(self, rev: str = "HEAD") -> str:
        """The id of a commit's tree."""
        return self.git("rev-parse", rev + "^{tree}")

    @property
    def location(self) -> RepositoryLocation:
        """Where it is."""
        return find_repository(self.path)


@pytest.fixture(autouse=True)
def _isolated_git(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    settings = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (home / ".gitconfig").write_text('[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n')


@pytest.fixture
def make_repo(tmp_path: Path):
    """Make a repository by name, with `git init`'s arguments."""

    def make(name: str = "repo", *arguments: str) -> Repo:
        path = tmp_path / name
        path.mkdir(parents=True)
        repo = Repo(path)
        repo.git("init", "--quiet", *arguments)
        return repo

    return make


@pytest.fixture
def clone(tmp_path: Path):
    """Clone a repository over file://, with `git clone`'s arguments."""

    def make(source: Repo, name: str, *arguments: str) -> Repo:
        source.git("config", "uploadpack.allowFilter", "true")
        Repo(tmp_path).git("clone", "--quiet", *arguments, f"file://{source.path}", name)
        return Repo(tmp_path / name)

    return make


@pytest.fixture
def repo(make_repo) -> Repo:
    """An empty repository."""
    return make_repo()
