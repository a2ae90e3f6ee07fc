"""`[jobs.X.raw.buildkite]`: what cig has no word for, merged into the rendered step.

A Buildkite step is a whole job and its script is one text, so that there is nothing of a step of cig.toml to merge
into: `raw.buildkite.steps.ID` takes `command` alone, which replaces that step's script. What the user wrote there wins
and is passed on as it stands: this is the place for Buildkite's own `$` interpolation.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cigen.sdk import Job, ProviderBlock
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.problems import CannotExpress, read_table
from cigen.std.report import Report

__all__ = ["STEP_KEYS", "check_steps", "merge", "raw_block", "sort_keys"]

STEP_KEYS = (
    "label", "key", "trigger", "block", "depends_on", "allow_dependency_failure", "if", "if_changed", "branches",
    "skip", "agents", "image", "priority", "env", "secrets", "checkout", "plugins", "matrix", "parallelism", "command",
    "artifact_paths", "cache", "timeout_in_minutes", "retry", "soft_fail", "cancel_on_build_failing", "concurrency",
    "concurrency_group", "concurrency_method", "async", "build", "notify",
)  # fmt: skip
"""Every key of a step that Buildkite knows, in the order people write them."""


def raw_block(blocks: Sequence[ProviderBlock], what: str, key: tuple[str, ...], report: Report) -> dict[str, Any]:
    """The block for Buildkite, empty if there is none."""
    found: dict[str, Any] = {}
    for block in blocks:
        if block.provider == "buildkite":
            try:
                found = read_table(block.json, what)
            except CannotExpress as problem:
                report.error("BUILDKITE_014", problem.message, key=key)
    return found


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


def merge(into: dict[str, Value], patch: Mapping[str, Any]) -> None:
    """What the patch says wins; tables are merged key by key."""
    for name, value in patch.items():
        known = into.get(name)
        inner = known.value if isinstance(known, Commented) else known
        if isinstance(inner, dict) and isinstance(value, dict):
            merge(inner, value)
        else:
            into[name] = value


def sort_keys(table: dict[str, Value], order: Collection[str] = STEP_KEYS) -> None:
    """Put the keys in the order people write them; unknown ones stay last, in the order they came."""
    places = {name: place for place, name in enumerate(order)}
    for name in sorted(table, key=lambda known: places.get(known, len(places))):
        table[name] = table.pop(name)
