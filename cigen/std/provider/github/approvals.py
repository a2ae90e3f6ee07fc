"""Jobs that wait for a person: those of an environment with required reviewers.

Who they are is a setting of the repository, and no file can say it: without them GitHub does not wait at all, so this
is always told.
"""

from cigen.sdk import Job
from cigen.sdk.yaml import Commented, Value
from cigen.std.provider.github.texts import render_text
from cigen.std.report import Report

__all__ = ["render_environment"]


def render_environment(job: Job, report: Report) -> Value:
    """The value of `environment`; None for a job that has none. One that waits and has none gets one of its id."""
    approval = job.approve
    if approval is None and job.environment is None:
        return None
    name = render_text(job.environment.name) if job.environment else job.id
    value: str | dict[str, Value] = name
    if job.environment is not None and job.environment.url:
        value = {"name": name, "url": render_text(job.environment.url)}
    if approval is None:
        return value
    who = f": {', '.join(approval.by)}" if approval.by else ""
    message = f'job "{job.id}" waits for a person only if the environment "{name}" has required reviewers{who}'
    hint = "set them in the repository: Settings, Environments, Required reviewers"
    report.warning("GITHUB_025", message, hint=hint, key=("jobs", job.id, "approve"))
    asked = [f"# {line}".rstrip() for line in approval.message.splitlines()]
    return Commented(value, above=(*asked, "# Its required reviewers approve the job."))
