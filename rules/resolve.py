"""Stage `resolve`: which plugins take part, and the facts they agree on."""

from collections.abc import Iterator, Sequence
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.canonical import canonical_bytes
from cigen.hashing.digest import xxh3
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.capabilities import check_capabilities
from cigen.model.codec import to_json
from cigen.model.config import Config
from cigen.model.plans import Hook
from cigen.modules.versions import satisfies
from cigen.pipeline.resolve import Resolution, resolve_plugins
from cigen.rules.context import CONFIG, Context, key_manifest

__all__ = ["RESOLUTION", "ResolveRule"]

RESOLUTION = "resolve:plugins"


class ResolveRule:
    """Decide which plugins take part, and join what they detected."""

    name = "resolve"

    def __init__(self, context: Context) -> None:
        self._context = context

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One, after all detections; none if one of them failed."""
        config = self._context.config(outputs)
        detected = outputs.of_stage("detect")
        off = {ref.name for ref in config.plugins if not ref.enabled} if config else set()
        asked = [plugin.id for plugin in self._context.with_hook(Hook.DETECT) if plugin.id not in off]
        if config is not None and all(plugin in detected for plugin in asked):
            yield Action(RESOLUTION, Resolution, partial(self._manifest, outputs), partial(self._run, config, outputs))

    def prepare(self, stale: Sequence[str]) -> None:
        """No plugin takes part."""

    def _manifest(self, outputs: Outputs) -> KeyManifest:
        components = [Component("output", CONFIG, outputs.digest(CONFIG))]
        components += [Component("flag", "provider", name) for name in self._context.providers]
        for plugin in self._context.plugins:
            if plugin.info is not None:
                identity = xxh3(canonical_bytes(to_json(plugin.info)))
                components.append(Component("plugin", plugin.id, identity))
        for subject, done in outputs.of_stage("detect").items():
            components.append(Component("output", f"detect:{subject}", done.digest))
        return key_manifest(self._context, self.name, 1, components)

    def _run(self, config: Config, outputs: Outputs) -> Result:
        infos = [plugin.info for plugin in self._context.plugins if plugin.info is not None]
        detected = {subject: done.value for subject, done in outputs.of_stage("detect").items()}
        providers = [o.provider for o in config.outputs if self._context.selected(o.provider)]
        resolution, found = resolve_plugins(config, providers, infos, detected, satisfies)
        if resolution is None:
            return Result(None, found)
        found += check_capabilities([info for info in infos if info.name in resolution.plugins])
        return Result(resolution, found)
