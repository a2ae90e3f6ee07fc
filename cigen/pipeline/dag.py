"""The job graph: cig.toml's jobs and the plugins' proposals joined into one, checked, and complete.

This is the only importer of networkx, which spells out cycles: importing it costs more than the rest of the stage, so
whether there is a cycle at all is found without it. The order of jobs is that of cig.toml, proposed jobs after them by
plugin.
"""

from collections.abc import Collection, Mapping, Sequence

from cigen import __version__
from cigen.model.config import Config
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, error, has_errors
from cigen.model.plans import Fact, Graph, PlanResult
from cigen.model.resources import Job, Runner, Skipping
from cigen.pipeline.assemble import Proposals, complete_job
from cigen.pipeline.detect import nearest
from cigen.pipeline.expand import map_text
from cigen.pipeline.leaving import check_leaving
from cigen.pipeline.order import has_cycle
from cigen.pipeline.windows import check_windows
from cigen.schema.interpolate import substitute

__all__ = ["build_graph", "find_cycles"]


def build_graph(
    config: Config,
    jobs: Sequence[Job],
    plans: Mapping[str, PlanResult],
    facts: Sequence[Fact],
    absent: Collection[str] = (),
    lockfiles: Collection[str] = (),
) -> tuple[Graph | None, tuple[Diagnostic, ...]]:
    """The final graph, or None with errors.

    jobs: those of cig.toml, expanded. plans: plugin name → its proposals. absent: files that plans need, and that are
    not there. lockfiles: those that plans read a part of. Every mistake is reported at once.
    """
    found = [_not_there(path) for path in absent]
    joined = _join_jobs(jobs, plans, found)
    joined = _join_needs(joined, plans, found)
    if has_cycle(joined):
        found.extend(find_cycles(joined))
    proposals = Proposals.collect(plans, {job.id for job in joined}, found)
    caches = {cache.id: cache for cache in config.caches}
    complete = [complete_job(job, proposals, caches, found) for job in joined]
    variables = [pair.name for pair in config.variables]
    complete = [_replace_facts(job, facts, variables, found) for job in complete]
    found += check_leaving(complete)
    skipping = _skipping(config, lockfiles)
    if skipping is not None:
        found += check_windows(complete, skipping)
    if has_errors(found):
        return None, tuple(found)
    graph = Graph(config.project.name, config.workflows, tuple(complete), tuple(facts), config.secrets, skipping)
    return graph, tuple(found)


def _not_there(path: str) -> Diagnostic:
    hint = f"echo cigen=={__version__} | uv pip compile - --universal --python-version 3.11 --generate-hashes -o {path}"
    return error("DAG_019", f'there is no "{path}" to install cig by', hint=hint, key=("skipping", "install"))


def _skipping(config: Config, lockfiles: Collection[str]) -> Skipping | None:
    """How proofs are found, with all that a provider cannot know."""
    if config.skipping is None:
        return None
    name = config.skipping.runner
    machine = next((runner for runner in config.runners if runner.name == name), Runner(name))
    paths = [plugin.path for plugin in config.plugins if plugin.path]
    files = {".cigen", "cig.lock", "cig.toml", *config.skipping.files, *paths, *lockfiles}
    return replace(config.skipping, machine=machine, files=tuple(sorted(files)), version=__version__)


def _join_jobs(jobs: Sequence[Job], plans: Mapping[str, PlanResult], found: list[Diagnostic]) -> list[Job]:
    joined = {job.id: job for job in jobs}
    for plugin, plan in sorted(plans.items()):
        for resource in plan.resources:
            if resource.job is None:
                continue
            job = replace(resource.job, owner=plugin)
            other = joined.get(job.id)
            if other is not None:
                owner = other.owner or "cig.toml"
                message = f'job "{job.id}" is defined by {owner} and again by {plugin}'
                found.append(error("DAG_003", message, hint="rename one of them", key=("jobs", job.id)))
                continue
            joined[job.id] = job
    return list(joined.values())


def _join_needs(jobs: Sequence[Job], plans: Mapping[str, PlanResult], found: list[Diagnostic]) -> list[Job]:
    ids = [job.id for job in jobs]
    extra: dict[str, list[str]] = {}
    for plugin, plan in sorted(plans.items()):
        for edge in plan.deps:
            for end in (edge.dependent, edge.dependency):
                if end not in ids:
                    message = f'{plugin} proposes that "{edge.dependent}" needs "{edge.dependency}": no job "{end}"'
                    found.append(error("DAG_002", message, hint=nearest(end, sorted(ids), "Defined jobs")))
                    break
            else:
                extra.setdefault(edge.dependent, []).append(edge.dependency)
    joined = []
    for job in jobs:
        for index, need in enumerate(job.needs):
            # cig.toml's own were checked with the schema; a proposed job's were not.
            if job.owner and need not in ids:
                message = f'job "{job.id}", proposed by {job.owner}, needs "{need}", which is not defined'
                found.append(error("DAG_002", message, key=("jobs", job.id, "needs", index)))
        joined.append(replace(job, needs=tuple(dict.fromkeys((*job.needs, *extra.get(job.id, ()))))))
    return joined


def find_cycles(jobs: Sequence[Job]) -> list[Diagnostic]:
    """One DAG_001 for each knot of jobs that wait for each other, spelled out from its first job by name."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(job.id for job in jobs)
    graph.add_edges_from((job.id, need) for job in jobs for need in job.needs)
    found = []
    knots = [knot for knot in nx.strongly_connected_components(graph) if len(knot) > 1]
    knots += [{job.id} for job in jobs if job.id in job.needs]
    for start, knot in sorted((min(knot), knot) for knot in knots):
        inside = graph.subgraph(knot)
        back = min(
            (nx.shortest_path(inside, after, start) for after in sorted(inside.successors(start))),
            key=lambda path: (len(path), path),
        )
        way = " needs ".join(f'"{job}"' for job in [start, *back])
        key = ("jobs", start, "needs")
        found.append(error("DAG_001", f"{way}: none of them could ever start", hint="remove one of the needs", key=key))
    return found


def _replace_facts(job: Job, facts: Sequence[Fact], variables: Sequence[str], found: list[Diagnostic]) -> Job:
    values = {fact.name: fact.value for fact in facts}
    for axis in job.matrix.axes if job.matrix else ():
        # Each leg has a version of its own: a cache keyed by the repository's would be shared by all of them.
        values[f"{axis.name}_version"] = f"{{{{ matrix.{axis.name} }}}}"
    unknown: set[str] = set()

    def change(text: str) -> str:
        new, missing = substitute(text, values.get)
        unknown.update(name for name in missing if not name.startswith("matrix."))
        return new

    changed = map_text(job, change)
    for name in sorted(unknown):
        message = f'job "{job.id}" uses {{{{ {name} }}}}, which is neither a variable nor a fact that a plugin found'
        hint = nearest(name, sorted({*values, *variables}), "Known names")
        found.append(error("DAG_013", message, hint=hint, key=("jobs", job.id)))
    return changed
