"""The steps of a job: what each becomes, when it runs, and where caches are saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cigen.sdk import Artifact, Checkout, Expr, Job, Pair, Step
from cigen.sdk.yaml import Value
from cigen.std.ci.conditions import FALSE, TRUE, all_of, conjuncts, is_false, is_true
from cigen.std.ci.problems import CannotExpress, read_table
from cigen.std.provider.circleci.artifacts import Workspace, report_folders
from cigen.std.provider.circleci.caches import render_cache
from cigen.std.provider.circleci.checkout import render_checkout
from cigen.std.provider.circleci.conditions import TAG, ConditionScope, equals, is_static, logic, lower, shell_test
from cigen.std.provider.circleci.executors import Place
from cigen.std.provider.circleci.scripts import render_script
from cigen.std.provider.circleci.tools import tool_steps
from cigen.std.report import Report

__all__ = ["RenderedStep", "StepScope", "render_steps"]

_FOR_SCRIPTS = ("env", "timeout", "retry", "allow_failure", "working_directory", "shell")
_WHEN = {"success": "on_success", "failure": "on_fail", "always": "always"}


@dataclass(frozen=True, slots=True)
class StepScope:
    """What steps are rendered within. `leg`: the job's plan key. `tags`: a tag may start the run.
    `no_caches`: nothing else does. `recorded`: that the job passed will be on record.
    """

    job: Job
    leg: str
    place: Place
    conditions: ConditionScope
    workspace: Workspace
    tags: bool
    no_caches: bool
    report: Report
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class RenderedStep:
    """A step by its id in cig.toml, as the steps it becomes. `condition`: the logic statement they stand under."""

    id: str
    steps: list[Value]
    condition: Value = None


def render_steps(scope: StepScope) -> list[RenderedStep]:
    """All steps of the job, in order. Mistakes go to the report, and the rest is rendered."""
    rendered: list[RenderedStep] = []
    saves: list[RenderedStep] = []
    steps = scope.job.steps
    index = 0
    while index < len(steps):
        taken = _tools_from(steps, index)
        if taken:
            found = tool_steps(taken, scope.job, scope.place, scope.report)
            rendered += [RenderedStep(taken[0].id, found)] if found else []
        else:
            _add(steps[index], scope, rendered, saves)
        index += max(len(taken), 1)
    # Last: what always runs may have tidied a cache up.
    return rendered + saves


def _tools_from(steps: Sequence[Step], start: int) -> list[Step]:
    """The tools without a condition from here on, which are set up together."""
    found: list[Step] = []
    for step in steps[start:]:
        if step.tool is None or step.when is not None:
            break
        found.append(step)
    return found


def _add(step: Step, scope: StepScope, rendered: list[RenderedStep], saves: list[RenderedStep]) -> None:
    try:
        condition, guard, step = _condition(step, scope)
        if is_false(condition):
            return
        statement = None if is_true(condition) else logic(condition)
        if step.cache is not None:
            if scope.no_caches:
                return
            both = render_cache(step.cache.cache, scope.job, step.name, scope.report)
            rendered.append(RenderedStep(step.id, both.restore, statement))
            saves += [RenderedStep(f"save-{step.id}", both.save, statement)] if both.save else []
            return
        body = _body(step, scope, guard)
    except CannotExpress as problem:
        message = f'step "{step.id}" of job "{scope.job.id}": {problem.message}'
        scope.report.error(_code(step), message, hint=problem.hint, key=("jobs", scope.job.id))
        return
    if body and not (step.download is not None and any(one.steps == body for one in rendered)):
        rendered.append(RenderedStep(step.id, body, statement))


def _condition(step: Step, scope: StepScope) -> tuple[Expr, str, Step]:
    """What CircleCI decides, the shell that decides the rest, and the step with the variables which that needs."""
    found = TRUE
    if step.when is not None:
        known = {**scope.conditions.env, **{pair.name: pair.value for pair in step.env}}
        try:
            found = lower(step.when, replace(scope.conditions, env=known))
        except CannotExpress as problem:
            message = f'step "{step.id}" of job "{scope.job.id}": {problem.message}'
            scope.report.error("CIRCLECI_007", message, hint=problem.hint, key=("jobs", scope.job.id))
            return FALSE, "", step
    if step.cache is not None and scope.tags:
        found = all_of([found, equals(TAG, "")])
    early = [one for one in conjuncts(found) if is_static(one)]
    late = [one for one in conjuncts(found) if not is_static(one)]
    if not late:
        return found, "", step
    if step.run is None:
        raise CannotExpress("only a script can ask for what is not known before the job runs", "give it to a script")
    test, values = shell_test(all_of(late))
    own = tuple(Pair(name, str(value)) for name, value in values.items())
    return all_of(early), f"{test} || exit 0\n", replace(step, env=(*step.env, *own)) if own else step


def _body(step: Step, scope: StepScope, guard: str) -> list[Value]:
    """What the step does, without its condition."""
    if step.run is not None:
        return [render_script(step, scope.job, scope.place, guard, recorded=scope.recorded)]
    lost = [name for name in _FOR_SCRIPTS if getattr(step, name)]
    if lost:
        message = f'step "{step.id}" of job "{scope.job.id}" is no script, and CircleCI gives it no {", ".join(lost)}'
        scope.report.warning("CIRCLECI_031", message, key=("jobs", scope.job.id))
    if step.checkout is not None:
        _report_checkout(step.checkout, scope)
        return [] if step.checkout.disabled else render_checkout(step.checkout)
    if step.tool is not None:
        return tool_steps([step], scope.job, replace(scope.place, language=""), scope.report)
    if step.upload is not None:
        run_on = step.run_on
        if run_on == "success":
            run_on = "always" if step.upload.kind == "junit" else step.upload.when
        _report_upload(step.upload, scope)
        return scope.workspace.upload(step.upload, scope.leg, _WHEN.get(run_on, "on_success"))
    if step.download is not None:
        return scope.workspace.download(step.download)
    if step.native is not None:
        return _native(step, scope)
    name = step.module.module if step.module else "nothing"
    raise CannotExpress(f"it is {name}, which no plugin turned into steps")


def _report_checkout(checkout: Checkout, scope: StepScope) -> None:
    if checkout.credentials:
        message = f'job "{scope.job.id}" keeps credentials: CircleCI leaves its deploy key, which can only read'
        hint = "Project Settings, SSH Keys: add a user key if the job pushes"
        scope.report.info("CIRCLECI_020", message, hint=hint, key=("jobs", scope.job.id, "checkout"))


def _report_upload(artifact: Artifact, scope: StepScope) -> None:
    key = ("jobs", scope.job.id, "outputs")
    if artifact.retention_days:
        message = f'CircleCI keeps "{artifact.name}" as long as everything else, not {artifact.retention_days} days'
        scope.report.info("CIRCLECI_020", message, hint="Plan, Usage Controls", key=key)
    for folder in report_folders(artifact) if artifact.kind == "junit" else ():
        message = f'CircleCI reads every report in "{folder}" of job "{scope.job.id}", whatever junit says of it'
        scope.report.info("CIRCLECI_035", message, key=(*key, "junit"))


def _native(step: Step, scope: StepScope) -> list[Value]:
    assert step.native is not None
    if step.native.provider == "circleci":
        return [read_table(step.native.json, "what it is on CircleCI")]
    message = f'step "{step.id}" of job "{scope.job.id}" exists on {step.native.provider} only and is left out'
    scope.report.warning("CIRCLECI_015", message, key=("jobs", scope.job.id))
    return []


def _code(step: Step) -> str:
    if step.run is not None:
        return "CIRCLECI_011"
    if step.tool is not None or step.module is not None:
        return "CIRCLECI_005"
    if step.native is not None:
        return "CIRCLECI_014"
    return "CIRCLECI_006" if step.cache is not None else "CIRCLECI_019"
