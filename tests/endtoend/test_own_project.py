"""This project uses itself: its workflow is rendered by cig, and plain doit sees its pipeline."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_projects_own_workflow_has_not_drifted(cig: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    done = cig(ROOT, "render", "--check")
    assert done.returncode == 0, f"run `cig render` and commit what it writes:\n{done.stdout}{done.stderr}"


@pytest.fixture
def doit(environment: dict[str, str], tmp_path: Path) -> Callable[..., str]:
    """`doit(…)` in a copy of nothing but what the pipeline needs, so that no database is left in the checkout."""

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "doit", arguments[0], "--db-file", str(tmp_path / "db"), *arguments[1:]]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        # `doit info` exits 1 for a task that would run.
        assert done.returncode in (0, 1), done.stderr
        assert done.stderr == ""
        return done.stdout

    return run


def test_doit_lists_the_real_pipeline_beside_the_projects_own_tasks(doit: Callable[..., str]) -> None:
    listed = {line.split()[0] for line in doit("list", "--all").splitlines() if line.strip()}
    assert {"test", "lint:mypy", "proto", "bench", "docs"} <= listed
    assert {"schema:cig.toml", "detect:lang/python", "signature:test-python3.13"} <= listed


def test_doit_tells_what_an_action_depends_on(doit: Callable[..., str]) -> None:
    assert "pyproject.toml" in doit("info", "detect:lang/python")
