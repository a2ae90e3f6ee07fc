"""Jobs of CircleCI, Buildkite and Jenkins, run one after the other on this machine, as their agents would.

Owns: what an agent does around a script: the shell it starts, variables, what runs after a failure, retries,
workspaces, meta-data. Everything else that a script might call (docker, the agents' own commands) is a stand-in.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buildkite import runs_at, uploaded
from circleci import values_at
from circleci_config import CompiledJob, compile_config
from events import Event
from jenkins import build_of, run_jenkinsfiles

__all__ = ["Executed", "execute_buildkite", "execute_circleci", "execute_jenkins"]

_LIMIT = 60

_STAND_INS = {
    "docker": 'case "$1" in inspect) echo "running healthy" ;; esac',
    "circleci-agent": 'case "$1 $2" in "step halt") touch "$CIG_STATE/halted" ;; esac',
    "circleci": """\
shopt -s globstar nullglob
case "$1 $2" in
  "tests glob") shift 2; for pattern in "$@"; do printf '%s\\n' $pattern; done ;;
  "tests split") awk -v total="$CIRCLE_NODE_TOTAL" -v own="$CIRCLE_NODE_INDEX" '(NR - 1) % total == own' ;;
esac""",
    "buildkite-agent": """\
mkdir -p "$CIG_STATE/meta-data"
case "$1 $2" in
  "meta-data set") if [ $# -gt 3 ]; then printf %s "$4"; else cat; fi > "$CIG_STATE/meta-data/${3//\\//_}" ;;
  "meta-data exists") [ -e "$CIG_STATE/meta-data/${3//\\//_}" ] || exit 100 ;;
  "meta-data get")
    if [ -e "$CIG_STATE/meta-data/${3//\\//_}" ]; then cat "$CIG_STATE/meta-data/${3//\\//_}"
    elif [ "$4" = --default ]; then printf %s "$5"
    else exit 1; fi ;;
  "step get") cat "$CIG_STATE/outcomes/$5" ;;
  "artifact download") mkdir -p "$4"; cp -r "$CIG_STATE/artifacts/$6/." "$4" ;;
esac""",
}


@dataclass(frozen=True, slots=True)
class Executed:
    """What scripts wrote to $CIG_LOG, line by line, whether all went well, and what was printed."""

    log: list[str]
    succeeded: bool
    output: str


class _Machine:
    """The folder in which all jobs of one run take place."""

    def __init__(self, folder: Path, secrets: Mapping[str, str], sources: Mapping[str, str]) -> None:
        self.folder, self.secrets, self.sources = folder, secrets, sources
        self.log, self.state, self.tools = folder / "log", folder / "state", folder / "tools"
        self.output: list[str] = []
        for one in (self.state, self.tools, self.state / "outcomes"):
            one.mkdir(parents=True)
        for name, body in _STAND_INS.items():
            path = self.tools / name
            path.write_text(f"#!/bin/bash\n{body}\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def place(self, name: str) -> Path:
        """A folder for one job, the sources checked out."""
        place = self.folder / "jobs" / name.replace("/", "_")
        place.mkdir(parents=True)
        for path, text in self.sources.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
        return place

    def run(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> int:
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        base = {"PATH": path, "HOME": str(self.folder), "CIG_LOG": str(self.log), "CIG_STATE": str(self.state)}
        done = subprocess.run(
            list(command),
            cwd=cwd,
            env={"LANG": "C.UTF-8", "CI": "true", **self.secrets, **env, **base},
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
        self.output.append(done.stdout + done.stderr)
        return done.returncode

    def ended(self, *, succeeded: bool) -> Executed:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Executed(lines, succeeded, "\n".join(self.output))


# -- CircleCI ----------------------------------------------------------------------------------------------------------


def execute_circleci(
    text: str, workflow: str, event: Event, folder: Path, secrets: Mapping[str, str], sources: Mapping[str, str]
) -> Executed:
    """Run the workflow's jobs for an event; approvals are given at once."""
    machine = _Machine(folder, secrets, sources)
    jobs = list(compile_config(text, values_at(event), dict(event.inputs)).workflows.get(workflow, ()))
    statuses: dict[str, str] = {}
    while jobs:
        ready = [job for job in jobs if set(job.requires) <= set(statuses)]
        for job in ready:
            jobs.remove(job)
            statuses[job.name] = _circleci_status(job, statuses, event, machine)
    return machine.ended(succeeded="failed" not in statuses.values())


