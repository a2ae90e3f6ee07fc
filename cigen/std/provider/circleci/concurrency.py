"""`serial-group`: jobs of one group run one after another, in the whole organisation.

So a group is called after the project. CircleCI has no group of a whole workflow, no group that lets several through,
and cancels older runs only as a setting of the project: what is lost thereby is told.
"""

from cigen.sdk import Concurrency, Job, KeyPath, Workflow
from cigen.std.ci.workflows import workflow_key
from cigen.std.provider.circleci.texts import slug
from cigen.std.report import Report

__all__ = ["GROUP_LIMIT", "serial_group", "tell_cancelling"]

GROUP_LIMIT = 512


def tell_cancelling(workflow: Workflow, report: Report) -> None:
    """What the workflow's own concurrency becomes."""
    given = workflow.concurrency
    if given is None:
        return
    key = workflow_key(workflow, "concurrency")
    if given.preset == "pr-latest" or given.cancel:
        message = f'older runs of workflow "{workflow.id}" are cancelled by a setting of the project'
        report.info(
            "CIRCLECI_020", message, hint="Project Settings, Advanced: auto-cancel redundant workflows", key=key
        )
    if given.preset == "serial" or given.group:
        message = (
            f'each job of workflow "{workflow.id}" waits for the same job of an earlier run, not for the whole run'
        )
        report.warning("CIRCLECI_025", message, hint="give the jobs that need it a concurrency of their own", key=key)


def serial_group(job: Job, source: str, workflow: Workflow, project: str, report: Report) -> str:
    """The job's group, empty for none."""
    key: KeyPath = ("jobs", source, "concurrency")
    given = job.concurrency
    if given is None:
        inherited = workflow.concurrency
        if inherited is None or not (inherited.preset == "serial" or inherited.group):
            return ""
        return _group(project, f"{inherited.group or workflow.id}/{job.id}", key, report)
    _tell(given, source, key, report)
    if given.preset == "serial":
        return _group(project, f"{workflow.id}/{job.id}", key, report)
    return _group(project, given.group, key, report) if given.group else ""


def _tell(given: Concurrency, source: str, key: KeyPath, report: Report) -> None:
    if given.max > 1:
        message = f'job "{source}" lets {given.max} of its group run at once; on CircleCI it is one'
        report.warning("CIRCLECI_025", message, hint="use several groups", key=key)
    if given.preset == "pr-latest" or given.cancel:
        message = f'job "{source}" cannot cancel an older one of its group'
        hint = "Project Settings, Advanced: auto-cancel redundant workflows"
        report.warning("CIRCLECI_025", message, hint=hint, key=key)


def _group(project: str, name: str, key: KeyPath, report: Report) -> str:
    group = slug(f"{project}/{name}" if project else name)
    if len(group) > GROUP_LIMIT:
        message = f'the group "{group[:40]}…" has {len(group)} characters; CircleCI allows {GROUP_LIMIT}'
        report.error("CIRCLECI_009", message, hint="choose a shorter group", key=key)
    return group
