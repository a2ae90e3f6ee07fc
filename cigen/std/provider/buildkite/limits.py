"""What Buildkite has no room for. Numbers: https://buildkite.com/docs/platform/limits."""

import re
from collections.abc import Mapping, Sequence

from cigen.sdk import Job
from cigen.sdk.yaml import Value
from cigen.std.report import Report

__all__ = [
    "BLOCK_TEAMS",
    "JOBS_PER_BUILD",
    "JOBS_PER_UPLOAD",
    "KEY_CHARS",
    "check_total",
    "jobs_of",
    "step_key",
    "worst_case",
]

JOBS_PER_UPLOAD = 500
JOBS_PER_BUILD = 4_000
KEY_CHARS = 100
BLOCK_TEAMS = 100

_REFUSED = re.compile(r"[^A-Za-z0-9_:-]")


def step_key(name: str, taken: set[str]) -> str:
    """The key of a step: the plan key, in the characters that Buildkite allows, and no longer than it allows."""
    key = _REFUSED.sub("_", name)
    if len(key) > KEY_CHARS:
        from hashlib import sha256

        key = f"{key[: KEY_CHARS - 9]}-{sha256(name.encode()).hexdigest()[:8]}"
    while key in taken:
        key = f"{key[: KEY_CHARS - 1]}_"
    taken.add(key)
    return key


def jobs_of(step: Mapping[str, Value], matrices: int = 1) -> int:
    """How many jobs a rendered step is."""
    shards = step.get("parallelism")
    return shards if isinstance(shards, int) else matrices


def worst_case(job: Job, steps: int) -> int:
    """How many jobs the steps of one job can become, retries included."""
    tries = 1 + (job.retry.max if job.retry is not None else 0)
    return steps * tries


def check_total(counts: Sequence[tuple[str, int]], path: str, report: Report) -> None:
    """All jobs of a build together."""
    total = sum(count for _, count in counts)
    if total <= JOBS_PER_BUILD:
        return
    largest, most = max(counts, key=lambda pair: pair[1])
    message = (
        f'{path} can become {total:,} jobs with their retries, "{largest}" alone {most:,}; '
        f"a build on Buildkite has at most {JOBS_PER_BUILD:,}"
    )
    hint = "leave out values or retries, or move jobs into another workflow: [workflows.NAME]"
    report.error("BUILDKITE_009", message, hint=hint, key=("jobs", largest))
