"""A plugin started as cig starts any foreign plugin, for the conformance suite to talk to.

Owns: the suite's `Subject` on top of the host. Refuses: the checks themselves.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from signal import SIGKILL
from time import monotonic

from cigen.errors import PluginError
from cigen.host.discovery import InstalledPlugin
from cigen.host.pool import Deadlines, PluginPool
from cigen.model.events import Observer
from cigen.model.plans import Hook, PluginInfo
from cigen.sdk.conformance import Ending, Process, Reply

__all__ = ["PATIENT", "Trial"]

PATIENT = Deadlines(handshake=30.0, end=10.0)
"""A slow start is a finding of one check, and no reason to give up the others."""

_BROKEN = ("PLUGIN_006", "PLUGIN_007", "PLUGIN_009", "PLUGIN_015")


class Trial:
    """An installed plugin, to be started again and again."""

    def __init__(self, plugin: InstalledPlugin, observer: Observer, deadlines: Deadlines = PATIENT) -> None:
        self.plugin = plugin
        self._observer = observer
        self._deadlines = deadlines

    @property
    def info(self) -> PluginInfo | None:
        """What module.toml says."""
        return self.plugin.info

    @contextmanager
    def start(self, env: Mapping[str, str]) -> Iterator[Process]:
        """One process, in an empty folder of its own."""
        with PluginPool(observer=self._observer, deadlines=self._deadlines, environ=env) as pool:
            pool.start([self.plugin])
            yield _Running(pool, self.plugin)


class _Running:
    def __init__(self, pool: PluginPool, plugin: InstalledPlugin) -> None:
        self._pool = pool
        self._plugin = plugin
        self._began = monotonic()

    def greet(self) -> tuple[PluginInfo | None, Reply, float]:
        try:
            # What the handshake itself said has been checked against the manifest, and may have said less.
            said = self._pool.info(self._plugin)
        except PluginError as why:
            return None, _failed(why), monotonic() - self._began
        return said, Reply(b""), monotonic() - self._began

    def ask(self, hook: Hook, content: bytes) -> Reply:
        try:
            return Reply(self._pool.exchange(self._plugin, hook, content))
        except PluginError as why:
            return _failed(why)

    def end(self) -> Ending:
        self._pool.close()
        status = self._pool.status(self._plugin)
        return Ending(None if status == SIGKILL else status)


def _failed(why: PluginError) -> Reply:
    found = why.diagnostics[0]
    words = f"{found.message} ({found.hint})" if found.hint else found.message
    status = getattr(why.__cause__, "code", "")
    return Reply(None, status, words, late=found.code == "PLUGIN_008", lost=found.code in _BROKEN)
