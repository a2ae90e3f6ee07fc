"""What jobs say about each other: `needs`, artifacts, and the job `setup` that needs no definition.

Circles of needs, and a job that needs itself, are the DAG stage's: plugins add edges too.
"""

from collections.abc import Mapping, Sequence

from cigen.model.diagnostics import KeyPath
from cigen.model.resources import Inputs, Job
from cigen.schema.jobs import Shared
from cigen.schema.table import Reading, Table, nearest
from cigen.schema.workflows import MAIN

__all__ = ["SETUP", "add_setup", "check_references"]

SETUP = "setup"
"""Made by cig when a job needs it and `[jobs]` does not define it."""


def check_references(jobs: Mapping[str, Job], tables: Mapping[str, Table]) -> None:
    """SCHEMA_011 and SCHEMA_025 for what jobs want of jobs and cannot have."""
    for name, job in jobs.items():
        _check_needs(job, tables[name], jobs)
        if job.inputs is not None and job.inputs.artifacts:
            _check_artifacts(job, tables[name], jobs)


def _check_needs(job: Job, table: Table, jobs: Mapping[str, Job]) -> None:
    for need, at in table.placed("needs", fixed=True):
        if "{{" in need:
            continue  # a placeholder that cannot stand there, which is told already
        other = jobs.get(need)
        if other is None:
            if need != SETUP:
                _unknown(f'job "{job.id}" needs "{need}", which is not defined', job, need, jobs, table.reading, at)
            elif job.workflow != MAIN:
                message = f'job "{job.id}" needs "{SETUP}", which cig makes for the workflow "{MAIN}" only'
                table.reading.error("SCHEMA_011", message, at, f"define [jobs.{SETUP}] in the same workflow")
        elif other.workflow != job.workflow:
            message = f'job "{job.id}" of workflow "{job.workflow}" needs "{need}" of workflow "{other.workflow}"'
            table.reading.error("SCHEMA_025", message, at, "a job can only wait for jobs of its own workflow")


def _check_artifacts(job: Job, table: Table, jobs: Mapping[str, Job]) -> None:
    upstream = _upstream(job, jobs)
    for name, at in table.table("inputs").placed("artifacts", fixed=True):
        if "{{" in name:
            continue
        other = jobs.get(name)
        if other is None:
            message = f'job "{job.id}" fetches the artifact of "{name}", which is not defined'
            _unknown(message, job, name, jobs, table.reading, at)
        elif name not in upstream:
            message = f'job "{job.id}" fetches the artifact of "{name}" and does not wait for it'
            table.reading.error("SCHEMA_025", message, at, f'add "{name}" to needs')
        elif other.outputs is None or not other.outputs.files:
            message = f'job "{job.id}" fetches the artifact of "{name}", which keeps no files'
            table.reading.error("SCHEMA_025", message, at, f"give [jobs.{name}.outputs] files")


def _unknown(message: str, job: Job, name: str, jobs: Mapping[str, Job], reading: Reading, at: KeyPath) -> None:
    known = [other for other in jobs if other != job.id]
    hint = nearest(name, known, "Defined jobs", also=(SETUP,))
    reading.error("SCHEMA_011", message, at, hint)


def _upstream(job: Job, jobs: Mapping[str, Job]) -> set[str]:
    """All jobs that must be done before this one."""
    found: set[str] = set()
    waiting = list(job.needs)
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += jobs[need].needs if need in jobs else ()
    return found


def add_setup(jobs: Sequence[Job], shared: Shared) -> tuple[Job, ...]:
    """The jobs, with `setup` before them if one needs it and none is it."""
    users = [job for job in jobs if SETUP in job.needs]
    if not users or any(job.id == SETUP for job in jobs):
        return tuple(jobs)
    setup = Job(
        id=SETUP,
        description="Installs packages and warms their caches for the jobs that need it.",
        workflow=MAIN,
        runner=shared.default_runner,
        packages=tuple(sorted({name for job in users for name in job.packages})),
        timeout=shared.defaults.timeout,
        retry=shared.defaults.retry,
        checkout=shared.defaults.checkout,
        inputs=Inputs(),
        owner="core",
    )
    return (setup, *jobs)
