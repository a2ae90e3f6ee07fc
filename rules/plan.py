"""Stage `plan`: each plugin that takes part proposes resources."""

from collections.abc import Iterator
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.config import Config
from cigen.model.plans import CigSchema, Hook, PlanRequest, PlanResult
from cigen.pipeline.signature import plugin_settings
from cigen.rules.asking import AskingRule
from cigen.rules.context import CONFIG, key_manifest
from cigen.rules.resolve import RESOLUTION

__all__ = ["PlanRule"]


class PlanRule(AskingRule):
    """Ask every plugin that takes part what it wants."""

    name = "plan"
    hook = Hook.PLAN

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One for each plugin that plans."""
        config = self.context.config(outputs)
        if config is None or RESOLUTION not in outputs:
            return
        for plugin in self.context.with_hook(Hook.PLAN, outputs.value(RESOLUTION).plugins):
            id = f"plan:{plugin.id}"
            self.asks(id, plugin, partial(self._request, plugin, config, outputs))
            yield Action(id, PlanResult, partial(self._manifest, plugin, outputs), partial(self._run, id))

    def _manifest(self, plugin: InstalledPlugin, outputs: Outputs) -> KeyManifest:
        components = [
            Component("plugin", plugin.id, plugin.digest),
            Component("output", CONFIG, outputs.digest(CONFIG)),
            Component("output", RESOLUTION, outputs.digest(RESOLUTION)),
        ]
        return key_manifest(self.context, self.name, 1, components)

    def _request(self, plugin: InstalledPlugin, config: Config, outputs: Outputs) -> PlanRequest:
        resolution = outputs.value(RESOLUTION)
        schema = CigSchema(
            version=config.version,
            name=config.project.name,
            variables=config.variables,
            workflows=config.workflows,
            jobs=config.jobs,
            caches=config.caches,
            services=config.services,
            settings=plugin_settings(config.plugins, plugin.id),
            secrets=config.secrets,
        )
        return PlanRequest(resolution.capabilities, resolution.facts, schema)

    def _run(self, action: str) -> Result:
        result = self.answer(action)
        return Result(result, result.diagnostics)
