"""Skipping what is proven: how CircleCI finds out which jobs need not run, and who is told.

`dynamic`, the usual mode: the file is a setup configuration. Its job `cig/plan` continues the pipeline with the file
itself, without the jobs that the plan skips; with all of it where there is no plan. `in-job`: each job asks for itself
and ends at once if it is proven, which also holds when it is run again. Either way a job that passed records that, and
`cig/gate` is the one check to wait for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cigen.sdk import Expr, Graph, Job, Op, Output, Skipping, Step, Tool, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import read_own
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.machines import keeps_proofs
from cigen.std.ci.plans import (
    GATE,
    KEEPING_MINUTES,
    KEY,
    PLANNER,
    gate_name,
    has_plan,
    install_script,
    is_recorded,
    is_skippable,
    pip_words,
    record_script,
    requirements,
    restorable,
)
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import jobs_of
from cigen.std.provider.circleci.artifacts import Workspace
from cigen.std.provider.circleci.contexts import job_contexts
from cigen.std.provider.circleci.continuing import SOURCE, continue_script, event_script, find_out_script
from cigen.std.provider.circleci.executors import Place, find_place
from cigen.std.provider.circleci.gates import Gate, usual_filters
from cigen.std.provider.circleci.matrix import SIGNATURE
from cigen.std.provider.circleci.raw import circleci_block
from cigen.std.provider.circleci.restoring import RESTORE, RESTORED, can_restore, restore_command, save_step
from cigen.std.provider.circleci.scripts import FAILED, RETRIED, render_shell
from cigen.std.provider.circleci.texts import render_text
from cigen.std.provider.circleci.triggers import Start, input_variables
from cigen.std.report import Report

__all__ = ["ASK", "RECORD", "SETUP", "Planning", "find_planning", "plan_mode"]

RECORD, ASK = "cig-record", "cig-ask"
"""Commands of the file."""

SETUP = Expr(Op.NAME, "pipeline.in_setup")
"""That the file is read for the first time."""

_SIGNATURE_FILE = "/tmp/cig-signature"  # noqa: S108  one job, one machine
_PYTHON = "3.13"
_SOURCE_STEP: dict[str, Value] = {"checkout": {"method": "blobless"}}
_MINUTES = 3
_SILENT_MINUTES = 10
"""CircleCI's own limit."""
_SHELL_VALUE = "<< parameters.shell >>"
_SHELL: dict[str, Value] = {"shell": {"type": "string", "default": "/bin/bash -eo pipefail"}}
_MODES = ("dynamic", "in-job")


