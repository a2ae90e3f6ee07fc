"""One job: its functions, and its line in the table of jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cigen.sdk import Job, Pair, Secret, Trigger, Workflow
from cigen.std.ci.legs import has_placeholder
from cigen.std.ci.outputs import output_variable
from cigen.std.ci.plans import is_skippable
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.services import service_variables
from cigen.std.ci.shards import shard_files
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.jenkins.artifacts import Artifacts
from cigen.std.provider.jenkins.concurrency import job_lock
from cigen.std.provider.jenkins.conditions import ConditionScope, asks_for_matrix, compile_condition
from cigen.std.provider.jenkins.containers import in_container, log_in, with_services
from cigen.std.provider.jenkins.groovy import Code, braces, call, comment, literal, text
from cigen.std.provider.jenkins.legs import Variant, has_legs, row, variants
from cigen.std.provider.jenkins.plan import KEEPING, entries, keeps_proof
from cigen.std.provider.jenkins.raw import JobBlock, read_job_block, wrapped
from cigen.std.provider.jenkins.runners import agent_label
from cigen.std.provider.jenkins.scripts import render_script
from cigen.std.provider.jenkins.secrets import bind_secrets
from cigen.std.provider.jenkins.steps import StepScope, environment, render_step, run_on, save_step, with_env
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["JobScope", "Rendered", "render_job"]

_STEPS_IN_A_FUNCTION = 10
_LEGS_IN_A_FUNCTION = 100


@dataclass(frozen=True, slots=True)
class JobScope:
    """What all jobs of a workflow are rendered within. `values`: the outputs that jobs declare, by job.

    `planned`: a plan says which of them need not run. `brought`: those whose files it can bring in place of a run.
    """

    workflow: Workflow
    project: str
    artifacts: Artifacts
    secrets: Mapping[str, Secret]
    values: Mapping[str, Sequence[str]]
    planned: bool
    brought: frozenset[str]
    used: Used
    report: Report


@dataclass(frozen=True, slots=True)
class Rendered:
    """A job's entry in the table, and its functions, each after an empty line."""

    entry: list[Code]
    functions: list[Code]


def render_job(job: Job, function: str, scope: JobScope) -> Rendered:
    """The job. function: the name of its own function. Mistakes go to the scope's report, the rest is rendered."""
    block = read_job_block(job, scope.report)
    try:
        if job.trigger is not None:
            body = wrapped(block.own, _approved(job, _locked(job, _trigger(job, job.trigger, scope), scope), scope))
            lines = [*_head(job, function), *(Code(line.text, line.depth + 1) for line in body), Code("}")]
            return Rendered(_entry(job, function, scope), _function(lines))
        functions = []
        made = variants(job)
        names = [function if len(made) == 1 and not has_legs(job) else f"{function}Leg{number or ''}"
                 for number in range(len(made))]  # fmt: skip
        if has_legs(job):
            functions += _legs(job, function, names, made, scope)
        for name, variant in zip(names, made, strict=True):
            functions += _variant(name, variant, block, scope)
    except CannotExpress as problem:
        message = f'job "{job.id}": {problem.message}'
        scope.report.error("JENKINS_003", message, hint=problem.hint, key=("jobs", job.id, "runner"))
        functions = []
    _check(job, scope.report)
    return Rendered(_entry(job, function, scope), functions)


def _entry(job: Job, function: str, scope: JobScope) -> list[Code]:
    fields = [f"needs: [{', '.join(map(literal, job.needs))}]"]
    if job.name not in ("", job.id) and not has_placeholder(job.name):
        fields.insert(0, f"title: {text(job.name)}")
    if job.run_on != "success":
        fields.append(f"on: {literal(job.run_on)}")
    if job.when is not None and not asks_for_matrix(job.when):
        fields.append(f"when: {{ {_condition(job, scope)} }}")
    if job.allow_failure:
        fields.append("soft: true")
    listed = entries(job, _listed_legs(job, function)) if scope.planned else ""
    if listed:
        fields.append(f"entries: {listed}")
    fields.append(f"run: {{ {function}() }}")
    line = f"{literal(job.id)}: [{', '.join(fields)}],"
    if len(line) <= 110:
        return [Code(line)]
    return [Code(f"{literal(job.id)}: ["), *(Code(f"{field},", 1) for field in fields), Code("],")]


