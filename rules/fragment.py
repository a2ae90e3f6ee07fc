"""Stage `fragment`: for each output, what each plugin that generates wants to stand in it."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.canonical import spell
from cigen.hashing.digest import xxh3
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import error
from cigen.model.plans import GenerateRequest, GenerateResult, Hook
from cigen.model.resources import Output
from cigen.pipeline.merge import foreign_paths, part_of, workflow_of
from cigen.rules.asking import AskingRule
from cigen.rules.context import CONFIG, Context, PluginRule, key_manifest
from cigen.rules.dag import GRAPH
from cigen.rules.resolve import RESOLUTION

__all__ = ["FragmentRule", "Target", "targets"]


@dataclass(frozen=True, slots=True)
class Target:
    """One output and one plugin that writes to it. `owns`: it is the one provider of the output's CI system."""

    output: Output
    plugin: InstalledPlugin
    owns: bool

    @property
    def subject(self) -> str:
        """The output's path for its owner; with the plugin's name for everybody else."""
        return self.output.path if self.owns else f"{self.output.path}+{self.plugin.id}"


class FragmentRule(AskingRule):
    """Ask the provider, and any module that adds to its file, for the parts of each output."""

    name = "fragment"
    hook = Hook.GENERATE

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._digests: dict[str, str] = {}
        self._judges: list[InstalledPlugin] = []

    def prepare(self, stale: Sequence[str]) -> None:
        """Start those that will judge the files as well: they are up when the files are there."""
        super().prepare(stale)
        if stale:
            self.context.pool.start(self._judges)

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One for each output and plugin; none if the graph has errors."""
        if GRAPH in outputs:
            self._judges = self.context.with_hook(Hook.VALIDATE, outputs.value(RESOLUTION).plugins)
        for target in targets(self, outputs):
            id = f"fragment:{target.subject}"
            self.asks(id, target.plugin, partial(self._request, target, outputs))
            yield Action(id, GenerateResult, partial(self._manifest, target, outputs), partial(self._run, id, target))

    def _manifest(self, target: Target, outputs: Outputs) -> KeyManifest:
        output = target.output
        components = [
            Component("plugin", target.plugin.id, target.plugin.digest),
            Component("output", GRAPH, self._part_digests(outputs)[output.path]),
            Component("target", output.path, f"{output.provider} {output.workflow} {output.description}"),
        ]
        return key_manifest(self.context, self.name, 2, components)

    def _part_digests(self, outputs: Outputs) -> dict[str, str]:
        """For each output the digest of the part of the graph that is in it: the jobs of other files are no input.

        Cut out of the graph's JSON, because most runs need no graph but this.
        """
        if not self._digests:
            graph: dict[str, Any] = json.loads(outputs.encoded(GRAPH))
            jobs = graph.get("jobs", [])
            ids = [workflow["id"] for workflow in graph.get("workflows", [])]
            for output in outputs.value(CONFIG).outputs:
                name = workflow_of(output, ids)
                mine = [job for job in jobs if name is None or job.get("workflow", ids[0]) == name]
                if len(mine) == len(jobs):
                    self._digests[output.path] = outputs.digest(GRAPH)
                    continue
                self._digests[output.path] = xxh3(spell({**graph, "jobs": mine}))
        return self._digests

    def _request(self, target: Target, outputs: Outputs) -> GenerateRequest:
        graph = part_of(outputs.value(GRAPH), target.output)
        # Nobody but the core has to know which workflow it is that an output without a name is of.
        name = workflow_of(target.output, [workflow.id for workflow in graph.workflows])
        asked = target.output if name is None else replace(target.output, workflow=name)
        return GenerateRequest(target.output.provider, graph, (asked,))

    def _run(self, action: str, target: Target) -> Result:
        result: GenerateResult = self.answer(action)
        foreign = foreign_paths(target.output.path, result.fragments, owns=target.owns)
        if foreign:
            message = f"{target.plugin.id} wants to write {', '.join(foreign)}, but was asked for {target.output.path}"
            return Result(None, (*result.diagnostics, error("MERGE_004", message)))
        return Result(result, result.diagnostics)


def targets(rule: PluginRule, outputs: Outputs) -> list[Target]:
    """Every pair of a selected output and a plugin that generates for it, in the order of cig.toml."""
    if GRAPH not in outputs:
        return []
    context = rule.context
    config = outputs.value(CONFIG)
    plugins = context.with_hook(Hook.GENERATE, outputs.value(RESOLUTION).plugins)
    found = []
    for output in config.outputs:
        if not context.selected(output.provider):
            continue
        wanted = f"provider:{output.provider}"
        owners = [plugin.id for plugin in plugins if wanted in _providers(plugin)]
        found += [
            Target(output, plugin, owns=[plugin.id] == owners)
            for plugin in plugins
            if plugin.id in owners or not _providers(plugin)
        ]
    return found


def _providers(plugin: InstalledPlugin) -> list[str]:
    assert plugin.info is not None
    return [capability for capability in plugin.info.capabilities if capability.startswith("provider:")]
