"""The steps of a job as blocks of its script."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from cigen.sdk import Job, Retry, Step, Workflow
from cigen.std.ci.conditions import fold, is_false, is_true
from cigen.std.ci.plans import is_recorded
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.retrying import can_retry, mark_retry, retried
from cigen.std.ci.tools import UnknownTool, known_tools, tool_call
from cigen.std.provider.buildkite.artifacts import Leaving, download, upload_patterns
from cigen.std.provider.buildkite.containers import BUILT_IN, exec_words
from cigen.std.provider.buildkite.runners import system
from cigen.std.provider.buildkite.scripts import Block
from cigen.std.provider.buildkite.shell_tests import bash_test
from cigen.std.report import Report

__all__ = ["SETUP_TOOLS", "StepScope", "block_of", "kept_by_agent", "needs_loop"]

SETUP_TOOLS = "CIG_SETUP_TOOLS"
"""The variable of the pipeline that holds the installer of tools: once, however many jobs use it."""

_SHELLS = {
    "bash": "bash -eo pipefail",
    "sh": "sh -e",
    "pwsh": "pwsh",
    "powershell": "powershell",
    "python": "python",
}


@dataclass(frozen=True, slots=True)
class StepScope:
    """What a job's steps are rendered within.

    source: the job's id in cig.toml. secrets: all of the job's, confined to the steps that want them if `confined`.
    replaced: scripts from the raw block, by step.
    """

    job: Job
    source: str
    workflow: Workflow
    artifacts: Mapping[str, Leaving]
    report: Report
    confined: bool = False
    replaced: Mapping[str, str] = field(default_factory=dict)


def kept_by_agent(step: Step) -> bool:
    """Whether the artifact of an upload step may stand in `artifact_paths`, which the agent keeps whatever happened."""
    return (
        step.upload is not None and step.when is None and (step.upload.when != "failure" or step.upload.kind == "junit")
    )


def needs_loop(job: Job) -> bool:
    """Whether the job's retry is for its scripts to do, since Buildkite knows no pause between two tries."""
    return job.retry is not None and job.retry.delay > 0 and _after_failure(job.retry)


def _after_failure(retry: Retry) -> bool:
    return retry.max > 0 and (not retry.on or "failure" in retry.on)


def block_of(step: Step, scope: StepScope) -> Block | None:
    """The step's block; None for one that is no part of the script, or of this pipeline, as the report then tells."""
    try:
        block = _block(step, scope)
        if block is None:
            return None
        test = _test(step, scope)
    except CannotExpress as problem:
        _refuse(step, scope, problem)
        return None
    if test is None:
        return None
    run_on = step.run_on
    if step.upload is not None and run_on == "success":
        run_on = "always" if step.upload.kind == "junit" else step.upload.when
    return Block(block.script, block.heading, run_on, test, block.setup, step.allow_failure, block.isolated)


def _test(step: Step, scope: StepScope) -> str | None:
    """The step's own condition; None where it never holds."""
    if step.when is None:
        return ""
    left = fold(step.when, lambda _: None)
    if is_false(left):
        return None
    return "" if is_true(left) else bash_test(left, scope.workflow)


def _block(step: Step, scope: StepScope) -> Block | None:
    if step.run is not None:
        return _script(step, scope)
    if step.tool is not None:
        return _tool(step, scope)
    if step.download is not None:
        heading = step.name or f"Fetch {step.download.name}"
        return Block(download(step.download, scope.artifacts), heading, isolated=bool(step.download.path))
    if step.upload is not None:
        patterns = ";".join(upload_patterns(step.upload))
        if kept_by_agent(step):
            return None
        return Block(
            f"buildkite-agent artifact upload {shlex.quote(patterns)}", f"Keep {step.upload.name}", isolated=False
        )
    if step.native is not None:
        return _native(step, scope)
    if step.module is not None or not (step.checkout or step.cache):
        name = step.module.module if step.module else "nothing"
        raise CannotExpress(f'step "{step.id}" is {name}, which no plugin turned into steps')
    return None


