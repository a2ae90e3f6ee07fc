"""Builds of Jenkins that run their scripts, with the real cig and a store of files."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jenkins_stub import Runs

__all__ = ["Acted"]


class Acted:
    """Repositories with a Jenkinsfile each, all of one project and one store, and what their runs did."""

    def __init__(self, root: Path, runs: Runs, env: Mapping[str, str]) -> None:
        """env: what Jenkins sets for every build."""
        self.root, self.runs, self._usual = root, runs, env
        self.environment = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        author = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        home = root / "home"
        home.mkdir()
        self.environment |= {"PATH": path, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", **author}

    def repository(self, name: str, config: str, files: Mapping[str, str]) -> Path:
        """A new one, its Jenkinsfile rendered. files: contents by path."""
        root = self.root / name
        for path, content in {**files, "cig.toml": config}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
        self._run(root, "git", "-c", "init.defaultBranch=main", "init", "-q")
        self._run(root, sys.executable, "-m", "cigen", "render")
        self._run(root, "git", "add", "-A")
        self._run(root, "git", "commit", "-q", "-m", "x")
        return root

    def _run(self, root: Path, *command: str) -> None:
        subprocess.run(command, cwd=root, env=self.environment, check=True, capture_output=True)

    def add(self, name: str, root: Path, store: str = "store", tool: str = "", **settings: Any) -> None:
        """A run. tool: a script in the place of `cig`, which it finds as `$REAL`."""
        env = {**self.environment, **self._usual, "CIG_STORE": str(self.root / store), "CIG_LOG": str(self.log(name))}
        env["REAL"] = str(Path(sys.executable).parent / "cig")
        if tool:
            folder = self.root / f"tools of {name}"
            folder.mkdir()
            (folder / "cig").write_text(f"#!/bin/sh\n{tool}\n")
            (folder / "cig").chmod(0o755)
            env["PATH"] = f"{folder}{os.pathsep}{env['PATH']}"
        env |= settings.pop("env", {})
        text = settings.pop("text", (root / "Jenkinsfile").read_text())
        self.runs.add(name, text, execute=True, repository=str(root), env=env, **settings)

    def log(self, name: str) -> Path:
        return self.root / f"{name.replace(' ', '-')}.log"

    def ran(self, name: str) -> list[str]:
        return sorted(self.log(name).read_text().split()) if self.log(name).exists() else []

    def records(self, store: str) -> list[str]:
        paths = (self.root / store).rglob("records/*/*/*")
        return sorted({path.as_posix().split("/records/")[1].split("/")[1] for path in paths})
