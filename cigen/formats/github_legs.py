"""The legs of a matrix as lists in a GitHub workflow, which a plan can shorten.

Owns: what a leg is in such a list, and which legs share one. Who writes the lists into a file and who says which of
their legs must run both make them here, and each is named after all that it holds: what a plan says of other legs has
another name, and is not heard.
"""

import json
from collections.abc import Iterable, Sequence

from cigen.model.dataclass import dataclass
from cigen.model.resources import Leg

__all__ = ["MATRIX_JOBS", "MOST_CHARACTERS", "LegList", "leg_lists", "row_text"]

MATRIX_JOBS = 256
"""The most jobs that GitHub makes of one matrix: several of them in a workflow may have more together."""

MOST_CHARACTERS = 20_000
"""Of one expression, with some room: GitHub reads at most 21,000."""

_AROUND = 500
"""For what surrounds the rows in their expression."""


@dataclass(frozen=True, slots=True)
class LegList:
    """Some legs of a matrix. `leg`: the column that has the plan key in each row, before the leg's values."""

    name: str
    leg: str
    rows: tuple[dict[str, str], ...]


def leg_lists(legs: Sequence[Leg]) -> tuple[LegList, ...]:
    """All legs in their order, in as few lists as fit a matrix and an expression each.

    A leg that is too long for an expression has a list of its own.
    """
    leg = _unused("leg", legs)
    lists: list[list[dict[str, str]]] = []
    size = 0
    for one in legs:
        row = {leg: one.key, **{pair.name: pair.value for pair in one.values}}
        length = len(row_text(row)) + 1
        if not lists or len(lists[-1]) == MATRIX_JOBS or size + length > MOST_CHARACTERS - _AROUND:
            lists.append([])
            size = 0
        lists[-1].append(row)
        size += length
    return tuple(LegList(_name(rows), leg, tuple(rows)) for rows in lists)


def row_text(row: dict[str, str]) -> str:
    """A row as a line of a text inside an expression."""
    return "  " + json.dumps(row, ensure_ascii=False).replace("'", "''") + ","


def _name(rows: Sequence[dict[str, str]]) -> str:
    from hashlib import sha256

    return sha256(json.dumps(rows).encode()).hexdigest()[:8]


def _unused(name: str, legs: Iterable[Leg]) -> str:
    taken = {pair.name for leg in legs for pair in leg.values}
    while name in taken:
        name += "_"
    return name
