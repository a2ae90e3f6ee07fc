"""How a job starts and how often: shards, approval, and the job that starts another pipeline instead of working."""

from collections.abc import Mapping

from cigen.model.resources import Approval, Job, Shards, Trigger, Workflow
from cigen.schema.table import Table, nearest

__all__ = ["check_triggers", "read_approval", "read_shards", "read_trigger"]

_WORK = (
    "caches", "checkout", "finally", "image", "inputs", "matrix", "notify", "outputs", "packages", "services", "shards",
    "shell", "skip_if", "steps", "working_directory",
)  # fmt: skip
"""Keys that speak of work, which a job that starts a pipeline has none of."""


def read_shards(job: Table) -> Shards | None:
    """The key `shards`: a number or a table."""
    value = job.data.get("shards")
    if type(value) is int:
        return Shards(value)
    if not isinstance(value, dict):
        return None
    table = job.table("shards")
    if table.has("by") and not table.has("files"):
        table.error("SCHEMA_025", '"by" has no meaning without "files"', "by", on_key=True)
    return Shards(table.integer("count", 1), table.texts("files", fixed=True), table.plain("by", "name"))


def read_approval(job: Table) -> Approval | None:
    """The key `approve`: true, a message, or a table."""
    value = job.data.get("approve")
    if isinstance(value, dict):
        table = job.table("approve")
        return Approval(table.text("message"), table.texts("by", fixed=True))
    if isinstance(value, str):
        return Approval(job.text("approve"))
    return Approval() if value is True else None


def read_trigger(job: Table) -> Trigger | None:
    """The key `trigger`: a pipeline's name or a table. Such a job does nothing else."""
    if not job.has("trigger"):
        return None
    for key in job.data:
        if key in _WORK:
            hint = "let another job do it, and this one need that one"
            job.error("SCHEMA_025", f'"{key}" has no meaning beside "trigger"', key, hint=hint, on_key=True)
    if isinstance(job.data["trigger"], str):
        return Trigger(job.text("trigger"))
    table = job.table("trigger")
    return Trigger(table.text("pipeline"), table.text("branch"), table.pairs("inputs"), table.flag("wait"))


def check_triggers(jobs: Mapping[str, Job], workflows: Mapping[str, Workflow], tables: Mapping[str, Table]) -> None:
    """A job must not start its own workflow, nor answer what a workflow of this file does not ask.

    Other pipelines are known to the CI system alone.
    """
    for job in jobs.values():
        target = workflows.get(job.trigger.pipeline) if job.trigger is not None else None
        if job.trigger is None or target is None:
            continue
        table = tables[job.id]
        if target.id == job.workflow:
            message = f'job "{job.id}" starts the workflow "{target.id}" that it is part of, so it would never end'
            table.error("SCHEMA_025", message, "trigger", hint="start another one")
        manual = target.triggers.manual if target.triggers is not None else None
        known = [own.name for own in manual.inputs] if manual is not None else []
        for pair in job.trigger.inputs:
            if pair.name not in known:
                message = f'the workflow "{target.id}" asks for no input "{pair.name}"'
                hint = nearest(pair.name, known, "Inputs of its on.manual")
                table.error("SCHEMA_018", message, "trigger", "inputs", pair.name, hint=hint, on_key=True)