def _circleci_status(job: CompiledJob, statuses: Mapping[str, str], event: Event, machine: _Machine) -> str:
    counted = [one for one in job.requires if statuses[one] != "not_run" or "not_run" in job.requires[one]]
    if not job.passes or (job.requires and not counted):
        return "not_run"
    if not all(statuses[one] in job.requires[one] for one in counted):
        return "not_run"
    if job.kind == "approval":
        return "success"
    count = int(job.body.get("parallelism", 1))
    codes = [_circleci_job(job, index, count, event, machine) for index in range(count)]
    return "success" if all(codes) else "failed"


def _circleci_job(job: CompiledJob, index: int, count: int, event: Event, machine: _Machine) -> bool:
    place = machine.place(f"{job.name}-{index}")
    (machine.state / "halted").unlink(missing_ok=True)
    bash_env = place.with_suffix(".env")
    bash_env.touch()
    given = {
        "BASH_ENV": str(bash_env),
        "CIRCLE_BRANCH": str(values_at(event)["pipeline.git.branch"]),
        "CIRCLE_TAG": event.tag,
        "CIRCLE_JOB": job.name,
        "CIRCLE_NODE_INDEX": str(index),
        "CIRCLE_NODE_TOTAL": str(count),
        "CIRCLE_WORKFLOW_ID": "w",
        "CIRCLE_WORKING_DIRECTORY": str(place),
        **_texts(job.body.get("environment") or {}),
    }
    good = True
    for step in job.steps:
        if (machine.state / "halted").exists():
            break
        wanted = {"on_success": good, "on_fail": not good, "always": True}[step.get("when", "on_success")]
        if wanted:
            good = _circleci_step(step, job, given, place, machine) and good
    return good


def _circleci_step(
    step: Mapping[str, Any], job: CompiledJob, given: Mapping[str, str], place: Path, machine: _Machine
) -> bool:
    if step["kind"] == "persist_to_workspace":
        root = place / str(step["root"]).replace("/tmp/cig", f"{place}.tmp/cig")
        for pattern in step["paths"]:
            for found in root.glob(pattern):
                _copy(found, machine.state / "workspace" / found.relative_to(root))
    elif step["kind"] == "attach_workspace":
        for found in (machine.state / "workspace").glob("*"):
            _copy(found, place / str(step["at"]).replace("/tmp/cig", f"{place}.tmp/cig") / found.name)
    if step["kind"] != "run":
        return True
    shell = str(step.get("shell", job.body.get("shell", "/bin/bash -eo pipefail"))).split()
    script = place.with_suffix(".sh")
    # Every job has a machine of its own, and so a /tmp of its own.
    script.write_text(str(step["command"]).replace("/tmp/cig", f"{place}.tmp/cig"))
    Path(f"{place}.tmp").mkdir(exist_ok=True)
    where = place / str(step.get("working_directory", ".")).replace("~/project", ".")
    where.mkdir(parents=True, exist_ok=True)
    env = {**given, **_texts(step.get("environment") or {})}
    attempts = 1 + int(step.get("max_auto_reruns", 0))
    return any(machine.run([*shell, str(script)], env, where) == 0 for _ in range(attempts))


def _texts(environment: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in environment.items()}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


# -- Buildkite ---------------------------------------------------------------------------------------------------------


def execute_buildkite(
    text: str, event: Event, folder: Path, secrets: Mapping[str, str], sources: Mapping[str, str]
) -> Executed:
    """Run the pipeline's jobs for an event; blocks are unblocked at once."""
    machine = _Machine(folder, secrets, sources)
    steps = uploaded(text)
    absent = {step["leg"] for step in steps if not runs_at(step, event)}
    waiting = [step for step in steps if step["leg"] not in absent]
    statuses = dict.fromkeys(absent, "absent")
    while waiting:
        ready = [step for step in waiting if step["needs"] <= set(statuses)]
        for step in ready:
            waiting.remove(step)
            above = {statuses[one] for one in step["needs"]}
            if above <= {"passed", "absent", "soft"} or step.get("allow_dependency_failure"):
                statuses[step["leg"]] = _buildkite_job(step, event, machine)
            else:
                statuses[step["leg"]] = "blocked"
            outcome = {"passed": "passed", "soft": "soft_failed", "failed": "hard_failed"}
            (machine.state / "outcomes" / str(step.get("key"))).write_text(outcome.get(statuses[step["leg"]], ""))
    return machine.ended(succeeded="failed" not in statuses.values())


