"""Stage `dag`: all proposals joined into one graph of complete jobs."""

from collections.abc import Iterator, Sequence
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.fileset import path_text, select
from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.config import Config
from cigen.model.plans import Graph, Hook
from cigen.model.resources import PathGlob
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.installing import lockfiles_in_part, uses_modules
from cigen.rules.context import CONFIG, Context, key_manifest
from cigen.rules.resolve import RESOLUTION

__all__ = ["GRAPH", "DagRule"]

GRAPH = "dag:jobs"


class DagRule:
    """Join the proposals into the job graph and check it."""

    name = "dag"

    def __init__(self, context: Context) -> None:
        self._context = context

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One, when every plugin has planned."""
        config = self._context.config(outputs)
        if config is None or RESOLUTION not in outputs:
            return
        planned = outputs.of_stage("plan")
        planning = self._context.with_hook(Hook.PLAN, outputs.value(RESOLUTION).plugins)
        if all(plugin.id in planned for plugin in planning):
            manifest = partial(self._manifest, config, outputs)
            yield Action(GRAPH, Graph, manifest, partial(self._run, config, outputs))

    def prepare(self, stale: Sequence[str]) -> None:
        """No plugin takes part."""

    def _manifest(self, config: Config, outputs: Outputs) -> KeyManifest:
        components = [Component("output", id, outputs.digest(id)) for id in (CONFIG, RESOLUTION)]
        for subject, done in outputs.of_stage("plan").items():
            components.append(Component("output", f"plan:{subject}", done.digest))
        components += [Component("absent", path, "") for path in self._absent(config)]
        components += [Component("lockfile", path, "") for path in self._lockfiles(config)]
        return key_manifest(self._context, self.name, 1, components)

    def _absent(self, config: Config) -> tuple[str, ...]:
        """Files that the plans of this configuration need, and that are not there."""
        paths = config.skipping.files if config.skipping else ()
        return tuple(map(path_text, select(self._context.tree, [PathGlob(path) for path in paths]).absent))

    def _lockfiles(self, config: Config) -> tuple[str, ...]:
        """Lockfiles that the plans of this configuration read a part of."""
        if config.skipping is None or not any(map(uses_modules, config.jobs)):
            return ()
        infos = [plugin.info for plugin in self._context.plugins if plugin.is_declared and plugin.info]
        paths = lockfiles_in_part(expand_jobs(config)[0], infos)
        there = select(self._context.tree, [PathGlob(path, optional=True) for path in paths]).entries
        return tuple(path_text(entry.path) for entry in there)

    def _run(self, config: Config, outputs: Outputs) -> Result:
        from cigen.pipeline.dag import build_graph

        jobs, found = expand_jobs(config)
        plans = {subject: done.value for subject, done in outputs.of_stage("plan").items()}
        facts = outputs.value(RESOLUTION).facts
        graph, diagnostics = build_graph(config, jobs, plans, facts, self._absent(config), self._lockfiles(config))
        return Result(graph, found + diagnostics)
