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


def ancestors(jobs: Sequence[StaticJob]) -> dict[str, tuple[str, ...]]:
    """Id → ids of all jobs it waits for, nearest first; for those alone that ask whether one failed."""
    needs = {one.job.id: one.job.needs for one in jobs}
    found = {}
    for name in (one.job.id for one in jobs if one.job.run_on == "failure"):
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
    """Depth first, so that what a job needs stands as late before it as may be. The core has refused cycles."""
    done: dict[str, None] = {}
    for start in known:
        waiting = [(start, iter(needs[start]))]
        while waiting:
            _, left = waiting[-1]
            need = next((one for one in left if one in needs and one not in done), "")
            if need:
                waiting.append((need, iter(needs[need])))
            else:
                done.setdefault(waiting.pop()[0])
    return list(done)
