"""One job: the steps it becomes, keys in the order people write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cigen.sdk import Expr, Graph, Job, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import merge, sort_keys
from cigen.std.ci.conditions import all_of, is_true, names
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.plans import KEEPING_MINUTES, is_recorded, is_skippable
from cigen.std.ci.problems import CannotExpress, read_table
from cigen.std.provider.buildkite.artifacts import FETCHES, Leaving, fetched_steps, upload_patterns
from cigen.std.provider.buildkite.caches import render_caches
from cigen.std.provider.buildkite.checkout import render_checkout
from cigen.std.provider.buildkite.concurrency import job_concurrency
from cigen.std.provider.buildkite.conditions import Names, input_variable, step_condition
from cigen.std.provider.buildkite.events import Starts
from cigen.std.provider.buildkite.job_script import RAW_MARK, ScriptScope, render_script
from cigen.std.provider.buildkite.limits import BLOCK_TEAMS
from cigen.std.provider.buildkite.plan import JOB, RECORD_LAST
from cigen.std.provider.buildkite.raw import STEP_KEYS, check_steps, raw_block
from cigen.std.provider.buildkite.retries import render_retry
from cigen.std.provider.buildkite.runners import agents
from cigen.std.provider.buildkite.secret_env import job_secrets
from cigen.std.provider.buildkite.steps import kept_by_agent
from cigen.std.provider.buildkite.texts import environment, escaped
from cigen.std.report import Report

__all__ = ["JobScope", "approval", "early_condition", "render_job"]

SCRIPT_BYTES = 128 * 1024
"""What Linux takes as one argument, and the agent hands the script over as one."""


@dataclass(frozen=True, slots=True)
class JobScope:
    """What all jobs of a file are rendered within.

    sources: id of a job or leg → the job as the graph has it. keys: id → key of its step. effective: job id → the
    conditions it inherits. ancestors: id of a job that runs after failures → ids of all it waits for, through others
    too. matrices: id → `matrix`, where Buildkite expands it. gates: workflow → the key of the step that every first
    job waits for. env: workflow → variables that its jobs have to name, because the root does not. starts: what starts
    the file's workflows. planned: the workflows that have a plan. brought: jobs whose files it can bring.
    """

    graph: Graph
    workflows: Mapping[str, Workflow]
    sources: Mapping[str, Job]
    keys: Mapping[str, str]
    artifacts: Mapping[str, Leaving]
    effective: Mapping[str, Expr]
    ancestors: Mapping[str, tuple[str, ...]]
    matrices: Mapping[str, dict[str, Value]]
    gates: Mapping[str, str]
    env: Mapping[str, dict[str, Value]]
    starts: Starts
    report: Report
    planned: frozenset[str] = frozenset()
    brought: frozenset[str] = frozenset()

    def workflow(self, job: Job) -> Workflow:
        """The job's workflow."""
        return self.workflows.get(job.workflow) or next(iter(self.workflows.values()))


def render_job(static: StaticJob, scope: JobScope) -> list[dict[str, Value]]:
    """The job's step, and before it the one that asks somebody, if there is one. Empty if no build has the job."""
    job = static.job
    early, late = _parted(all_of((scope.effective[static.source], job.when)))
    condition = _condition(static, early, scope)
    if condition is None:
        return []
    common: dict[str, Value] = {}
    depends: list[Value] = [scope.keys[need] for need in job.needs if need in scope.keys]
    gate = scope.gates.get(scope.workflow(job).id)
    if gate and not depends:
        depends.append(gate)
    if depends:
        common["depends_on"] = depends
    if job.run_on != "success" and job.needs:
        common["allow_dependency_failure"] = True
    if condition:
        common["if"] = escaped(condition)
    found: list[dict[str, Value]] = []
    if job.approve is not None:
        found.append(_block(static, common, scope))
        common = {"depends_on": [*depends, scope.keys[approval(job.id)]], **_without(common, "depends_on")}
    if len(depends) == 1 and job.approve is None:
        common["depends_on"] = depends[0]
    key = ("jobs", static.source, "raw", "buildkite")
    patch = raw_block(job.raw, f'job "{static.source}"', key, scope.report)
    step = _trigger(static, common, late, scope) if job.trigger else _command(static, common, late, patch, scope)
    for name in patch:
        if name not in STEP_KEYS and name != "steps":
            message = f'Buildkite has no key "{name}" of a step, which the raw block gives job "{static.source}"'
            hint = f"keys: {', '.join(sorted(STEP_KEYS))}"
            scope.report.warning("BUILDKITE_014", message, hint=hint, key=(*key, name))
    merge(step, _without(patch, "steps"))
    sort_keys(step, STEP_KEYS)
    return [*found, step]


def approval(job: str) -> str:
    """What `keys` knows the step by that asks before a job: no job has such an id."""
    return f"approve {job}"


