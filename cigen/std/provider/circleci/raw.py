"""`[jobs.X.raw.circleci]` and a workflow's `raw`: what cig has no word for, merged in where it belongs.

What the user wrote there wins, and is passed on as it stands: this is the place for orbs and for CircleCI's own
parameters. Keys of a job go into its definition, those of its place in the workflow there, `orbs`, `commands` and
`executors` to the root of the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cigen.sdk import KeyPath, ProviderBlock
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import merge, read_own
from cigen.std.provider.circleci.steps import RenderedStep
from cigen.std.report import Report

__all__ = ["INVOCATION_KEYS", "JOB_KEYS", "circleci_block", "merge_job", "merge_steps"]

JOB_KEYS = (
    "description", "type", "parameters", "executor", "docker", "machine", "macos", "resource_class", "parallelism",
    "shell", "working_directory", "environment", "circleci_ip_ranges", "retention", "steps",
)  # fmt: skip
INVOCATION_KEYS = (
    "name", "type", "matrix", "requires", "filters", "context", "serial-group", "override-with", "pre-steps",
    "post-steps",
)  # fmt: skip
_ROOT_KEYS = ("commands", "executors", "orbs")
_RUN_KEYS = (
    "name", "command", "shell", "environment", "background", "working_directory", "no_output_timeout", "when",
    "max_auto_reruns", "auto_rerun_delay",
)  # fmt: skip


def circleci_block(blocks: Iterable[ProviderBlock], what: str, key: KeyPath, report: Report) -> dict[str, Any]:
    """The raw block of `what` for CircleCI, empty if there is none."""
    return read_own(blocks, "circleci", f"the raw block of {what}", report, "CIRCLECI_014", key)


def merge_steps(source: str, block: Mapping[str, Any], steps: Sequence[RenderedStep], report: Report) -> None:
    """Merge `raw.circleci.steps.ID` into the steps, in place."""
    key: KeyPath = ("jobs", source, "raw", "circleci", "steps")
    patches = block.get("steps", {})
    if not isinstance(patches, dict):
        message = f'"steps" of the raw block of job "{source}" is no table of step ids'
        report.error("CIRCLECI_014", message, hint=f"[jobs.{source}.raw.circleci.steps.STEP_ID]", key=key)
        return
    by_id = {step.id: step for step in steps}
    for step_id, patch in patches.items():
        if step_id not in by_id:
            message = f'job "{source}" has no step "{step_id}" any more, so its raw block has nothing to merge into'
            known = ", ".join(f'"{name}"' for name in by_id)
            report.error("CIRCLECI_013", message, hint=f"steps: {known}", key=(*key, step_id))
        elif isinstance(patch, dict) and patch:
            _merge_step(by_id[step_id].steps, patch)


def _merge_step(steps: list[Value], patch: Mapping[str, Any]) -> None:
    """A patch of keys of `run` is merged into it; any other names the step that stands there instead."""
    if not set(patch) <= set(_RUN_KEYS):
        merged = False
        for step in steps:
            if isinstance(step, dict) and set(step) == set(patch):
                merge(step, patch)
                merged = True
        if not merged:
            steps[:] = [dict(patch)]
        return
    for index, step in enumerate(steps):
        body = step.get("run") if isinstance(step, dict) else None
        if body is not None:
            own: dict[str, Value] = dict(body) if isinstance(body, dict) else {"command": body}
            merge(own, patch)
            steps[index] = {"run": {name: own[name] for name in _RUN_KEYS if name in own}}
            return
    steps[:] = [{"run": dict(patch)}]


def merge_job(
    source: str, block: Mapping[str, Any], body: dict[str, Value], place: dict[str, Value], report: Report
) -> dict[str, Any]:
    """Merge the block into the job's definition and into its place in the workflow; what is for the file's root."""
    root: dict[str, Any] = {}
    for name, value in block.items():
        if name == "steps":
            continue
        if name in _ROOT_KEYS:
            root[name] = value
        elif name in INVOCATION_KEYS and name != "type":
            merge(place, {name: value})
        else:
            if name not in JOB_KEYS:
                message = f'CircleCI refuses a job with the key "{name}", which the raw block gives job "{source}"'
                hint = f"keys: {', '.join(sorted({*JOB_KEYS, *INVOCATION_KEYS, *_ROOT_KEYS}))}"
                report.warning("CIRCLECI_014", message, hint=hint, key=("jobs", source, "raw", "circleci", name))
            if name in ("docker", "machine", "macos", "executor"):
                for other in ("docker", "machine", "macos", "executor"):
                    if other != name:
                        body.pop(other, None)
            merge(body, {name: value})
    return root
