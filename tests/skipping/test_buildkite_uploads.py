"""What Buildkite builds do, one after the other, with the real cig: planned and uploaded, and run by bash.

S1, S2, S4, S19, S23.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "uploaded"
[on]
push = { branches = ["main"] }
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
steps = ["echo build >> $CIG_LOG; [ ! -e $BROKEN ]"]
[jobs.test]
needs = ["build"]
matrix = { part = ["one", "two"] }
skip_if = { paths_unmodified = ["test/**"] }
steps = ["echo test-{{ matrix.part }} >> $CIG_LOG"]
[jobs.pack]
needs = ["test"]
skip_if = { paths_unmodified = ["pack/**"] }
steps = ["echo pack >> $CIG_LOG"]
[jobs.report]
needs = ["pack"]
steps = ["echo report >> $CIG_LOG"]
[jobs.docs]
skip_if = { paths_unmodified = ["docs/**"] }
steps = ["echo docs >> $CIG_LOG"]
[[outputs]]
provider = "buildkite"
path = ".buildkite/pipeline.yml"
"""
ALL = ["build", "docs", "pack", "report", "test-one", "test-two"]
AGENT = """\
case "$1 $2" in
  "pipeline upload") cp "$3" "$UPLOADED" ;;
  "artifact upload") cp "$3" "$ARTIFACTS/" ;;
  "artifact download") cp "$ARTIFACTS/$3" "$4/" ;;
  "step get") cat "$OUTCOMES/$5" ;;
  *) exit 1 ;;
esac
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
        self.tool("cig", f'exec {sys.executable} -m cigen "$@"')
        self.tool("buildkite-agent", AGENT)
        git(self.root, "init", "-q")
        for name in ("src/a", "test/a", "pack/a", "docs/a"):
            self.write(name, "1\n")

    def tool(self, name: str, body: str) -> None:
        (self.tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (self.tools / name).chmod(0o755)

    def sabotage(self, command: str, body: str) -> None:
        """Let one command of `cig` do something else."""
        self.tool("cig", f'if [ "$1" = {command} ]; then\n{body}\nelse\nexec {sys.executable} -m cigen "$@"\nfi')

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def commit(self, config: str = CONFIG) -> None:
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
        variables = {**self._environment, **{name: str(place / path) for name, path in own.items()}, **given}
        command = ["bash", "-e", "-c", _interpolated(step["command"])]
        made = subprocess.run(command, cwd=machine, env=variables, capture_output=True, text=True, check=False)
        done.output += f"[{step['key']}] {made.stdout}{made.stderr}"
        return "hard_failed" if made.returncode else "passed"


def _needs(step: Mapping[str, Any]) -> list[str]:
    needs = step.get("depends_on") or []
    return [needs] if isinstance(needs, str) else list(needs)


def _interpolated(text: str) -> str:
    return text.replace("$$", "$")


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> Project:
    project = Project(tmp_path, git, environment)
    project.commit()
    return project


def ran(build: Build) -> list[str]:
    """What ran in a build whose gate is green."""
    assert build.ended["cig-gate"] == "passed", build.output
    return build.ran


def test_the_first_build_does_everything_the_second_nothing_and_an_edit_its_closure(project: Project) -> None:
    assert ran(project.build()) == ALL
    named = {path.parent.name for path in project.store.rglob("records/*/*")}
    assert named == {"build", "docs", "pack", "test-one", "test-two"}
    again = project.build()
    assert ran(again) == ["report"]
    assert {key for key, step in again.steps.items() if "skip" in step} == named
    project.write("docs/a", "2\n")
    project.commit()
    assert ran(project.build()) == ["docs", "report"]
    project.write("src/a", "2\n")
    project.commit()
    assert ran(project.build()) == ["build", "pack", "report", "test-one", "test-two"]


def test_s23_a_leg_that_is_new_runs_without_the_others(project: Project) -> None:
    """Its fellow stays proven; what comes after both has other jobs before it."""
    project.build()
    project.commit(CONFIG.replace('"one", "two"', '"one", "three"'))
    done = project.build()
    assert ran(done) == ["pack", "report", "test-three"]
    assert "skip" in done.steps["test-one"]


def test_s19_in_a_chain_of_which_the_middle_is_proven_the_end_waits_for_what_stands_before(project: Project) -> None:
    free = CONFIG.replace('skip_if = { paths_unmodified = ["src/**"] }\n', "", 1)
    project.commit(free)
    assert ran(project.build()) == ALL
    done = project.build()
    assert ran(done) == ["build", "report"]
    assert done.steps["report"]["depends_on"] == "build"
    (project.folder / "broken").touch()
    failed = project.build()
    assert failed.ran == ["build"]
    assert (failed.ended["report"], failed.ended["cig-gate"]) == ("waiting_failed", "hard_failed"), failed.output


@pytest.mark.parametrize(
    "planner",
    ["exit 1", "true", "echo '{'", f'{sys.executable} -m cigen "$@" | head -n 20'],
    ids=["failure", "empty", "nonsense", "truncated"],
)
def test_s1_a_sabotaged_planner_runs_everything(planner: str, project: Project) -> None:
    project.build()
    project.sabotage("compute-signatures", planner)
    assert ran(project.build()) == ALL


@pytest.mark.parametrize("lost", ["docs", "report"])
def test_s2_the_gate_is_red_where_a_job_that_the_plan_has_run_never_ran(lost: str, project: Project) -> None:
    project.build()
    project.write("docs/a", "2\n")
    project.commit()
    done = project.build(lost)
    assert done.ran == sorted({"docs", "report"} - {lost})
    assert done.ended["cig-gate"] == "hard_failed"
    assert lost in done.output.partition("[cig-gate]")[2]


def test_s4_a_job_that_fails_records_nothing_and_runs_again(project: Project) -> None:
    (project.folder / "broken").touch()
    for expected in (["build", "docs"], ["build"]):
        done = project.build()
        assert (done.ran, done.ended["cig-gate"]) == (expected, "hard_failed"), done.output
    assert {path.parent.name for path in project.store.rglob("records/*/*")} == {"docs"}
