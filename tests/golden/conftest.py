"""How golden cases run `cig`: as a process of its own, or, where there are many, inside this one."""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

SMALLEST = 'version = "0.2"\nproject = { name = "shop" }\n\n[jobs.test]\nsteps = ["make test"]\n'


@pytest.fixture
def cig_here(environment: dict[str, str]) -> Cig:
    """As `cig`, without the second that a process and its imports cost."""
    from cigen.cli.dispatch import dispatch

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        before = Path.cwd()
        with mock.patch.dict(os.environ, environment, clear=True), mock.patch.multiple("sys", stdout=out, stderr=err):
            os.chdir(folder)
            try:
                code = dispatch(arguments)
            finally:
                os.chdir(before)
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return subprocess.CompletedProcess(arguments, code, *texts)

    return run


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Holds, once the first case has filled it, a cache in which every plugin has looked at an empty repository."""
    return {"folder": tmp_path_factory.mktemp("warm") / "repository"}


@pytest.fixture
def warm_cache(warm: dict[str, Path], cig_here: Cig, git: Git) -> Path:
    """The cache of that repository: with a copy of it no plugin needs to start that a case is not about."""
    folder = warm["folder"]
    if not folder.exists():
        folder.mkdir()
        git(folder, "init", "-q")
        (folder / "cig.toml").write_text(SMALLEST)
        assert cig_here(folder, "validate").returncode == 0
    return folder / ".cigen/cache"
