"""`shards`: GitHub has none, so they are one more axis of the job's matrix.

All shards run to their end, unless the job's own matrix says otherwise: each knows a part of the answer. Which files
fall to which is worked out by the shell of each; GitHub keeps no timings.
"""

from collections.abc import Iterable
from dataclasses import replace

from cigen.sdk import Job, Leg, Matrix, MatrixAxis, Pair
from cigen.sdk.yaml import Value
from cigen.std.ci.shards import shard_files
from cigen.std.provider.github.scripts import own_script
from cigen.std.report import Report

__all__ = ["as_matrix", "shard_environment", "shard_step"]


_MOST_LEGS = 10_000


def as_matrix(job: Job, report: Report) -> Job:
    """The job with its shards as the last axis of its matrix; as it is where there are none, or far too many."""
    if job.shards is None:
        return job
    matrix = job.matrix or Matrix(fail_fast=False, legs=(Leg(job.id),))
    if not 0 < job.shards.count * len(matrix.legs) <= _MOST_LEGS:
        message = f'job "{job.id}" would run {job.shards.count * len(matrix.legs):,} times; {_MOST_LEGS:,} are the most'
        report.error("GITHUB_020", message, key=("jobs", job.id, "shards"))
        return replace(job, shards=None)
    axis = MatrixAxis(_axis(matrix.legs), tuple(str(index) for index in range(job.shards.count)))
    legs = tuple(
        Leg(f"{leg.key}-{axis.name}{index}", (*leg.values, Pair(axis.name, index)), leg.runner)
        for leg in matrix.legs
        for index in axis.values
    )
    return replace(job, matrix=replace(matrix, axes=(*matrix.axes, axis), legs=legs))


def shard_environment(job: Job) -> dict[str, Value]:
    """What scripts know of their shard. The job has its shards as an axis already."""
    if job.shards is None or job.matrix is None:
        return {}
    axis = job.matrix.axes[-1].name
    return {"CIG_SHARD_INDEX": f"${{{{ matrix.{axis} }}}}", "CIG_SHARD_TOTAL": str(job.shards.count)}


def shard_step(job: Job, report: Report) -> dict[str, Value] | None:
    """The step that lists the shard's files, if the job shares out any."""
    if job.shards is None or not job.shards.files:
        return None
    shards = job.shards
    if shards.by == "timings":
        message = f'GitHub keeps no timings, so the files of job "{job.id}" are shared out by name'
        report.info("GITHUB_028", message, key=("jobs", job.id, "shards", "by"))
        shards = replace(shards, by="name")
    script = shard_files(shards, '"$RUNNER_TEMP/cig-shard-files"')
    script += 'echo "CIG_SHARD_FILES=$CIG_SHARD_FILES" >> "$GITHUB_ENV"\n'
    return own_script("Share out the files", script, job)


def _axis(legs: Iterable[Leg]) -> str:
    taken = {pair.name for leg in legs for pair in leg.values}
    name = "shard"
    while name in taken:
        name += "_"
    return name
