"""Which plugins there are: of the project, of cig.toml, on PATH, and those that come with cigen.

Owns: where plugins are looked for and which of two with one id wins. Refuses: running any of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cigen.model.config import PluginRef
from cigen.model.diagnostics import Diagnostic
from cigen.model.paths import Digest, PluginId
from cigen.model.plans import PluginInfo

__all__ = ["InstalledPlugin", "discover_plugins"]


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin that could be started. `origin`: config, project, path or bundled. `entry`: the file that is run.

    `info` comes from `module.toml`; None for an executable on PATH without one, which only its handshake describes.
    `digest` covers all files of the plugin.
    """

    id: PluginId
    version: str
    origin: str
    entry: Path
    info: PluginInfo | None
    digest: Digest


def discover_plugins(
    root: Path, refs: Sequence[PluginRef], environ: Mapping[str, str]
) -> tuple[tuple[InstalledPlugin, ...], tuple[Diagnostic, ...]]:
    """All plugins, one per id, sorted by id; and what is wrong with those that cannot be used."""
    raise NotImplementedError
