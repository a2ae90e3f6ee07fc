"""`[jobs.X.raw.jenkins]`: Groovy around a job and around steps addressed by id, as it stands.

Keys of a job, and of a step under `steps.ID`: `before` and `after` are statements, `wrap` is a list of steps that take
a block (`ansiColor('xterm')`); a step's `replace` takes its place. Of a workflow: `options`, a list of lines for
`options { }`; `functions`, text at the end of the file; `plugins`, ids for the list at its head.
"""

import json
from collections.abc import Mapping
from typing import Any

from cigen.sdk import Job, Native, ProviderBlock, Workflow
from cigen.std.provider.jenkins.groovy import Code, braces
from cigen.std.provider.jenkins.problems import CannotExpress, read_table
from cigen.std.report import Report

__all__ = ["JobBlock", "native_lines", "read_job_block", "read_workflow_block", "wrapped"]

_JOB_KEYS = ("after", "before", "steps", "wrap")
_STEP_KEYS = ("after", "before", "replace", "wrap")
_WORKFLOW_KEYS = ("functions", "options", "plugins")

JobBlock = Mapping[str, Any]


def read_job_block(job: Job, report: Report) -> JobBlock:
    """The job's block, empty if there is none; keys and steps that mean nothing are reported."""
    key = ("jobs", job.id, "raw", "jenkins")
    block = _block(job.raw, f'the raw block of job "{job.id}"', report, key)
    _check(block, _JOB_KEYS, f'job "{job.id}"', report, key)
    ids = [step.id for step in job.steps]
    steps = block.get("steps", {})
    for name in steps if isinstance(steps, dict) else ():
        if name not in ids:
            message = f'job "{job.id}" has no step "{name}" any more, so its raw block has nothing to change'
            hint = "steps: " + ", ".join(f'"{known}"' for known in ids)
            report.error("JENKINS_010", message, hint=hint, key=(*key, "steps", name))
        else:
            _check(steps[name], _STEP_KEYS, f'step "{name}" of job "{job.id}"', report, (*key, "steps", name))
    return block


def read_workflow_block(workflow: Workflow, report: Report, key: tuple[str, ...]) -> Mapping[str, Any]:
    """The workflow's block."""
    block = _block(workflow.raw, f'the raw block of workflow "{workflow.id}"', report, (*key, "raw", "jenkins"))
    _check(block, _WORKFLOW_KEYS, f'workflow "{workflow.id}"', report, (*key, "raw", "jenkins"))
    return block


def wrapped(block: Mapping[str, Any], body: list[Code]) -> list[Code]:
    """The body as a job's or a step's block has it."""
    if block.get("replace"):
        body = _lines(block["replace"])
    body = [*_lines(block.get("before", "")), *body, *_lines(block.get("after", ""))]
    wraps = block.get("wrap", [])
    for head in reversed([wraps] if isinstance(wraps, str) else wraps):
        body = braces(str(head).strip(), body)
    return body


def native_lines(native: Native) -> list[Code]:
    """A step that exists on Jenkins only: a text, or a table with `groovy`. Raises CannotExpress."""
    try:
        found = json.loads(native.json)
    except (ValueError, RecursionError):
        found = None
    code = found.get("groovy") if isinstance(found, dict) else found
    if not isinstance(code, str):
        raise CannotExpress("it is neither Groovy nor a table with it", 'jenkins = "echo env.BUILD_URL"')
    return _lines(code)


def _lines(given: object) -> list[Code]:
    return [Code(line) for line in str(given).strip("\n").split("\n")] if given else []


def _block(blocks: tuple[ProviderBlock, ...], what: str, report: Report, key: tuple[str, ...]) -> dict[str, Any]:
    for block in blocks:
        if block.provider == "jenkins":
            try:
                return read_table(block.json, what)
            except CannotExpress as problem:
                report.error("JENKINS_011", problem.message, key=key)
    return {}


def _check(block: object, keys: tuple[str, ...], what: str, report: Report, key: tuple[str, ...]) -> None:
    listed = f"keys: {', '.join(keys)}"
    if not isinstance(block, dict):
        report.error("JENKINS_011", f"the raw block of {what} is no table", hint=listed, key=key)
        return
    for name in sorted(set(block) - set(keys)):
        message = f'the raw block of {what} has "{name}", which Jenkins is not given'
        report.error("JENKINS_011", message, hint=listed, key=(*key, name))
