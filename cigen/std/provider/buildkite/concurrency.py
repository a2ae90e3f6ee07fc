"""Who waits for whom: `concurrency_group` and `concurrency` of steps, and gates for whole builds.

A group is known to the whole organization, so its name begins with the project's. Builds that must not run side by side
pass a gate: its first step and its last are one group, whose jobs run in the order in which they were made. What is to
be cancelled when a newer build comes is a setting of the pipeline.
"""

from collections.abc import Iterable

from cigen.sdk import Concurrency, Job, Workflow
from cigen.sdk.yaml import Value
from cigen.std.provider.buildkite.problems import new_report
from cigen.std.provider.buildkite.texts import escaped
from cigen.std.report import Report

__all__ = ["GATE_KEYS", "GROUP_CHARS", "check_gate", "gate_group", "job_concurrency"]

GROUP_CHARS = 200
GATE_KEYS = ("gate-open", "gate-close")


def job_concurrency(whole: Job, job: Job, workflow: Workflow, project: str, report: Report) -> dict[str, Value]:
    """The keys of the job's step. whole: the job with its matrix, of which `job` may be a leg."""
    source = whole.id
    asked, key = job.concurrency, ("jobs", source, "concurrency")
    limit = whole.matrix.max_parallel if whole.matrix else 0
    if asked is None:
        return _parallel(source, limit) if limit else {}
    if limit:
        message = f'job "{source}" has concurrency and matrix.max_parallel; a step is in one group, and has the first'
        report.warning("BUILDKITE_023", message, hint="take one of the two out", key=key)
    if asked.preset == "pr-latest":
        message = f'job "{source}" alone cannot be cancelled by a newer build; on Buildkite whole builds are'
        report.warning("BUILDKITE_023", message, hint='give concurrency = "pr-latest" to the workflow', key=key)
        return {}
    if asked.cancel:
        message = f'job "{source}" waits for the one under way in its group: Buildkite cannot cancel that one'
        report.warning("BUILDKITE_023", message, hint="leave cancel out", key=key)
    group = f"{project}/{asked.group or f'{workflow.id}/{source}'}"
    check_group(group, report, key)
    return {"concurrency": asked.max, "concurrency_group": escaped(group)}


def check_group(group: str, report: Report, key: tuple[str, ...]) -> None:
    """The limit of a group's name."""
    if len(group) > GROUP_CHARS:
        message = f"the concurrency group has {len(group)} characters; Buildkite allows {GROUP_CHARS}"
        report.error("BUILDKITE_009", message, hint="give the group a shorter name", key=key)


def check_gate(workflow: Workflow, jobs: Iterable[Job], report: Report) -> None:
    """What must not stand between the first step of a gate and its last."""
    asking = [job for job in jobs if job.approve is not None]
    if asking and gate_group(workflow, "", new_report()):
        message = f'job "{asking[0].id}" waits for a person, and all later builds of "{workflow.id}" wait with it'
        report.warning(
            "BUILDKITE_023", message, hint="give the concurrency to jobs", key=("jobs", asking[0].id, "approve")
        )


def gate_group(workflow: Workflow, project: str, report: Report) -> str:
    """The group of the workflow's gate; empty if builds need not wait for each other."""
    asked: Concurrency | None = workflow.concurrency
    if asked is None or asked.preset == "pr-latest":
        return ""
    key = ("concurrency",) if workflow.id == "ci" else ("workflows", workflow.id, "concurrency")
    if asked.max > 1 or asked.cancel:
        what = f"{asked.max} builds at once" if asked.max > 1 else "cancelling the build under way"
        message = f'workflow "{workflow.id}": {what} cannot be said in a pipeline; one build at a time is'
        report.warning(
            "BUILDKITE_023", message, hint="Cancel Intermediate Builds is a setting of the pipeline", key=key
        )
    group = f"{project}/{asked.group or workflow.id}"
    check_group(group, report, key)
    return group


def _parallel(source: str, limit: int) -> dict[str, Value]:
    # Of this build alone: the agent fills in the build's id.
    return {
        "concurrency": limit,
        "concurrency_group": f"${{BUILDKITE_BUILD_ID}}/{source}",
        "concurrency_method": "eager",
    }
