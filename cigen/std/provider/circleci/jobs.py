"""One job: its definition, and its place in the workflow, keys in the order people write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from cigen.sdk import Job, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.conditions import is_true
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.circleci.artifacts import ROOT, Workspace
from cigen.std.provider.circleci.concurrency import serial_group
from cigen.std.provider.circleci.conditions import ConditionScope
from cigen.std.provider.circleci.contexts import job_contexts
from cigen.std.provider.circleci.executors import Place, find_place
from cigen.std.provider.circleci.gates import Gate, read_outputs
from cigen.std.provider.circleci.matrix import Parameters
from cigen.std.provider.circleci.pipelines import trigger_steps
from cigen.std.provider.circleci.planning import Planning
from cigen.std.provider.circleci.raw import circleci_block, merge_job, merge_steps
from cigen.std.provider.circleci.scripts import job_shell, render_shell
from cigen.std.provider.circleci.services import find_variables, service_containers, service_steps
from cigen.std.provider.circleci.shards import shard_steps
from cigen.std.provider.circleci.steps import RenderedStep, StepScope, render_steps
from cigen.std.provider.circleci.texts import environment
from cigen.std.provider.circleci.triggers import Start, answer_steps, input_variables
from cigen.std.provider.circleci.windows import ENV_FILE
from cigen.std.report import Report

__all__ = ["JobScope", "RenderedJob", "render_job"]

_STATUS = {"always": "terminal", "failure": "failed"}


@dataclass(frozen=True, slots=True)
class JobScope:
    """What all jobs of a workflow are rendered within. `outputs`: job of cig.toml → names of the values it leaves."""

    workflow: Workflow
    start: Start
    workspace: Workspace
    gates: Mapping[str, Gate]
    outputs: Mapping[str, Sequence[str]]
    sources: Mapping[str, str]
    contexts: dict[str, tuple[str, ...]]
    project: str
    report: Report
    planning: Planning | None = None


@dataclass(frozen=True, slots=True)
class RenderedJob:
    """A job: its definition, its place in the workflow, and what its raw block puts at the root of the file."""

    id: str
    body: dict[str, Value]
    place: dict[str, Value]
    contexts: Sequence[str] = ()
    root: Mapping[str, Value] = field(default_factory=dict)


def render_job(
    one: StaticJob, parameters: Parameters | None, conditions: ConditionScope, scope: JobScope
) -> RenderedJob:
    """The job, written once for all legs if it has parameters. Mistakes go to the report, the rest is rendered."""
    # What is told of a leg is told of its job.
    job = one.job if one.leg is None else replace(one.job, id=one.source)
    report = scope.report
    try:
        place = find_place(job, report)
    except CannotExpress as problem:
        message = f'job "{one.source}": {problem.message}'
        report.error("CIRCLECI_004", message, hint=problem.hint, key=("jobs", one.source, "runner"))
        place = Place("linux", "docker", {"docker": [{"image": "cimg/base:current"}]})
    _tell(job, one.source, scope.workflow, report)
    gate = scope.gates[one.job.id]
    block = circleci_block(job.raw, f'job "{one.source}"', ("jobs", one.source, "raw", "circleci"), report)
    leg = parameters.leg if parameters else one.job.id
    steps = _own_steps(job, leg, place, conditions, scope)
    merge_steps(one.source, block, steps, report)
    planning = scope.planning
    asking = planning.asking(job, one.source, leg) if planning else []
    recording = planning.recording(job, one.source, leg) if planning else []
    asked = _asked(one, gate, scope)
    restoring = planning.restoring(job, leg, place, scope.workspace, reads=bool(asked)) if planning else []
    whole = [
        *_answers(one, place, scope),
        *_first_steps(one, gate, asked, scope),
        *restoring,
        *service_steps(job, place, report),
        *_ordered(job, steps, asking),
        *_last_steps(one),
        *recording,
    ]
    body = _body(job, place, whole, scope)
    declared = {
        **(parameters.declared if parameters else {}),
        **(planning.declared(job, one.source, restores=bool(restoring)) if planning else {}),
    }
    if declared:
        body = {"parameters": declared, **body}
    contexts = job_contexts(job, scope.contexts, report)
    if planning is not None and (asking or recording):
        contexts = list(dict.fromkeys([*contexts, *planning.contexts]))
    invocation = _place(one, gate, contexts, scope)
    if parameters is not None:
        own: dict[str, Value] = {"name": parameters.name, "matrix": parameters.matrix} if parameters.matrix else {}
        invocation = {**own, **invocation}
    root = merge_job(one.source, block, body, invocation, report)
    return RenderedJob(one.job.id, body, invocation, contexts, root)


def _own_steps(job: Job, leg: str, place: Place, conditions: ConditionScope, scope: JobScope) -> list[RenderedStep]:
    if job.trigger is not None:
        message = f'job "{job.id}" starts {job.trigger.pipeline} with the token in CIRCLE_TOKEN'
        hint = "put a personal API token of that name into a context or the project's variables"
        scope.report.info("CIRCLECI_032", message, hint=hint, key=("jobs", job.id, "trigger"))
        return [RenderedStep("trigger", trigger_steps(job.trigger))]
    return render_steps(
        StepScope(
            *(job, leg, place, conditions, scope.workspace),
            tags=scope.start.tags,
            no_caches=scope.start.only_tags,
            report=scope.report,
            recorded=scope.planning is not None and scope.planning.records(job, job.id),
        )
    )


def _ordered(job: Job, steps: Sequence[RenderedStep], asking: Sequence[Value]) -> list[Value]:
    """The steps; as soon as the source is there, what asks whether to go on, and this shard's share."""
    found: list[Value] = []
    shards = [*asking, *(shard_steps(job.shards) if job.shards else [])]
    for condition, group in groupby(steps, key=lambda step: step.condition):
        together = list(group)
        inner = [one for step in together for one in step.steps]
        found += inner if condition is None else [{"when": {"condition": condition, "steps": inner}}]
        if any(step.id == "checkout" for step in together):
            at = next((index for index, one in enumerate(found) if isinstance(one, dict) and "checkout" in one), 0)
            found[at + 1 : at + 1] = shards
            shards = []
    return shards + found


