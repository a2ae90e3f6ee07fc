"""One step: what it does, and in what surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cigen.sdk import Artifact, Checkout, Job, Pair, Secret, Step
from cigen.std.ci.legs import has_placeholder
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.tools import UnknownTool, known_tools, tool_call
from cigen.std.provider.jenkins.artifacts import Artifacts
from cigen.std.provider.jenkins.caches import restore_cache, save_cache
from cigen.std.provider.jenkins.checkout import render_checkout
from cigen.std.provider.jenkins.conditions import ConditionScope, compile_condition
from cigen.std.provider.jenkins.groovy import Code, braces, call, text
from cigen.std.provider.jenkins.raw import JobBlock, native_lines, wrapped
from cigen.std.provider.jenkins.scripts import render_script, shell_of, tried_again
from cigen.std.provider.jenkins.secrets import bind_secrets
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["StepScope", "environment", "render_step", "run_on", "save_step", "with_env"]


@dataclass(frozen=True, slots=True)
class StepScope:
    """What a step is rendered within. `leg`: the job runs several times, and its function takes the leg.

    `counted`: a proof is kept of the job. `tags`: a tag may start the run.
    """

    job: Job
    conditions: ConditionScope
    artifacts: Artifacts
    secrets: Mapping[str, Secret]
    block: JobBlock
    leg: bool
    counted: bool
    windows: bool
    tags: bool
    used: Used
    report: Report


def run_on(step: Step) -> str:
    """success, failure or always: what the steps before it must have done."""
    if step.upload is not None and step.run_on == "success":
        return "always" if step.upload.kind == "junit" else step.upload.when
    return step.run_on


def render_step(step: Step, scope: StepScope) -> list[Code]:
    """The step's lines; none for one that Jenkins does not run, which the report then tells."""
    job, used = scope.job, scope.used
    try:
        body = _body(step, scope)
    except CannotExpress as problem:
        _refuse(step, scope, _code(step), problem)
        return []
    patch = scope.block.steps.get(step.id, {})
    if not body and not patch:
        return []
    if step.working_directory or (job.working_directory and step.run is not None):
        body = braces(f"dir({text(step.working_directory or job.working_directory)})", body)
    body = with_env(environment(step.env, scope.report, job.id), body)
    body = bind_secrets(step.secrets, [pair.name for pair in step.env], scope.secrets, used, body)
    # A job's retry is for what the job does; what runs after a failure has no second chance to wait for.
    own = job.retry if step.run_on == "success" and step.run is not None else None
    body = tried_again(step.retry or own, body, used, counted=scope.counted)
    if step.timeout:
        used.function("within")
        body = braces(f"within({step.timeout})", body)
    if step.allow_failure:
        body = braces(
            "catchError(buildResult: 'SUCCESS', stageResult: 'UNSTABLE', catchInterruptions: false)", body
        )  # fmt: skip
    if step.cache is not None:
        body = _without_tags(body, scope)
    body = wrapped(patch, body)
    return _guarded(step, body, scope)


def environment(pairs: tuple[Pair, ...], report: Report, job: str) -> list[str]:
    """Variables as `withEnv` takes them, Groovy texts all. One without a value is not set there, but taken away."""
    for pair in pairs:
        if not pair.value:
            message = f'{pair.name} of job "{job}" is empty; Jenkins removes such a variable instead of setting it'
            report.warning("JENKINS_018", message, key=("jobs", job, "env", pair.name))
    return [text(f"{pair.name}={pair.value}") for pair in pairs]


def with_env(variables: list[str], body: list[Code]) -> list[Code]:
    """The body with the variables, which are Groovy texts of the form NAME=value."""
    if not variables:
        return body
    if len(", ".join(variables)) <= 80 and not any("\n" in one for one in variables):
        return braces(f"withEnv([{', '.join(variables)}])", body)
    inner = [Code(line.text, line.depth + 1) for line in body]
    return [Code("withEnv(["), *(Code(f"{one},", 1) for one in variables), Code("]) {"), *inner, Code("}")]


def save_step(step: Step, scope: StepScope) -> list[Code]:
    """The lines that save what a step's cache holds; they do nothing where it was not to be restored."""
    assert step.cache is not None, "the caller looked"
    cache = step.cache.cache
    if not cache.paths:
        return []
    save = replace(step, name=f"Save cache {cache.id}")
    return _without_tags([_helped("caches()", save, save_cache(cache), scope)], scope)


def _without_tags(body: list[Code], scope: StepScope) -> list[Code]:
    """What is released must not be built from what another run left behind."""
    return braces("if (!env.TAG_NAME)", body) if scope.tags else body


