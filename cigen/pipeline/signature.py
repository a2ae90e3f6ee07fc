"""The work signature: everything that may change what a job does, as one key manifest.

Computed from git trees, cig.toml, the plugins' manifests and declared variables alone: no plugin process, no network.
What a module would expand a job into is a pure function of the plugin, the files it declares to read and the job's own
definition, so those stand for the expansion: at least as fine, and never a wrong skip. docs/caching.md, "Signature
components", is the specification that other implementations are written from; a change here is a new scheme.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from cigen.hashing.canonical import spell
from cigen.hashing.digest import sha256
from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.codec import to_json
from cigen.model.config import Config, PluginRef
from cigen.model.dataclass import dataclass, replace
from cigen.model.paths import Digest
from cigen.model.resources import Job, Leg, Pair, Secret, Workflow
from cigen.pipeline.expand import map_text, matrix_text
from cigen.pipeline.globs import job_in_legs
from cigen.pipeline.order import levels

__all__ = [
    "SCHEME",
    "JobSignature",
    "PlannedJob",
    "ShapingPlugin",
    "job_manifest",
    "job_workflow",
    "literal_env",
    "machine_env",
    "planned_jobs",
    "plugin_settings",
]

SCHEME = "cs1"

COSMETIC = frozenset(
    {
        "id", "name", "description", "workflow", "needs", "matrix", "runner", "notify", "owner", "raw", "stage",
        "approve",
    }
)  # fmt: skip
"""Fields of a job that say nothing about its work, or that are components of their own."""

SHOWN = 200
"""Bytes of a definition that stand in the manifest as they are."""


@dataclass(frozen=True, slots=True)
class ShapingPlugin:
    """A module that has a say in a job: who it is, and the declared files it would read (path, id), sorted."""

    name: str
    version: str
    digest: Digest
    reads: tuple[tuple[str, str], ...] = ()
    settings: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class JobSignature:
    """The signature of one entry of the plan."""

    key: str
    signature: Digest


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One entry of the plan: a job, or one leg of a matrix job, whose values are in the globs of `job` already.

    `needs` are plan keys. `files`: the first plan key with the same job and globs, and so with the same files.
    """

    key: str
    job: Job
    leg: Leg | None
    needs: tuple[str, ...]
    files: str


def planned_jobs(jobs: Sequence[Job]) -> tuple[PlannedJob, ...]:
    """All entries, every dependency before its dependants; jobs in a cycle are left out (the DAG stage reports them).

    A job that needs a matrix job needs all its legs.
    """
    keys = {job.id: _keys(job) for job in jobs}
    level = levels(jobs)
    planned: list[PlannedJob] = []
    for job in sorted((job for job in jobs if job.id in level), key=lambda job: level[job.id]):
        needs = tuple(sorted(key for need in job.needs for key in keys.get(need, ())))
        for leg, own, first in job_in_legs(job):
            planned.append(PlannedJob(leg.key if leg else job.id, own, leg, needs, first))
    return tuple(planned)


def _keys(job: Job) -> tuple[str, ...]:
    return tuple(leg.key for leg in job.matrix.legs) if job.matrix else (job.id,)


def job_manifest(
    planned: PlannedJob,
    *,
    config: Config,
    files: Sequence[Component],
    plugins: Sequence[ShapingPlugin],
    environ: Mapping[str, str],
    upstream: Mapping[str, Digest],
) -> KeyManifest:
    """Collect everything that may change what the job does.

    files: the components of the job's fileset, from `file_components`. environ: the variables of the machine that asks.
    upstream: plan key → signature, for direct dependencies at least.
    """
    components = [Component("scheme", "", SCHEME), *files]
    components += _definition(planned, config)
    components += _environment(planned, config, environ)
    for plugin in plugins:
        components += _shaping(plugin)
    components += [Component("upstream", need, upstream[need]) for need in planned.needs]
    return KeyManifest(tuple(components))


@functools.cache
def _shaping(plugin: ShapingPlugin) -> tuple[Component, ...]:
    """The components of one plugin, the same in every job that it shapes."""
    found = [Component("plugin", plugin.name, f"{plugin.version} {plugin.digest}")]
    if plugin.settings:
        settings = {pair.name: pair.value for pair in plugin.settings}
        found.append(Component("settings", plugin.name, _text(settings)))
    return (*found, *(Component("reads", f"{plugin.name} {path}", value) for path, value in plugin.reads))