def _without(table: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {key: value for key, value in table.items() if key != name}


def early_condition(static: StaticJob, scope: JobScope) -> Expr:
    """What decides when the build is put together whether it has the job, beside what starts the workflow."""
    return _parted(all_of((scope.effective[static.source], static.job.when)))[0]


def _parted(condition: Expr) -> tuple[Expr, Expr]:
    """What can be asked when the build is put together, and what only the jobs themselves can ask."""
    parts = () if is_true(condition) else condition.args if condition.op == "and" else (condition,)
    late = [one for one in parts if any(name.startswith("needs.") for name in names(one))]
    return all_of(one for one in parts if one not in late), all_of(late)


def _condition(static: StaticJob, early: Expr, scope: JobScope) -> str | None:
    """The value of `if`, empty where there is none; None where no build has the job, or cannot say which."""
    workflow = scope.workflow(static.job)
    known = {pair.name: pair.value for pair in (*workflow.env, *static.job.env)}
    try:
        return step_condition(None if is_true(early) else early, Names(workflow, known, scope.starts))
    except CannotExpress as problem:
        message = f'job "{static.source}": {problem.message}'
        scope.report.error("BUILDKITE_007", message, hint=problem.hint, key=("jobs", static.source, "when"))
        return None


def _block(static: StaticJob, common: Mapping[str, Value], scope: JobScope) -> dict[str, Value]:
    job = static.job
    assert job.approve is not None
    message = job.approve.message or f"Start {job.name or job.id}?"
    found: dict[str, Value] = {"block": escaped(message), "key": scope.keys[approval(job.id)], **common}
    depends = common.get("depends_on")
    if isinstance(depends, list) and len(depends) == 1:
        found["depends_on"] = depends[0]
    found["blocked_state"] = "running"
    if len(job.approve.by) > BLOCK_TEAMS:
        message = f'{len(job.approve.by)} teams may approve job "{static.source}"; Buildkite allows {BLOCK_TEAMS}'
        key = ("jobs", static.source, "approve", "by")
        scope.report.error("BUILDKITE_009", message, hint="name a team that they are all in", key=key)
    if job.approve.by:
        found["allowed_teams"] = [escaped(team) for team in job.approve.by]
    return found


def _trigger(static: StaticJob, common: dict[str, Value], late: Expr, scope: JobScope) -> dict[str, Value]:
    job = static.job
    assert job.trigger is not None
    if not is_true(late):
        message = f'job "{static.source}" starts a pipeline, and cannot ask first what another job said'
        hint = "let a job with steps decide, and start the pipeline by its script"
        scope.report.error("BUILDKITE_007", message, hint=hint, key=("jobs", static.source, "when"))
    found: dict[str, Value] = {"label": escaped(job.name or job.id), "key": scope.keys[job.id]}
    found["trigger"] = escaped(job.trigger.pipeline)
    found |= common
    build: dict[str, Value] = {}
    if job.trigger.branch:
        build["branch"] = escaped(job.trigger.branch)
    if job.trigger.inputs:
        build["env"] = {input_variable(pair.name): escaped(pair.value) for pair in job.trigger.inputs}
    if not job.trigger.wait:
        found["async"] = True
    elif job.timeout:
        message = f'job "{static.source}" waits for the pipeline it starts, be it longer than {job.timeout} minutes'
        hint = "give the jobs of that pipeline a timeout"
        scope.report.info("BUILDKITE_006", message, hint=hint, key=("jobs", static.source, "timeout"))
    if build:
        found["build"] = build
    if job.allow_failure:
        found["soft_fail"] = True
    return found


def _command(
    static: StaticJob, common: dict[str, Value], late: Expr, patch: Mapping[str, Value], scope: JobScope
) -> dict[str, Value]:
    job, report = static.job, scope.report
    source = scope.sources[static.source]
    matrix = scope.matrices.get(job.id)
    found: dict[str, Value] = {"label": escaped(_label(static, matrix)), "key": scope.keys[job.id], **common}
    try:
        if job.machine is None:
            raise CannotExpress(f'nothing says what "{job.runner}" is', "name a runner")
        found["agents"] = dict(agents(job.machine, report))
        found["checkout"] = render_checkout(job)
    except CannotExpress as problem:
        message = f'job "{static.source}": {problem.message}'
        report.error("BUILDKITE_010", message, hint=problem.hint, key=("jobs", static.source))
    env = _variables(job, scope)
    if env:
        found["env"] = env
    secrets = job_secrets(job, static.source, scope.graph.secrets, report)
    if secrets.value:
        found["secrets"] = secrets.value
    plugins = [*secrets.plugins, *_plugins(job, report)]
    if plugins:
        found["plugins"] = plugins
    if matrix is not None:
        found["matrix"] = matrix
    if job.shards is not None:
        found["parallelism"] = job.shards.count
    replaced = {**_native_commands(job), **check_steps(job, patch, static.source, report)}
    found["command"] = _script(static, late, secrets.names if secrets.confined else (), replaced, scope)
    _add_keeping(found, job, static.source, report)
    # The record is a part of the command, and must not be what the job is late by.
    found["timeout_in_minutes"] = job.timeout + (KEEPING_MINUTES if static.source in scope.brought else 0)
    retry = render_retry(job)
    if retry:
        found["retry"] = {"automatic": retry}
    if job.allow_failure:
        found["soft_fail"] = True
    if source.matrix is not None and source.matrix.fail_fast:
        found["cancel_on_build_failing"] = True
    return found | job_concurrency(source, job, scope.workflow(job), scope.graph.project, report)


def _variables(job: Job, scope: JobScope) -> dict[str, Value]:
    """What the step sets, and what a plan reads of it."""
    env = {**scope.env.get(scope.workflow(job).id, {}), **environment(job.env)}
    if is_skippable(job) and scope.workflow(job).id in scope.planned:
        env[JOB] = job.id
    fetches = fetched_steps(job, scope.artifacts)
    return {**env, FETCHES: fetches} if fetches else env


def _label(static: StaticJob, matrix: Mapping[str, Value] | None) -> str:
    job = static.job
    if matrix is None:
        return job.name or job.id
    setup = matrix["setup"]
    assert isinstance(setup, dict)
    return " ".join([job.name or job.id, *(f"{{{{matrix.{axis}}}}}" for axis in setup)])


def _script(
    static: StaticJob, late: Expr, confined: Sequence[str], replaced: Mapping[str, str], scope: JobScope
) -> str:
    """The value of `command`. replaced: step → script that is not escaped, since it is Buildkite's own."""
    job, report = static.job, scope.report
    marked = {step: RAW_MARK.format(index) for index, step in enumerate(replaced)}
    workflow = scope.workflow(job)
    last = RECORD_LAST if is_recorded(job) and workflow.id in scope.planned else ""
    within = ScriptScope(scope.sources, workflow, scope.artifacts, scope.keys, scope.ancestors, report, last)
    script = escaped(render_script(static, late, confined, marked, within))
    for step, mark in marked.items():
        script = script.replace(mark, replaced[step].rstrip("\n"))
    size = len(script.encode("utf-8", "surrogatepass"))
    if size > SCRIPT_BYTES:
        message = (
            f'the script of job "{static.source}" has {size:,} bytes; an agent hands over at most {SCRIPT_BYTES:,}'
        )
        report.error("BUILDKITE_009", message, hint="move scripts into files", key=("jobs", static.source, "steps"))
    return script or "true"


def _native_commands(job: Job) -> dict[str, str]:
    found = {}
    for step in job.steps:
        if step.native is not None and step.native.provider == "buildkite":
            try:
                command = read_table(step.native.json, "").get("command")
            except CannotExpress:
                command = None
            if isinstance(command, str):
                found[step.id] = command
    return found


def _plugins(job: Job, report: Report) -> list[Value]:
    """Plugins that steps of Buildkite's own name. Anything else in such a step but a command is refused."""
    found: list[Value] = []
    for step in job.steps:
        if step.native is None or step.native.provider != "buildkite":
            continue
        try:
            table = read_table(step.native.json, f'step "{step.id}" of job "{job.id}"')
        except CannotExpress as problem:
            report.error("BUILDKITE_014", problem.message, key=("jobs", job.id))
            continue
        plugins = table.get("plugins", [])
        if set(table) - {"plugins", "command"} or not isinstance(plugins, list):
            message = (
                f'step "{step.id}" of job "{job.id}" is a part of a step here: it takes "command" and "plugins" only'
            )
            report.error(
                "BUILDKITE_014", message, hint=f"[jobs.{job.id}.raw.buildkite] takes the rest", key=("jobs", job.id)
            )
        else:
            found += plugins
    return found


def _add_keeping(found: dict[str, Value], job: Job, source: str, report: Report) -> None:
    """Artifacts and caches."""
    paths: list[Value] = []
    for step in job.steps:
        if step.upload is None:
            continue
        if step.upload.retention_days:
            days = step.upload.retention_days
            message = (
                f'artifact "{step.upload.name}" of job "{source}" is kept as the organization says, not {days} days'
            )
            report.info("BUILDKITE_026", message, key=("jobs", source, "outputs"))
        if kept_by_agent(step):
            try:
                paths += [escaped(one) for one in upload_patterns(step.upload) if escaped(one) not in paths]
            except CannotExpress as problem:
                message = f'job "{source}": {problem.message}'
                report.error("BUILDKITE_019", message, hint=problem.hint, key=("jobs", source, "outputs"))
    if paths:
        found["artifact_paths"] = paths
    cache = render_caches(job, source, report)
    if cache:
        found["cache"] = cache
