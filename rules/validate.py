"""Stage `validate`: providers check their own files against the limits, policies judge all of them."""

from collections.abc import Iterator
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.plans import Fragment, Hook, ValidateRequest, ValidateResult
from cigen.pipeline.merge import MergedFile
from cigen.rules.asking import AskingRule
from cigen.rules.context import Context, key_manifest
from cigen.rules.dag import GRAPH
from cigen.rules.fragment import targets
from cigen.rules.resolve import RESOLUTION

__all__ = ["ValidateRule"]


class ValidateRule(AskingRule):
    """Have the rendered files judged."""

    name = "validate"
    hook = Hook.VALIDATE

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._made: dict[tuple[str, ...], ValidateRequest] = {}

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One for each plugin that validates, once every file is merged."""
        if GRAPH not in outputs:
            return
        files = outputs.of_stage("merge")
        if any(target.output.path not in files for target in targets(self, outputs)):
            return
        for plugin in self.context.with_hook(Hook.VALIDATE, outputs.value(RESOLUTION).plugins):
            id = f"validate:{plugin.id}"
            self.asks(id, plugin, partial(self._request, plugin, outputs))
            yield Action(id, ValidateResult, partial(self._manifest, plugin, outputs), partial(self._run, id))

    def _manifest(self, plugin: InstalledPlugin, outputs: Outputs) -> KeyManifest:
        components = [Component("plugin", plugin.id, plugin.digest), Component("output", GRAPH, outputs.digest(GRAPH))]
        for path, done in outputs.of_stage("merge").items():
            components.append(Component("output", f"merge:{path}", done.digest))
        return key_manifest(self.context, self.name, 1, components)

    def _request(self, plugin: InstalledPlugin, outputs: Outputs) -> ValidateRequest:
        merged: list[MergedFile] = [done.value for done in outputs.of_stage("merge").values()]
        own = [file for file in merged if not self._is_provider(plugin) or plugin.id in file.owners]
        paths = tuple(file.path for file in own)
        if paths not in self._made:
            rendered = tuple(Fragment(file.path, file.content) for file in own)
            self._made[paths] = ValidateRequest(rendered, outputs.value(GRAPH))
        return self._made[paths]

    def _run(self, action: str) -> Result:
        result = self.answer(action)
        return Result(result, result.diagnostics)

    @staticmethod
    def _is_provider(plugin: InstalledPlugin) -> bool:
        return plugin.info is not None and any(c.startswith("provider:") for c in plugin.info.capabilities)