def _definition(planned: PlannedJob, config: Config) -> list[Component]:
    """One component for each field that is given, so that an explanation can name it."""
    # Without its other legs, which are no part of this one, and of which there may be thousands.
    job = planned.job if planned.job.matrix is None else replace(planned.job, matrix=None)
    leg = planned.leg
    machine = leg.runner if leg else job.machine
    if leg is not None:
        own = leg
        job = map_text(job, lambda text: matrix_text(text, own))
    workflow = job_workflow(job, config.workflows)
    given = _normal(to_json(job))
    if machine is not None:
        given["machine"] = to_json(machine)
    found = [Component("definition", name, _text(value)) for name, value in given.items() if name not in COSMETIC]
    found += [Component("definition", f"raw.{block.provider}", _text(block.json)) for block in job.raw]
    for cache in config.caches:
        if cache.id in job.caches:
            found.append(Component("definition", f"caches.{cache.id}", _text(to_json(cache))))
    found += [Component("definition", f"secrets.{own.name}", _text(to_json(own))) for own in _secrets(job, config)]
    if workflow is not None:
        for pair in workflow.env:
            found.append(Component("definition", f"env.{pair.name}", _text(pair.value)))
        if workflow.permissions and not job.permissions:
            shared = sorted((to_json(pair) for pair in workflow.permissions), key=_name)
            found.append(Component("definition", "permissions", _text(shared)))
    found += [Component("matrix", pair.name, pair.value) for pair in (leg.values if leg else ())]
    return found


def _normal(job: dict[str, Any]) -> dict[str, Any]:
    """A job's JSON, just made, with what has no order of its own sorted and the labels of steps taken out."""
    for name in ("packages", "secrets"):
        if name in job:
            job[name].sort()
    for name in ("env", "permissions", "services"):
        if name in job:
            job[name].sort(key=_name)
    for name in ("steps", "cleanup"):
        for step in job.get(name, ()):
            step.pop("name", None)
            if "env" in step:
                step["env"].sort(key=_name)
    return job


def _name(item: dict[str, Any]) -> str:
    name: str = item["name"]
    return name


def _secrets(job: Job, config: Config) -> list[Secret]:
    """What `[secrets]` says of those that reach the job: another source or version may be another value."""
    if not config.secrets:
        return []
    named = {*job.secrets, *(name for step in (*job.steps, *job.cleanup) for name in step.secrets)}
    if job.image is not None:
        named.add(job.image.password)
    return [own for own in config.secrets if own.name in named]


def job_workflow(job: Job, workflows: Sequence[Workflow]) -> Workflow | None:
    """The workflow that a job is of; None where that cannot be told."""
    if not job.workflow:
        return workflows[0] if len(workflows) == 1 else None
    return next((workflow for workflow in workflows if workflow.id == job.workflow), None)


def literal_env(planned: PlannedJob, workflow: Workflow | None) -> dict[str, str]:
    """The variables that cig.toml itself gives a value in this job: its own count before the workflow's."""
    pairs = (*(workflow.env if workflow else ()), *planned.job.env)
    leg = planned.leg
    return {pair.name: matrix_text(pair.value, leg) if leg and "{{" in pair.value else pair.value for pair in pairs}


def machine_env(planned: PlannedJob, config: Config) -> tuple[str, ...]:
    """The declared variables whose values are those of the machine that asks, sorted."""
    literal = literal_env(planned, job_workflow(planned.job, config.workflows))
    return tuple(name for name in _declared_env(planned.job) if name not in literal)


def _declared_env(job: Job) -> list[str]:
    return sorted({*(job.inputs.env if job.inputs else ()), *(job.skip_if.env if job.skip_if else ())})


def _environment(planned: PlannedJob, config: Config, environ: Mapping[str, str]) -> list[Component]:
    """Declared variables; unset and empty differ, and a value never stands in a manifest in the clear.

    What cig.toml sets literally counts before the machine's: the machine that plans has not got it, the job's has.
    """
    names = _declared_env(planned.job)
    if not names:
        return []
    values = {**environ, **literal_env(planned, job_workflow(planned.job, config.workflows))}
    return [
        Component("env", name, str(sha256(values[name].encode("utf-8", "surrogateescape"))) if name in values else "")
        for name in names
    ]


def _text(value: Any) -> str:
    """Canonical JSON while it is short enough to show somebody, its digest beyond that."""
    encoded = spell(value)
    return encoded.decode("utf-8", "surrogateescape") if len(encoded) <= SHOWN else str(sha256(encoded))


def plugin_settings(refs: Sequence[PluginRef], name: str) -> tuple[Pair, ...]:
    """The settings of one plugin under `[plugins]`."""
    return next((ref.settings for ref in refs if ref.name == name), ())
