"""`concurrency`: which runs wait for each other, and which give way.

`pr-latest` is a milestone that only builds of pull requests pass: a newer build of the same one ends the older.
`serial` and groups are locks, in which builds wait in their order; a lock ends nobody.
"""

from cigen.sdk import Concurrency, Job, KeyPath, Workflow
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.jenkins.groovy import Code, braces, text
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["job_lock", "workflow_concurrency"]


def workflow_concurrency(workflow: Workflow, project: str, used: Used, report: Report) -> tuple[list[Code], str]:
    """What to do before the first job, and the lock around all of them as a Groovy text, if there is one."""
    given = workflow.concurrency
    if given is None:
        return [], ""
    key = workflow_key(workflow, "concurrency")
    if given.preset == "pr-latest":
        if effective_triggers(workflow).pull_request is None:
            return [], ""
        used.plugin("pipeline-milestone-step")
        used.function("replaceOlder")
        return braces("if (env.CHANGE_ID)", [Code("replaceOlder()")]), ""
    before: list[Code] = []
    if given.cancel:
        used.plugin("pipeline-milestone-step")
        used.function("replaceOlder")
        before = [Code("replaceOlder()")]
        message = f'workflow "{workflow.id}" ends older runs of the same branch only; those of others wait'
        report.warning("JENKINS_016", message, key=key)
    return before, _lock(given, project, workflow.id, key, used, report)


def job_lock(job: Job, workflow: Workflow, project: str, used: Used, report: Report) -> str:
    """The lock around a job, as a Groovy text; empty if there is none."""
    given = job.concurrency
    if given is None or given.preset == "pr-latest":
        # A newer run of a pull request ends the older one as a whole, or not at all.
        if given is not None and (workflow.concurrency is None or workflow.concurrency.preset != "pr-latest"):
            message = f'job "{job.id}" does not end that of an older run; Jenkins ends whole runs only'
            report.warning("JENKINS_016", message, hint='concurrency = "pr-latest" of the workflow', key=_key(job))
        return ""
    if given.cancel:
        message = f'job "{job.id}" waits for that of another run; Jenkins ends whole runs only'
        report.warning("JENKINS_016", message, key=_key(job))
    return _lock(given, project, f"{workflow.id}/{job.id}", _key(job), used, report)


def _lock(given: Concurrency, project: str, usual: str, key: KeyPath, used: Used, report: Report) -> str:
    """The name of a lock is known to the whole controller, so it begins with the project's."""
    if given.max > 1:
        message = f"{given.max} at once need resources that an administrator defines; this lock lets in one"
        report.warning("JENKINS_016", message, key=key)
    used.plugin("lockable-resources")
    return text(f"{project}/{usual if given.preset or not given.group else given.group}")


def _key(job: Job) -> KeyPath:
    return ("jobs", job.id, "concurrency")
