"""What no provider can say yet of when a job is left out."""

from collections.abc import Sequence

from cigen.sdk import Job
from cigen.std.report import Report

__all__ = ["check_skipping"]


def check_skipping(jobs: Sequence[Job], system: str, report: Report, code: str) -> None:
    """Tell once, at the first of them, which jobs would be left out for a variable or a branch."""
    skipping = [job for job in jobs if job.skip_if is not None and (job.skip_if.env or job.skip_if.branch)]
    if skipping:
        job = skipping[0]
        others = f" and {len(skipping) - 1} more" if len(skipping) > 1 else ""
        keys = [f"skip_if.{key}" for key in ("env", "branch") if getattr(job.skip_if, key)]
        message = f'{" and ".join(keys)} of job "{job.id}"{others} means nothing on {system} yet: the job runs'
        hint = "to leave a job out on some branches there is when"
        report.warning(code, message, hint=hint, key=("jobs", job.id, "skip_if"))