def _condition(job: Job, scope: JobScope) -> str:
    assert job.when is not None, "the caller looked"
    known = {pair.name: pair.value for pair in (*scope.workflow.env, *job.env)}
    try:
        return compile_condition(job.when, ConditionScope(scope.workflow, scope.used, known))
    except CannotExpress as problem:
        message = f'job "{job.id}": {problem.message}'
        scope.report.error("JENKINS_006", message, hint=problem.hint, key=("jobs", job.id, "when"))
        return "true"


def _legs(job: Job, function: str, names: list[str], made: Sequence[Variant], scope: JobScope) -> list[Code]:
    """The job's own function, which runs the legs, and the data they are."""
    shards = range(job.shards.count) if job.shards else [None]
    planned = scope.planned and is_skippable(job)
    rows = []
    for number, variant in enumerate(made):
        for leg in variant.legs or [None]:
            labelled = variant.machine is None
            rows += [row(number, leg, shard, job, scope.report, labelled=labelled, planned=planned) for shard in shards]
    scope.used.function("runLegs")
    fail_fast = "true" if job.matrix is not None and job.matrix.fail_fast else "false"
    at_once = job.matrix.max_parallel if job.matrix else 0
    body = [Code(f"{name}(leg)") for name in names[:1]]
    if len(names) > 1:
        body = [Code(f"if (leg.variant == {number}) {{ {name}(leg) }}") for number, name in enumerate(names) if number]
        body.append(Code(f"if (!leg.variant) {{ {names[0]}(leg) }}"))
    chunks = [rows[start : start + _LEGS_IN_A_FUNCTION] for start in range(0, len(rows), _LEGS_IN_A_FUNCTION)]
    data = _leg_functions(function, len(rows))
    listed = _listed_legs(job, function)
    if planned and job.matrix is not None:
        scope.used.function("remaining", "entriesOf")
        listed = f"remaining({listed})"
    head = f"runLegs({listed}, {fail_fast}, {at_once})"
    run = [Code(f"{head} {{ Map leg ->"), *(Code(line.text, line.depth + 1) for line in body), Code("}")]
    run = _approved(job, _locked(job, run, scope) if _whole(job) else run, scope)
    functions = [*_head(job, function), *(Code(line.text, line.depth + 1) for line in run), Code("}")]
    found = _function(functions)
    for name, chunk in zip(data, chunks, strict=True):
        lines = [Code("return ["), *(Code(f"{one},", 1) for one in chunk), Code("]")]
        found += _function([Code("@NonCPS"), *braces(f"List {name}()", lines)])
    return found


