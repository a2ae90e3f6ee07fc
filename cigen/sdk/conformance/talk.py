"""Talking to the plugin: one process that is started when it is needed, and again after it was lost.

Owns: starting, asking, and comparing answers. Refuses: deciding what an answer must be; the checks do.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType

from cigen.model.plans import Hook, PluginInfo
from cigen.sdk.conformance.subject import Ending, Process, Reply, Subject

__all__ = ["Talk"]


class Talk:
    """The calls of one run to a plugin in one environment."""

    def __init__(self, subject: Subject, env: Mapping[str, str]) -> None:
        self.subject = subject
        self.greeting = Reply()
        self.starts: list[float] = []
        """Seconds from each start to the handshake."""
        self._env = env
        self._process: Process | None = None
        self._info: PluginInfo | None = None
        self._replies: dict[tuple[Hook, bytes], Reply] = {}
        self._open = ExitStack()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def info(self) -> PluginInfo | None:
        """What the plugin is: its manifest, or what it said itself. None if it never introduced itself."""
        self._started()
        return (self.subject.info or self._info) if self._info else None

    def said(self) -> PluginInfo | None:
        """What its handshake answered."""
        self._started()
        return self._info

    def reply(self, hook: Hook, content: bytes) -> Reply:
        """The first reply to these bytes: checks that look at one answer share it."""
        if (hook, content) not in self._replies:
            self._replies[hook, content] = self.ask(hook, content)
        return self._replies[hook, content]

    def ask(self, hook: Hook, content: bytes) -> Reply:
        """A reply to these bytes."""
        process = self._started()
        if process is None:
            return self.greeting
        reply = process.ask(hook, content)
        if reply.lost or reply.late:
            self._drop()
        return reply

    def end(self) -> Ending | None:
        """How the process ends when it is asked to; None if it cannot be started."""
        process = self._started()
        ending = process.end() if process else None
        self._drop()
        return ending

    def _started(self) -> Process | None:
        if self._process is None and not self.greeting.words:
            process = self._open.enter_context(self.subject.start(self._env))
            info, reply, seconds = process.greet()
            if info is None:
                self.greeting = reply
                return None
            self._process, self._info = process, info
            self.starts.append(seconds)
        return self._process

    def _drop(self) -> None:
        self._process = None
        self._open.close()
