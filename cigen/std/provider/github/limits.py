"""What GitHub has no room for. Numbers: https://docs.github.com/en/actions/reference/limits."""

import re
from collections.abc import Iterable, Sequence

from cigen.sdk import Fragment, Job, Workflow
from cigen.sdk.legs import MATRIX_JOBS
from cigen.sdk.yaml import Value
from cigen.std.ci.shortfalls import check_lost_machines
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.github.runners import HOSTED
from cigen.std.report import Report

__all__ = [
    "FILE_BYTES",
    "HOSTED_MINUTES",
    "INPUTS",
    "MATRIX_JOBS",
    "MINUTES",
    "check_files",
    "check_inputs",
    "check_job",
    "check_jobs",
]

FILE_BYTES = 500_000
INPUTS = 25
HOSTED_MINUTES = 360
MINUTES = 7_200
"""On any machine: five days."""
ARTIFACTS = 500

_JOB_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def check_files(rendered: Iterable[Fragment], report: Report) -> None:
    """Every workflow file as it will be written."""
    for file in rendered:
        size = len(file.content.encode("utf-8", "surrogatepass"))
        if file.path.startswith(".github/workflows/") and size > FILE_BYTES:
            message = f"{file.path} has {size:,} bytes; GitHub reads at most {FILE_BYTES:,}"
            hint = 'move jobs into a workflow of their own: [workflows.NAME], and workflow = "NAME" in the jobs'
            report.error("GITHUB_020", message, hint=hint)


def check_inputs(workflow: Workflow, report: Report) -> None:
    """The questions that somebody is asked who starts the workflow by hand."""
    manual = effective_triggers(workflow).manual
    if manual is not None and len(manual.inputs) > INPUTS:
        message = f'workflow "{workflow.id}" asks {len(manual.inputs)} questions; GitHub asks at most {INPUTS}'
        key = workflow_key(workflow, "on", "manual", "inputs")
        report.error("GITHUB_020", message, hint="join some of them", key=key)


def check_job(job: Job, runs_on: Value, report: Report) -> None:
    """Limits of one job."""
    if job.timeout > HOSTED_MINUTES and runs_on in HOSTED.values():
        message = (
            f'job "{job.id}" may take {job.timeout} minutes, but GitHub ends a job on {runs_on} after {HOSTED_MINUTES}'
        )
        report.warning("GITHUB_021", message, hint="run it on a machine of your own", key=("jobs", job.id, "timeout"))
    elif job.timeout > MINUTES:
        message = f'job "{job.id}" may take {job.timeout} minutes, but GitHub ends every job after {MINUTES:,}'
        report.warning("GITHUB_021", message, hint="split the job", key=("jobs", job.id, "timeout"))
    artifacts = sum(step.upload is not None for step in job.steps)
    if artifacts > ARTIFACTS:
        message = f'job "{job.id}" leaves {artifacts} artifacts; GitHub keeps at most {ARTIFACTS}'
        report.error("GITHUB_020", message, hint="join some of them", key=("jobs", job.id))


def check_jobs(jobs: Sequence[Job], report: Report) -> None:
    """What the jobs of one workflow cannot be together."""
    names: dict[str, str] = {}
    artifacts: dict[str, str] = {}
    for job in jobs:
        if not _JOB_ID.fullmatch(job.id):
            message = f'"{job.id}" cannot be the id of a job on GitHub'
            hint = "letters, digits, _ and -, beginning with a letter or _"
            report.error("GITHUB_010", message, hint=hint, key=("jobs", job.id))
        first = names.setdefault(job.id.casefold(), job.id)
        if first != job.id:
            message = f'jobs "{first}" and "{job.id}" differ in case only, which GitHub does not tell apart'
            report.error("GITHUB_022", message, hint="rename one of them", key=("jobs", job.id))
        for step in job.steps:
            name = step.upload.name if step.upload else ""
            other = artifacts.setdefault(name, job.id) if name else job.id
            if other != job.id:
                message = f'jobs "{other}" and "{job.id}" both leave an artifact "{name}"'
                report.error("GITHUB_022", message, hint="a run has one artifact of a name", key=("jobs", job.id))
    check_lost_machines(jobs, "GitHub", report, "GITHUB_027", 'retry.on = "failure" runs scripts again in their place')
