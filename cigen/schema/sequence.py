"""What follows on what: the stages of a workflow as needs of its jobs, and the values that jobs hand on."""

from collections.abc import Mapping

from cigen.model.dataclass import replace
from cigen.model.resources import Job, Workflow
from cigen.schema.table import Reading, Table, nearest

__all__ = ["check_values", "join_stages"]


def join_stages(
    jobs: Mapping[str, Job], workflows: Mapping[str, Workflow], tables: Mapping[str, Table]
) -> dict[str, Job]:
    """The jobs, each of a stage needing all jobs of the last stage before it that has any."""
    if not any(job.stage for job in jobs.values()):
        return dict(jobs)
    before: dict[tuple[str, str], tuple[str, ...]] = {}
    for workflow in workflows.values():
        last: tuple[str, ...] = ()
        for stage in workflow.stages:
            before[workflow.id, stage] = last
            last = tuple(job.id for job in jobs.values() if (job.workflow, job.stage) == (workflow.id, stage)) or last
    found = {}
    for name, job in jobs.items():
        if job.stage:
            _check_stage(job, jobs, workflows.get(job.workflow), tables[name])
        extra = before.get((job.workflow, job.stage), ())
        found[name] = replace(job, needs=tuple(dict.fromkeys((*job.needs, *extra)))) if extra else job
    return found


def _check_stage(job: Job, jobs: Mapping[str, Job], workflow: Workflow | None, table: Table) -> None:
    if workflow is None:
        return
    stages = workflow.stages
    if job.stage not in stages:
        hint = nearest(job.stage, stages, "Stages") if stages else 'define them by the key "stages" of the workflow'
        table.error("SCHEMA_018", f'workflow "{workflow.id}" has no stage "{job.stage}"', "stage", hint=hint)
        return
    for need, at in table.placed("needs", fixed=True):
        other = jobs.get(need)
        if other is not None and other.stage in stages and stages.index(other.stage) > stages.index(job.stage):
            message = f'job "{job.id}" of stage "{job.stage}" needs "{need}" of the later stage "{other.stage}"'
            table.reading.error("SCHEMA_025", message, at, "move one of the jobs to another stage")


def check_values(jobs: Mapping[str, Job], tables: Mapping[str, Table], reading: Reading) -> None:
    """Every value that a condition asks for must be there, and every value must have one place in the environment."""
    for asker, asked, name, at in reading.asked:
        other = jobs.get(asked)
        values = other.outputs.values if other is not None and other.outputs is not None else ()
        if other is None:
            hint = nearest(asked, jobs[asker].needs, "It needs")
            reading.error("SCHEMA_018", f'there is no job "{asked}"', at, hint)
        elif asked not in jobs[asker].needs:
            message = f'job "{asker}" asks for a value of "{asked}" and does not need it'
            reading.error("SCHEMA_025", message, at, f'add "{asked}" to its needs')
        elif name not in values:
            message = f'job "{asked}" sets no value "{name}"'
            reading.error("SCHEMA_018", message, at, nearest(name, values, "Its values"))
    for job in jobs.values():
        _check_own(job, tables[job.id])
        _check_names(job, jobs, tables[job.id])


def _check_own(job: Job, table: Table) -> None:
    """A job that runs several times would set its values several times, and the last one would win."""
    several = "matrix" if job.matrix else "shards" if job.shards else ""
    if several and job.outputs is not None and job.outputs.values:
        message = f'job "{job.id}" runs several times ("{several}"), and each run would set its values anew'
        table.error("SCHEMA_025", message, "outputs", "values", hint="let a job of its own set them", on_key=True)


def _check_names(job: Job, jobs: Mapping[str, Job], table: Table) -> None:
    """`a-b` and `a_b` are one name in the environment."""
    seen: dict[str, str] = {}
    for need in job.needs:
        other = jobs.get(need)
        for name in other.outputs.values if other is not None and other.outputs is not None else ():
            variable = f"CIG_NEEDS_{need}_{name}".upper().replace("-", "_")
            value = f"{need}.{name}"
            first = seen.setdefault(variable, value)
            if first != value:
                message = f'job "{job.id}" would find both {first} and {value} as {variable}'
                table.error("SCHEMA_021", message, "needs", hint="rename one of them", on_key=True)
