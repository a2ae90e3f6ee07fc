"""The order in which jobs can start, in one pass over their edges: chains of thousands of jobs are no rarity.

Pure. Refuses: saying what a cycle is made of; `dag.py` does.
"""

from collections.abc import Sequence

from cigen.model.resources import Job

__all__ = ["has_cycle", "levels"]


def levels(jobs: Sequence[Job]) -> dict[str, int]:
    """How many jobs stand before each job in its longest chain of needs; a job in or behind a cycle is left out.

    Needs that name no job do not count.
    """
    open_needs = {job.id: 0 for job in jobs}
    dependants: dict[str, list[str]] = {job.id: [] for job in jobs}
    for job in jobs:
        for need in dict.fromkeys(job.needs):
            if need in dependants:
                open_needs[job.id] += 1
                dependants[need].append(job.id)
    level = dict.fromkeys((id for id, count in open_needs.items() if not count), 0)
    ready = list(level)
    for id in ready:  # grows while it is walked
        for dependant in dependants[id]:
            open_needs[dependant] -= 1
            if not open_needs[dependant]:
                # The last of its needs to be ready is the deepest: `ready` is in the order of levels.
                level[dependant] = level[id] + 1
                ready.append(dependant)
    return level


def has_cycle(jobs: Sequence[Job]) -> bool:
    """Whether some jobs wait for each other."""
    return len(levels(jobs)) < len({job.id for job in jobs})