@dataclass(frozen=True, slots=True)
class Planning:
    """What the jobs of a file have to do with plans. `wanted`: jobs whose files or values others take.

    `contexts`: those that hold what the store needs. `path`: the file itself. `workflow`: the one that it holds, if
    the graph has more. `place`: the machine of the planner and of the gate. `restorable`: jobs whose files the planner
    has brought and hands on, if they are proven.
    """

    skipping: Skipping
    in_job: bool
    path: str
    workflow: str
    workflows: Sequence[Workflow]
    place: Place
    contexts: tuple[str, ...] = ()
    wanted: frozenset[str] = field(default_factory=frozenset)
    restorable: frozenset[str] = field(default_factory=frozenset)

    @property
    def hands_on(self) -> bool:
        """Whether the planner hands on files at all."""
        return bool(self.restorable)

    @property
    def _usual(self) -> str:
        return f"python3 -m pip {pip_words(self.skipping)}"

    @property
    def _in_jobs(self) -> str:
        """The same in the image of any job: CircleCI's own have Python, and of all but one pip is missing."""
        return (
            "  python3 -m pip --version >/dev/null 2>&1 || {\n"
            "    timeout 60 sudo apt-get -qq update\n"
            "    timeout 60 sudo apt-get -qq install -y python3-pip >/dev/null\n"
            "  }\n"
            f"  PIP_BREAK_SYSTEM_PACKAGES=1 {self._usual}"
        )

    # -- in the jobs ---------------------------------------------------------------------------------------------------

    def asks(self, job: Job, source: str) -> bool:
        """Whether the job asks for itself. What others take from it nobody else could give them, so it runs."""
        can_ask = is_skippable(job) and _checks_out(job) and keeps_proofs(job)
        return self.in_job and can_ask and source not in self.wanted

    def records(self, job: Job, source: str) -> bool:
        """Whether the job keeps the proof that it passed."""
        return is_recorded(job) and (not self.in_job or self.asks(job, source))

    def declared(self, job: Job, source: str, *, restores: bool) -> dict[str, Value]:
        """The parameters by which a plan tells the job its signature, and what the files are that it need not make."""
        if self.in_job or not self.records(job, source):
            return {}
        names = (SIGNATURE, RESTORED) if restores else (SIGNATURE,)
        return {name: {"type": "string", "default": ""} for name in names}

    def restoring(self, job: Job, leg: str, place: Place, workspace: Workspace, *, reads: bool) -> list[Value]:
        """What stands before the job's own steps. reads: it needs values of other jobs."""
        if job.id not in self.restorable or not can_restore(job, place, reads=reads):
            return []
        files = {"place": render_text(workspace.place(job.id, leg)), "sum": f"<< parameters.{RESTORED} >>"}
        return [{RESTORE: {"job": render_text(leg), **files, **_shell(job)}}]

    def asking(self, job: Job, source: str, leg: str) -> list[Value]:
        """What stands after the checkout. leg: the plan key."""
        return [{ASK: {"job": render_text(leg), **_shell(job)}}] if self.asks(job, source) else []

    def recording(self, job: Job, source: str, leg: str) -> list[Value]:
        """The last step."""
        if not self.records(job, source):
            return []
        given: dict[str, Value] = {} if self.in_job else {"signature": f"<< parameters.{SIGNATURE} >>"}
        return [{RECORD: {"job": render_text(leg), **given, **_shell(job)}}]

    def commands(self, used: Iterable[str]) -> dict[str, Value]:
        """The definitions of the commands that the jobs use."""
        made = {ASK: self._ask, RESTORE: lambda: restore_command(_SHELL), RECORD: self._record}
        return {name: make() for name, make in made.items() if name in set(used)}

    def _ask(self) -> Value:
        script = (
            f"(\n{_indented(install_script(self.skipping, self._in_jobs))}) || true\n"
            f"{self._event}"
            "limit=$(command -v timeout >/dev/null && echo timeout -k 5 120) || limit=\n"
            "# shellcheck disable=SC2086\n"
            'answer=$($limit cig compute-signatures --job "$CIG_JOB") || answer=\n'
            "# Half an answer is none.\n"
            """case "$answer" in *'"schema": "cig.plan/1"'*'}') ;; *) answer= ;; esac\n"""
            'field() { printf \'%s\\n\' "$answer" | sed -n \'s/^.*"\'"$1"\'": "\\([^"]*\\)".*$/\\1/p\' | head -n 1; }\n'
            f"field signature > {_SIGNATURE_FILE}\n"
            'case "$(field decision) $(field reason)" in\n'
            '  "hit "* | "excluded SKIP_"*)\n'
            '    echo "$CIG_JOB need not run: $(field reason) $(field url)"\n'
            "    circleci-agent step halt\n"
            "    ;;\n"
            "esac\n"
        )
        return {
            "description": "End the job here if it is proven that it would pass.",
            "parameters": {"job": {"type": "string"}, **_SHELL},
            "steps": [
                _run(
                    "Ask whether this is proven",
                    script,
                    CIG_JOB="<< parameters.job >>",
                    CIG_SOURCE=SOURCE,
                    shell=_SHELL_VALUE,
                )
            ],
        }

    def _record(self) -> Value:
        signature = f'"$(cat {_SIGNATURE_FILE})"' if self.in_job else '"$CIG_SIGNATURE"'
        command = f'cig record "$CIG_JOB" --signature {signature}'
        script = f"# A failure that is allowed is no success, and luck no proof.\n[ ! -e {FAILED} ] || exit 0\n"
        script += f"[ ! -e {RETRIED} ] || exit 0\n"
        if self.in_job:
            script += f"[ -s {_SIGNATURE_FILE} ] || exit 0\n"
        script += record_script(self.skipping, self._in_jobs, command, "echo")
        variables = {"CIG_JOB": "<< parameters.job >>"}
        script = f"(\n{_indented(script)}) || true\n"
        parameters: dict[str, Value] = {"job": {"type": "string"}, **_SHELL}
        # Silence would fail the job: of what installs cig, and of what keeps files.
        limit = f"{_SILENT_MINUTES + KEEPING_MINUTES}m" if self.hands_on else ""
        if self.in_job:
            steps: list[Value] = [_run("Record that this passed", script, shell=_SHELL_VALUE, **variables)]
        else:
            parameters = {"job": {"type": "string"}, "signature": {"type": "string"}, **_SHELL}
            variables["CIG_SIGNATURE"] = "<< parameters.signature >>"
            run = _run("Record that this passed", script, _SHELL_VALUE, no_output_timeout=limit, **variables)
            # No plan, no signature, nothing to record.
            steps = [{"when": {"condition": "<< parameters.signature >>", "steps": [run]}}]
        description = "Keep the proof that a job passed. Never fails it."
        return {"description": description, "parameters": parameters, "steps": steps}

    # -- beside them ---------------------------------------------------------------------------------------------------

    def planner(self) -> dict[str, Value]:
        """The job that continues the pipeline."""
        environment: dict[str, Value] = {"CIG_SOURCE": SOURCE}
        for workflow in self.workflows:
            environment |= input_variables(workflow)
        install = f"(\n{_indented(install_script(self.skipping, self._usual))}) || echo 'There is no cig.'\n"
        steps: list[Value] = [_SOURCE_STEP, _run("Put cig on PATH", install, no_output_timeout=f"{_MINUTES}m")]
        if self.hands_on:
            asking = find_out_script(self._event, self.path, self.workflow)
            steps += [_run("Find out what is proven", asking), save_step()]
        continuing = continue_script(self._event, self.path, self.workflow, planned=self.hands_on)
        # Whatever became of that, somebody must continue.
        steps.append(_run("Continue with what is not proven", continuing, when="always"))
        return {**self.place.value, "environment": environment, "steps": steps}

    @property
    def _event(self) -> str:
        return event_script(queues=any(one.triggers and one.triggers.merge_queue for one in self.workflows))

    def gate(self) -> dict[str, Value]:
        """The job that a merge waits for. CircleCI starts it when nothing that it requires has failed."""
        if self.in_job:
            steps: list[Value] = [_run("Everything passed", 'echo "Every job has passed, or was proven before."')]
            return {**self.place.value, "steps": steps}
        script = (
            "cat > /tmp/cig-plan.json \\<<'PLAN'\n<< parameters.plan >>\nPLAN\n"
            "# Each job is required, so one that could run has passed.\n"
            "results=\n"
            "set --\n"
            "while read -r ran job; do\n"
            '  case "$ran" in\n'
            '    "") ;;\n'
            '    true | 1) results="$results${results:+, }\\"$job\\": {\\"result\\": \\"success\\"}" ;;\n'
            '    *) set -- "$@" --excluded "$job" ;;\n'
            "  esac\n"
            "done \\<<'JOBS'\n<< parameters.jobs >>\nJOBS\n"
            'printf \'{%s}\' "$results" | cig gate --plan /tmp/cig-plan.json "$@"\n'
        )
        parameters: dict[str, Value] = {
            "jobs": {"type": "string", "description": "For each job whether its conditions let it run, and its name"},
            "plan": {"type": "string", "default": ""},
        }
        install = install_script(self.skipping, self._usual)
        source: list[Value] = [_SOURCE_STEP] if requirements(self.skipping) else []
        steps = [*source, _run("Put cig on PATH", install), _run("Judge what ran and what did not", script)]
        return {"parameters": parameters, **self.place.value, "steps": steps}

    def gate_place(
        self, graph: Graph, workflow: Workflow, jobs: Sequence[StaticJob], gates: Mapping[str, Gate], start: Start
    ) -> dict[str, Value]:
        """The gate's place in a workflow, which requires every job that no person has to approve first."""
        held = _after(jobs, (one.job.id for one in jobs if one.job.approve is not None))
        # What waits for a failure runs in no green pipeline, nor does what waits for that.
        failing = [one.job.id for one in jobs if one.job.run_on == "failure"]
        never = _after([one for one in jobs if one.job.run_on == "success"], failing)
        requires: list[Value] = []
        lines: list[str] = []
        for one in jobs:
            filters = gates[one.job.id].filters
            told = f"<< {filters} >>" if isinstance(filters, str) else "true"
            if one.job.id in held | never:
                told = "false"
            legs = [leg.key for leg in one.job.matrix.legs] if one.job.matrix else [one.job.id]
            lines += [f"{told} {render_text(leg)}\n" for leg in legs]
            if one.job.id not in held:
                may_lack = told != "true" or one.job.run_on != "success"
                requires.append({one.job.id: ["success", "not_run"]} if may_lack else one.job.id)
        found: dict[str, Value] = {"name": gate_name(graph, workflow.id)}
        if requires:
            found["requires"] = requires
        filters = usual_filters(start)
        if filters is not None:
            found["filters"] = filters
        return found if self.in_job else {**found, "jobs": "".join(lines)}


