"""The plugins of one run as processes: started together, called, and gone when the pool closes.

Owns: one session a plugin. Refuses: running anything that it was not asked for. Observers are called from several
threads, never from two at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

from cigen.host.calls import Asked
from cigen.host.discovery import InstalledPlugin
from cigen.host.launcher import Launcher
from cigen.host.session import Session
from cigen.host.supervisor import Deadlines, Supervisor
from cigen.host.surroundings import Limits, is_bundled
from cigen.model.events import Event, Observer, ignore
from cigen.model.paths import PluginId
from cigen.model.plans import Hook, PluginInfo

__all__ = ["Deadlines", "Limits", "PluginPool"]

_DEADLINES = Deadlines()
_LIMITS = Limits()


class PluginPool:
    """Starts plugins, calls their hooks, ends them. Any thread may use it, also several at once.

    environ: variables that plugins get beside their few usual ones. launcher: what starts their processes, if it runs
    already; the pool ends it.
    """

    def __init__(
        self,
        *,
        observer: Observer = ignore,
        deadlines: Deadlines = _DEADLINES,
        limits: Limits = _LIMITS,
        workdir: Path | None = None,
        environ: Mapping[str, str] | None = None,
        launcher: Launcher | None = None,
    ) -> None:
        self._observer = observer
        self._deadlines = deadlines
        self._limits = limits
        self._workdir = workdir
        self._environ = environ or {}
        self._launcher = launcher
        self._supervisor: Supervisor | None = None
        self._sessions: dict[PluginId, Session] = {}
        self._last: tuple[Any, bytes] = (None, b"")
        self._lock = Lock()
        self._observing = Lock()
        self._closed = False

    def __enter__(self) -> "PluginPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self.abandon()
        else:
            self.close()

    def start(self, plugins: Iterable[InstalledPlugin]) -> None:
        """Spawn those not yet started. Returns at once; a plugin's failure shows in `info` and `call`."""
        with self._lock:
            assert not self._closed, "the pool is closed"
            # A plugin with several actions to run is named once for each.
            new = {plugin.id: plugin for plugin in plugins if plugin.id not in self._sessions}
            if new:
                self._start(list(new.values()))

    def info(self, plugin: InstalledPlugin) -> PluginInfo:
        """What the plugin says it is. Waits for its handshake; starts it if need be. Raises PluginError."""
        return self._session(plugin).info(self._deadlines.handshake_of(plugin), self._limits.answer_bytes)

    def ask(self, plugin: InstalledPlugin, hook: Hook, request: Any) -> Asked:
        """Ask a hook and wait for nothing but the handshake. Raises PluginError.

        A plugin has one question before it at a time: another is sent, and its time begins, when that is answered.
        """
        self._introduced(plugin)  # before the work of encoding: one that failed will never need it
        from cigen.wire.methods import methods

        method = next(m for m in methods().values() if m.name == hook.value)
        assert type(request) is method.request, f"{hook.value} takes a {method.request.__name__}"
        same, content = self._last
        if same is not request:
            # The judges of the same files are asked the same, one right after the other.
            content = method.encode(request)
            self._last = (request, content)
        return self._ask(plugin, hook, content)

    def call(self, plugin: InstalledPlugin, hook: Hook, request: Any) -> Any:
        """The plugin's answer to a hook: a DetectResult for a DetectRequest, and so on. Raises PluginError."""
        return self.ask(plugin, hook, request).answer()

    def exchange(self, plugin: InstalledPlugin, hook: Hook, content: bytes) -> bytes:
        """As `call`, with request and answer as they travel. The PluginError's cause is gRPC's own status."""
        return self._ask(plugin, hook, content).content()

    def is_up(self, plugin: InstalledPlugin) -> bool:
        """Whether a plugin's handshake is over: asking it waits for nothing."""
        session = self._sessions.get(plugin.id)
        return session is not None and session.settled.is_set()

    def status(self, plugin: InstalledPlugin) -> int | None:
        """How the plugin's process ended, as `os.waitpid` gives it; None while it lives."""
        return self._sessions[plugin.id].status

    def dismiss(self) -> None:
        """Ask every plugin to end, and wait for none: nobody will be asked anything any more. `close` waits."""
        if self._supervisor:
            self._supervisor.dismiss()

    def close(self) -> None:
        """End every plugin: ask, wait a moment, kill. Safe to call twice."""
        with self._lock:
            closed, self._closed = self._closed, True
        if self._supervisor and not closed:
            try:
                self._supervisor.close(list(self._sessions.values()))
            except KeyboardInterrupt:
                self.abandon()
                raise
        elif self._launcher and not closed:
            self._launcher.close()

    def abandon(self) -> None:
        """End every plugin at once, and wait for nothing else: the way out of an interrupt.

        An interrupt may come between any two instructions, and whoever was interrupted may hold a lock for ever.
        """
        self._closed = True
        if self._supervisor:
            self._supervisor.abandon()
        elif self._launcher:
            self._launcher.abandon()

    def _ask(self, plugin: InstalledPlugin, hook: Hook, content: bytes) -> Asked:
        session, after = self._introduced(plugin)
        return session.ask(hook, content, getattr(self._deadlines, hook.value), self._limits.answer_bytes, after)

    def _introduced(self, plugin: InstalledPlugin) -> tuple[Session, Callable[..., Any]]:
        session = self._session(plugin)
        session.info(self._deadlines.handshake_of(plugin), self._limits.answer_bytes)
        assert self._supervisor is not None
        return session, self._supervisor.after

    def _start(self, plugins: Sequence[InstalledPlugin]) -> None:
        supervisor = self._supervisor or self._supervise(plugins)
        kill, most = supervisor.kill, self._limits.stderr_bytes
        for plugin in plugins:
            self._sessions[plugin.id] = Session(len(self._sessions), plugin, kill, self._observe, most)
        supervisor.start([self._sessions[plugin.id] for plugin in plugins])

    def _supervise(self, plugins: Sequence[InstalledPlugin]) -> Supervisor:
        supervisor = Supervisor(
            launcher=self._launcher,
            warm=any(is_bundled(plugin) for plugin in plugins),
            deadlines=self._deadlines,
            limits=self._limits,
            workdir=self._workdir,
            environ=self._environ,
        )
        self._supervisor = supervisor
        return supervisor

    def _session(self, plugin: InstalledPlugin) -> Session:
        self.start([plugin])
        return self._sessions[plugin.id]

    def _observe(self, event: Event) -> None:
        with self._observing:
            self._observer(event)
