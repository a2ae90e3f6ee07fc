"""`strategy`: a job's legs as a matrix that GitHub expands into exactly the same ones.

Owns: the proof of it. GitHub's expansion is computed here, and where the axes as written would not give the legs, or
cannot carry what differs from leg to leg, every leg becomes a row of its own. A leg's check is named as its plan key.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cigen.sdk import Job, Matrix
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.runners import runs_on
from cigen.std.provider.github.texts import render_text
from cigen.std.report import Report

__all__ = [
    "Strategy",
    "combine",
    "exclude_rows",
    "leg_rows",
    "name_template",
    "render_strategy",
    "same_legs",
    "strategy_value",
]

_Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Strategy:
    """What a matrix adds to its job. `leg_name`: the plan key of a leg, as a text with expressions.

    planned: what a plan says of its legs one by one, output of the planner by output of the step that plans.
    """

    value: dict[str, Value]
    leg_name: str
    runs_on: Value
    planned: Mapping[str, str] = field(default_factory=dict)


def render_strategy(job: Job, matrix: Matrix, report: Report, whole: Job | None = None) -> Strategy:
    """The job's `strategy`, `runs-on` and name. Raises CannotExpress for a runner that GitHub does not know.

    whole: the job that this one is a part of, whose legs all get their names in one way.
    """
    if not matrix.legs:
        raise CannotExpress("its matrix has no legs, and GitHub refuses an empty one", "leave the matrix out")
    legs = leg_rows(matrix)
    labels = [runs_on(leg.runner, report) for leg in matrix.legs if leg.runner is not None]
    if job.machine is not None:
        labels = [runs_on(job.machine, report)]
    axes: _Values = {axis.name: list(axis.values) for axis in matrix.axes}
    include: list[_Values] = [{pair.name: pair.value for pair in row.values} for row in matrix.include]
    exclude = exclude_rows(matrix)
    rows = list(matrix.legs)
    named, known = (whole, whole.matrix) if whole and whole.matrix else (job, matrix)
    leg_name = name_template(named, known)
    written = leg_name and same_legs(combine(axes, include, exclude), legs)
    machine: Value = labels[0] if labels else None
    if any(label != machine for label in labels):
        axis = next((name for name in axes if [leg.get(name) for leg in legs] == labels), "")
        machine = f"${{{{ matrix.{axis} }}}}"
        if not axis:
            column = _unused("runner", legs)
            machine = f"${{{{ matrix.{column} }}}}"
            legs = [{**leg, column: label} for leg, label in zip(legs, labels, strict=True)]
            widened = _widen(axes, include, exclude, legs, column) if written else None
            written, include = widened is not None, widened or include
    if not leg_name:
        column = _unused("leg", legs)
        leg_name = f"${{{{ matrix.{column} }}}}"
        legs = [{column: leg.key, **values} for leg, values in zip(rows, legs, strict=True)]
    value: dict[str, Value] = {"include": [*legs]}
    if written:
        value = _matrix_value(axes, include, exclude)
    labels_at = machine[11:-3] if isinstance(machine, str) and machine.startswith("${{ matrix.") else ""
    return Strategy(strategy_value(matrix, _escaped(value, labels_at)), leg_name, machine)


def combine(axes: _Values, include: Sequence[_Values], exclude: Sequence[_Values]) -> list[_Values]:
    """The jobs that GitHub makes of a matrix, in its order."""
    columns = [[(name, value) for value in values] for name, values in axes.items() if isinstance(values, list)]
    made: list[_Values] = [dict(chosen) for chosen in itertools.product(*columns)] if columns else []
    made = [values for values in made if not any(_agrees(row, values) for row in exclude)]
    originals = [dict(values) for values in made]
    for row in include:
        extended = False
        for values, original in zip(made, originals, strict=False):
            if all(_equal(original[name], value) for name, value in row.items() if name in original):
                values.update(row)
                extended = True
        if not extended:
            made.append(dict(row))
    return made


def _agrees(row: _Values, values: _Values) -> bool:
    return all(name in values and _equal(values[name], value) for name, value in row.items())


def _equal(one: Value, other: Value) -> bool:
    """As GitHub compares the values of axes: without regard to case."""
    return one.casefold() == other.casefold() if isinstance(one, str) and isinstance(other, str) else one == other


def leg_rows(matrix: Matrix) -> list[dict[str, Any]]:
    """The values of each leg."""
    return [{pair.name: pair.value for pair in leg.values} for leg in matrix.legs]


def exclude_rows(matrix: Matrix) -> list[dict[str, Any]]:
    """What keeps combinations away. A row that speaks of anything but axes keeps none, and GitHub refuses it."""
    axes = {axis.name for axis in matrix.axes}
    rows = ({pair.name: pair.value for pair in row.values} for row in matrix.exclude)
    return [row for row in rows if row.keys() <= axes]


def same_legs(made: Iterable[_Values], legs: Iterable[_Values]) -> bool:
    """Whether both are the same legs, in whatever order."""
    return sorted(map(_sorted_text, made)) == sorted(map(_sorted_text, legs))


def _sorted_text(values: _Values) -> str:
    return repr(sorted(values.items(), key=lambda item: item[0]))


def name_template(job: Job, matrix: Matrix) -> str:
    """A text that gives every leg its key: for each axis its value, alone or after the axis' name. May be empty."""
    axes, legs, values = [axis.name for axis in matrix.axes], matrix.legs, leg_rows(matrix)
    waiting: list[tuple[int, str, list[str]]] = [(0, job.id, [job.id] * len(legs))]
    while waiting:
        count, template, names = waiting.pop()
        if not all(leg.key.startswith(name) for leg, name in zip(legs, names, strict=True)):
            continue
        if count == len(axes):
            if all(leg.key == name for leg, name in zip(legs, names, strict=True)):
                return template
            continue
        axis = axes[count]
        for prefix in (axis, ""):
            longer = [f"{name}-{prefix}{known.get(axis, '')}" for name, known in zip(names, values, strict=True)]
            waiting.append((count + 1, f"{template}-{prefix}${{{{ matrix.{axis} }}}}", longer))
    return ""