def find_planning(
    graph: Graph,
    output: Output,
    workflows: Sequence[Workflow],
    contexts: Mapping[str, tuple[str, ...]],
    report: Report,
) -> Planning | None:
    """How the file plans; None where there is nothing to plan."""
    jobs = jobs_of(graph, *workflows)
    if graph.skipping is None or not has_plan(graph, jobs):
        return None
    for name in (PLANNER, GATE):
        if any(job.id == name for job in jobs) or any(workflow.id == name for workflow in workflows):
            message = f'"{name}" is the name of what cig adds to the file'
            report.error("CIRCLECI_037", message, hint="choose another name", key=("jobs", name))
    secrets = (*graph.skipping.secrets, *((KEY,) if graph.skipping.trust else ()))
    in_job = plan_mode(graph.skipping, workflows, report) == "in-job"
    place = _find_place(graph.skipping, report)
    return Planning(
        skipping=graph.skipping,
        in_job=in_job,
        path=output.path,
        workflow=workflows[0].id if len(workflows) == 1 and len(graph.workflows) > 1 else "",
        workflows=workflows,
        place=place,
        contexts=tuple(job_contexts(Job(PLANNER, secrets=secrets), dict(contexts), report)),
        wanted=frozenset(_wanted(jobs)),
        restorable=restorable(graph, jobs) if _can_hand_on(graph.skipping, in_job, place, report) else frozenset(),
    )


