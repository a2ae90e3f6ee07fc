"""A repository whose builds are planned and uploaded by the real cig, and run by bash with a stand-in for the agent."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Build", "Project", "ran"]

Git = Callable[..., str]

AGENT = r"""
import os, re, shutil, sys
from pathlib import Path

def matches(pattern, path):
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", ",": "|", "}": ")"}
    read = lambda found: parts.get(found[0]) or re.escape(found[0])
    return re.fullmatch(re.sub(r"\*\*/|\*\*|.", read, pattern), path)

def copied(patterns, above, to):
    files = [path for path in sorted(above.rglob("*")) if path.is_file() and ".git" not in path.parts]
    found = [file for file in files if any(matches(one, file.relative_to(above).as_posix()) for one in patterns)]
    for file in found:
        (to / file.relative_to(above)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to / file.relative_to(above))
    return bool(found)

words, kept = sys.argv[1:], Path(os.environ["ARTIFACTS"])
if words[:2] == ["pipeline", "upload"]:
    shutil.copyfile(words[2], os.environ["UPLOADED"])
elif words[:2] == ["artifact", "upload"]:
    copied(words[2].split(";"), Path.cwd(), kept / os.environ["BUILDKITE_STEP_KEY"])
elif words[:2] == ["artifact", "download"]:
    sys.exit(not (Path(words[3]).is_dir() and copied([words[2]], kept / words[5], Path(words[3]))))
elif words[:2] == ["step", "get"]:
    print((Path(os.environ["OUTCOMES"]) / words[4]).read_text())
else:
    sys.exit(f"the agent does not know {words}")
"""
"""As far as anything here calls it. What is searched for and not found is a failure; what is not there to be uploaded
is none.
"""


@dataclass
class Build:
    """What scripts said that they ran, sorted; how each step ended; what they printed."""

    ran: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    output: str = ""


class Project:
    """A repository, a store, and the agents of Buildkite."""

    def __init__(self, folder: Path, git: Git, environment: Mapping[str, str]) -> None:
        self.folder, self.root, self._git = folder, folder / "repository", git
        self.tools, self.store, self._count = folder / "tools", folder / "store", 0
        self.root.mkdir()
        self.tools.mkdir()
        self._environment = {
            **environment,
            "PATH": f"{self.tools}:{environment['PATH']}",
            "CIG_STORE": str(self.store),
            "BROKEN": str(folder / "broken"),
            "BUILDKITE": "true",
            "BUILDKITE_BRANCH": "main",
            "BUILDKITE_PULL_REQUEST": "false",
            "BUILDKITE_SOURCE": "webhook",
            "BUILDKITE_TAG": "",
        }
        self.tool("cig", f'exec {self.cig} "$@"')
        (self.tools / "agent.py").write_text(AGENT)
        self.tool("buildkite-agent", self.agent)
        git(self.root, "init", "-q")
        for name in ("src/a", "test/a", "pack/a", "docs/a"):
            self.write(name, "1\n")

    @property
    def cig(self) -> str:
        """The real one, as shell."""
        return f"{sys.executable} -m cigen"

    @property
    def agent(self) -> str:
        """What the agent does, as shell."""
        return f'exec {sys.executable} -E -S {self.tools}/agent.py "$@"'

    def tool(self, name: str, body: str) -> None:
        (self.tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (self.tools / name).chmod(0o755)

    def sabotage(self, command: str, body: str) -> None:
        """Let one command of `cig` do something else."""
        self.tool("cig", f'if [ "$1" = {command} ]; then\n{body}\nelse\nexec {self.cig} "$@"\nfi')

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def commit(self, config: str) -> None:
        """Render and commit everything."""
        self.write("cig.toml", config)
        command = [sys.executable, "-m", "cigen", "render"]
        made = subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        self._git(self.root, "add", "-A")
        self._git(self.root, "commit", "-qm", "x", "--allow-empty")

    def build(self, lost: str = "") -> Build:
        """A build: the planner, and the steps that it uploads. lost: the key of a step that never starts."""
        self._count += 1
        place, done = self.folder / f"build-{self._count}", Build()
        for name in ("outcomes", "artifacts"):
            (place / name).mkdir(parents=True)
        (planner,) = yaml.safe_load((self.root / ".buildkite/pipeline.yml").read_text())["steps"]
        assert self._step(planner, {}, place, done) == "passed", done.output
        pipeline = yaml.safe_load((place / "uploaded.yml").read_text())
        waiting = {step["key"]: step for step in pipeline["steps"]}
        done.steps = dict(waiting)
        while waiting:
            key = next(key for key, step in waiting.items() if not set(_needs(step)) & set(waiting))
            step = waiting.pop(key)
            needs = {done.ended[need] for need in _needs(step)}
            if "skip" in step:
                ended = "neutral"
            elif key == lost or (needs - {"passed"} and not step.get("allow_dependency_failure")):
                # Nothing documents that a step waiting for a skipped one starts: here it does not.
                ended = "waiting_failed"
            else:
                ended = self._step(step, pipeline.get("env") or {}, place, done)
            done.ended[key] = ended
            (place / "outcomes" / key).write_text(ended)
        log = place / "log"
        done.ran = sorted(log.read_text().split()) if log.exists() else []
        return done

    def _step(self, step: Mapping[str, Any], env: Mapping[str, str], place: Path, done: Build) -> str:
        """How a step ends, in a clone of its own."""
        machine = place / "machines" / step["key"]
        self._git(self.folder, "clone", "-q", "--depth", "1", f"file://{self.root}", str(machine))
        given = {name: _interpolated(value) for name, value in {**env, **(step.get("env") or {})}.items()}
        own = {"UPLOADED": "uploaded.yml", "ARTIFACTS": "artifacts", "OUTCOMES": "outcomes", "CIG_LOG": "log"}
        given |= {name: str(place / path) for name, path in own.items()} | {"BUILDKITE_STEP_KEY": step["key"]}
        ended = "passed"
        kept = step.get("artifact_paths")
        uploading = ["buildkite-agent", "artifact", "upload", ";".join(kept)] if kept else []
        for command in (["bash", "-e", "-c", _interpolated(step["command"])], uploading):
            if command:
                variables = {**self._environment, **given}
                made = subprocess.run(command, cwd=machine, env=variables, capture_output=True, text=True, check=False)
                done.output += f"[{step['key']}] {made.stdout}{made.stderr}"
                ended = "hard_failed" if made.returncode else ended
        return ended


def _needs(step: Mapping[str, Any]) -> list[str]:
    needs = step.get("depends_on") or []
    return [needs] if isinstance(needs, str) else list(needs)


def _interpolated(text: str) -> str:
    return text.replace("$$", "$")


def ran(build: Build) -> list[str]:
    """What ran in a build whose gate is green."""
    assert build.ended["cig-gate"] == "passed", build.output
    return build.ran