def _widen(
    axes: _Values, include: Sequence[_Values], exclude: Sequence[_Values], legs: Sequence[_Values], column: str
) -> list[_Values] | None:
    """Include rows that give each leg its value of `column`, which one axis decides; None if none does."""
    for axis, values in axes.items():
        decided: dict[str, Value] = {}
        known = values if isinstance(values, list) else []
        for leg in legs:
            if leg.get(axis) in known:
                decided.setdefault(str(leg[axis]), leg[column])
        rows: list[_Values] = [{axis: value, column: label} for value, label in decided.items()]
        wider = [_placed(row, legs, column) for row in include] + rows
        if same_legs(combine(axes, wider, exclude), legs):
            return wider
    return None


def _placed(row: _Values, legs: Sequence[_Values], column: str) -> _Values:
    """An include row that is a leg of its own, with the leg's value: later rows do not reach it."""
    for leg in legs:
        if {name: value for name, value in leg.items() if name != column} == row:
            return {**row, column: leg[column]}
    return row


def _unused(name: str, legs: Iterable[_Values]) -> str:
    taken = {known for leg in legs for known in leg}
    while name in taken:
        name += "_"
    return name


def _matrix_value(axes: _Values, include: Sequence[_Values], exclude: Sequence[_Values]) -> dict[str, Value]:
    value: dict[str, Value] = dict(axes)
    if exclude:
        value["exclude"] = list(exclude)
    if include:
        value["include"] = list(include)
    return value


def _escaped(value: Value, labels_at: str) -> Any:
    """The matrix with its texts as GitHub will give them back, but for labels, which may hold expressions."""
    if isinstance(value, dict):
        return {name: one if name == labels_at else _escaped(one, labels_at) for name, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one, labels_at) for one in value]
    return render_text(value) if isinstance(value, str) else value


def strategy_value(matrix: Matrix, value: dict[str, Value]) -> dict[str, Value]:
    """`strategy` with a matrix, and with what the user says of how its legs run."""
    found: dict[str, Value] = {}
    if not matrix.fail_fast:
        found["fail-fast"] = False
    if matrix.max_parallel:
        found["max-parallel"] = matrix.max_parallel
    found["matrix"] = value
    return found
