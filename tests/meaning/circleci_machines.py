"""A project on CircleCI, its store, and the machines: pipelines one after the other, with the real cig.

Owns: what CircleCI's agent does around scripts, as its documentation says and no kinder. A cache is found by the
beginning of its key, the newest first, and never written twice; a workspace is its workflow's, made of what the jobs
before have persisted, no two of them the same file; saving or persisting what is not there is a failure.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from circleci_config import CompiledJob, compile_config, pipeline_values

__all__ = ["Project", "Run"]

Git = Callable[..., str]
CURL = 'cat > "$POSTED"'


@dataclass
class Run:
    """What scripts said that they ran, sorted; how each job ended; what they printed; the text it was continued with.

    layers: what each job has persisted, path → content.
    """

    ran: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    output: str = ""
    text: str = ""
    layers: dict[str, dict[str, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A job's machine, whose /tmp is its own. above: the jobs before it."""

    folder: Path
    posted: Path
    values: Mapping[str, object]
    above: Sequence[str]

    @property
    def halted(self) -> Path:
        return self.folder.with_suffix(".halted")

    def at(self, path: str) -> Path:
        """Where the job finds this path."""
        return Path(self.here(path)) if path.startswith("/tmp/cig") else self.folder / path

    def here(self, text: str) -> str:
        return text.replace("/tmp/cig", f"{self.folder}.tmp-cig")


