"""Stage `plan`: each plugin that takes part proposes resources."""

from collections.abc import Iterator
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.config import Config
from cigen.model.plans import CigSchema, Hook, PlanRequest, PlanResult
from cigen.pipeline.signature import plugin_settings
from cigen.rules.context import CONFIG, PluginRule, key_manifest
from cigen.rules.resolve import RESOLUTION

__all__ = ["PlanRule"]


class PlanRule(PluginRule):
    """Ask every plugin that takes part what it wants."""

    name = "plan"

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One for each plugin that plans."""
        config = self.context.config(outputs)
        if config is None or RESOLUTION not in outputs:
            return
        for plugin in self.context.with_hook(Hook.PLAN, outputs.value(RESOLUTION).plugins):
            id = f"plan:{plugin.id}"
            self.subjects[id] = plugin
            yield Action(
                id, PlanResult, partial(self._manifest, plugin, outputs), partial(self._run, plugin, config, outputs)
            )

    def _manifest(self, plugin: InstalledPlugin, outputs: Outputs) -> KeyManifest:
        components = [
            Component("plugin", plugin.id, plugin.digest),
            Component("output", CONFIG, outputs.digest(CONFIG)),
            Component("output", RESOLUTION, outputs.digest(RESOLUTION)),
        ]
        return key_manifest(self.context, self.name, 1, components)

    def _run(self, plugin: InstalledPlugin, config: Config, outputs: Outputs) -> Result:
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
        request = PlanRequest(resolution.capabilities, resolution.facts, schema)
        result = self.context.pool.call(plugin, Hook.PLAN, request)
        return Result(result, result.diagnostics)
