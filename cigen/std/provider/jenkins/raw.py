"""`[jobs.X.raw.jenkins]`: Groovy around a job and around steps addressed by id, as it stands.

Keys of a job, and of a step under `steps.ID`: `before` and `after` are statements, `wrap` is a list of steps that take
a block (`ansiColor('xterm')`); a step's `replace` takes its place. Of a workflow: `options`, a list of lines for
`options { }`; `functions`, text at the end of the file; `plugins`, ids for the list at its head.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cigen.sdk import Job, KeyPath, Native, Workflow
from cigen.std.ci.blocks import read_own
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.jenkins.groovy import Code, braces
from cigen.std.report import Report

__all__ = ["Block", "JobBlock", "native_lines", "read_job_block", "read_workflow_block", "wrapped"]

_JOB_KEYS = ("after", "before", "wrap")
_STEP_KEYS = ("after", "before", "replace", "wrap")
_WORKFLOW_KEYS = ("functions", "options", "plugins")

Block = Mapping[str, tuple[str, ...]]
"""What stands under each key: one text, or several."""


@dataclass(frozen=True, slots=True)
class JobBlock:
    """A job's block: for the job as a whole, and for steps by their ids."""

    own: Block = field(default_factory=dict)
    steps: Mapping[str, Block] = field(default_factory=dict)


def read_job_block(job: Job, report: Report) -> JobBlock:
    """The job's block, empty if there is none; what means nothing is reported and left out."""
    key = ("jobs", job.id, "raw", "jenkins")
    table = read_own(job.raw, "jenkins", f'the raw block of job "{job.id}"', report, "JENKINS_011", key)
    patches = table.pop("steps", {})
    own = _read(table, _JOB_KEYS, f'job "{job.id}"', report, key)
    if not isinstance(patches, dict):
        message = f'"steps" of the raw block of job "{job.id}" is no table of step ids'
        report.error("JENKINS_011", message, hint=f"[jobs.{job.id}.raw.jenkins.steps.STEP_ID]", key=(*key, "steps"))
        patches = {}
    ids = [step.id for step in job.steps]
    steps: dict[str, Block] = {}
    for name, patch in patches.items():
        if name in ids:
            steps[name] = _read(patch, _STEP_KEYS, f'step "{name}" of job "{job.id}"', report, (*key, "steps", name))
            continue
        message = f'job "{job.id}" has no step "{name}" any more, so its raw block has nothing to change'
        hint = "steps: " + ", ".join(f'"{known}"' for known in ids)
        report.error("JENKINS_010", message, hint=hint, key=(*key, "steps", name))
    return JobBlock(own, steps)


def read_workflow_block(workflow: Workflow, report: Report, key: KeyPath) -> Block:
    """The workflow's block."""
    key = (*key, "raw", "jenkins")
    table = read_own(workflow.raw, "jenkins", f'the raw block of workflow "{workflow.id}"', report, "JENKINS_011", key)
    return _read(table, _WORKFLOW_KEYS, f'workflow "{workflow.id}"', report, key)


def wrapped(block: Block, body: list[Code]) -> list[Code]:
    """The body as a job's or a step's block has it."""
    if "replace" in block:
        body = _lines(block["replace"])
    body = [*_lines(block.get("before", ())), *body, *_lines(block.get("after", ()))]
    for head in reversed(block.get("wrap", ())):
        body = braces(head.strip(), body)
    return body


def native_lines(native: Native) -> list[Code]:
    """A step that exists on Jenkins only: a text, or a table with `groovy`. Raises CannotExpress."""
    try:
        found = json.loads(native.json)
    except (ValueError, RecursionError):
        found = None
    code = found.get("groovy") if isinstance(found, dict) else found
    if not isinstance(code, str):
        raise CannotExpress("it is neither Groovy nor a table with it", 'jenkins = { groovy = "echo env.BUILD_URL" }')
    return _lines((code,))


def _lines(texts: tuple[str, ...]) -> list[Code]:
    return [Code(line) for one in texts for line in one.strip("\n").split("\n")]


def _read(table: object, keys: tuple[str, ...], what: str, report: Report, key: KeyPath) -> Block:
    listed = f"keys: {', '.join(keys)}"
    if not isinstance(table, dict):
        report.error("JENKINS_011", f"the raw block of {what} is no table", hint=listed, key=key)
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        texts = [value] if isinstance(value, str) else value
        if name not in keys:
            message = f'the raw block of {what} has "{name}", which Jenkins is not given'
            report.error("JENKINS_011", message, hint=listed, key=(*key, name))
        elif not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            message = f'"{name}" in the raw block of {what} is neither a text nor a list of texts'
            report.error("JENKINS_011", message, key=(*key, name))
        else:
            found[name] = tuple(texts)
    return found