def _leg_functions(function: str, count: int) -> list[str]:
    """The functions that hold so many legs."""
    return [f"{function}Legs{number or ''}" for number in range(-(-count // _LEGS_IN_A_FUNCTION))]


def _listed_legs(job: Job, function: str) -> str:
    """All legs of a job, as a list in Groovy."""
    count = (len(job.matrix.legs) if job.matrix else 1) * (job.shards.count if job.shards else 1)
    return " + ".join(f"{name}()" for name in _leg_functions(function, count))


def _variant(name: str, variant: Variant, block: JobBlock, scope: JobScope) -> list[Code]:
    job, used = variant.job, scope.used
    leg = variant.takes_leg
    proven = scope.planned and not variant.windows and keeps_proof(job, block, scope.report)
    known = {pair.name: pair.value for pair in (*scope.workflow.env, *job.env)}
    steps = StepScope(
        job=job,
        conditions=ConditionScope(scope.workflow, used, known),
        artifacts=scope.artifacts,
        secrets=scope.secrets,
        block=block,
        leg=leg,
        counted=proven,
        windows=variant.windows,
        tags=effective_triggers(scope.workflow).tag is not None,
        used=used,
        report=scope.report,
    )
    if variant.windows:
        used.function("onWindows")
    parts = _parts(job, steps)
    body, helpers = _flow(name, parts, leg=leg, used=used)
    proof = "leg.name" if leg else literal(job.id)
    proof += f", {KEEPING}" if job.id in scope.brought else ""
    body = _surrounded(variant, body, scope, f", {proof}" if proven else "")
    body = wrapped(block.own, body)
    if job.when is not None and asks_for_matrix(job.when):
        body = braces(f"if ({_condition(job, scope)})", body)
    head = _head(job, name, "Map leg") if leg else _head(job, name)
    # The job's description stands where its legs are run, if it has any.
    head = head[-1:] if leg else head
    return [*_function([*head, *(Code(line.text, line.depth + 1) for line in body), Code("}")]), *helpers]


def _parts(job: Job, scope: StepScope) -> list[tuple[str, list[Code]]]:
    """What the job does, step by step, each with what must have happened before it."""
    parts = [(run_on(step), render_step(step, scope)) for step in job.steps]
    if job.shards is not None and job.shards.files:
        place = next((index + 1 for index, step in enumerate(job.steps) if step.checkout), 0)
        if job.shards.by == "timings":
            message = f'job "{job.id}" cannot be split by timings, which Jenkins does not keep: by size instead'
            scope.report.warning("JENKINS_005", message, key=("jobs", job.id, "shards", "by"))
        script = shard_files(job.shards, '"${CIG_OUTPUT%/*}/cig-shard"')
        parts.insert(place, ("success", [render_script("Choose this shard's files", script, "bash", scope.used)]))
    saved = [(step.cache.cache.save, save_step(step, scope)) for step in job.steps if step.cache]
    parts += [(on, lines) for on, lines in saved if on != "never"]
    if job.outputs is not None and job.outputs.values:
        scope.used.function("keepOutputs")
        parts.append(("success", [Code(call("keepOutputs", literal(job.id)))]))
    return [(on, lines) for on, lines in parts if lines]


def _flow(name: str, parts: list[tuple[str, list[Code]]], *, leg: bool, used: Used) -> tuple[list[Code], list[Code]]:
    """The body made of parts, and the functions that some of them become so that none grows too large."""
    grouped: list[tuple[str, list[list[Code]]]] = []
    for on, lines in parts:
        if grouped and grouped[-1][0] == on:
            grouped[-1][1].append(lines)
        else:
            grouped.append((on, [lines]))
    helpers: list[Code] = []
    small = sum(map(len, (steps for _, steps in grouped))) <= _STEPS_IN_A_FUNCTION

    def inner(steps: list[list[Code]]) -> list[Code]:
        if small:
            return [line for lines in steps for line in lines]
        calls = []
        for start in range(0, len(steps), _STEPS_IN_A_FUNCTION):
            number = sum(line.text.startswith("def ") for line in helpers) + 1
            part = f"{name}Part{number}"
            lines = [line for one in steps[start : start + _STEPS_IN_A_FUNCTION] for line in one]
            helpers.extend(_function(braces(f"def {part}({'Map leg' if leg else ''})", lines)))
            calls.append(Code(f"{part}({'leg' if leg else ''})"))
        return calls

    if all(on == "success" for on, _ in grouped):
        return [line for _, steps in grouped for line in inner(steps)], helpers
    used.function("inOrder")
    body = [Code("inOrder([")]
    for on, steps in grouped:
        body += [Code(line.text, line.depth + 1) for line in braces(f"['{on}',", inner(steps), "],")]
    return [*body, Code("])")], helpers


def _surrounded(variant: Variant, body: list[Code], scope: JobScope, proof: str) -> list[Code]:
    job, used = variant.job, scope.used
    if job.image is not None:
        caches = any(step.cache for step in job.steps)
        body = in_container(job.image, body, network=bool(job.services), caches=caches, used=used)
        if job.image.password:
            login = bind_secrets([job.image.password], (), scope.secrets, used, log_in(job.image, used))
            body = [*login, *body]
    if job.services:
        body = with_services(job, body, used)
    body = with_env(_environment(job, scope), body)
    used.function("onNode")
    label = "leg.label" if variant.machine is None and variant.legs else ""
    if not label:
        if variant.machine is None:
            raise CannotExpress(f'nothing says what "{job.runner}" is', "name a runner")
        label = literal(agent_label(variant.machine, scope.report))
    body = braces(f"onNode({label}, {job.timeout}{proof})", body)
    if job.retry is not None and job.retry.max > 0 and (not job.retry.on or "agent_lost" in job.retry.on):
        body = braces(f"retry(count: {job.retry.max + 1}, conditions: [agent(), nonresumable()])", body)
    if variant.takes_leg:
        # A group of the user's is for each leg; what the whole job waits for stands around all of them.
        return body if _whole(job) else _locked(job, body, scope)
    return _approved(job, _locked(job, body, scope), scope)


def _whole(job: Job) -> bool:
    return job.concurrency is not None and bool(job.concurrency.preset)


def _locked(job: Job, body: list[Code], scope: JobScope) -> list[Code]:
    lock = job_lock(job, scope.workflow, scope.project, scope.used, scope.report)
    return braces(f"lock(resource: {lock})", body) if lock else body


def _approved(job: Job, body: list[Code], scope: JobScope) -> list[Code]:
    if job.approve is None:
        return body
    scope.used.plugin("pipeline-input-step")
    scope.used.function("approve")
    message = job.approve.message or f"Run {job.id}?"
    # Asked once for all legs, so that no leg is there to read a value from.
    shown = literal(message) if has_placeholder(message) else text(message)
    return [Code(call("approve", shown, literal(",".join(job.approve.by)))), *body]


def _environment(job: Job, scope: JobScope) -> list[str]:
    own = {pair.name for pair in job.env}
    services = service_variables(job.services, by_name=job.image is not None)
    pairs: list[Pair] = [*job.env, *(pair for pair in services if pair.name not in own)]
    found = environment(tuple(pairs), scope.report, job.id)
    if job.shards is not None:
        found += ["'CIG_SHARD_INDEX=' + leg.shard", literal(f"CIG_SHARD_TOTAL={job.shards.count}")]
        if job.shards.files:
            found.append('"CIG_SHARD_FILES=${env.WORKSPACE_TMP}/cig-shard"')
    for need in job.needs:
        for value in scope.values.get(need, ()):
            scope.used.function("output")
            variable = literal(f"{output_variable(need, value)}=")
            found.append(f"{variable} + {call('output', literal(need), literal(value))}")
    return found


def _trigger(job: Job, trigger: Trigger, scope: JobScope) -> list[Code]:
    scope.used.plugin("pipeline-build-step")
    name = trigger.pipeline
    if trigger.branch:
        # A branch is a job below the multibranch job, its slashes escaped.
        name += "/" + trigger.branch.replace("/", "%2F")
    given = [f"job: {text(name)}"]
    if trigger.inputs:
        made = [call("string", f"name: {literal(pair.name)}", f"value: {text(pair.value)}") for pair in trigger.inputs]
        given.append(f"parameters: [{', '.join(made)}]")
    given.append(f"wait: {'true' if trigger.wait else 'false'}")
    start = [Code(call("build", *given))]
    if not trigger.wait:
        return start
    scope.used.function("within")
    return braces(f"within({job.timeout})", start)


def _head(job: Job, function: str, parameters: str = "") -> list[Code]:
    return [*(Code(line) for line in comment(job.description)), Code(f"def {function}({parameters}) {{")]


def _function(lines: list[Code]) -> list[Code]:
    return [Code(""), *lines]


def _check(job: Job, report: Report) -> None:
    """What a job says that has no place in a Jenkinsfile."""
    key = ("jobs", job.id)
    if job.environment is not None:
        name = " ".join([f'"{job.environment.name}"', *([f"({job.environment.url})"] if job.environment.url else [])])
        message = f'environment {name} of job "{job.id}" has neither rules nor a page on Jenkins'
        report.info("JENKINS_019", message, hint="let somebody approve it: approve = true", key=(*key, "environment"))
    if job.oidc:
        message = f'job "{job.id}" gets no OpenID Connect token from Jenkins itself'
        hint = "bind a token of the OpenID Connect Provider plugin as a secret"
        report.warning("JENKINS_005", message, hint=hint, key=(*key, "oidc"))
    if job.permissions:
        message = f'job "{job.id}" gets no token, so its permissions mean nothing: {_listed(job.permissions)}'
        report.info("JENKINS_005", message, key=(*key, "permissions"))
    days = job.outputs.retention_days if job.outputs else 0
    if days:
        message = f'artifacts of job "{job.id}" are not deleted after {days} days: they stay as long as their build'
        report.warning("JENKINS_005", message, hint="set how long Jenkins keeps builds", key=(*key, "outputs"))


def _listed(permissions: Sequence[Pair]) -> str:
    return ", ".join(f"{pair.name} {pair.value}" for pair in permissions)
