"""One job: its mapping, keys in the order people write them."""

from collections.abc import Mapping
from dataclasses import dataclass

from cigen.sdk import Job, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.plans import PLANNER, is_recorded
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.github.approvals import render_environment
from cigen.std.provider.github.artifacts import Artifacts
from cigen.std.provider.github.caches import save_step
from cigen.std.provider.github.concurrency import job_concurrency
from cigen.std.provider.github.conditions import ConditionScope, all_of, compile_condition, if_value
from cigen.std.provider.github.limits import check_job
from cigen.std.provider.github.matrix import Strategy
from cigen.std.provider.github.permissions import render_permissions
from cigen.std.provider.github.pipelines import trigger_step
from cigen.std.provider.github.plan import Planning
from cigen.std.provider.github.raw import github_block, merge_raw, referenced_steps
from cigen.std.provider.github.scripts import render_shell
from cigen.std.provider.github.secret_env import render_secret
from cigen.std.provider.github.services import (
    check_containers,
    environment,
    render_container,
    render_services,
    service_variables,
)
from cigen.std.provider.github.shards import shard_environment, shard_step
from cigen.std.provider.github.steps import StepScope, render_step
from cigen.std.provider.github.texts import render_text
from cigen.std.provider.github.triggers import root_condition
from cigen.std.provider.github.values import HAND_ON, hand_on_step, job_outputs, needed_values, prepare_step
from cigen.std.report import Report

__all__ = ["JobScope", "render_job", "render_when"]

_AFTER = {"always": "always()", "failure": "failure()"}


@dataclass(frozen=True, slots=True)
class JobScope:
    """What all jobs of a workflow are rendered within.

    `bash`: every job says itself that its scripts are bash, because the workflow as a whole does not. `no_caches`:
    nothing but tags starts the workflow, so that a cache would never be restored. `jobs`: those of the workflow by
    their ids. `secrets`: what GitHub calls a secret, where that is another name. `planning`: None without a plan.
    """

    workflow: Workflow
    artifacts: Artifacts
    bash: bool
    no_caches: bool
    jobs: Mapping[str, Job]
    secrets: Mapping[str, str]
    report: Report
    planning: Planning | None = None


def render_job(job: Job, strategy: Strategy | None, runs_on: Value, scope: JobScope) -> dict[str, Value]:
    """The job's mapping. Mistakes go to the scope's report, and the rest is rendered."""
    found: dict[str, Value] = {"name": _name(job, strategy)}
    planning = scope.planning if scope.planning and scope.planning.heeds(job) else None
    needs = _needs(job, planning, scope)
    if needs:
        found["needs"] = needs[0] if len(needs) == 1 else list[Value](needs)
    condition = _condition(job, scope)
    if planning:
        condition = planning.condition(job, condition)
    if condition:
        found["if"] = if_value(condition)
    found["runs-on"] = runs_on
    found["timeout-minutes"] = planning.timeout(job) if planning else job.timeout
    found["permissions"] = {
        **(planning.permissions(job) if planning else {}),
        **render_permissions(job, scope.workflow),
    }
    deployment = render_environment(job, scope.report)
    if deployment is None and planning is not None:
        deployment = planning.signing_environment(job)
    if deployment is not None:
        found["environment"] = deployment
    concurrency = job_concurrency(job, scope.workflow, scope.report)
    if concurrency:
        found["concurrency"] = concurrency
    if job.allow_failure:
        found["continue-on-error"] = True
    if strategy is not None:
        found["strategy"] = strategy.value
    outputs = job_outputs(job)
    if outputs:
        found["outputs"] = outputs
    _add_containers(found, job, scope)
    env = _environment(job, scope)
    if env:
        found["env"] = env
    defaults = _defaults(job, scope)
    if defaults:
        found["defaults"] = {"run": defaults}
    check_job(job, runs_on, scope.report)
    _add_steps(found, job, strategy, scope)
    return found


def _needs(job: Job, planning: Planning | None, scope: JobScope) -> list[str]:
    if planning:
        return planning.needs(job)
    # It waits for the planner anyhow: the jobs that it fetches from do.
    return [PLANNER, *job.needs] if scope.artifacts.asks_plan(job) else [*job.needs]