def _body(step: Step, scope: StepScope) -> list[Code]:
    if step.run is not None:
        return [render_script(step.name or step.id, step.run.script, shell_of(step, scope.job), scope.used)]
    if step.checkout is not None:
        return [] if step.checkout.disabled else _checkout(step.checkout, scope)
    if step.tool is not None:
        return _tool(step, scope)
    if step.cache is not None:
        return _cache(step, scope)
    if step.upload is not None:
        _check_archive(step.upload, scope)
        return scope.artifacts.render_upload(step.upload, leg=scope.leg, used=scope.used)
    if step.download is not None:
        return scope.artifacts.render_download(step.download, scope.used)
    if step.native is not None:
        return _native(step, scope)
    name = step.module.module if step.module else "nothing"
    raise CannotExpress(f"it is {name}, which no plugin turned into steps")


def _checkout(checkout: Checkout, scope: StepScope) -> list[Code]:
    if checkout.credentials:
        message = f'job "{scope.job.id}" finds no credentials in its repository; Jenkins keeps them to itself'
        hint = "bind the credentials to the steps that push: secrets"
        scope.report.warning("JENKINS_005", message, hint=hint, key=("jobs", scope.job.id, "checkout"))
    return render_checkout(checkout, scope.used)


def _check_archive(artifact: Artifact, scope: StepScope) -> None:
    if scope.leg and artifact.kind == "files" and not any(map(has_placeholder, artifact.paths)):
        job = scope.job.id
        message = f'the legs of job "{job}" archive files of the same names: what the last of them left is shown'
        hint = "jobs that fetch the artifact get all; to look at all, name the files after the leg: {{ matrix.AXIS }}"
        scope.report.warning("JENKINS_020", message, hint=hint, key=("jobs", job, "outputs"))


def _tool(step: Step, scope: StepScope) -> list[Code]:
    assert step.tool is not None, "the caller looked"
    job, tool = scope.job, step.tool
    try:
        script, unknown = tool_call(tool)
    except UnknownTool as problem:
        hint = f"tools: {', '.join(known_tools())}; others need a step of their own"
        raise CannotExpress(f'provider/jenkins does not know how to set up "{tool.name}"', hint) from problem
    for name in unknown:
        message = f'option "{name}" of {tool.name} in job "{job.id}" means nothing to provider/jenkins'
        scope.report.warning("JENKINS_005", message, key=("jobs", job.id))
    if scope.windows:
        message = f'job "{job.id}" has to find {tool.name} on its Windows agent; cig installs tools on Linux and macOS'
        scope.report.warning("JENKINS_013", message, key=("jobs", job.id, "packages"))
        return []
    scope.used.function("installer")
    return [_helped("installer()", step, script, scope)]


def _cache(step: Step, scope: StepScope) -> list[Code]:
    assert step.cache is not None, "the caller looked"
    image = scope.job.image.image if scope.job.image else ""
    scope.used.function("caches")
    return [_helped("caches()", step, restore_cache(step.cache.cache, image), scope)]


def _helped(functions: str, step: Step, script: str, scope: StepScope) -> Code:
    """A script that calls shell functions of cig's own."""
    shell = "posix" if scope.job.image is not None else "bash"
    scope.used.function(shell)
    return Code(call(shell, text(step.name or step.id), f"{functions} + {text(script)}"))


def _native(step: Step, scope: StepScope) -> list[Code]:
    assert step.native is not None, "the caller looked"
    if step.native.provider == "jenkins":
        return native_lines(step.native)
    message = f'step "{step.id}" of job "{scope.job.id}" exists on {step.native.provider} only and is left out'
    scope.report.warning("JENKINS_009", message, key=("jobs", scope.job.id))
    return []


def _guarded(step: Step, body: list[Code], scope: StepScope) -> list[Code]:
    if step.when is None:
        return body
    try:
        condition = compile_condition(step.when, scope.conditions)
    except CannotExpress as problem:
        _refuse(step, scope, "JENKINS_006", problem)
        return body
    return braces(f"if ({condition})", body)


def _code(step: Step) -> str:
    if step.tool is not None or step.module is not None:
        return "JENKINS_004"
    if step.native is not None:
        return "JENKINS_011"
    if step.download is not None:
        return "JENKINS_012"
    return "JENKINS_007"


def _refuse(step: Step, scope: StepScope, code: str, problem: CannotExpress) -> None:
    message = f'step "{step.id}" of job "{scope.job.id}": {problem.message}'
    scope.report.error(code, message, hint=problem.hint, key=("jobs", scope.job.id))