def _buildkite_job(step: Mapping[str, Any], event: Event, machine: _Machine) -> str:
    count = int(step.get("parallelism") or 1)
    codes = [_buildkite_attempts(step, index, count, event, machine) for index in range(count)]
    if not any(codes):
        return "passed"
    soft = step.get("soft_fail")
    listed = soft if isinstance(soft, list) else []
    forgiven = soft is True or all(code in [one.get("exit_status") for one in listed] for code in codes if code)
    return "soft" if forgiven else "failed"


def _buildkite_attempts(step: Mapping[str, Any], index: int, count: int, event: Event, machine: _Machine) -> int:
    automatic = (step.get("retry") or {}).get("automatic")
    rules = automatic if isinstance(automatic, list) else [automatic] if isinstance(automatic, dict) else []
    code = 0
    for attempt in range(20):
        place = machine.place(f"{step['leg']}-{index}-{attempt}")
        request = event.kind == "pull_request"
        given = {
            "BUILDKITE": "true",
            "BUILDKITE_BRANCH": event.head if request else event.tag or event.branch,
            "BUILDKITE_TAG": event.tag,
            "BUILDKITE_PULL_REQUEST": "7" if request else "false",
            "BUILDKITE_PULL_REQUEST_BASE_BRANCH": event.base if request else "",
            "BUILDKITE_SOURCE": {"schedule": "schedule", "manual": "ui"}.get(event.kind, "webhook"),
            "BUILDKITE_BUILD_ID": "018f",
            "BUILDKITE_JOB_ID": f"018f-{step['leg']}-{index}",
            "BUILDKITE_STEP_KEY": str(step.get("key", "")),
            "BUILDKITE_RETRY_COUNT": str(attempt),
            "BUILDKITE_BUILD_CHECKOUT_PATH": str(place),
            **({"BUILDKITE_PARALLEL_JOB": str(index)} if count > 1 else {}),
            **({"BUILDKITE_PARALLEL_JOB_COUNT": str(count)} if count > 1 else {}),
            **{name: str(value) for name, value in step["variables"].items()},
        }
        code = machine.run(["/bin/bash", "-e", "-c", step["command"]], given, place)
        _keep_artifacts(step, place, machine)
        again = [one for one in rules if one.get("exit_status", "*") in ("*", code) and attempt < one.get("limit", 2)]
        if code == 0 or not again:
            return code
    return code


def _keep_artifacts(step: Mapping[str, Any], place: Path, machine: _Machine) -> None:
    given = step.get("artifact_paths") or []
    for pattern in given.split(";") if isinstance(given, str) else given:
        for found in place.glob(pattern.strip()):
            if found.is_file():
                _copy(found, machine.state / "artifacts" / str(step.get("key")) / found.relative_to(place))


# -- Jenkins -----------------------------------------------------------------------------------------------------------


def execute_jenkins(text: str, event: Event, folder: Path) -> Executed:
    """Run the Jenkinsfile for an event, with stub steps whose scripts are executed."""
    machine = _Machine(folder, {}, {})
    case = build_of(event, dict(event.inputs))
    path = f"{machine.tools}{os.pathsep}{os.environ['PATH']}"
    case["env"] |= {"CIG_LOG": str(machine.log), "CIG_STATE": str(machine.state), "PATH": path, "LANG": "C.UTF-8"}
    (done,) = run_jenkinsfiles([(text, case)], folder / "jobs")
    lines = machine.log.read_text().splitlines() if machine.log.exists() else []
    return Executed(lines, done["result"] in ("SUCCESS", "UNSTABLE"), str(done))
