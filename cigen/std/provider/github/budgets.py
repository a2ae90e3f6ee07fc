"""How much of a matrix the jobs of a file use, as the matrices are once large ones are split."""

from collections.abc import Iterable

from cigen.sdk import Budget, Fragment, Graph, Job
from cigen.std.provider.github.legs import known_by_leg
from cigen.std.provider.github.limits import MATRIX_JOBS
from cigen.std.provider.github.parts import split_matrices
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.shards import as_matrix

__all__ = ["matrix_budgets"]


def matrix_budgets(rendered: Iterable[Fragment], graph: Graph | None) -> tuple[Budget, ...]:
    """The largest matrix of each file."""
    jobs_of = graph.jobs if graph else ()
    known = known_by_leg(graph, jobs_of) if graph else frozenset()
    largest = {job.id: _largest(job, known) for job in jobs_of if job.matrix or job.shards}
    found = []
    for file in rendered:
        jobs = file.content.partition("\njobs:\n")[2]
        used = [legs for name, legs in largest.items() if jobs.startswith(f"  {name}:") or f"\n  {name}:" in jobs]
        found.append(Budget("matrix jobs", max(used, default=0), MATRIX_JOBS, file.path))
    return tuple(found)


def _largest(job: Job, known: frozenset[str]) -> int:
    parts = split_matrices([as_matrix(job, new_report())], new_report(), known)
    return max((len(part.job.matrix.legs) for part in parts if part.job.matrix), default=0)
