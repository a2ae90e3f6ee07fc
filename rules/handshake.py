"""Stage `handshake`: what an executable on PATH says it is. Plugins with a module.toml need not be asked."""

from collections.abc import Iterator, Sequence
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.dataclass import replace
from cigen.model.paths import PluginId
from cigen.model.plans import PluginInfo
from cigen.rules.context import Context, PluginRule, key_manifest

__all__ = ["HandshakeRule"]


class HandshakeRule(PluginRule):
    """Ask plugins without a manifest who they are."""

    name = "handshake"

    def __init__(self, context: Context, plugins: Sequence[InstalledPlugin]) -> None:
        super().__init__(context)
        self._plugins = plugins

    def actions(self, outputs: Outputs) -> Iterator[Action]:  # noqa: ARG002
        """One for each plugin that no manifest describes."""
        for plugin in self._plugins:
            if plugin.info is None:
                id = f"handshake:{plugin.id}"
                self.subjects[id] = plugin
                yield Action(id, PluginInfo, partial(self._manifest, plugin), partial(self._run, plugin))

    def described(self, outputs: Outputs) -> tuple[InstalledPlugin, ...]:
        """All plugins with their information; those whose handshake failed are left out."""
        found = []
        for plugin in self._plugins:
            if plugin.info is not None:
                found.append(plugin)
            elif f"handshake:{plugin.id}" in outputs:
                info: PluginInfo = outputs.value(f"handshake:{plugin.id}")
                known = replace(plugin, info=info, introduced=True, version=info.version, id=PluginId(info.name))
                found.append(known)
        return tuple(found)

    def _manifest(self, plugin: InstalledPlugin) -> KeyManifest:
        return key_manifest(self.context, self.name, 1, [Component("plugin", plugin.id, plugin.digest)])

    def _run(self, plugin: InstalledPlugin) -> Result:
        return Result(self.context.pool.info(plugin))