def _can_hand_on(skipping: Skipping, in_job: bool, place: Place, report: Report) -> bool:
    """Whether there is a planner, where a job finds what that has saved."""
    why = ""
    if in_job:
        why = "jobs ask for themselves"
    elif skipping.restore and place.system != "linux":
        why = "the plan is not made on Linux"
    if skipping.restore and why:
        message = f"files of proven jobs are not restored, since {why}: a job runs whose files a job takes that runs"
        report.info("CIRCLECI_038", message, key=("skipping", "restore"))
    return not why


def _find_place(skipping: Skipping, report: Report) -> Place:
    python = Step("python", tool=Tool("python", _PYTHON))
    try:
        return find_place(Job(PLANNER, machine=skipping.machine, steps=(python,)), report)
    except CannotExpress as problem:
        report.error("CIRCLECI_004", problem.message, hint=problem.hint, key=("skipping", "runner"))
        return Place("linux", "docker", {"docker": [{"image": f"cimg/python:{_PYTHON}"}]})


def plan_mode(skipping: Skipping, workflows: Sequence[Workflow], report: Report) -> str:
    """`dynamic` or `in-job`."""
    key = ("skipping", "circleci")
    table = read_own(skipping.settings, "circleci", "what skipping is on CircleCI", report, "CIRCLECI_014", key)
    others = sorted(set(table) - {"mode"})
    if others:
        message = f'"{others[0]}" under [skipping] circleci means nothing to provider/circleci'
        report.warning("CIRCLECI_006", message, hint='keys: "mode"', key=(*key, others[0]))
    mode = table.get("mode", "")
    if mode and mode not in _MODES:
        message = f'there is no mode "{mode}" of skipping on CircleCI'
        report.error("CIRCLECI_006", message, hint='modes: "dynamic", "in-job"', key=(*key, "mode"))
    # A pipeline is continued once, and whoever writes their own setup does that themselves.
    own = any("setup" in circleci_block(workflow.raw, "", (), report) for workflow in workflows)
    return "in-job" if own else mode or "dynamic"


def _wanted(jobs: Sequence[Job]) -> Iterable[str]:
    fetched = {step.download.name for job in jobs for step in job.steps if step.download is not None}
    needed = {need for job in jobs for need in job.needs}
    for job in jobs:
        leaves = {step.upload.name for step in job.steps if step.upload is not None}
        if leaves & fetched or (job.id in needed and job.outputs is not None and job.outputs.values):
            yield job.id


def _after(jobs: Sequence[StaticJob], first: Iterable[str]) -> set[str]:
    """The jobs of `first`, and those that need them, however far."""
    found = set(first)
    known = -1
    while known != len(found):
        known = len(found)
        found |= {one.job.id for one in jobs if not found.isdisjoint(one.job.needs)}
    return found


def _checks_out(job: Job) -> bool:
    return any(step.checkout is not None and not step.checkout.disabled for step in job.steps)


def _shell(job: Job) -> dict[str, Value]:
    """The argument for a job that may have no bash."""
    return {"shell": render_shell("sh")} if job.image is not None else {}


def _indented(script: str) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in script.splitlines())


def _run(name: str, script: str, shell: str = "", when: str = "", no_output_timeout: str = "", **env: str) -> Value:
    """A step. Capitals are variables."""
    command = script if script.count("\n") > 1 else script.rstrip("\n")
    given = {"shell": shell, "no_output_timeout": no_output_timeout, "when": when}
    keys: dict[str, Value] = {key: value for key, value in given.items() if value}
    variables: dict[str, Value] = {"environment": dict(env)} if env else {}
    return {"run": {"name": name, "command": command, **keys, **variables}}