class Project:
    """A repository whose cig.toml is `config`, with `{skipping}` in it.

    caches: (key, path → content), in the order in which they were saved. saves: whether that works.
    between: what happens once the pipeline is continued, before a job of it starts.
    """

    def __init__(self, folder: Path, git: Git, environment: Mapping[str, str], config: str) -> None:
        self._git, self._config, self._base, self._count = git, config, environment, 0
        self.caches: list[tuple[str, dict[str, bytes]]] = []
        self.saves = True
        self.between: Callable[[], None] = lambda: None
        self._lives_in(folder)
        self.root.mkdir()
        self.tools.mkdir()
        self.tool("cig", f'exec {sys.executable} -m cigen "$@"')
        self.tool("curl", CURL)
        self.tool("circleci-agent", 'touch "$HALTED"')
        git(self.root, "init", "-q")

    def _lives_in(self, folder: Path) -> None:
        self.folder, self.root, self.tools, self.store = (
            folder,
            folder / "repository",
            folder / "tools",
            folder / "store",
        )
        own = {"CIG_STORE": str(self.store), "BROKEN": str(folder / "broken")}
        self._environment = {**self._base, "PATH": f"{self.tools}:{self._base['PATH']}", **own}

    def copied(self, folder: Path) -> "Project":
        """The same, as it is now, in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        made = copy(self)
        made.caches = [*self.caches]
        made._lives_in(folder)
        return made

    def tool(self, name: str, body: str) -> None:
        (self.tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (self.tools / name).chmod(0o755)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def commit(self, skipping: str = "") -> None:
        self.write("cig.toml", self._config.format(skipping=skipping))
        command = [sys.executable, "-m", "cigen", "render"]
        made = subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        self._git(self.root, "add", "-A")
        self._git(self.root, "commit", "-qm", "x", "--allow-empty")

    def run(self, **values: str) -> Run:
        """A pipeline, both times that its configuration is read."""
        self._count += 1
        given = {"id": f"p{self._count}", **(values or {"git__branch": "main", "trigger_source": "webhook"})}
        done = Run(text=(self.root / ".circleci/config.yml").read_text())
        posted = self.folder / f"posted-{self._count}"
        if "\nsetup: true\n" in done.text:
            self._jobs({**given, "in_setup": True}, posted, done)
            if not posted.exists():
                return done
            done.text = json.loads(posted.read_text())["configuration"]
        done.layers.clear()
        self.between()
        self._jobs({**given, "in_setup": False}, posted, done)
        done.ran.sort()
        return done

    def again(self, done: Run) -> Run:
        """The continued workflow once more, from its start."""
        again = Run(text=done.text)
        values: dict[str, object] = {"id": f"p{self._count}", "git__branch": "main", "trigger_source": "webhook"}
        self._count += 1
        self._jobs({**values, "in_setup": False}, self.folder / "posted-again", again)
        again.ran.sort()
        return again

    def _jobs(self, values: Mapping[str, object], posted: Path, done: Run) -> None:
        (jobs,) = compile_config(done.text, pipeline_values(**values)).workflows.values()
        waiting = list(jobs)
        above: dict[str, list[str]] = {}
        while waiting:
            for job in [one for one in waiting if set(one.requires) <= set(done.ended)]:
                waiting.remove(job)
                above[job.name] = [one for need in job.requires for one in (*above[need], need)]
                counted = [
                    one for one in job.requires if done.ended[one] != "not_run" or "not_run" in job.requires[one]
                ]
                starts = job.passes and (not job.requires or bool(counted))
                starts = starts and all(done.ended[one] in job.requires[one] for one in counted)
                folder = self.folder / f"machine-{self._count}" / job.name.replace("/", "_")
                place = Place(folder, posted, values, list(dict.fromkeys(above[job.name])))
                done.ended[job.name] = self._job(job, place, done) if starts else "not_run"

    def _job(self, job: CompiledJob, place: Place, done: Run) -> str:
        self._git(self.folder, "clone", "-q", "--depth", "1", f"file://{self.root}", str(place.folder))
        log, values = place.folder.with_suffix(".log"), place.values
        known = {"CIRCLECI": "true", "CIRCLE_CONTINUATION_KEY": "k", "CIG_LOG": str(log)}
        known |= {"POSTED": str(place.posted), "HALTED": str(place.halted)}
        known |= {"CIRCLE_BRANCH": str(values.get("git__branch", "")), "CIRCLE_TAG": str(values.get("git__tag", ""))}
        ended = "success"
        for step in job.steps:
            wanted = {"on_success": ended == "success", "always": True}.get(step.get("when", "on_success"), False)
            if place.halted.exists() or not wanted:
                continue
            try:
                good = self._step(step, job, place, known, done)
            except FileNotFoundError as problem:
                done.output += f"[{job.name}] {step['kind']}: {problem}\n"
                good = False
            ended = ended if good else "failed"
        done.ran += log.read_text().splitlines() if log.exists() else []
        return ended

    def _step(
        self, step: Mapping[str, Any], job: CompiledJob, place: Place, known: Mapping[str, str], done: Run
    ) -> bool:
        match step["kind"]:
            case "run":
                return self._script(step, job, place, known, done)
            case "save_cache":
                if not self.saves:
                    return False
                if step["key"] not in [key for key, _ in self.caches]:
                    self.caches.append((step["key"], _files(step["paths"], place.at)))
            case "restore_cache":
                wanted = step.get("keys") or [step["key"]]
                fits = (held for key in wanted for name, held in reversed(self.caches) if name.startswith(key))
                _put({place.at(path): data for path, data in next(fits, {}).items()})
            case "persist_to_workspace":
                found = _files(step["paths"], lambda path: place.at(step["root"]) / path)
                done.layers[job.name] = {**done.layers.get(job.name, {}), **found}
            case "attach_workspace":
                layers = [done.layers[name] for name in place.above if name in done.layers]
                paths = [path for layer in layers for path in layer]
                if not layers or len(set(paths)) < len(paths):
                    done.output += f"[{job.name}] attach: {sorted(paths)}\n"
                    return False
                _put({place.at(step["at"]) / path: data for layer in layers for path, data in layer.items()})
        return True

    def _script(
        self, step: Mapping[str, Any], job: CompiledJob, place: Place, known: Mapping[str, str], done: Run
    ) -> bool:
        own = {**(job.body.get("environment") or {}), **(step.get("environment") or {})}
        env = {**self._environment, **known, **{name: str(value) for name, value in own.items()}}
        command = ["bash", "-eo", "pipefail", "-c", place.here(str(step["command"]))]
        made = subprocess.run(command, cwd=place.folder, env=env, capture_output=True, text=True, check=False)
        done.output += f"[{job.name}] {made.stdout}{made.stderr}"
        return made.returncode == 0


def _files(paths: Sequence[str], at: Callable[[str], Path]) -> dict[str, bytes]:
    """What is at the paths, which must be there, and not nothing altogether. Raises FileNotFoundError."""
    found = {}
    for path in paths:
        if not at(path).exists():
            raise FileNotFoundError(f"there is no {path}")
        for one in [at(path), *at(path).rglob("*")]:
            if one.is_file():
                found[Path(path, one.relative_to(at(path))).as_posix()] = one.read_bytes()
    if not found:
        raise FileNotFoundError(f"there is nothing in {paths}")
    return found


def _put(files: Mapping[Path, bytes]) -> None:
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
