"""`concurrency`: which runs wait for each other, and which give way.

A group holds the workflow's id, so that no other shares it. Runs of one pull request form a group; every other run is a
group of its own, because a run that waits in a group is evicted by the next one, even where nothing is cancelled, and a
push to the default branch must never be. Where runs really queue, `queue: max` lets up to 100 wait.
"""

from cigen.sdk import Concurrency, Job, KeyPath, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.github.texts import render_text
from cigen.std.report import Report

__all__ = ["job_concurrency", "workflow_concurrency"]

_NEWEST = "${{ github.event.pull_request.number || github.run_id }}"
_CANCEL = "${{ github.event_name == 'pull_request' }}"


def workflow_concurrency(workflow: Workflow, report: Report) -> dict[str, Value] | None:
    """The workflow's block, if there is to be one."""
    _check_max(workflow.concurrency, workflow_key(workflow, "concurrency", "max"), report)
    return _block(workflow.concurrency, workflow, workflow.id)


def job_concurrency(job: Job, workflow: Workflow, report: Report) -> dict[str, Value] | None:
    """The job's block. The legs of a matrix do not wait for each other."""
    _check_max(job.concurrency, ("jobs", job.id, "concurrency", "max"), report)
    axes = sorted({pair.name for leg in job.matrix.legs for pair in leg.values}) if job.matrix else []
    name = "-".join([workflow.id, job.id, *(f"${{{{ matrix.{axis} }}}}" for axis in axes)])
    return _block(job.concurrency, workflow, name)


def _check_max(given: Concurrency | None, key: KeyPath, report: Report) -> None:
    if given is not None and given.max > 1 and given.group:
        message = f'{given.max} of the group "{given.group}" may run at once; GitHub runs one at a time'
        report.warning("GITHUB_024", message, hint="several groups, one for each that may run", key=key)


def _block(given: Concurrency | None, workflow: Workflow, name: str) -> dict[str, Value] | None:
    if given is None:
        return None
    if given.preset == "pr-latest":
        if effective_triggers(workflow).pull_request is None:
            return None
        return {"group": f"{name}-{_NEWEST}", "cancel-in-progress": _CANCEL}
    if given.preset == "serial":
        return {"group": name, "queue": "max"}
    if not given.group:
        return None
    group = render_text(given.group)
    return {"group": group, "cancel-in-progress": True} if given.cancel else {"group": group, "queue": "max"}
