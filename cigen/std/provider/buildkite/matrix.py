"""`matrix`: a job's legs as Buildkite expands them, where that is exactly the same ones.

Owns: the proof of it, and what stands in its way: limits, characters, and all that a leg needs and Buildkite's matrix
cannot say. A value goes into commands, labels, variables and tags of agents as text, and nowhere else: a step of its
own, with its key, condition and machine, is what each leg becomes otherwise.
"""

import re
from itertools import product

from cigen.sdk import Job, Matrix
from cigen.sdk.yaml import Value
from cigen.std.ci.conditions import names
from cigen.std.ci.legs import PLACEHOLDER, has_placeholder, map_texts
from cigen.std.provider.buildkite.texts import escaped, holds_matrix

__all__ = ["ADJUSTMENTS", "DIMENSIONS", "ELEMENTS", "ELEMENT_BYTES", "LEGS", "render_matrix"]

DIMENSIONS = 6
ELEMENTS = 25
ELEMENT_BYTES = 128
ADJUSTMENTS = 12
LEGS = 50

_AXIS = re.compile(r"[A-Za-z0-9_]+")
_VALUE = re.compile(r"[A-Za-z0-9_./:@+=-]+")


def render_matrix(job: Job, matrix: Matrix) -> dict[str, Value] | None:
    """The value of `matrix`, or None where each leg has to be a step of its own."""
    if not _fits(matrix) or not _simple(job, matrix):
        return None
    axes = {axis.name: list(axis.values) for axis in matrix.axes}
    legs = [tuple((pair.name, pair.value) for pair in leg.values) for leg in matrix.legs]
    if any([name for name, _ in leg] != list(axes) for leg in legs):
        return None
    all_of_them = [tuple(zip(axes, values, strict=True)) for values in product(*axes.values())]
    added = [leg for leg in legs if leg not in all_of_them]
    removed = [leg for leg in all_of_them if leg not in legs]
    if len(added) + len(removed) > ADJUSTMENTS:
        return None
    value: dict[str, Value] = {"setup": {name: [escaped(one) for one in values] for name, values in axes.items()}}
    if added or removed:
        adjustments: list[Value] = [{"with": dict(leg)} for leg in added]
        adjustments += [{"with": dict(leg), "skip": True} for leg in removed]
        value["adjustments"] = adjustments
    return value


def _fits(matrix: Matrix) -> bool:
    """Whether it is within Buildkite's limits, and of names and values that are safe wherever they are put."""
    values = [pair.value for leg in matrix.legs for pair in leg.values]
    return (
        0 < len(matrix.axes) <= DIMENSIONS
        and 1 < len(matrix.legs) <= LEGS
        and all(0 < len(axis.values) <= ELEMENTS and _AXIS.fullmatch(axis.name) for axis in matrix.axes)
        and all(_VALUE.fullmatch(value) and len(value) <= ELEMENT_BYTES for value in values)
    )


def _simple(job: Job, matrix: Matrix) -> bool:
    """Whether all legs are one step: same machine, no condition on an axis, nothing where no value can go."""
    runners = {leg.runner for leg in matrix.legs}
    conditions = [job.when, *(step.when for step in job.steps)]
    if (
        len(runners) > 1
        or job.shards
        or job.approve
        or any(n.startswith("matrix.") for one in conditions for n in names(one))
    ):
        return False
    outputs = [step for step in job.steps if step.upload is not None or step.download is not None]
    paths = [path for step in outputs for path in ((*step.upload.paths, step.upload.name) if step.upload else ())]
    paths += [step.download.name + step.download.path for step in outputs if step.download]
    group = job.concurrency.group if job.concurrency else ""
    return not any(map(has_placeholder, [*paths, group, job.name])) and not any(map(_misread, _texts(job)))


def _texts(job: Job) -> list[str]:
    """Every text of the job with two braces in it."""
    found: list[str] = []

    def collect(text: str) -> str:
        found.append(text)
        return text

    map_texts(job, collect)
    return found


def _misread(text: str) -> bool:
    """Whether a text has, as its own, what Buildkite would take for a value of the matrix."""
    return holds_matrix(PLACEHOLDER.sub(lambda found: "" if found[1] else "{{", text))