def _body(job: Job, place: Place, steps: list[Value], scope: JobScope) -> dict[str, Value]:
    found: dict[str, Value] = dict(place.value)
    containers = found.get("docker")
    if isinstance(containers, list) and job.services:
        found["docker"] = [*containers, *service_containers(job)]
    if job.shards and job.shards.count > 1:
        found["parallelism"] = job.shards.count
    shell = job_shell(job, place, scope.report)
    if shell:
        found["shell"] = shell
    env = {**input_variables(scope.workflow), **environment(scope.workflow.env), **environment(job.env)}
    env |= {name: value for name, value in environment(find_variables(job)).items() if name not in env}
    if place.system == "windows" and "BASH_ENV" in repr(steps):
        env = {"BASH_ENV": ENV_FILE, **env}
    if env:
        found["environment"] = env
    return {**found, "steps": steps}


def _answers(one: StaticJob, place: Place, scope: JobScope) -> list[Value]:
    # A plan may take away whatever stands before a job.
    planned = scope.planning is not None and not scope.planning.in_job
    if not planned and any(need in scope.sources for need in one.job.needs):
        return []
    own = one.job.shell in ("", "bash", "sh")
    return answer_steps(scope.workflow, scope.start, "" if own else render_shell("bash", place.system))


def _asked(one: StaticJob, gate: Gate, scope: JobScope) -> dict[str, Sequence[str]]:
    """The jobs whose values this one reads, and their names."""
    needed = list(dict.fromkeys(scope.sources[need] for need in one.job.needs if need in scope.sources))
    return {name: scope.outputs[name] for name in (*needed, *sorted(gate.asks)) if scope.outputs.get(name)}


