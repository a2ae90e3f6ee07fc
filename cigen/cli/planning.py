"""What `cig plan` tells, computed from a finished run: what was detected, and what a render would change."""

import json
from collections.abc import Iterable, Mapping, Sequence

from cigen.cli.present.plan import Count, Detection, FilePlan, JobPlan, Mark, PlanView, PluginPlan
from cigen.cli.session import Session
from cigen.model.codec import from_json
from cigen.model.plans import Budget, DetectResult, Graph, ValidateResult
from cigen.model.resources import Cache, Job
from cigen.output.changes import Change, ChangeKind, diff_text
from cigen.pipeline.detect import CONFIDENT
from cigen.pipeline.expand import runner_names
from cigen.pipeline.merge import MergedFile, part_of
from cigen.rules.context import CONFIG
from cigen.rules.dag import GRAPH
from cigen.rules.output import RENDERED_GRAPH, merged_files
from cigen.rules.resolve import RESOLUTION

__all__ = ["plan_view"]

_FILES = {ChangeKind.CREATE: Mark.ADDED, ChangeKind.UPDATE: Mark.CHANGED, ChangeKind.UNCHANGED: Mark.SAME}


def plan_view(session: Session, changes: Sequence[Change]) -> PlanView:
    """The whole plan. The session's build has succeeded."""
    outputs = session.run.outputs
    graph: Graph = outputs.value(GRAPH)
    before = _rendered(session)
    enabled = outputs.value(RESOLUTION).plugins
    detected = {name: done.value for name, done in outputs.of_stage("detect").items() if name in enabled}
    jobs = _jobs(before.jobs, graph.jobs)
    files = [_file(session, graph, change) for change in changes]
    return PlanView(
        detected=_detected(detected),
        declared=_declared(session, graph, detected),
        plugins=tuple(PluginPlan(name, session.context.plugin(name).version) for name in enabled),
        jobs=jobs,
        files=tuple(files),
        counts=(
            _count("file", [file.mark for file in files]),
            _count("job", [job.mark for job in jobs]),
            _count("cache", _marks(_caches(before.jobs), _caches(graph.jobs)).values()),
        ),
    )


def _rendered(session: Session) -> Graph:
    """The graph of the last render; an empty one where there was none, or none that this version can read."""
    encoded = session.store.fact(RENDERED_GRAPH)
    try:
        return Graph() if encoded is None else from_json(Graph, json.loads(encoded))
    except ValueError:
        return Graph()


def _detected(detected: Mapping[str, DetectResult]) -> tuple[Detection, ...]:
    return tuple(
        Detection(result.summary, name)
        for name, result in sorted(detected.items())
        if result.summary and result.confidence >= CONFIDENT
    )


def _declared(session: Session, graph: Graph, detected: Mapping[str, DetectResult]) -> tuple[Detection, ...]:
    """Services that cig.toml asks for, with the plugin that knows them."""
    found = {}
    for job in graph.jobs:
        for service in job.services:
            wanted = f"service:{service.name}"
            plugin = next((p for p in session.context.plugins if p.info and wanted in p.info.capabilities), None)
            if plugin is not None and not (plugin.id in detected and detected[plugin.id].confidence >= CONFIDENT):
                version = service.version or service.image.rpartition(":")[2]
                found[f"{service.name} {version}".strip()] = plugin.id
    return tuple(Detection(summary, plugin) for summary, plugin in sorted(found.items()))


def _jobs(before: Sequence[Job], after: Sequence[Job]) -> tuple[JobPlan, ...]:
    old, new = {job.id: job for job in before}, {job.id: job for job in after}
    marks = _marks(old, new)
    return tuple(
        JobPlan(
            id,
            marks[id],
            runner_names(job),
            len(job.matrix.legs) if job.matrix else 0,
        )
        for id, job in {**new, **{id: job for id, job in old.items() if id not in new}}.items()
    )


def _marks(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, Mark]:
    marks = {}
    for key in {**old, **new}:
        if key not in old:
            marks[key] = Mark.ADDED
        elif key not in new:
            marks[key] = Mark.REMOVED
        else:
            marks[key] = Mark.SAME if old[key] == new[key] else Mark.CHANGED
    return marks


def _caches(jobs: Sequence[Job]) -> dict[str, Cache]:
    return {f"{job.id} {step.cache.cache.id}": step.cache.cache for job in jobs for step in job.steps if step.cache}


def _count(noun: str, marks: Iterable[Mark]) -> Count:
    listed = list(marks)
    return Count(noun, listed.count(Mark.ADDED), listed.count(Mark.CHANGED), listed.count(Mark.REMOVED))


def _file(session: Session, graph: Graph, change: Change) -> FilePlan:
    merged = {file.path: file for file in merged_files(session.run.outputs)}
    outputs = {output.path: output for output in session.run.outputs.value(CONFIG).outputs}
    budgets: tuple[Budget, ...] = ()
    if change.path in merged:
        # A file that a provider writes beside an output is no output itself.
        own = part_of(graph, outputs[change.path]) if change.path in outputs else graph
        budgets = _budgets(session, own, merged[change.path])
    return FilePlan(change.path, _FILES[change.kind], change.new.count(b"\n"), budgets, diff_text(change))


def _budgets(session: Session, graph: Graph, file: MergedFile) -> tuple[Budget, ...]:
    """How much of its provider's limits a file uses: those of the provider's manifest, and what plugins counted.

    graph: the part of it that is in the file. A limit of matrix jobs is one of each matrix.
    """
    info = session.context.plugin(file.owners[0]).info
    limits = {pair.name: int(pair.value) for pair in (info.metadata if info else ()) if pair.name.startswith("limit:")}
    largest = max((len(job.matrix.legs) for job in graph.jobs if job.matrix), default=0)
    used = {"limit:file_bytes": ("bytes", len(file.content.encode())), "limit:matrix_jobs": ("matrix jobs", largest)}
    counted = [Budget(*used[name], limits[name]) for name in used if name in limits]
    for done in session.run.outputs.of_stage("validate").values():
        result: ValidateResult = done.value
        counted += [budget for budget in result.budgets if budget.path == file.path]
    return tuple(budget for budget in counted if budget.used)
