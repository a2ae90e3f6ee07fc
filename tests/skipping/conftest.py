"""The rows of docs/skipping.md, tried on real repositories. The modules of this folder import each other."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from signed_project import Project, new_project

Git = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty repository, read in this process, which is cut off from whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return new_project(tmp_path / "project", git)


@pytest.fixture
def run_cig(environment: dict[str, str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """`run_cig(folder, *arguments, python=(), **variables)`: as a user does, with options for Python itself."""

    def run(folder: Path, *arguments: str, python: tuple[str, ...] = (), **variables: str) -> Any:
        command = [sys.executable, *python, "-m", "cigen", *arguments]
        given = {**environment, **variables}
        return subprocess.run(command, cwd=folder, env=given, check=False, capture_output=True, text=True)

    return run
