"""A job's legs: what of a matrix and of shards is data, and what has to be a function of its own.

All legs of a job share one function, which takes the leg; where machines differ in what runs their scripts, there is
one for each. A value that is more than a plain word could change the meaning of the shell around it: then every leg
gets a function of its own, in which its values are text already.
"""

import re
from dataclasses import dataclass, replace

from cigen.sdk import Job, Leg, Runner, is_windows
from cigen.std.ci.legs import PLACEHOLDER, has_placeholder, static_jobs
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.jenkins.groovy import is_plain, literal
from cigen.std.provider.jenkins.runners import agent_label
from cigen.std.report import Report

__all__ = ["Variant", "has_legs", "row", "variants"]

_PLAIN = re.compile(r"[A-Za-z0-9][\w.:/@+-]*")
_RELEASE = re.compile(r"\d[\w.+-]*")


@dataclass(frozen=True, slots=True)
class Variant:
    """A function of a job: the job as it is rendered there, its legs, and the runner that all of them share, if so."""

    job: Job
    legs: tuple[Leg, ...]
    machine: Runner | None

    @property
    def takes_leg(self) -> bool:
        """Whether the function is told which leg it is."""
        return bool(self.legs) or self.job.shards is not None

    @property
    def windows(self) -> bool:
        """Whether its scripts run on Windows."""
        return is_windows(self.machine or (self.legs[0].runner if self.legs else None))


def has_legs(job: Job) -> bool:
    """Whether the job runs several times at once."""
    return job.matrix is not None or job.shards is not None


def variants(job: Job) -> tuple[Variant, ...]:
    """The functions of a job; one of them for most. Raises CannotExpress for a matrix without legs."""
    if job.matrix is None:
        return (Variant(job, (), job.machine),)
    if not job.matrix.legs:
        raise CannotExpress("its matrix has no legs", "leave the matrix out")
    if not _plain(job):
        made = static_jobs([job])
        return tuple(Variant(replace(one.job, id=job.id), (one.leg,), one.job.machine) for one in made if one.leg)
    found = []
    for windows in (False, True):
        legs = tuple(leg for leg in job.matrix.legs if is_windows(leg.runner or job.machine) is windows)
        same = {leg.runner or job.machine for leg in legs}
        if legs:
            found.append(Variant(job, legs, next(iter(same)) if len(same) == 1 else None))
    return tuple(found)


def row(
    variant: int, leg: Leg | None, shard: int | None, job: Job, report: Report, *, labelled: bool, planned: bool
) -> str:
    """A leg as data. labelled: the legs do not share a machine. planned: a plan may leave it out."""
    name = leg.key if leg else job.id
    fields = [f"name: {literal(name if shard is None else f'{name}-{shard + 1}')}"]
    if leg is not None and has_placeholder(job.name):
        values = {pair.name: pair.value for pair in leg.values}
        title = PLACEHOLDER.sub(lambda found: values.get(found[1], "") if found[1] else "{{", job.name)
        fields.append(f"title: {literal(title if shard is None else f'{title} {shard + 1}')}")
    if variant:
        fields.append(f"variant: {variant}")
    if labelled and leg is not None and leg.runner is not None:
        fields.append(f"label: {literal(agent_label(leg.runner, report))}")
    if shard is not None:
        fields.append(f"shard: '{shard}'")
        if planned and leg is not None:
            # All shards of a leg are one entry of the plan.
            fields.append(f"entry: {literal(leg.key)}")
    if leg is not None:
        pairs = ", ".join(f"{_key(axis)}: {literal(value)}" for axis, value in _values(leg, job))
        fields.append(f"matrix: [{pairs or ':'}]")
    return f"[{', '.join(fields)}]"


def _key(axis: str) -> str:
    return axis if is_plain(axis) else literal(axis)


def _values(leg: Leg, job: Job) -> list[tuple[str, str]]:
    """The leg's values, and nothing for the axes that only other legs have."""
    axes = [pair.name for one in (job.matrix.legs if job.matrix else ()) for pair in one.values]
    own = {pair.name: pair.value for pair in leg.values}
    return [(axis, own.get(axis, "")) for axis in dict.fromkeys(axes)]


def _plain(job: Job) -> bool:
    """Whether the values may stand in any shell as they are, and tools understand the versions among them."""
    assert job.matrix is not None, "only a matrix has legs"
    values = [pair.value for leg in job.matrix.legs for pair in leg.values]
    versions = " ".join(step.tool.version for step in job.steps if step.tool)
    asked = [pair.value for leg in job.matrix.legs for pair in leg.values if _asks(versions, pair.name)]
    return all(_PLAIN.fullmatch(value) or not value for value in values) and all(map(_RELEASE.fullmatch, asked))


def _asks(text: str, axis: str) -> bool:
    return has_placeholder(text) and re.search(rf"matrix\.{re.escape(axis)}\s*\}}\}}", text) is not None
