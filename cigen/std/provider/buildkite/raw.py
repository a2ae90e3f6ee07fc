"""`[jobs.X.raw.buildkite]`: what cig has no word for, merged into the rendered step.

A Buildkite step is a whole job and its script is one text, so that there is nothing of a step of cig.toml to merge
into: `raw.buildkite.steps.ID` takes `command` alone, which replaces that step's script. What the user wrote there wins
and is passed on as it stands: this is the place for Buildkite's own `$` interpolation.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cigen.sdk import Job, KeyPath, ProviderBlock
from cigen.std.ci.blocks import read_own
from cigen.std.report import Report

__all__ = ["STEP_KEYS", "check_steps", "raw_block"]

STEP_KEYS = (
    "label", "key", "trigger", "block", "depends_on", "allow_dependency_failure", "if", "if_changed", "branches",
    "skip", "agents", "image", "priority", "env", "secrets", "checkout", "plugins", "matrix", "parallelism", "command",
    "artifact_paths", "cache", "timeout_in_minutes", "retry", "soft_fail", "cancel_on_build_failing", "concurrency",
    "concurrency_group", "concurrency_method", "async", "build", "notify",
)  # fmt: skip
"""Every key of a step that Buildkite knows, in the order people write them."""


def raw_block(blocks: Iterable[ProviderBlock], what: str, key: KeyPath, report: Report) -> dict[str, Any]:
    """The raw block of `what` for Buildkite, empty if there is none."""
    return read_own(blocks, "buildkite", f"the raw block of {what}", report, "BUILDKITE_014", key)


def check_steps(job: Job, block: Mapping[str, Any], source: str, report: Report) -> dict[str, str]:
    """Step id → script that replaces it. Everything else under `steps` is reported."""
    key = ("jobs", source, "raw", "buildkite", "steps")
    patches = block.get("steps", {})
    if not isinstance(patches, dict):
        message = f'"steps" of the raw block of job "{source}" is no table of step ids'
        report.error("BUILDKITE_014", message, hint=f"[jobs.{source}.raw.buildkite.steps.STEP_ID]", key=key)
        return {}
    known = {step.id: step for step in job.steps if step.run is not None}
    found = {}
    for step_id, patch in patches.items():
        if step_id not in known:
            message = f'job "{source}" has no script "{step_id}" any more, so its raw block has nothing to merge into'
            listed = ", ".join(f'"{one}"' for one in known)
            report.error("BUILDKITE_013", message, hint=f"steps: {listed}", key=(*key, step_id))
        elif not isinstance(patch, dict) or set(patch) != {"command"} or not isinstance(patch["command"], str):
            message = (
                f'step "{step_id}" of job "{source}" is a part of one script here: only its "command" can be replaced'
            )
            report.error("BUILDKITE_014", message, hint="give other keys to the job", key=(*key, step_id))
        else:
            found[step_id] = patch["command"]
    return found
