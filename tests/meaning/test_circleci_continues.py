"""What CircleCI pipelines do, one after the other, with the real cig: compiled as CircleCI would, run by bash.

S1, S2, S3, S4, S6, S17, S19, S23.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from circleci_config import CompiledJob, compile_config, pipeline_values

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "continued"
[on]
push = {{ branches = ["main"] }}
tag = "v*"
schedule = "0 3 * * *"
[jobs.build]
skip_if = {{ paths_unmodified = ["src/**"] }}
steps = ["echo build >> $CIG_LOG"]
[jobs.test]
needs = ["build"]
matrix = {{ part = ["one", "two"] }}
skip_if = {{ paths_unmodified = ["test/**"] }}
steps = ["echo test-{{{{ matrix.part }}}} >> $CIG_LOG; [ ! -e $BROKEN-{{{{ matrix.part }}}} ]"]
[jobs.docs]
skip_if = {{ paths_unmodified = ["docs/**"] }}
steps = ["echo docs >> $CIG_LOG"]
[jobs.report]
needs = ["test"]
steps = ["echo report >> $CIG_LOG"]
[jobs.release]
needs = ["report", "docs"]
when = "event == 'tag'"
effects = true
steps = ["echo release >> $CIG_LOG"]
[[outputs]]
provider = "circleci"
path = ".circleci/config.yml"
{skipping}
"""
ALL = ["build", "docs", "report", "test-one", "test-two"]
CURL = 'cat > "$POSTED"'


@dataclass
class Run:
    """What scripts said that they ran, sorted; how each job ended; what they printed."""

    ran: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    output: str = ""


class Project:
    """A repository, a store, and the machines of CircleCI."""

    def __init__(self, folder: Path, git: Git, environment: Mapping[str, str]) -> None:
        self.folder, self.root, self._git = folder, folder / "repository", git
        self.tools, self._count = folder / "tools", 0
        self.root.mkdir()
        self.tools.mkdir()
        self.store = folder / "store"
        path = f"{self.tools}:{environment['PATH']}"
        self._environment = {
            **environment,
            "PATH": path,
            "CIG_STORE": str(self.store),
            "BROKEN": str(folder / "broken"),
        }
        self.tool("cig", f'exec {sys.executable} -m cigen "$@"')
        self.tool("curl", CURL)
        self.tool("circleci-agent", 'touch "$HALTED"')
        git(self.root, "init", "-q")
        for name in ("src/a", "test/a", "docs/a"):
            self.write(name, "1\n")

    def tool(self, name: str, body: str) -> None:
        (self.tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (self.tools / name).chmod(0o755)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def commit(self, skipping: str = "") -> None:
        self.write("cig.toml", CONFIG.format(skipping=skipping))
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
        given = values or {"git__branch": "main", "trigger_source": "webhook"}
        text = (self.root / ".circleci/config.yml").read_text()
        posted = self.folder / f"posted-{self._count}"
        done = Run()
        if "\nsetup: true\n" in text:
            self._jobs(text, {**given, "in_setup": True}, posted, done)
            if not posted.exists():
                return done
            text = json.loads(posted.read_text())["configuration"]
        self._jobs(text, {**given, "in_setup": False}, posted, done)
        done.ran.sort()
        return done

    def _jobs(self, text: str, values: Mapping[str, object], posted: Path, done: Run) -> None:
        (jobs,) = compile_config(text, pipeline_values(**values)).workflows.values()
        waiting = list(jobs)
        while waiting:
            for job in [one for one in waiting if set(one.requires) <= set(done.ended)]:
                waiting.remove(job)
                counted = [
                    one for one in job.requires if done.ended[one] != "not_run" or "not_run" in job.requires[one]
                ]
                starts = job.passes and (not job.requires or bool(counted))
                starts = starts and all(done.ended[one] in job.requires[one] for one in counted)
                done.ended[job.name] = self._job(job, values, posted, done) if starts else "not_run"

    def _job(self, job: CompiledJob, values: Mapping[str, object], posted: Path, done: Run) -> str:
        place = self.folder / f"machine-{self._count}" / job.name.replace("/", "_")
        self._git(self.folder, "clone", "-q", "--depth", "1", f"file://{self.root}", str(place))
        log, halted = place.with_suffix(".log"), place.with_suffix(".halted")
        known = {"CIRCLECI": "true", "CIRCLE_CONTINUATION_KEY": "k", "POSTED": str(posted), "HALTED": str(halted)}
        known |= {"CIRCLE_BRANCH": str(values.get("git__branch", "")), "CIRCLE_TAG": str(values.get("git__tag", ""))}
        ended = "success"
        for step in job.steps:
            wanted = {"on_success": ended == "success", "always": True}.get(step.get("when", "on_success"), False)
            if step["kind"] != "run" or halted.exists() or not wanted:
                continue
            script = str(step["command"]).replace("/tmp/cig", f"{place}.tmp-cig")
            own = {**(job.body.get("environment") or {}), **(step.get("environment") or {})}
            env = {**self._environment, **known, "CIG_LOG": str(log), **{k: str(v) for k, v in own.items()}}
            command = ["bash", "-eo", "pipefail", "-c", script]
            made = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)
            done.output += f"[{job.name}] {made.stdout}{made.stderr}"
            ended = "failed" if made.returncode else ended
        done.ran += log.read_text().splitlines() if log.exists() else []
        return ended


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> Project:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: apt-get install jq")
    project = Project(tmp_path, git, environment)
    project.commit()
    return project


