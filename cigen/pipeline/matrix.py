"""A job's matrix, multiplied out into legs with stable names.

include and exclude mean what they mean on GitHub, so that a matrix moves between CI systems unchanged. The name of a
leg is the job's id and one part for each axis, in the order the axes are declared: a value that begins with a letter
stands for itself, any other follows its axis (`amd64`, but `ruby3.3`).
"""

import re
from collections.abc import Mapping

from cigen.model.diagnostics import Diagnostic, error
from cigen.model.resources import Leg, Matrix, MatrixRow, Pair

__all__ = ["LEG_LIMIT", "expand_matrix", "leg_name"]

LEG_LIMIT = 10_000
"""More legs than any CI system takes; beyond it the matrix is a mistake, and is not multiplied out at all."""

_OUTSIDE_NAME = r"[^A-Za-z0-9._+-]+"


def leg_name(job: str, values: Mapping[str, str]) -> str:
    """The plan key of one leg. Characters that no job name can hold become `-`."""
    parts = (value if value[:1].isalpha() else axis + value for axis, value in values.items())
    return "-".join([job, *(re.sub(_OUTSIDE_NAME, "-", part) for part in parts)])


def expand_matrix(job: str, matrix: Matrix) -> tuple[tuple[Leg, ...], tuple[Diagnostic, ...]]:
    """The legs of `matrix`, in declared order, the last axis varying fastest; include's own legs stand last.

    Reports DAG_004 for more than LEG_LIMIT legs, DAG_005 for no leg at all, DAG_006 for two legs of one name.
    """
    key = ("jobs", job, "matrix")
    size = len(matrix.include)
    product = 1
    for axis in matrix.axes:
        product *= len(axis.values)
    if product + size > LEG_LIMIT:
        message = f'the matrix of job "{job}" has {product + size:,} legs; at most {LEG_LIMIT:,} are possible'
        return (), (error("DAG_004", message, hint="leave out values, or split the job", key=key),)
    legs = _combine(matrix)
    if not legs:
        message = f'the matrix of job "{job}" leaves no leg to run'
        return (), (error("DAG_005", message, hint="an exclude row removes every combination", key=key),)
    axes = {axis.name for axis in matrix.axes}
    named: dict[str, Leg] = {}
    for original, values in legs:
        shown = {name: value for name, value in values.items() if not original or name in axes}
        name = leg_name(job, shown)
        if name in named:
            message = f'two legs of job "{job}" would both be named "{name}"'
            hint = "change one of the values so that the names differ"
            return (), (error("DAG_006", message, hint=hint, key=key),)
        named[name] = Leg(name, tuple(Pair(axis, value) for axis, value in values.items()))
    return tuple(named.values()), ()


def _combine(matrix: Matrix) -> list[tuple[bool, dict[str, str]]]:
    """All assignments, each with whether the axes made it (or an include row alone did)."""
    legs: list[dict[str, str]] = [{}] if matrix.axes else []
    for axis in matrix.axes:
        legs = [{**leg, axis.name: value} for leg in legs for value in axis.values]
    excluded = [_row(row) for row in matrix.exclude]
    legs = [leg for leg in legs if not any(row.items() <= leg.items() for row in excluded)]
    axes = {axis.name for axis in matrix.axes}
    made = [(True, leg) for leg in legs]
    for included in matrix.include:
        row = _row(included)
        own = {name: value for name, value in row.items() if name in axes}
        extended = False
        for from_axes, leg in made:
            # A row extends the combinations whose axes it agrees with and never changes the value of an axis.
            if from_axes and own.items() <= leg.items():
                leg.update(row)
                extended = True
        if not extended:
            made.append((False, row))
    return made


def _row(row: MatrixRow) -> dict[str, str]:
    return {pair.name: pair.value for pair in row.values}
