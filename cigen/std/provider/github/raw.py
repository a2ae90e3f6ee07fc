"""`[jobs.X.raw.github]`: what cig has no word for, merged into the rendered job and into steps addressed by id.

What the user wrote there wins, and is passed on as it stands: this is the place for GitHub's own expressions.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cigen.sdk import Job, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import merge, read_own, sort_keys
from cigen.std.ci.workflows import workflow_key
from cigen.std.report import Report

__all__ = [
    "JOB_KEYS",
    "STEP_KEYS",
    "WORKFLOW_KEYS",
    "github_block",
    "merge_raw",
    "merge_workflow_raw",
    "referenced_steps",
]

WORKFLOW_KEYS = ("name", "run-name", "on", "permissions", "concurrency", "env", "defaults", "jobs")
"""Every key of a workflow that GitHub knows, in the order people write them."""

JOB_KEYS = (
    "name", "needs", "if", "runs-on", "timeout-minutes", "cancel-timeout-minutes", "permissions", "environment",
    "concurrency", "continue-on-error", "strategy", "outputs", "container", "services", "snapshot", "env", "defaults",
    "uses", "with", "secrets", "steps",
)  # fmt: skip
"""Every key of a job that GitHub knows, in the order people write them."""

STEP_KEYS = (
    "name", "id", "if", "uses", "with", "run", "shell", "working-directory", "env", "timeout-minutes",
    "continue-on-error", "background",
)  # fmt: skip

_STEP_REFERENCE = re.compile(r"\bsteps(?:\.([\w-]+)|\['([^']+)'\])")
_RUN_ONLY = ("run", "shell", "working-directory")
_USES_ONLY = ("uses", "with")


def github_block(job: Job, report: Report) -> dict[str, Any]:
    """The job's raw block for GitHub, empty if there is none."""
    key = ("jobs", job.id, "raw", "github")
    return read_own(job.raw, "github", f'the raw block of job "{job.id}"', report, "GITHUB_014", key)


def merge_raw(
    job: Job,
    block: Mapping[str, Any],
    rendered: dict[str, Value],
    steps: Sequence[tuple[str, dict[str, Value]]],
    report: Report,
) -> None:
    """Merge the block into the job and its steps, in place. `steps`: each with its id in cig.toml."""
    key = ("jobs", job.id, "raw", "github")
    patches = block.get("steps", {})
    if not isinstance(patches, dict):
        message = f'"steps" of the raw block of job "{job.id}" is no table of step ids'
        report.error("GITHUB_014", message, hint=f"[jobs.{job.id}.raw.github.steps.STEP_ID]", key=(*key, "steps"))
        patches = {}
    for name in block:
        if name not in JOB_KEYS:
            message = f'GitHub refuses a job with the key "{name}", which the raw block gives job "{job.id}"'
            report.warning("GITHUB_014", message, hint=f"keys: {', '.join(sorted(JOB_KEYS))}", key=(*key, name))
    merge(rendered, {name: value for name, value in block.items() if name != "steps"})
    by_id = dict(steps)
    for step_id, patch in patches.items():
        if step_id not in by_id:
            message = f'job "{job.id}" has no step "{step_id}" any more, so its raw block has nothing to merge into'
            known = ", ".join(f'"{known}"' for known in by_id)
            report.error("GITHUB_013", message, hint=f"steps: {known}", key=(*key, "steps", step_id))
        elif isinstance(patch, dict):
            _merge_step(by_id[step_id], patch)
    sort_keys(rendered, JOB_KEYS)


def merge_workflow_raw(workflow: Workflow, rendered: dict[str, Value], report: Report) -> None:
    """Merge the workflow's raw block into the file, in place. Its jobs have blocks of their own."""
    key = workflow_key(workflow, "raw", "github")
    table = read_own(workflow.raw, "github", f'the raw block of workflow "{workflow.id}"', report, "GITHUB_014", key)
    for name in table:
        if name not in WORKFLOW_KEYS:
            message = f'GitHub refuses a workflow with the key "{name}", which a raw block gives "{workflow.id}"'
            report.warning("GITHUB_014", message, hint=f"keys: {', '.join(WORKFLOW_KEYS)}", key=(*key, name))
    if "jobs" in table:
        message = f'the raw block of workflow "{workflow.id}" speaks of jobs, which have blocks of their own'
        report.error("GITHUB_014", message, hint="[jobs.NAME.raw.github]", key=(*key, "jobs"))
    merge(rendered, {name: value for name, value in table.items() if name != "jobs"})
    sort_keys(rendered, WORKFLOW_KEYS)


def _merge_step(step: dict[str, Value], patch: Mapping[str, Any]) -> None:
    """A patch that turns a script into an action, or the reverse, takes what belongs to the other away."""
    gone = _RUN_ONLY if "uses" in patch else _USES_ONLY if "run" in patch else ()
    for name in gone:
        step.pop(name, None)
    merge(step, patch)
    sort_keys(step, STEP_KEYS)


def referenced_steps(job: Job) -> frozenset[str]:
    """Ids of steps that some expression may ask for: only those are worth a line of their own."""
    texts = [block.json for block in job.raw] + [step.native.json for step in job.steps if step.native]
    found = (match for text in texts for match in _STEP_REFERENCE.finditer(text))
    saved = (step.id for step in job.steps if step.cache and step.cache.cache.save == "always")
    return frozenset([*(match[1] or match[2] for match in found), *saved])
