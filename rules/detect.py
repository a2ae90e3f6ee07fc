"""Stage `detect`: each plugin looks at the files it declares and says what they show."""

from collections.abc import Iterator
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.digest import GITLINK
from cigen.hashing.manifest import Component, KeyManifest
from cigen.host.discovery import InstalledPlugin
from cigen.model.plans import DetectRequest, DetectResult, File, Hook, RepoSnapshot
from cigen.rules.asking import AskingRule
from cigen.rules.context import key_manifest, read_components

__all__ = ["DetectRule"]


class DetectRule(AskingRule):
    """Ask every plugin what the repository shows."""

    name = "detect"
    hook = Hook.DETECT

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One for each plugin that detects and is not switched off."""
        config = self.context.config(outputs)
        off = {ref.name for ref in config.plugins if not ref.enabled} if config else set()
        for plugin in self.context.with_hook(Hook.DETECT):
            if plugin.id not in off:
                id = f"detect:{plugin.id}"
                self.asks(id, plugin, partial(self._request, plugin))
                yield Action(id, DetectResult, partial(self._manifest, plugin), partial(self._run, id))

    def _manifest(self, plugin: InstalledPlugin) -> KeyManifest:
        components = [Component("plugin", plugin.id, plugin.digest), *read_components(self.context, plugin)]
        return key_manifest(self.context, self.name, 1, components)

    def _request(self, plugin: InstalledPlugin) -> DetectRequest:
        reads = self.context.reads(plugin)
        files = tuple(
            File(entry.path.decode(), entry.mode, entry.id, self.context.read_file(entry))
            for entry in reads.files
            if entry.mode != GITLINK and _is_text(entry.path)
        )
        absent = tuple(path.decode() for path in reads.absent if _is_text(path))
        return DetectRequest(RepoSnapshot(files, absent))

    def _run(self, action: str) -> Result:
        result = self.answer(action)
        return Result(result, result.diagnostics)


def _is_text(path: bytes) -> bool:
    """The protocol's paths are UTF-8; a file of another name is in every key, but no plugin can be shown it."""
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True