def _add_containers(found: dict[str, Value], job: Job, scope: JobScope) -> None:
    if job.image is not None:
        secret = job.image.password
        password = render_secret(secret, job, scope.secrets, scope.report) if secret else ""
        found["container"] = render_container(job.image, password)
    if job.services:
        found["services"] = render_services(job.services)
    check_containers(job, scope.report)


def _name(job: Job, strategy: Strategy | None) -> str:
    """What the check is called: the plan key, where the user does not say otherwise."""
    return render_text(job.name) or (strategy.leg_name if strategy else job.id)


def _condition(job: Job, scope: JobScope) -> str:
    """GitHub's own rule comes first: a job runs only if all jobs it needs, and all those need, have succeeded."""
    after = _AFTER.get(job.run_on, "")
    # Drafts and pull requests without the label leave jobs out, and one that runs whatever happened would run alone.
    root = "" if job.needs and job.run_on != "always" else root_condition(scope.workflow)
    return all_of(after, root, render_when(job, scope.workflow, scope.report))


def render_when(job: Job, workflow: Workflow, report: Report) -> str:
    """The job's own condition as an expression; empty where it has none, or GitHub cannot say it."""
    if job.when is None:
        return ""
    known = {pair.name: pair.value for pair in (*workflow.env, *job.env)}
    try:
        return compile_condition(job.when, ConditionScope(workflow, env=known))
    except CannotExpress as problem:
        message = f'job "{job.id}": {problem.message}'
        report.error("GITHUB_007", message, hint=problem.hint, key=("jobs", job.id, "when"))
        return ""


def _environment(job: Job, scope: JobScope) -> dict[str, Value]:
    """The job's variables: its own, and those that tell it of its services, its shard and the jobs it needs."""
    own = environment(job.env)
    known = {**environment(service_variables(job)), **shard_environment(job), **needed_values(job, scope.jobs)}
    return own | {name: value for name, value in known.items() if name not in own}


def _defaults(job: Job, scope: JobScope) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if job.shell:
        found["shell"] = render_shell(job.shell)
    elif scope.bash and job.image is None:
        found["shell"] = "bash"
    if job.working_directory:
        found["working-directory"] = render_text(job.working_directory)
    return found


def _add_steps(found: dict[str, Value], job: Job, strategy: Strategy | None, scope: JobScope) -> None:
    block = github_block(job, scope.report)
    steps = StepScope(
        job=job,
        conditions=ConditionScope(scope.workflow, in_step=True),
        artifacts=scope.artifacts,
        named=referenced_steps(job),
        tags=effective_triggers(scope.workflow).tag is not None,
        report=scope.report,
        secrets=scope.secrets,
        recorded=scope.planning is not None and is_recorded(job),
    )
    rendered: list[tuple[str, dict[str, Value]]] = []
    for step in job.steps:
        mapping = None if step.cache and scope.no_caches else render_step(step, steps)
        if mapping is not None:
            rendered.append((step.id, mapping))
    _add_own_steps(rendered, job, scope)
    rendered += scope.planning.record_steps(job, strategy) if scope.planning else []
    found["steps"] = [mapping for _, mapping in rendered]
    if block:
        merge_raw(job, block, found, rendered, scope.report)


def _add_own_steps(rendered: list[tuple[str, dict[str, Value]]], job: Job, scope: JobScope) -> None:
    """What GitHub needs steps for, around those of the job."""
    try:
        own = [("cig-output", prepare_step(job)), ("cig-shards", shard_step(job, scope.report))]
        own.append(("cig-trigger", trigger_step(job)))
    except CannotExpress as problem:
        message = f'job "{job.id}": {problem.message}'
        scope.report.error("GITHUB_026", message, hint=problem.hint, key=("jobs", job.id, "trigger"))
        return
    first = 1 if rendered and any(step.checkout and step.id == rendered[0][0] for step in job.steps) else 0
    rendered[first:first] = [(name, step) for name, step in own if step]
    if not scope.no_caches:
        saved = ((f"save-{step.id}", save_step(step)) for step in job.steps)
        rendered += [(name, step) for name, step in saved if step]
    last = hand_on_step(job)
    rendered += [(HAND_ON, last)] if last else []