def _script(step: Step, scope: StepScope) -> Block:
    assert step.run is not None
    job = scope.job
    script = scope.replaced.get(step.id, step.run.script)
    heading = step.name or _telling(step.run.script) or step.id
    shell = step.shell or job.shell
    retry = step.retry or (job.retry if step.run_on == "success" and needs_loop(job) else None)
    if step.retry is not None and "agent_lost" in step.retry.on:
        message = f'step "{step.id}" of job "{scope.source}" cannot be tried on another machine: only whole jobs are'
        scope.report.warning("BUILDKITE_006", message, hint="give the job a retry", key=("jobs", scope.source))
    if retry is not None and _after_failure(retry):
        if not can_retry(shell):
            raise CannotExpress(
                f'a retry wraps the script in a loop, which "{shell}" does not understand', 'shell = "bash"'
            )
        script = retried(script, retry, mark=_mark(step, job))
    directory = step.working_directory or job.working_directory
    if step.timeout and system(job.machine) == "macos":
        message = f'step "{step.id}" of job "{scope.source}" ends after {step.timeout} minutes, by the command timeout'
        hint = "macOS has none: install coreutils on the agents, or give the job a timeout"
        scope.report.warning("BUILDKITE_027", message, hint=hint, key=("jobs", scope.source))
    timeout = [f"timeout {step.timeout}m"] if step.timeout else []
    secrets = step.secrets if scope.confined else ()
    exported = tuple(f"export {name}" for name in secrets if name not in {pair.name for pair in step.env})
    if job.image is not None:
        words = [*timeout, *exec_words(step.env, secrets, directory), _interpreter(shell, inside=True)]
        script = _heredoc("cig_script " + " ".join(words), script)
        return Block(script, heading, setup=exported, isolated=bool(exported))
    setup = [*exported, *(f"export {pair.name}={shlex.quote(pair.value)}" for pair in step.env)]
    setup += [f"cd {shlex.quote(directory)}"] if directory not in ("", ".") else []
    if "{0}" in shell:
        script = _heredoc('cig_file=$(mktemp)\ncat > "$cig_file"', script)
        return Block(
            f"{script}\n{' '.join(timeout)}{shell.replace('{0}', chr(34) + '$cig_file' + chr(34))}",
            heading,
            setup=tuple(setup),
        )
    if timeout or shell not in ("", "bash"):
        command = " ".join(["cig_script", *timeout, _interpreter(shell, inside=False)])
        return Block(_heredoc(command, script), heading, setup=tuple(setup), isolated=bool(setup))
    return Block(script, heading, setup=tuple(setup))


def _mark(step: Step, job: Job) -> str:
    """What tells the record of a failed attempt, from the directory that the script starts in."""
    directory = step.working_directory or job.working_directory
    above = "../" * sum(part not in ("", ".") for part in directory.split("/"))
    return mark_retry(above) if is_recorded(job) else ""


def _telling(script: str) -> str:
    """The first line that does something."""
    lines = (line.strip() for line in script.split("\n"))
    return next((line for line in lines if line and not line.startswith(("#", "set "))), "")


def _interpreter(shell: str, *, inside: bool) -> str:
    """The words that take a script after `-c`. Raises CannotExpress."""
    if "{0}" in shell:
        raise CannotExpress(f'"{shell}" wants a file, which the container does not see', 'shell = "bash"')
    if not shell:
        return '"${cig_shell[@]}"' if inside else _SHELLS["bash"]
    return _SHELLS.get(shell, shell)


def _heredoc(command: str, script: str) -> str:
    """The script on the standard input of a command, byte for byte."""
    mark = "CIG_SCRIPT"
    while mark in script.split("\n"):
        mark += "_"
    body = script if script.endswith("\n") else script + "\n"
    return f"{command} <<'{mark}'\n{body}{mark}"


def _tool(step: Step, scope: StepScope) -> Block:
    assert step.tool is not None
    job, tool = scope.job, step.tool
    try:
        call, unknown = tool_call(tool)
    except UnknownTool:
        message = f'provider/buildkite does not know how to set up "{tool.name}"'
        raise CannotExpress(message, f"tools: {', '.join(known_tools())}; others need a step of their own") from None
    for name in unknown:
        message = f'option "{name}" of {tool.name} in job "{scope.source}" means nothing to provider/buildkite'
        scope.report.warning("BUILDKITE_006", message, key=("jobs", scope.source))
    heading = step.name or f"Set up {tool.name} {tool.version}".strip()
    if job.image is not None:
        words = ["cig_script", *exec_words((), (), ""), _interpreter(job.shell, inside=True)]
        installer = "" if tool.name in BUILT_IN else f'eval "${SETUP_TOOLS}"\n'
        return Block(_heredoc(" ".join(words), f"{installer}{call}"), heading, isolated=False)
    return Block(call, heading, isolated=False)


def _native(step: Step, scope: StepScope) -> Block | None:
    assert step.native is not None
    if step.native.provider == "buildkite":
        # Its plugins are the job's: jobs.py.
        script = scope.replaced.get(step.id)
        return Block(script, step.name or step.id) if script else None
    message = f'step "{step.id}" of job "{scope.source}" exists on {step.native.provider} only and is left out'
    scope.report.warning("BUILDKITE_015", message, key=("jobs", scope.source))
    return None


def _code(step: Step) -> str:
    if step.run is not None:
        return "BUILDKITE_007" if step.when is not None else "BUILDKITE_011"
    if step.tool is not None or step.module is not None:
        return "BUILDKITE_005"
    return "BUILDKITE_019"


def _refuse(step: Step, scope: StepScope, problem: CannotExpress) -> None:
    message = f'step "{step.id}" of job "{scope.source}": {problem.message}'
    scope.report.error(_code(step), message, hint=problem.hint, key=("jobs", scope.source))
