"""The plugins of one run as processes: started together, called, and gone when the pool closes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from cigen.host.discovery import InstalledPlugin
from cigen.model.events import Observer, ignore
from cigen.model.plans import Hook, PluginInfo

__all__ = ["Deadlines", "Limits", "PluginPool"]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds a plugin may take to answer."""

    handshake: float = 3.0
    detect: float = 10.0
    plan: float = 10.0
    generate: float = 30.0
    validate: float = 30.0
    preflight: float = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plugin process may use."""

    answer_bytes: int = 32 << 20
    stderr_bytes: int = 64 << 10


class PluginPool:
    """Starts plugins, calls their hooks, ends them."""

    def __init__(
        self,
        *,
        observer: Observer = ignore,
        deadlines: Deadlines = Deadlines(),
        limits: Limits = Limits(),
        workdir: Path | None = None,
    ) -> None:
        raise NotImplementedError

    def __enter__(self) -> "PluginPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, plugins: Iterable[InstalledPlugin]) -> None:
        """Spawn those not yet started. Returns at once; a failure shows in `info` or `call`."""
        raise NotImplementedError

    def info(self, plugin: InstalledPlugin) -> PluginInfo:
        """What the plugin says it is. Waits for its handshake; starts it if need be. Raises PluginError."""
        raise NotImplementedError

    def call(self, plugin: InstalledPlugin, hook: Hook, request: Any) -> Any:
        """The plugin's answer to a hook: a DetectResult for a DetectRequest, and so on. Raises PluginError."""
        raise NotImplementedError

    def close(self) -> None:
        """End every plugin: ask, wait a moment, kill. Safe to call twice."""
        raise NotImplementedError
