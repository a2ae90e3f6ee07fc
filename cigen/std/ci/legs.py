"""A matrix job as static jobs, for systems that cannot say what the matrix says.

Each leg becomes a job of its own, named by its plan key: `{{ matrix.AXIS }}` is replaced in every text, conditions that
ask for `matrix.AXIS` are decided, and whoever needs the job needs all of its legs. Blocks that only one system
understands are left as the user wrote them.

A text may also hold `{{ '{{' }}`, which stands for `{{`. A value that holds `{{` is put in that way, so that no value
of a matrix can become a placeholder; `plain_text` is the last step, when a text leaves for a system.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TypeVar

from cigen.sdk import Expr, Job, Leg, Native, ProviderBlock
from cigen.std.ci.conditions import fold

__all__ = ["PLACEHOLDER", "StaticJob", "has_placeholder", "map_texts", "plain_text", "static_jobs"]

T = TypeVar("T")

PLACEHOLDER = re.compile(r"\{\{[ \t]*(?:'\{\{'|matrix\.([A-Za-z_][A-Za-z0-9_-]*))[ \t]*\}\}")
"""An escaped `{{`, or a value of the matrix, whose axis is group 1."""

_ESCAPED = "{{ '{{' }}"
_OPAQUE = (Expr, Native, ProviderBlock)


@dataclass(frozen=True, slots=True)
class StaticJob:
    """A job without a matrix. `source`: the id it has in cig.toml; `job.id` and `job.needs` are plan keys.

    `leg`: the leg of `source` that it is, if that has a matrix, and its values by axis.
    """

    job: Job
    source: str
    leg: Leg | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def static_jobs(jobs: Iterable[Job]) -> tuple[StaticJob, ...]:
    """The jobs in their order, each leg of a matrix in place of its job."""
    jobs = tuple(jobs)
    keys = {job.id: tuple(leg.key for leg in job.matrix.legs) for job in jobs if job.matrix}
    found: list[StaticJob] = []
    for job in jobs:
        needs = tuple(key for name in job.needs for key in keys.get(name, (name,)))
        job = job if needs == job.needs else replace(job, needs=needs)
        if job.matrix is None:
            found.append(StaticJob(job, job.id))
        else:
            found.extend(_static_leg(job, leg) for leg in job.matrix.legs)
    return tuple(found)


def _static_leg(job: Job, leg: Leg) -> StaticJob:
    values = {pair.name: pair.value for pair in leg.values}

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: _value(found, values), text)

    plain = replace(job, id=leg.key, matrix=None, machine=leg.runner or job.machine)
    filled = replace(map_texts(plain, fill), when=_decided(job.when, values))
    steps = tuple(replace(step, when=_decided(step.when, values)) for step in filled.steps)
    return StaticJob(replace(filled, steps=steps), job.id, leg, values)


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    if not found[1]:
        return found[0]
    return values.get(found[1], "").replace("{{", _ESCAPED)


def _decided(when: Expr | None, values: Mapping[str, str]) -> Expr | None:
    if when is None:
        return None
    return fold(when, lambda name: values.get(name[7:], "") if name.startswith("matrix.") else None)


def map_texts(value: T, change: Callable[[str], str]) -> T:
    """A value of the model with `change` applied to every text in it that holds `{{`."""
    if isinstance(value, str):
        return change(value) if "{{" in value else value  # type: ignore[return-value]
    if isinstance(value, tuple):
        mapped = [map_texts(item, change) for item in value]
        same = all(new is old for new, old in zip(mapped, value, strict=True))
        return value if same else tuple(mapped)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, _OPAQUE):
        return value
    changed = {}
    for one in fields(value):
        old = getattr(value, one.name)
        new = map_texts(old, change)
        if new is not old:
            changed[one.name] = new
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


def has_placeholder(text: str) -> bool:
    """Whether the text differs from leg to leg of a matrix."""
    return "{{" in text and any(found[1] for found in PLACEHOLDER.finditer(text))


def plain_text(text: str) -> str:
    """A text without placeholders of a matrix, with `{{ '{{' }}` as the `{{` it stands for."""
    return PLACEHOLDER.sub(lambda found: found[0] if found[1] else "{{", text) if "{{" in text else text
