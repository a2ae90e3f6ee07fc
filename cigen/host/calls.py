"""What one plugin is asked, and the order of it: one question at a time, the next as soon as the last is answered.

Owns: turns and time. A question's time runs from when it is sent to when its answer is there, however late somebody
looks, and the next is sent by whoever learns first that it is its turn: nobody has to look for a plugin to go on.
Refuses: knowing what a failure means; `session.py` does.
"""

from collections import deque
from collections.abc import Callable
from threading import Event, RLock
from time import perf_counter_ns
from typing import Any, Protocol

from cigen.errors import PluginError
from cigen.host.discovery import InstalledPlugin
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.plans import Hook
from cigen.wire.client import CallFailed

__all__ = ["Asked", "Asker", "Caller", "Turns"]

_GRACE = 0.25
"""Seconds after a deadline until the process is killed. grpcio's own deadline does not fire while a large message is
stuck in a plugin that does not read."""


class Asker(Protocol):
    """Who asks: what a `Session` knows of its plugin."""

    plugin: InstalledPlugin

    def expired(self, call: str) -> bool:
        """Whether such a call was given up."""

    def expire(self, call: str) -> None:
        """A deadline has passed and nothing has come of it."""

    def explain(self, call: str, why: CallFailed, deadline: float, late: bool, answer_bytes: int) -> Diagnostic:
        """The diagnostic of a failed call."""

    def observe(self, call: str, begin: int, outcome: str, end: int) -> None:
        """Tell of a call that is over."""


class Caller(Protocol):
    """The connection."""

    def ask(self, path: str, request: bytes, timeout: float, done: Callable[[], None]) -> Callable[[], bytes]:
        """Send a request; `Client.ask` says what is returned."""


class Asked:
    """One question and its answer, from when it is asked for, which may be long before it is sent."""

    def __init__(
        self,
        session: Asker,
        client: Caller,
        hook: Hook,
        content: bytes,
        deadline: float,
        answer_bytes: int,
        expire_after: Callable[..., Any],
        over: Callable[[], None],
    ) -> None:
        from cigen.wire.methods import methods

        self._session = session
        self._client = client
        self._call = hook.value
        self._method = next(m for m in methods().values() if m.name == hook.value)
        self._request = content
        self._deadline = deadline
        self._answer_bytes = answer_bytes
        self._expire_after = expire_after
        self._over = over
        self._content: bytes | CallFailed | None = None
        self._sent = Event()
        self._began = self._ended = 0

    @property
    def is_over(self) -> bool:
        """Whether the answer is there, or will never be."""
        return self._ended != 0

    def send(self) -> None:
        """Its turn has come. Once."""
        self._began = perf_counter_ns()
        session, call, request, self._request = self._session, self._call, self._request, b""
        self._timer = self._expire_after(self._deadline + _GRACE, lambda: session.expire(call))
        try:
            self._response = self._client.ask(self._method.path, request, self._deadline, self._end)
        except CallFailed as why:
            self._content = why
            self._end()
        finally:
            self._sent.set()

    def drop(self) -> None:
        """Its turn will never come."""
        self._began = self._ended = perf_counter_ns()
        self._content = CallFailed("CANCELLED", "the channel was closed")
        self._sent.set()

    def wait(self) -> None:
        """Return when the answer is there, or will never be."""
        self._sent.wait()
        if self._content is None:
            try:
                self._content = self._response()
            except CallFailed as why:
                self._content = why
            finally:
                self._end()

    def content(self) -> bytes:
        """The answer as it travels. Raises PluginError, caused by a CallFailed."""
        self.wait()
        if isinstance(self._content, bytes):
            return self._content
        why = self._content
        assert why is not None
        late = self._session.expired(self._call) or self._ended - self._began >= self._deadline * 1e9
        raise PluginError(self._session.explain(self._call, why, self._deadline, late, self._answer_bytes)) from why

    def answer(self) -> Any:
        """The hook's result. Raises PluginError."""
        session, outcome = self._session, "failed"
        try:
            result = self._method.decode_result(self.content())
            outcome = "executed"
        except ValueError as why:
            message = f"The answer of {session.plugin.id} to {self._call} cannot be used: {why}."
            raise PluginError(error("PLUGIN_014", message)) from None
        finally:
            session.observe(self._call, self._began, outcome, self._ended)
        return result

    def _end(self) -> None:
        """The first who knows that it is over says when: a thread of grpcio, or who waits for it."""
        self._ended = self._ended or perf_counter_ns()
        self._timer.cancel()
        self._over()


class Turns:
    """The questions of one plugin that wait, and the one that it works on. Any thread."""

    def __init__(self) -> None:
        self._waiting: deque[Asked] = deque()
        self._current: Asked | None = None
        self._lock = RLock()
        self._sending = False
        self._closed = False

    def add(self, asked: Asked) -> None:
        """It is the last in the row; if nobody is before it, it is sent now."""
        with self._lock:
            self._waiting.append(asked)
            self.advance()

    def advance(self) -> None:
        """Send the next question, if the plugin has none before it. Told of one that is over, by whoever knows."""
        with self._lock:
            if self._sending:
                return  # one that ended while it was sent: whoever sent it goes on
            self._sending = True
            try:
                while self._waiting and (self._current is None or self._current.is_over):
                    self._current = self._waiting.popleft()
                    if self._closed:
                        self._current.drop()
                    else:
                        self._current.send()
            finally:
                self._sending = False

    def close(self) -> None:
        """Nothing is sent any more: when this returns, nobody is about to."""
        with self._lock:
            self._closed, self._current = True, None
            self.advance()
