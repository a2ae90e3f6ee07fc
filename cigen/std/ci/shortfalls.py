"""What several CI systems do not do of what a job asks, told once for all jobs of a workflow."""

from collections.abc import Sequence

from cigen.sdk import Job
from cigen.std.report import Report

__all__ = ["check_lost_machines", "check_skipping"]


def check_skipping(jobs: Sequence[Job], system: str, report: Report, code: str) -> None:
    """Jobs that are to be left out for a variable or a branch."""
    skipping = [job for job in jobs if job.skip_if is not None and (job.skip_if.env or job.skip_if.branch)]
    if skipping:
        job = skipping[0]
        keys = [f"skip_if.{key}" for key in ("env", "branch") if getattr(job.skip_if, key)]
        message = f"{' and '.join(keys)} of {_named(skipping)} means nothing on {system} without a plan: the job runs"
        hint = "to leave a job out on some branches there is when"
        report.warning(code, message, hint=hint, key=("jobs", job.id, "skip_if"))


def check_lost_machines(jobs: Sequence[Job], system: str, report: Report, code: str, hint: str) -> None:
    """Jobs that are to be tried again for nothing but a lost machine."""
    lost = [job for job in jobs if job.trigger is None and _only_when_lost(job)]
    if lost:
        message = f"{_named(lost)} is to start again where its machine is lost, which {system} never does by itself"
        report.warning(code, message, hint=hint, key=("jobs", lost[0].id, "retry"))


def _only_when_lost(job: Job) -> bool:
    retries = [job.retry, *(step.retry for step in job.steps)]
    return any(retry is not None and retry.max > 0 and retry.on == ("agent_lost",) for retry in retries)


def _named(jobs: Sequence[Job]) -> str:
    """The first job, and how many more there are."""
    others = f" and {len(jobs) - 1} more" if len(jobs) > 1 else ""
    return f'job "{jobs[0].id}"{others}'
