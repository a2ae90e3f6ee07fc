"""What Windows has no part in, since `cig` does not run there: told of jobs and legs that would be skipped elsewhere.

Pure. An error only for the machine on which plans are made; a job does its work there like any other.
"""

from collections.abc import Iterable, Mapping

from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, KeyPath, Level, error, warning
from cigen.model.machines import is_windows
from cigen.model.resources import Job, Runner, Skipping
from cigen.pipeline.globs import named_legs
from cigen.pipeline.skipping import never_proven

__all__ = ["check_windows"]


def check_windows(jobs: Iterable[Job], skipping: Skipping) -> list[Diagnostic]:
    """Jobs that are never skipped because of where they run, and a planner that could not plan."""
    found = []
    if is_windows(skipping.machine):
        message = f'plans cannot be made on "{skipping.runner}", which is Windows: cig runs on Linux and macOS'
        hint = 'runner = "linux", or nothing, which means the same'
        found.append(error("DAG_021", message, hint=hint, key=("skipping", "runner")))
    for job in jobs:
        there = {key: machine for key, machine in _machines(job) if never_proven(job, machine) == "WINDOWS"}
        if there:
            found.append(_never_skipped(job, there))
    return found


def _machines(job: Job) -> list[tuple[str, Runner | None]]:
    """Plan key and machine of all that the job is."""
    if job.matrix is None:
        return [(job.id, job.machine)]
    return [(leg.key, leg.runner) for leg in job.matrix.legs]


def _never_skipped(job: Job, there: Mapping[str, Runner | None]) -> Diagnostic:
    """there: plan keys on Windows, and their machines."""
    key: KeyPath = () if job.owner else ("jobs", job.id, "runner")
    guessed = next((one for one in there.values() if one is not None and one.name != "windows" and not one.os), None)
    hint = f'if it is another system: [runners.{guessed.name}] os = "linux"' if guessed else ""
    if len(there) == len(_machines(job)):
        message = f'job "{job.id}" runs on Windows, where cig keeps no proofs, so it is never skipped'
        return warning("DAG_020", message, hint=hint, key=key)
    message = f'no plan skips {named_legs(list(there))} of job "{job.id}": cig keeps no proofs on Windows'
    return replace(warning("DAG_020", message, hint=hint, key=key), level=Level.INFO)
