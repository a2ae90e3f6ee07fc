"""Matrices that are larger than GitHub's: several jobs that share the legs, each with a matrix that fits.

The first keeps the job's id, the others count on from 2; whoever needs the job needs them all. Every leg keeps its
name. Where one axis can be divided, each part is a matrix of axes; else its legs are listed, as they are where a plan
says of each whether it runs.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cigen.sdk import Job, Leg, Matrix, MatrixRow
from cigen.sdk.legs import LegList
from cigen.std.provider.github.legs import has_axes, lists_of
from cigen.std.provider.github.limits import MATRIX_JOBS
from cigen.std.report import Report

__all__ = ["Part", "split_matrices"]


@dataclass(frozen=True, slots=True)
class Part:
    """A job of the file: all of a job of cig.toml, or some of its legs. `whole`: the job of cig.toml.

    A plan may take legs away one by one from a part with `axes`, or with a list of its `legs`.
    """

    job: Job
    whole: Job
    axes: bool = False
    legs: LegList | None = None

    @property
    def is_first(self) -> bool:
        """Whether what there is to say of the job is to be said here."""
        return self.job.id == self.whole.id


def split_matrices(jobs: Sequence[Job], report: Report, planned: Collection[str] = ()) -> list[Part]:
    """The jobs in their order, each matrix in as many parts as it takes. planned: jobs whose legs a plan knows."""
    taken = {job.id.casefold() for job in jobs}
    parts: dict[str, list[Part]] = {}
    for job in jobs:
        matrices = list(_matrices(job, job.id in planned))
        ids = [job.id, *_new_ids(job.id, len(matrices) - 1, taken)]
        parts[job.id] = [
            Part(job if (id_, one) == (job.id, job.matrix) else replace(job, id=id_, matrix=one), job, axes, legs)
            for id_, (one, axes, legs) in zip(ids, matrices, strict=True)
        ]
        if job.matrix is not None and len(ids) > 1:
            _tell(job, job.matrix, ids, report)
    ids_of = {name: [one.job.id for one in made] for name, made in parts.items()}
    found = []
    for job in jobs:
        needs = tuple(dict.fromkeys(id_ for name in job.needs for id_ in ids_of.get(name, [name])))
        if needs == job.needs:
            found += parts[job.id]
        else:
            found += [replace(part, job=replace(part.job, needs=needs)) for part in parts[job.id]]
    return found


def _matrices(job: Job, planned: bool) -> Iterator[tuple[Matrix | None, bool, LegList | None]]:
    """Those of the job's parts, each with how a plan takes legs away."""
    matrix = job.matrix
    axes = planned and matrix is not None and has_axes(job, matrix)
    lists = lists_of(job, matrix) if planned and matrix is not None and not axes else ()
    if matrix is not None and lists:
        first = 0
        for one in lists:
            legs = matrix.legs[first : first + len(one.rows)]
            yield replace(matrix, legs=legs), False, one
            first += len(legs)
    elif matrix is None or len(matrix.legs) <= MATRIX_JOBS:
        yield matrix, axes, None
    else:
        yield from ((one, False, None) for one in _divided(matrix))


def _tell(job: Job, matrix: Matrix, ids: Sequence[str], report: Report) -> None:
    listed = ", ".join(f'"{name}"' for name in ids)
    limit = f"GitHub makes at most {MATRIX_JOBS} jobs of one matrix"
    if len(matrix.legs) <= MATRIX_JOBS:
        limit = "GitHub reads at most 21,000 characters of what a plan may shorten"
    message = f'the matrix of job "{job.id}" has {len(matrix.legs):,} legs, and {limit}: {listed} share them'
    key = ("jobs", job.id, "matrix" if job.shards is None else "shards")
    alone = [name for name, given in (("fail_fast", matrix.fail_fast), ("max_parallel", matrix.max_parallel)) if given]
    if matrix.max_parallel:
        holds = "hold" if len(alone) > 1 else "holds"
        report.warning("GITHUB_009", f"{message}; {' and '.join(alone)} {holds} for each of these by itself", key=key)
    else:
        report.info("GITHUB_009", message, key=key)


def _new_ids(job: str, count: int, taken: set[str]) -> Iterator[str]:
    number = 2
    for _ in range(count):
        while f"{job}-{number}".casefold() in taken:
            number += 1
        taken.add(f"{job}-{number}".casefold())
        yield f"{job}-{number}"


def _divided(matrix: Matrix) -> Iterator[Matrix]:
    axis = max(matrix.axes, key=lambda one: len(one.values), default=None)
    groups = _by_value(matrix.legs, axis.name) if axis else []
    if axis is None or any(len(group) > MATRIX_JOBS for group in groups):
        count = -(-len(matrix.legs) // MATRIX_JOBS)
        size = -(-len(matrix.legs) // count)
        starts = range(0, len(matrix.legs), size)
        yield from (replace(matrix, axes=(), legs=matrix.legs[start : start + size]) for start in starts)
        return
    for legs in _joined(groups):
        values = {pair.value for leg in legs for pair in leg.values if pair.name == axis.name}
        axes = tuple(
            replace(one, values=tuple(value for value in one.values if value in values)) if one is axis else one
            for one in matrix.axes
        )
        include, exclude = (_agreeing(rows, axis.name, values) for rows in (matrix.include, matrix.exclude))
        yield replace(matrix, axes=axes, include=include, exclude=exclude, legs=tuple(legs))


def _by_value(legs: Iterable[Leg], axis: str) -> list[list[Leg]]:
    groups: dict[str, list[Leg]] = {}
    for leg in legs:
        value = next((pair.value for pair in leg.values if pair.name == axis), "")
        groups.setdefault(value, []).append(leg)
    return list(groups.values())


def _joined(groups: Iterable[list[Leg]]) -> Iterator[list[Leg]]:
    """Neighbouring groups together, as long as they fit."""
    legs: list[Leg] = []
    for group in groups:
        if legs and len(legs) + len(group) > MATRIX_JOBS:
            yield legs
            legs = []
        legs = [*legs, *group]
    if legs:
        yield legs


def _agreeing(rows: Iterable[MatrixRow], axis: str, values: set[str]) -> tuple[MatrixRow, ...]:
    return tuple(row for row in rows if all(pair.value in values for pair in row.values if pair.name == axis))