def _first_steps(one: StaticJob, gate: Gate, asked: Mapping[str, Sequence[str]], scope: JobScope) -> list[Value]:
    """What stands before the job's own steps: the workspace, what other jobs said, the question whether to run."""
    fetches = any(step.download for step in one.job.steps)
    steps: list[Value] = []
    if asked or (fetches and scope.workspace.staged):
        steps.append({"attach_workspace": {"at": ROOT}})
    if asked:
        steps.append(read_outputs(asked))
    steps += gate.steps
    if one.job.outputs and one.job.outputs.values:
        folder = f"{ROOT}/outputs/{one.source}"
        command = f"mkdir -p {folder}\necho 'export CIG_OUTPUT={folder}/{one.job.id}' >> \"$BASH_ENV\"\n"
        command += f"touch {folder}/{one.job.id}\n"
        steps.append({"run": {"name": "Prepare outputs", "command": command}})
    return steps


def _last_steps(one: StaticJob) -> list[Value]:
    if not (one.job.outputs and one.job.outputs.values):
        return []
    return [{"persist_to_workspace": {"root": ROOT, "paths": [f"outputs/{one.source}"]}}]


def _place(one: StaticJob, gate: Gate, contexts: Sequence[str], scope: JobScope) -> dict[str, Value]:
    found: dict[str, Value] = {}
    needs = [need for need in one.job.needs if need in scope.sources]
    if needs:
        status = _STATUS.get(one.job.run_on, "")
        found["requires"] = [{need: status} if status else need for need in needs]
        if one.job.run_on == "failure" and len(needs) > 1:
            message = f'job "{one.source}" runs when all jobs it needs have failed, not when one of them has'
            hint = "give it one job to need, or use a notify of each job"
            scope.report.warning("CIRCLECI_033", message, hint=hint, key=("jobs", one.source, "run_on"))
        if status and all(not is_true(scope.gates[need].condition) for need in needs):
            message = f'job "{one.source}" does not run where the conditions of all jobs that it needs fail'
            hint = "let it need one that always runs"
            scope.report.warning("CIRCLECI_034", message, hint=hint, key=("jobs", one.source, "run_on"))
    if gate.filters is not None:
        found["filters"] = gate.filters
    if contexts:
        found["context"] = contexts[0] if len(contexts) == 1 else list(contexts)
    group = serial_group(one.job, one.source, scope.workflow, scope.project, scope.report)
    if group:
        found["serial-group"] = group
    return found


def _tell(job: Job, source: str, workflow: Workflow, report: Report) -> None:
    """What a job asks for that CircleCI does otherwise, or not at all."""
    if job.environment is not None:
        where = f'"{job.environment.name}"' + (f" ({job.environment.url})" if job.environment.url else "")
        message = f'job "{source}" deploys to {where}, and CircleCI guards no environments'
        hint = "keep its secrets in a context with a security group, or say approve = true"
        report.warning("CIRCLECI_023", message, hint=hint, key=("jobs", source, "environment"))
    writes = [pair.name for pair in job.permissions or workflow.permissions if pair.value == "write"]
    if writes:
        wanted = ", ".join(writes)
        message = f'job "{source}" wants to write {wanted}, but CircleCI has no token of its own for the repository'
        report.warning("CIRCLECI_026", message, hint="put a token into a context", key=("jobs", source, "permissions"))
    if job.oidc:
        message = f'job "{source}" finds its OpenID Connect token in CIRCLE_OIDC_TOKEN, issued by CircleCI'
        report.info("CIRCLECI_020", message, hint="let the cloud trust that issuer", key=("jobs", source, "oidc"))
    if job.image is not None and job.image.options:
        message = f'CircleCI starts the image of job "{source}" without "{job.image.options}"'
        report.warning("CIRCLECI_006", message, key=("jobs", source, "image", "options"))
