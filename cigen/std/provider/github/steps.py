"""One step: which action or script it is, when it runs, and what surrounds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cigen.sdk import Job, Step
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import sort_keys
from cigen.std.ci.problems import CannotExpress, read_table
from cigen.std.provider.github.artifacts import Artifacts
from cigen.std.provider.github.caches import render_cache
from cigen.std.provider.github.checkout import render_checkout
from cigen.std.provider.github.conditions import ConditionScope, all_of, compile_condition, if_value
from cigen.std.provider.github.raw import STEP_KEYS
from cigen.std.provider.github.scripts import render_script, render_shell
from cigen.std.provider.github.secret_env import render_secrets
from cigen.std.provider.github.services import environment
from cigen.std.provider.github.texts import looks_like_expression, render_text
from cigen.std.provider.github.tools import render_tool
from cigen.std.report import Report

__all__ = ["StepScope", "render_step"]

_STATUS = {"always": "always()", "failure": "failure()"}


@dataclass(frozen=True, slots=True)
class StepScope:
    """What a step is rendered within. `named`: ids that some expression asks for. `tags`: a tag may start the run.
    `recorded`: that the job passed will be on record.
    """

    job: Job
    conditions: ConditionScope
    artifacts: Artifacts
    named: frozenset[str]
    tags: bool
    report: Report
    secrets: Mapping[str, str] = field(default_factory=dict)
    """What GitHub calls a secret, where that is another name."""
    recorded: bool = False


def render_step(step: Step, scope: StepScope) -> dict[str, Value] | None:
    """The step's mapping, keys in order; None for one that GitHub does not run, which the report then tells."""
    try:
        body = _body(step, scope)
    except CannotExpress as problem:
        _refuse(step, scope, _code(step), problem)
        return None
    if body is None:
        return None
    found: dict[str, Value] = {}
    name = render_text(step.name) or ("Check out" if step.checkout else "")
    if name:
        found["name"] = name
    if step.id in scope.named:
        found["id"] = step.id
    condition = _condition(step, scope)
    if condition:
        found["if"] = if_value(condition)
    found |= body
    env = {**environment(step.env), **render_secrets(step, scope.job, scope.secrets, scope.report)}
    if env:
        found["env"] = env
    if step.timeout:
        found["timeout-minutes"] = step.timeout
    if step.allow_failure:
        found["continue-on-error"] = True
    if step.native is not None:
        found |= body
        sort_keys(found, STEP_KEYS)
    return found


def _body(step: Step, scope: StepScope) -> dict[str, Value] | None:
    """What the step does, without when and in what surroundings."""
    if step.run is not None:
        return _script(step, scope)
    if step.checkout is not None:
        return None if step.checkout.disabled else render_checkout(step.checkout)
    if step.tool is not None:
        found, unknown = render_tool(step.tool)
        for name in unknown:
            message = f'option "{name}" of {step.tool.name} in job "{scope.job.id}" means nothing to provider/github'
            scope.report.warning("GITHUB_006", message, key=("jobs", scope.job.id))
        return found
    if step.cache is not None:
        return render_cache(step.cache.cache, scope.job, scope.report)
    if step.upload is not None:
        return scope.artifacts.render_upload(step.upload)
    if step.download is not None:
        return scope.artifacts.render_download(step.download)
    if step.native is not None:
        return _native(step, scope)
    name = step.module.module if step.module else "nothing"
    raise CannotExpress(f'step "{step.id}" is {name}, which no plugin turned into steps')


def _script(step: Step, scope: StepScope) -> dict[str, Value]:
    assert step.run is not None
    job, script = scope.job, step.run.script
    if looks_like_expression(script):
        message = f'step "{step.id}" of job "{job.id}" has "${{{{" in its script, which reaches the shell as it stands'
        hint = f"for GitHub's own expressions there is [jobs.{job.id}.raw.github.steps.{step.id}]"
        scope.report.warning("GITHUB_012", message, hint=hint, key=("jobs", job.id))
    # A job's retry is for what the job does; what runs after a failure has no second chance to wait for.
    retry = step.retry or (job.retry if step.run_on == "success" else None)
    found: dict[str, Value] = {"run": render_script(script, retry, step.shell or job.shell, recorded=scope.recorded)}
    if step.shell:
        found["shell"] = render_shell(step.shell)
    if step.working_directory:
        found["working-directory"] = render_text(step.working_directory)
    return found


def _native(step: Step, scope: StepScope) -> dict[str, Value] | None:
    assert step.native is not None
    if step.native.provider == "github":
        return read_table(step.native.json, "what it is on GitHub")
    message = f'step "{step.id}" of job "{scope.job.id}" exists on {step.native.provider} only and is left out'
    scope.report.warning("GITHUB_015", message, key=("jobs", scope.job.id))
    return None


def _condition(step: Step, scope: StepScope) -> str:
    run_on = step.run_on
    if step.upload is not None and run_on == "success":
        run_on = "always" if step.upload.kind == "junit" else step.upload.when
    when = ""
    if step.when is not None:
        try:
            when = compile_condition(step.when, scope.conditions)
        except CannotExpress as problem:
            _refuse(step, scope, "GITHUB_007", problem)
    no_cache = "github.ref_type != 'tag'" if step.cache is not None and scope.tags else ""
    return all_of(_STATUS.get(run_on, ""), when, no_cache)


def _code(step: Step) -> str:
    if step.run is not None:
        return "GITHUB_011"
    if step.tool is not None or step.module is not None:
        return "GITHUB_005"
    if step.native is not None:
        return "GITHUB_014"
    if step.cache is not None:
        return "GITHUB_008"
    return "GITHUB_010" if step.upload is not None else "GITHUB_019"


def _refuse(step: Step, scope: StepScope, code: str, problem: CannotExpress) -> None:
    message = f'step "{step.id}" of job "{scope.job.id}": {problem.message}'
    scope.report.error(code, message, hint=problem.hint, key=("jobs", scope.job.id))
