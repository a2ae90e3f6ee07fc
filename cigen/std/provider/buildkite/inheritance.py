"""What a job has from the jobs it needs: their conditions, and its place after them.

On Buildkite a step that is left out counts as satisfied. In cig.toml a job that has not run takes those that need it
with it, so a condition goes down all the edges; not to a job that runs whatever those before it did.
"""

from collections.abc import Iterable, Mapping, Sequence

from cigen.sdk import Expr, Job
from cigen.std.ci.conditions import TRUE, all_of, any_of, fold, names
from cigen.std.ci.legs import StaticJob

__all__ = ["ancestors", "effective", "in_order"]


def effective(jobs: Sequence[Job]) -> dict[str, Expr]:
    """Job id → the conditions of all it needs, through others too; its own, which may differ by leg, not included."""
    known = {job.id: job for job in jobs}
    found: dict[str, Expr] = {}
    for job in _sorted(known, {job.id: job.needs for job in jobs}):
        needed = [known[need] for need in known[job].needs if need in known]
        parts = [all_of((found[need.id], _own(need))) for need in needed]
        found[job] = all_of(parts) if known[job].run_on == "success" else TRUE
    return found


def _own(job: Job) -> Expr:
    """When any of the job runs: a leg that is left out is as good as one that does not exist."""
    if job.when is None:
        return TRUE
    if job.matrix is None or not any(name.startswith("matrix.") for name in names(job.when)):
        return job.when
    legs = [{f"matrix.{pair.name}": pair.value for pair in leg.values} for leg in job.matrix.legs]
    return any_of(fold(job.when, values.get) for values in legs)


def ancestors(jobs: Iterable[StaticJob]) -> dict[str, tuple[str, ...]]:
    """Id → ids of all jobs it waits for, nearest first."""
    needs = {one.job.id: one.job.needs for one in jobs}
    found = {}
    for name in needs:
        waiting, seen = list(needs[name]), dict[str, None]()
        while waiting:
            one = waiting.pop(0)
            if one in needs and one not in seen:
                seen[one] = None
                waiting += needs[one]
        found[name] = tuple(seen)
    return found


def in_order(jobs: Sequence[StaticJob]) -> list[StaticJob]:
    """Each after those it needs, and otherwise as in cig.toml."""
    known = {one.job.id: one for one in jobs}
    return [known[name] for name in _sorted(known, {one.job.id: one.job.needs for one in jobs})]


def _sorted(known: Iterable[str], needs: Mapping[str, Sequence[str]]) -> list[str]:
    done: dict[str, None] = {}
    for start in known:
        waiting = [start]
        while waiting:
            name = waiting[-1]
            missing = [need for need in needs[name] if need in needs and need not in done and need not in waiting]
            if missing:
                waiting += reversed(missing)
            else:
                done.setdefault(waiting.pop())
    return list(done)
