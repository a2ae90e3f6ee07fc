"""A matrix whose legs a plan takes away one by one, as far as it is proven.

Owns: that a leg stays unless a plan that succeeded, and was written to its end, says otherwise: the line that says that
the job runs stands after the one about its legs. One matrix of axes loses combinations, by `exclude`. Whatever GitHub
would not take them from exactly is a list of legs, of which the plan gives the shorter one: where rows of `include`
would come back as legs of their own, where texts differ in case only, where one matrix is not enough.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from cigen.sdk import Graph, Job, Matrix
from cigen.sdk.legs import MOST_CHARACTERS, LegList, leg_lists, row_text
from cigen.sdk.yaml import Value
from cigen.std.ci.plans import PLANNER, is_recorded
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.limits import MATRIX_JOBS
from cigen.std.provider.github.matrix import (
    Strategy,
    combine,
    exclude_rows,
    leg_rows,
    name_template,
    same_legs,
    strategy_value,
)
from cigen.std.provider.github.runners import runs_on
from cigen.std.provider.github.texts import render_text, string_literal
from cigen.std.report import Report

__all__ = ["axes_strategy", "has_axes", "known_by_leg", "listed_strategy", "lists_of"]


_MOST_LISTED = 200_000
"""Characters of all lists of a job, which a file of 500 KB and outputs of a megabyte have room for."""


def known_by_leg(graph: Graph, jobs: Iterable[Job]) -> frozenset[str]:
    """The jobs of whose legs a plan may call some proven and others not."""
    if graph.skipping is None:
        return frozenset()
    return frozenset(job.id for job in jobs if job.matrix is not None and is_recorded(job))


def has_axes(job: Job, matrix: Matrix) -> bool:
    """Whether `exclude` can take any leg away from the matrix, and no other with it."""
    rows = leg_rows(matrix)
    columns: dict[str, Value] = {axis.name: list(axis.values) for axis in matrix.axes}
    excluded = exclude_rows(matrix)
    return (
        len(matrix.legs) <= MATRIX_JOBS
        and all(_differ(axis.values) for axis in matrix.axes)
        and name_template(job, matrix) != ""
        and same_legs(combine(columns, [], excluded), rows)
        and (job.machine is not None or any(_decides(name, matrix) for name in columns))
        and len(json.dumps(excluded)) < MOST_CHARACTERS / 2
    )


def axes_strategy(job: Job, matrix: Matrix, report: Report) -> Strategy:
    """The strategy of a matrix that has axes. Raises CannotExpress."""
    excluded = json.dumps(exclude_rows(matrix))
    value: dict[str, Value] = {axis.name: [render_text(one) for one in axis.values] for axis in matrix.axes}
    value["exclude"] = _given(job.id, "skip-legs", string_literal(excluded))
    machine = _machine(job, matrix, [axis.name for axis in matrix.axes], leg_rows(matrix), report)
    outputs = {f"{what}-{job.id}": f"{what}-{job.id}" for what in ("run", "skip-legs")}
    return Strategy(strategy_value(matrix, value), name_template(job, matrix), machine, outputs)


def lists_of(job: Job, matrix: Matrix) -> tuple[LegList, ...]:
    """The matrix as lists; none where GitHub could not read them, or not tell where each leg runs."""
    found = leg_lists(matrix.legs)
    lengths = [len(row_text(row)) for one in found for row in one.rows]
    if not lengths or max(lengths) > MOST_CHARACTERS / 2 or sum(lengths) > _MOST_LISTED:
        return ()
    return found if job.machine is not None or _differ([leg.key for leg in matrix.legs]) else ()


def listed_strategy(job: Job, matrix: Matrix, whole: Job, legs: LegList, report: Report) -> Strategy:
    """The strategy of a job that has a list of legs: all those of `whole`, or some. Raises CannotExpress."""
    rows = "\n".join(row_text(row) for row in legs.rows).removesuffix(",")
    value: dict[str, Value] = {"include": _given(job.id, "legs", f"'[\n{rows}\n]'")}
    columns = [name for name in legs.rows[0] if name != legs.leg and all(name in row for row in legs.rows)]
    machine = _machine(job, matrix, [*columns, legs.leg], legs.rows, report)
    template = name_template(whole, whole.matrix or matrix) or f"${{{{ matrix.{legs.leg} }}}}"
    outputs = {f"{what}-{job.id}": f"{what}-{whole.id}-{legs.name}" for what in ("run", "legs")}
    return Strategy(strategy_value(matrix, value), template, machine, outputs)


def _given(job: str, what: str, otherwise: str) -> str:
    """What a whole plan gives, or else something that the file says."""
    planned = f"needs.{PLANNER}.outputs"
    whole = f"needs.{PLANNER}.result == 'success' && {planned}.run-{job} == 'true'"
    return f"${{{{ fromJSON({whole} && {planned}.{what}-{job} || {otherwise}) }}}}"


def _machine(
    job: Job, matrix: Matrix, columns: Sequence[str], rows: Sequence[Mapping[str, str]], report: Report
) -> Value:
    """`runs-on`: a label, or what a column of the rows makes of it. The last column always can."""
    if job.machine is not None:
        return runs_on(job.machine, report)
    labels = [runs_on(leg.runner, report) for leg in matrix.legs if leg.runner is not None]
    if all(label == labels[0] for label in labels):
        return labels[0] if labels else None
    for column in columns:
        values = [row[column] for row in rows]
        if values == labels:
            return f"${{{{ matrix.{column} }}}}"
        table = dict(zip(values, labels, strict=True))
        if _differ(table) and [table[value] for value in values] == labels:
            expression = f"fromJSON({string_literal(json.dumps(table))})[matrix.{column}]"
            if len(expression) > MOST_CHARACTERS:
                raise CannotExpress(
                    "the machines of its legs are more than GitHub reads in an expression", "name fewer"
                )
            return f"${{{{ {expression} }}}}"
    raise CannotExpress("nothing tells its legs apart")


def _decides(axis: str, matrix: Matrix) -> bool:
    """Whether the axis alone says where a leg runs."""
    pairs = {(pair.value, leg.runner) for leg in matrix.legs for pair in leg.values if pair.name == axis}
    return len(pairs) == len({value for value, _ in pairs})


def _differ(texts: Sequence[str] | Mapping[str, object]) -> bool:
    """Whether GitHub tells all of them apart, who compares without regard to case."""
    return len({text.casefold() for text in texts}) == len(texts)
