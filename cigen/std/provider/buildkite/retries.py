"""`retry.automatic`: the whole job once more, by Buildkite itself."""

from cigen.sdk import Job
from cigen.sdk.yaml import Value
from cigen.std.provider.buildkite.steps import needs_loop

__all__ = ["MOST", "render_retry"]

MOST = 10
_AGENT_LOST = -1
"""The exit status of a job whose agent was never heard of again."""


def render_retry(job: Job) -> list[Value]:
    """The rules; the first that matches counts. A pause between tries is for the scripts to make."""
    found: list[Value] = []
    retry = job.retry
    if retry is None or retry.max <= 0:
        return []
    limit = min(retry.max, MOST)
    if not retry.on or "agent_lost" in retry.on:
        found.append({"exit_status": _AGENT_LOST, "limit": limit})
    if (not retry.on or "failure" in retry.on) and not needs_loop(job):
        found.append({"exit_status": "*", "limit": limit})
    return found
