"""Lockfiles that count in part: what a job's modules read, with the part that the job installs in a lockfile's place.

Owns which lockfiles are read for a plan, each once, and what is said of one that is not there. Everything that cannot
be told, whatever the reason, leaves the lockfile whole.
"""

from cigen.errors import ProjectError
from cigen.hashing.digest import EXECUTABLE, FILE
from cigen.hashing.fileset import Entry, path_text
from cigen.host.discovery import InstalledPlugin
from cigen.model.dataclass import dataclass, field, replace
from cigen.model.diagnostics import Diagnostic, warning
from cigen.model.paths import Digest
from cigen.pipeline.installing import Selected, part_component, selected_parts
from cigen.pipeline.signature import PlannedJob, ShapingPlugin
from cigen.rules.context import Context

__all__ = ["LockedParts"]


@dataclass(slots=True)
class LockedParts:
    """The parts of the lockfiles of one tree. `diagnostics`: one for each that could not be read."""

    context: Context
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _content: dict[str, bytes | None] = field(default_factory=dict)
    _digests: dict[tuple[str, Selected], Digest | None] = field(default_factory=dict)
    _shaped: dict[tuple[str, tuple[tuple[str, tuple[Selected, ...]], ...]], ShapingPlugin] = field(default_factory=dict)

    def shaped(self, whole: ShapingPlugin, plugin: InstalledPlugin, planned: PlannedJob) -> ShapingPlugin:
        """What shapes this job: `whole`, with parts of lockfiles where the job installs no more than these."""
        if not plugin.is_declared or plugin.info is None:
            return whole
        parts = selected_parts(planned.job, planned.leg, plugin.info)
        if not parts:
            return whole
        known = self._shaped.get((plugin.id, parts))
        if known is None:
            files = {path_text(entry.path): entry for entry in self.context.reads(plugin).files}
            values = dict(whole.reads)
            for path, selected in parts:
                value = self._value(files.get(path), path, selected)
                if value:
                    values[path] = value
            known = self._shaped[plugin.id, parts] = replace(whole, reads=tuple(values.items()))
        return known

    def _value(self, entry: Entry | None, path: str, selected: tuple[Selected, ...]) -> str:
        """What stands for the parts in a manifest; empty where one of them cannot be told."""
        if entry is None or entry.mode not in (FILE, EXECUTABLE):
            return ""
        known = [(digest, one) for one in selected if (digest := self._digest(entry, path, one)) is not None]
        return part_component(known) if len(known) == len(selected) else ""

    def _digest(self, entry: Entry, path: str, selected: Selected) -> Digest | None:
        key = (path, selected)
        if key not in self._digests:
            content = self._read(entry, path)
            self._digests[key] = None if content is None else _part(path, content, selected)
        return self._digests[key]

    def _read(self, entry: Entry, path: str) -> bytes | None:
        if path not in self._content:
            try:
                self._content[path] = self.context.read_file(entry)
            except ProjectError:
                self._content[path] = None
                message = f'"{path}" is not in this clone, so it counts whole in jobs that install a part of it'
                hint = "fetch it, or check it out: a job that runs records its part, which this plan cannot know"
                self.diagnostics.append(warning("HASH_004", message, hint=hint))
        return self._content[path]


def _part(path: str, content: bytes, selected: Selected) -> Digest | None:
    from cigen.lockfiles.parts import locked_part

    return locked_part(path, content, package=selected.package, only_groups=selected.only_groups)
