"""Stage `merge`: the fragments of each output joined into the file."""

from collections.abc import Iterator, Sequence
from functools import partial

from cigen.engine.action import Action, Outputs, Result
from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.dataclass import replace
from cigen.output.confine import check_output_path
from cigen.pipeline.merge import MergedFile, OwnedFragment, merge_fragments
from cigen.rules.context import CONFIG, Context, PluginRule, key_manifest
from cigen.rules.fragment import Target, targets

__all__ = ["MergeRule"]


class MergeRule:
    """Join the fragments of each output."""

    name = "merge"

    def __init__(self, context: Context) -> None:
        self._context = context

    def actions(self, outputs: Outputs) -> Iterator[Action]:
        """One for each output whose fragments are all there, and for each file that its owner writes beside it."""
        by_path: dict[str, list[Target]] = {}
        for target in targets(PluginRule(self._context), outputs):
            id = f"fragment:{target.subject}"
            beside = [fragment.path for fragment in outputs.value(id).fragments] if id in outputs else []
            for path in dict.fromkeys((target.output.path, *beside)):
                by_path.setdefault(path, []).append(target)
        for path, parts in by_path.items():
            if all(f"fragment:{part.subject}" in outputs for part in parts):
                yield Action(
                    f"merge:{path}",
                    MergedFile,
                    partial(self._manifest, parts, outputs),
                    partial(self._run, path, parts, outputs),
                )

    def prepare(self, stale: Sequence[str]) -> None:
        """No plugin takes part."""

    def _manifest(self, parts: Sequence[Target], outputs: Outputs) -> KeyManifest:
        ids = [f"fragment:{part.subject}" for part in parts]
        components = [Component("output", id, outputs.digest(id)) for id in ids]
        return key_manifest(self._context, self.name, 1, components)

    def _run(self, path: str, parts: Sequence[Target], outputs: Outputs) -> Result:
        refused = check_output_path(path)
        if refused is not None:
            paths = [output.path for output in outputs.value(CONFIG).outputs]
            named = paths.index(parts[0].output.path)
            return Result(None, (replace(refused, key=("outputs", named, "path")),))
        fragments = [
            OwnedFragment(part.plugin.id, fragment)
            for part in parts
            for fragment in outputs.value(f"fragment:{part.subject}").fragments
            if fragment.path == path
        ]
        merged, diagnostics = merge_fragments(path, fragments)
        return Result(merged, diagnostics)
