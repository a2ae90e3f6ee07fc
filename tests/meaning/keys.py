"""Legs of a system that has matrices of its own, under the keys of the plan."""

import re
from dataclasses import replace

from record import Meaning, plain_key

from cigen.sdk import Graph

__all__ = ["by_plain_key", "of_matrices"]


def by_plain_key(meaning: Meaning) -> Meaning:
    """Keys spelt as every system can."""
    legs = {plain_key(key): leg for key, leg in meaning.legs.items()}
    assert len(legs) == len(meaning.legs), "two keys are one to some system"
    return Meaning(
        {
            key: replace(leg, key=key, needs=frozenset(plain_key(needed) for needed in leg.needs))
            for key, leg in legs.items()
        },
        {event: frozenset(map(plain_key, keys)) for event, keys in meaning.runs.items()},
    )


def of_matrices(graph: Graph, meaning: Meaning) -> Meaning:
    """`job|axis=value` as plan keys; values beyond those of the plan's matrix are the renderer's own."""
    table = {}
    for key in meaning.legs:
        job_id, *given = key.split("|")
        values = dict(one.split("=", 1) for one in given)
        # What does not fit one job of a system may go on in a second: `test-2`.
        named = (job_id, re.sub(r"-\d+$", "", job_id))
        job = next((one for each in named for one in graph.jobs if one.id == each), None)
        legs = job.matrix.legs if job and job.matrix else ()
        found = [leg.key for leg in legs if all(values.get(pair.name) == pair.value for pair in leg.values)]
        table[key] = found[0] if len(found) == 1 else job_id if not legs else key
    sharded = {job.id for job in graph.jobs if job.shards}
    several = [key for key in table if list(table.values()).count(table[key]) > 1]
    assert all(key.split("|")[0] in sharded for key in several), "two legs of one key"
    return Meaning(
        {
            table[key]: replace(leg, key=table[key], needs=frozenset(table[needed] for needed in leg.needs))
            for key, leg in meaning.legs.items()
        },
        {event: frozenset(table[key] for key in keys) for event, keys in meaning.runs.items()},
    )
