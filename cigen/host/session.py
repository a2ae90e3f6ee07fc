"""One plugin from its start to its end: connection, handshake, calls.

Owns: what is known about one running plugin, and the checks that its handshake must pass. A plugin that once broke off
or was killed stays broken: every later call tells the same story. Refuses: starting the process (`launcher.py`) and
choosing words (`failures.py`).
"""

import os
from collections.abc import Callable
from threading import Event, Lock
from time import perf_counter_ns
from typing import Any

from cigen.errors import PluginError
from cigen.formats.manifest import PROTOCOL
from cigen.host.calls import Asked, Turns
from cigen.host.discovery import InstalledPlugin
from cigen.host.failures import Circumstances, connection_lost, explain_failure, explain_import
from cigen.host.stderr import StderrLines
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.events import Log, Observer, Span
from cigen.model.plans import Hook, PluginInfo
from cigen.wire.client import CallFailed, Client

__all__ = ["Session"]

_AFTERMATH = 1.0
"""Seconds to wait for the exit of a process whose connection broke: its status says more than the broken connection."""


_READS = 16
"""Of 64 KB each, more than a pipe holds, and then it is the turn of the others."""


class Session:
    """A plugin that was asked to start. `kill` ends its process, from any thread."""

    def __init__(
        self,
        number: int,
        plugin: InstalledPlugin,
        kill: Callable[[int], None],
        observer: Observer,
        stderr_bytes: int,
    ) -> None:
        self.number = number
        self.plugin = plugin
        self.client: Client | None = None
        self.status: int | None = None
        self.gone = Event()
        """The process has ended and all it wrote was read."""
        self.settled = Event()
        """The handshake is over, one way or the other."""
        self.lines = StderrLines(stderr_bytes)
        self._kill = kill
        self._observer = observer
        self._began = perf_counter_ns()
        self._greeted = self._began
        self._greeting: bytes | CallFailed | None = None
        self._late: set[str] = set()
        self._broken: Diagnostic | None = None
        self._info: PluginInfo | None = None
        self._introducing = Lock()
        self._turns = Turns()

    # -- told by the loop and by grpcio --------------------------------------------------------------------------------

    def greet(self, answer: bytes | CallFailed) -> None:
        """The handshake is answered, or failed."""
        self._greeting, self._greeted = answer, perf_counter_ns()
        self.settled.set()

    def fail(self, why: Diagnostic) -> None:
        """There will be no plugin."""
        self._broken = self._broken or why
        self.gone.set()
        self.settled.set()

    def end(self, status: int) -> None:
        """The process is gone."""
        self.status = status
        self.gone.set()
        if self.client is None:
            self.greet(CallFailed("UNAVAILABLE", ""))

    def expired(self, call: str) -> bool:
        """Whether such a call was given up."""
        return call in self._late

    def expire(self, call: str) -> None:
        """A deadline has passed and nothing has come of it."""
        self._late.add(call)
        self._kill(self.number)

    # -- asked by callers ----------------------------------------------------------------------------------------------

    def info(self, deadline: float, answer_bytes: int) -> PluginInfo:
        """What the plugin says it is, checked against what it was installed as. Raises PluginError."""
        self.settled.wait()
        with self._introducing:
            if self._broken:
                raise PluginError(self._broken)
            if self._info is None:
                self._info = self._introduced(deadline, answer_bytes)
                self.observe("handshake", self._began, "executed", self._greeted)
            return self._info

    def ask(
        self, hook: Hook, content: bytes, deadline: float, answer_bytes: int, expire_after: Callable[..., Any]
    ) -> Asked:
        """Send a hook's request, encoded, when those asked before it are answered.

        Never raises: what goes wrong is told when the answer is asked for.
        """
        assert self.client is not None, "the handshake comes first"
        asked = Asked(self, self.client, hook, content, deadline, answer_bytes, expire_after, self._turns.advance)
        self._turns.add(asked)
        return asked

    def hang_up(self) -> None:
        """Close the connection, which asks the plugin to end, and ask it nothing more."""
        self._turns.close()
        if self.client:
            self.client.close()

    # -- checks --------------------------------------------------------------------------------------------------------

    def _introduced(self, deadline: float, answer_bytes: int) -> PluginInfo:
        try:
            from cigen.wire.methods import HANDSHAKE, methods
        except ImportError as fault:
            problem = explain_import(str(fault))
            self._break(problem)
            raise PluginError(problem) from fault
        answer = self._greeting
        if not isinstance(answer, bytes):
            why = answer or CallFailed("UNAVAILABLE", "")
            raise PluginError(self.explain("handshake", why, deadline, "handshake" in self._late, answer_bytes))
        try:
            said: PluginInfo = methods()[HANDSHAKE].decode_result(answer)
        except ValueError as why:
            problem = error("PLUGIN_014", f"The handshake of {self.plugin.id} cannot be used: {why}.")
        else:
            found = _check_identity(self.plugin, said)
            if found is None:
                return self.plugin.info or said
            problem = found
        self._break(problem)
        raise PluginError(problem)

    def explain(self, call: str, why: CallFailed, deadline: float, late: bool, answer_bytes: int) -> Diagnostic:
        """The diagnostic of a failed call. The plugin stays usable if it answered at all."""
        lost = connection_lost(why)
        if lost and not late:
            self.gone.wait(_AFTERMATH)
        if self._broken:  # by now the loop may know better
            return self._broken
        words = self.lines.last_words()
        status = self.status if lost else None
        known = Circumstances(self.plugin.id, call, why, deadline, late, status, words, answer_bytes)
        problem = explain_failure(known)
        if lost or late or call == "handshake":
            self._break(problem)
        return problem

    def _break(self, problem: Diagnostic) -> None:
        self._broken = problem
        self._kill(self.number)

    def observe(self, call: str, begin: int, outcome: str, end: int) -> None:
        """Tell of a call that is over."""
        self._observer(Span("plugin", f"{self.plugin.id}.{call}", begin, end, outcome))

    # -- standard error ------------------------------------------------------------------------------------------------

    def hear(self, descriptor: int) -> bool:
        """Read what there is on standard error, but not for ever; False at its end. Never blocks."""
        for _ in range(_READS):
            try:
                content = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                return True
            lines = self.lines.feed(content) if content else self.lines.finish()
            for line in lines:
                self._observer(Log("info", self.plugin.id, line))
            if not content:
                return False
        return True


def _check_identity(plugin: InstalledPlugin, said: PluginInfo) -> Diagnostic | None:
    """What is wrong with who the plugin says it is. The manifest is what keys were computed from: it must hold."""
    if said.protocol != PROTOCOL:
        message = f"{plugin.id} speaks version {said.protocol} of the plugin protocol; this cig speaks {PROTOCOL}."
        return error("PLUGIN_010", message, hint=f"install a version of {plugin.id} made for protocol {PROTOCOL}")
    if said.name != plugin.id:
        return error("PLUGIN_011", f'{plugin.id} calls itself "{said.name}".', hint="name and module.toml must agree")
    declared = plugin.info
    if declared is None:
        return None
    if said.version and said.version != declared.version:
        message = f"{plugin.id} says it is version {said.version}; its manifest says {declared.version}."
        return error("PLUGIN_011", message, hint="release both with the same number")
    for what in ("capabilities", "hooks", "reads"):
        more = sorted(set(getattr(said, what)) - set(getattr(declared, what)))
        if more:
            message = f"{plugin.id} claims {what} that its manifest does not declare: {', '.join(more)}."
            return error("PLUGIN_011", message, hint=f"add them to {what} in its module.toml")
    return None
