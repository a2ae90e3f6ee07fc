"""A matrix that CircleCI expands into exactly the legs that cig knows, each named as its plan key.

Then the job is written once, with a parameter for each axis. Where CircleCI would make other legs of it, for it has no
`include` and takes 128 at most, the job still is written once and its legs are listed with their arguments. Everything
that differs from leg to leg must be a parameter in some text: where it is not, each leg is a job of its own.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from cigen.sdk import Expr, Job, Leg, Matrix, Native, ProviderBlock
from cigen.sdk.yaml import Value
from cigen.std.ci.conditions import names
from cigen.std.ci.legs import has_placeholder
from cigen.std.provider.circleci.texts import fits_parameters, parameter, render_text
from cigen.std.report import Report

__all__ = ["LEG_LIMIT", "SIGNATURE", "Parameters", "find_parameters", "tell_matrix"]

LEG_LIMIT = 128
SIGNATURE = "cig-signature"
"""The parameter by which a plan tells a job its signature."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_RESERVED = ("context", "executor", "filters", "matrix", "name", "requires", "type", SIGNATURE)
_OPAQUE = (Expr, Native, ProviderBlock, Leg)


@dataclass(frozen=True, slots=True)
class Parameters:
    """A job with parameters. `leg`: the plan key of a leg, with `{{ matrix.AXIS }}` in it.

    `matrix`: CircleCI's own makes exactly the legs; where it is empty, `legs` lists them, plan key → arguments.
    """

    leg: str
    declared: dict[str, Value]
    matrix: dict[str, Value]
    legs: dict[str, dict[str, Value]]

    @property
    def name(self) -> str:
        """What CircleCI calls a leg."""
        return re.sub(r"\{\{ matrix\.([\w-]+) \}\}", lambda found: f"<< matrix.{parameter(found[1])} >>", self.leg)


def find_parameters(job: Job) -> Parameters | None:
    """The job with a parameter for each value of its matrix, if it can be written once."""
    matrix = job.matrix
    if matrix is None or len(matrix.legs) < 2 or job.machine is None:
        return None
    rows = [{pair.name: pair.value for pair in one.values} for one in matrix.legs]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not _usable(columns) or not _same_everywhere(job):
        return None
    axes = [axis.name for axis in matrix.axes]
    leg = _template(job.id, axes, matrix.legs)
    native = _native(matrix, axes, rows) if leg and len(rows) <= LEG_LIMIT else {}
    if not native and (not leg and any(step.upload for step in job.steps)):
        return None
    listed: dict[str, dict[str, Value]] = {}
    for one, row in zip(matrix.legs, rows, strict=True):
        listed[one.key] = {parameter(name): render_text(row.get(name, "")) for name in columns}
    return Parameters(leg, {parameter(name): {"type": "string"} for name in columns}, native, listed)


def _native(matrix: Matrix, axes: list[str], rows: list[dict[str, str]]) -> dict[str, Value]:
    """The value of `matrix`; empty where CircleCI would make other legs of it."""
    if matrix.include:
        return {}
    product = [dict(zip(axes, row, strict=True)) for row in itertools.product(*(axis.values for axis in matrix.axes))]
    if any(row not in product for row in rows):
        return {}
    found: dict[str, Value] = {
        "parameters": {parameter(axis.name): [render_text(value) for value in axis.values] for axis in matrix.axes}
    }
    excluded = [
        {parameter(name): render_text(value) for name, value in row.items()} for row in product if row not in rows
    ]
    if excluded:
        found["exclude"] = excluded
    return found


def _usable(axes: list[str]) -> bool:
    used = [parameter(name) for name in axes]
    return len(set(used)) == len(used) and all(_NAME.fullmatch(name) and name not in _RESERVED for name in used)


def _same_everywhere(job: Job) -> bool:
    """Whether nothing but texts differs from leg to leg, and no text is taken apart on its way."""
    conditions = [job.when, *(step.when for step in job.steps)]
    if any(name.startswith("matrix.") for condition in conditions for name in names(condition)):
        return False
    if job.concurrency or job.shards or job.trigger or (job.outputs and job.outputs.values):
        return False
    apart = [path for step in job.steps if step.upload for path in step.upload.paths]
    apart += [part.files for step in job.steps if step.cache for part in step.cache.cache.parts]
    apart += [download.path for step in job.steps if (download := step.download)]
    if job.machine is not None and "windows" in (job.machine.name, job.machine.os):
        # A version decides about the package's name.
        apart += [step.tool.version for step in job.steps if step.tool]
    return not any(has_placeholder(text) for text in apart) and all(fits_parameters(text) for text in _texts(job))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value) and not isinstance(value, _OPAQUE):
        for one in fields(value):
            yield from _texts(getattr(value, one.name))


def _template(job: str, axes: list[str], legs: tuple[Leg, ...]) -> str:
    """A text that gives every leg its key: for each axis its value, alone or after the axis' name. May be empty."""
    values = [{pair.name: pair.value for pair in leg.values} for leg in legs]
    found, keys = job, [job] * len(legs)
    for axis in axes:
        for prefix in (axis, ""):
            longer = [f"{key}-{prefix}{known.get(axis, '')}" for key, known in zip(keys, values, strict=True)]
            if all(f"{leg.key}-".startswith(f"{key}-") for leg, key in zip(legs, longer, strict=True)):
                found, keys = f"{found}-{prefix}{{{{ matrix.{axis} }}}}", longer
                break
        else:
            return ""
    return found if all(leg.key == key for leg, key in zip(legs, keys, strict=True)) else ""


def tell_matrix(job: Job, report: Report) -> None:
    """What CircleCI does otherwise with the legs of a matrix."""
    if job.matrix is None:
        return
    if job.matrix.max_parallel:
        message = f'CircleCI runs all {len(job.matrix.legs)} legs of job "{job.id}" at once, if the plan allows'
        report.warning("CIRCLECI_028", message, hint="give the job a concurrency", key=("jobs", job.id, "matrix"))
    if job.matrix.fail_fast:
        message = f'the other legs of job "{job.id}" go on where one fails: CircleCI cancels none'
        report.info("CIRCLECI_028", message, key=("jobs", job.id, "matrix"))
