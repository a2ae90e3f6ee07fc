"""What cig.toml asks for and Buildkite keeps outside of the repository, or does not have."""

from collections.abc import Sequence

from cigen.sdk import Job, Workflow
from cigen.std.ci.inputs import must_be_given
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.buildkite.conditions import input_variable
from cigen.std.provider.buildkite.events import CHOICE, Starts
from cigen.std.report import Report

__all__ = ["report_settings"]

_READ_SOURCE = ("contents", "read")


def report_settings(workflow: Workflow, jobs: Sequence[Job], starts: Starts, report: Report) -> None:
    """Everything of a workflow and its jobs that its file cannot hold. starts: what starts those of the file."""
    triggers = effective_triggers(workflow)
    _report_name(workflow, report)
    for event, own in (("schedule", bool(triggers.schedule)), ("manual", triggers.manual is not None)):
        if own and event in starts.several:
            message = (
                f'{CHOICE}={workflow.id}, a variable of the build, is what starts workflow "{workflow.id}" of its file'
            )
            report.info("BUILDKITE_020", message, key=workflow_key(workflow, "on", event))
    for schedule in triggers.schedule:
        called = f' "{schedule.name}"' if schedule.name else ""
        message = (
            f'the schedule{called} "{schedule.cron}" of workflow "{workflow.id}" is set up in the pipeline\'s settings'
        )
        report.info("BUILDKITE_020", message, key=workflow_key(workflow, "on", "schedule"))
    if triggers.tag is not None:
        message = (
            f'workflow "{workflow.id}" runs for tags: "Build tags" is to be switched on in the pipeline\'s settings'
        )
        report.info("BUILDKITE_020", message, key=workflow_key(workflow, "on", "tag"))
    if triggers.merge_queue:
        message = f'workflow "{workflow.id}" runs for merge queues: "Build merge queues" is a setting of the pipeline'
        report.info("BUILDKITE_020", message, key=workflow_key(workflow, "on", "merge_queue"))
    if triggers.pull_request is not None and triggers.pull_request.types:
        message = f'workflow "{workflow.id}" asks for types of pull request events; a build does not know its own'
        report.warning("BUILDKITE_012", message, key=workflow_key(workflow, "on", "pull_request", "types"))
    if triggers.paths:
        message = (
            f'the paths of workflow "{workflow.id}" are a hint that Buildkite would apply to tags and schedules too'
        )
        report.info(
            "BUILDKITE_012", message, hint="skip_if is what leaves jobs out", key=workflow_key(workflow, "on", "paths")
        )
    _report_inputs(workflow, jobs, report)
    if workflow.concurrency is not None and workflow.concurrency.preset == "pr-latest":
        message = (
            f'"Cancel Intermediate Builds" of the pipeline is what cancels an older build of workflow "{workflow.id}"'
        )
        report.info("BUILDKITE_020", message, key=workflow_key(workflow, "concurrency"))
    if any((pair.name, pair.value) != _READ_SOURCE for pair in workflow.permissions):
        message = f'the permissions of workflow "{workflow.id}" are GitHub\'s; an agent has its own credentials'
        report.info("BUILDKITE_021", message, key=workflow_key(workflow, "permissions"))
    for job in jobs:
        _report_job(job, report)


def _report_inputs(workflow: Workflow, jobs: Sequence[Job], report: Report) -> None:
    manual = effective_triggers(workflow).manual
    required = must_be_given(workflow)
    for given in manual.inputs if manual else ():
        name = input_variable(given.name)
        default = f'it is "{given.default}"' if given.default else "it is empty"
        otherwise = "the build fails" if given in required else default
        message = f'nobody is asked for "{given.name}": whoever starts a build sets {name}, else {otherwise}'
        report.info("BUILDKITE_024", message, key=workflow_key(workflow, "on", "manual", "inputs", given.name))
    unasked = [job for job in jobs if job.trigger is not None and not job.needs]
    if required and unasked:
        listed = ", ".join(f'"{one.name}"' for one in required)
        message = f'job "{unasked[0].id}" starts a pipeline, and cannot ask first whether {listed} was given'
        hint = "let it need a job with steps"
        report.warning("BUILDKITE_024", message, hint=hint, key=("jobs", unasked[0].id, "trigger"))


def _report_name(workflow: Workflow, report: Report) -> None:
    if workflow.id != "ci" and workflow.name not in ("", workflow.id):
        message = f'the name of workflow "{workflow.id}", "{workflow.name}", is a setting of the pipeline'
        report.info("BUILDKITE_020", message, key=workflow_key(workflow, "name"))


def _report_job(job: Job, report: Report) -> None:
    if any((pair.name, pair.value) != _READ_SOURCE for pair in job.permissions):
        message = f'the permissions of job "{job.id}" are GitHub\'s; an agent has its own credentials'
        report.info("BUILDKITE_021", message, key=("jobs", job.id, "permissions"))
    if any(step.checkout is not None and step.checkout.credentials for step in job.steps):
        message = f'job "{job.id}" keeps the credentials of its checkout, which are those of its agent'
        report.info("BUILDKITE_020", message, key=("jobs", job.id, "checkout"))
    if job.oidc:
        message = f'job "{job.id}" gets its OpenID Connect token by `buildkite-agent oidc request-token`'
        report.info("BUILDKITE_021", message, key=("jobs", job.id, "oidc"))
    if job.environment is not None:
        where = f" at {job.environment.url}" if job.environment.url else ""
        message = f'Buildkite has no environments: "{job.environment.name}"{where} protects nothing in job "{job.id}"'
        hint = "approve asks a person; secrets can be restricted by the policies of a cluster"
        report.warning("BUILDKITE_022", message, hint=hint, key=("jobs", job.id, "environment"))
    if job.shards is not None and job.shards.by == "timings":
        message = f'the shards of job "{job.id}" are dealt out by size: only Test Engine keeps timings on Buildkite'
        report.warning("BUILDKITE_012", message, hint='by = "size"', key=("jobs", job.id, "shards"))