IN_JOB = '[skipping]\ncircleci = { mode = "in-job" }'


@pytest.mark.parametrize("skipping", ["", IN_JOB], ids=["dynamic", "in-job"])
def test_the_first_run_does_everything_the_second_nothing_and_an_edit_its_closure(
    skipping: str, project: Project
) -> None:
    project.commit(skipping)
    first = project.run()
    assert (first.ran, first.ended["cig/gate"]) == (ALL, "success"), first.output
    records = [str(one.relative_to(project.store)) for one in project.store.rglob("*") if "/records/" in str(one)]
    named = {one.split("/records/")[1].split("/")[0] for one in records}
    assert named == {"build", "docs", "test-one", "test-two"}

    second = project.run()
    assert (second.ran, second.ended["cig/gate"]) == (["report"], "success"), second.output

    project.write("test/a", "2\n")
    project.commit(skipping)
    third = project.run()
    assert (third.ran, third.ended["cig/gate"]) == (["report", "test-one", "test-two"], "success"), third.output

    project.write("src/a", "2\n")
    project.commit(skipping)
    fourth = project.run()
    assert (fourth.ran, fourth.ended["cig/gate"]) == (["build", "report", "test-one", "test-two"], "success")


def test_s2_the_gate_names_what_was_proven_and_by_whom(project: Project) -> None:
    project.run()
    second = project.run()
    said = second.output.partition("[cig/gate]")[2]
    for name in ("build", "docs", "test-one", "test-two", "report"):
        assert name in said
    assert "hit" in said
    assert set(second.ended) == {"cig/plan", "report", "release", "cig/gate"}


@pytest.mark.parametrize(
    "cig",
    ["exit 1", "true", "echo '{'", 'python3 -m cigen "$@" | head -n 20'],
    ids=["failure", "empty", "nonsense", "truncated"],
)
def test_s1_a_sabotaged_planner_runs_everything(cig: str, project: Project) -> None:
    project.run()
    whole = (project.tools / "cig").read_text()
    project.tool("cig", f'if [ "$1" = compute-signatures ]; then\n{cig}\nelse\n{whole.partition(chr(10))[2]}\nfi')
    done = project.run()
    assert (done.ran, done.ended["cig/gate"]) == (ALL, "success"), done.output


def test_s17_a_store_that_is_gone_runs_everything_and_fails_nothing(project: Project) -> None:
    project.run()
    shutil.rmtree(project.store)
    project.store.write_text("no folder")
    done = project.run()
    assert (done.ran, set(done.ended.values())) == (ALL, {"success", "not_run"}), done.output


@pytest.mark.parametrize("skipping", ["", IN_JOB], ids=["dynamic", "in-job"])
def test_s4_s23_a_leg_that_fails_records_nothing_and_runs_again_alone(skipping: str, project: Project) -> None:
    project.commit(skipping)
    broken = project.folder / "broken-two"
    broken.touch()
    done = project.run()
    assert [name for name, how in done.ended.items() if how == "failed"] == ["test-two"]
    assert (done.ended["report"], done.ended["cig/gate"]) == ("not_run", "not_run")
    again = project.run()
    assert (again.ran, again.ended["cig/gate"]) == (["test-two"], "not_run")
    broken.unlink()
    mended = project.run()
    assert (mended.ran, mended.ended["cig/gate"]) == (["report", "test-two"], "success"), mended.output


def test_s3_a_tag_releases_what_is_proven_and_a_schedule_believes_no_proof(project: Project) -> None:
    project.run()
    tagged = project.run(git__tag="v1", trigger_source="webhook")
    assert (tagged.ran, tagged.ended["cig/gate"]) == (["release", "report"], "success"), tagged.output
    nightly = project.run(git__branch="main", trigger_source="scheduled_pipeline")
    assert (nightly.ran, nightly.ended["cig/gate"]) == (ALL, "success"), nightly.output


def test_a_configuration_that_was_taken_apart_by_hand_is_continued_with_as_it_is(project: Project) -> None:
    project.run()
    path = project.root / ".circleci/config.yml"
    path.write_text(path.read_text().replace("  ci:\n", "  ci: &all\n"))
    project._git(project.root, "commit", "-qam", "by hand")
    done = project.run()
    assert "CLI_008" in done.output
    assert (done.ran, done.ended["cig/gate"]) == (ALL, "success"), done.output
