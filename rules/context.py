"""What every rule is given: the tree, the plugins, the environment, and how to ask a plugin."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cigen.hashing.fileset import Entry, TreeReader, expand, path_text, select
from cigen.hashing.manifest import Component, KeyManifest
from cigen.model.config import Config
from cigen.model.dataclass import dataclass, field
from cigen.model.paths import GitId, PluginId, RepoPath
from cigen.model.plans import Hook
from cigen.model.resources import PathGlob

if TYPE_CHECKING:
    # A machine that only computes signatures runs no plugin and has no engine.
    from cigen.engine.action import Outputs
    from cigen.host.discovery import InstalledPlugin
    from cigen.host.pool import PluginPool

__all__ = ["CONFIG", "Context", "PluginRule", "Reads", "key_manifest", "read_components"]

CONFIG = "schema:cig.toml"
"""The action whose output is the parsed cig.toml: everything starts from it."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The files that a plugin declared and that exist, and the literal paths among its globs that do not."""

    files: tuple[Entry, ...]
    absent: tuple[RepoPath, ...]


@dataclass(slots=True)
class Context:
    """One run's inputs. `tool`: the fingerprint of cig itself. `providers`: the selected ones; empty selects all."""

    tool: str
    tree: TreeReader
    read_file: Callable[[Entry], bytes]
    config_text: bytes
    config_blob: GitId
    plugins: "tuple[InstalledPlugin, ...]"
    asks: "PluginPool | None"
    """Where plugins run; None where none may."""
    environ: Mapping[str, str]
    providers: tuple[str, ...] = ()
    meanwhile: Callable[[], None] | None = None
    """Work that waits for no plugin. Done once, while plugins start or judge; None where there is none, or no more."""
    ignore_rules: Callable[[Sequence[RepoPath]], Mapping[RepoPath, str]] | None = None
    """Which of these paths a rule keeps out of the repository, and the rule; None where only a commit is looked at."""
    unread: tuple[PluginId, ...] = ()
    """Plugins on PATH that take part in nothing, since what their manifest says is not known."""
    _reads: dict[str, Reads] = field(default_factory=dict)

    def config(self, outputs: "Outputs") -> Config | None:
        """The parsed cig.toml, if it could be parsed."""
        if CONFIG not in outputs:
            return None
        config: Config = outputs.value(CONFIG)
        return config

    def with_hook(self, hook: Hook, names: Iterable[str] | None = None) -> "list[InstalledPlugin]":
        """The plugins that answer a hook, sorted by name; of `names` only, if given."""
        wanted = None if names is None else set(names)
        return [
            plugin
            for plugin in sorted(self.plugins, key=lambda plugin: plugin.id)
            if plugin.info is not None and hook.value in plugin.info.hooks and (wanted is None or plugin.id in wanted)
        ]

    def may_object(self) -> "list[InstalledPlugin]":
        """The plugins to be asked before a skip, sorted by name: those with the hook, and those that may have it.

        The same for a command that knows what a handshake said as for one that does not.
        """
        asked = Hook.PREFLIGHT.value
        return [
            plugin
            for plugin in sorted(self.plugins, key=lambda plugin: plugin.id)
            if not plugin.is_declared or (plugin.info is not None and asked in plugin.info.hooks)
        ]

    def plugin(self, name: str) -> "InstalledPlugin":
        """The plugin of that name. KeyError if there is none."""
        return next(plugin for plugin in self.plugins if plugin.id == name)

    def reads(self, plugin: "InstalledPlugin") -> Reads:
        """The files a plugin declared, as they are in the tree."""
        known = self._reads.get(plugin.id)
        if known is None:
            patterns = plugin.info.reads if plugin.info else ()
            fileset = select(self.tree, [PathGlob(pattern, optional=True) for pattern in patterns])
            known = self._reads[plugin.id] = Reads(expand(self.tree, fileset), fileset.absent)
        return known

    @property
    def pool(self) -> "PluginPool":
        """The running plugins."""
        assert self.asks is not None, "a stage that asks plugins runs where none may"
        return self.asks

    def use_the_wait(self) -> None:
        """Do what can be done while plugins work."""
        work, self.meanwhile = self.meanwhile, None
        if work is not None:
            work()

    def forget_reads(self) -> None:
        """The tree was read again."""
        self._reads.clear()

    def selected(self, provider: str) -> bool:
        """Whether an output of this provider is to be rendered."""
        return not self.providers or provider in self.providers


class PluginRule:
    """A stage whose actions are each about one plugin. `subjects`: action id → plugin, of the actions yielded last."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.subjects: dict[str, InstalledPlugin] = {}

    def prepare(self, stale: Sequence[str]) -> None:
        """Start the plugins of all stale actions side by side."""
        self.context.pool.start([self.subjects[action] for action in stale])


def key_manifest(context: Context, stage: str, revision: int, components: Iterable[Component]) -> KeyManifest:
    """A manifest of these components and of what is in every key: the stage, its revision and cig's own code."""
    base = (Component("stage", stage, str(revision)), Component("tool", "cig", context.tool))
    return KeyManifest((*base, *components))


def read_components(context: Context, plugin: "InstalledPlugin") -> list[Component]:
    """The declared files as key components: what is there, and what is not."""
    reads = context.reads(plugin)
    found = [Component("file", path_text(entry.path), f"git:{entry.mode:06o}:{entry.id}") for entry in reads.files]
    return found + [Component("absent", path_text(path), "") for path in reads.absent]
