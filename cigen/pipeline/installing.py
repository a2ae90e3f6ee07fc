"""Which part of a lockfile a job installs: what its steps say, by what the modules' manifests promise.

Pure. A lockfile counts in part only if every way in which the job wants the module is a step that selects a part, in
words that are final. Everything else (a package, a service, a step without the input, a name that only a CI system
fills in) installs who knows what, and the lockfile counts whole. What the part is, `lockfiles` finds out.
"""

import json
import re
from collections.abc import Iterable

from cigen.model.dataclass import dataclass
from cigen.model.paths import Digest
from cigen.model.plans import PluginInfo
from cigen.model.resources import Job, Leg, ModuleUse
from cigen.pipeline.detect import job_demands, serves
from cigen.pipeline.expand import matrix_text

__all__ = ["Selected", "lockfiles_in_part", "named_parts", "part_component", "selected_parts", "uses_modules"]

_PREFIX = "lockfile:"
_PACKAGE = re.compile(r"[\w@][\w@./-]*", re.ASCII)
_GROUP = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Selected:
    """What one step installs: a package, groups alone, or groups of a package. Groups are sorted."""

    package: str = ""
    only_groups: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ":".join([self.package, ",".join(self.only_groups)]) if self.only_groups else self.package


def uses_modules(job: Job) -> bool:
    """Whether a step is a module's: a job without one installs no part of anything."""
    return any(step.module is not None for step in (*job.steps, *job.cleanup))


def selected_parts(job: Job, leg: Leg | None, info: PluginInfo) -> tuple[tuple[str, tuple[Selected, ...]], ...]:
    """The lockfiles of which the job installs parts alone, each with all of these, sorted."""
    steps = [step.module for step in (*job.steps, *job.cleanup) if step.module and step.module.module == info.name]
    if not steps or len(steps) != sum(serves(info, demand.wanted) for demand in job_demands(job)):
        return ()
    found = []
    for path, names in _declared(info):
        parts = [_selected(step, names, leg) for step in steps]
        known = {part for part in parts if part is not None}
        if None not in parts:
            found.append((path, tuple(sorted(known))))
    return tuple(found)


def lockfiles_in_part(jobs: Iterable[Job], plugins: Iterable[PluginInfo]) -> tuple[str, ...]:
    """The lockfiles that have to be read for a plan of these jobs, sorted."""
    using = [job for job in jobs if uses_modules(job)]
    locking = [info for info in plugins if _declared(info)]
    found = {
        path
        for job in using
        for leg in (job.matrix.legs if job.matrix else (None,))
        for info in locking
        for path, _ in selected_parts(job, leg, info)
    }
    return tuple(sorted(found))


def part_component(digests: Iterable[tuple[Digest, Selected]]) -> str:
    """What stands in a manifest in place of a lockfile's id."""
    return " ".join(sorted(f"part {digest} {selected}" for digest, selected in digests))


def named_parts(value: str) -> str:
    """The packages and groups of such a value, to be shown; empty for a lockfile that counts whole."""
    return ", ".join(name.removeprefix(":") for name in re.findall(r"part sha256:[0-9a-f]{64} (\S+)", value))


def _declared(info: PluginInfo) -> list[tuple[str, list[str]]]:
    """The lockfiles of a module's manifest, each with the inputs that select a part of it."""
    return [(p.name.removeprefix(_PREFIX), json.loads(p.value)) for p in info.metadata if p.name.startswith(_PREFIX)]


def _selected(step: ModuleUse, names: list[str], leg: Leg | None) -> Selected | None:
    """What the step selects of a lockfile; None where it selects nothing, or that cannot be told."""
    given = {pair.name: matrix_text(pair.value, leg) if leg else pair.value for pair in step.inputs}
    package = given.get("package", "") if "package" in names else ""
    groups = given.get("only_groups", "") if "only_groups" in names else ""
    listed = [name.strip() for name in groups.split(",")] if groups else []
    if not (package or listed) or (package and not _PACKAGE.fullmatch(package)):
        return None
    if not all(_GROUP.fullmatch(name) for name in listed):
        return None
    return Selected(package, tuple(sorted(set(listed))))
