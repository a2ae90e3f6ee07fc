"""Asking plugins side by side: when somebody waits for the first answer, all actions of the stage ask.

A plugin has one question before it at a time, and the next as soon as that is answered: it is never waited for by a
plugin that could go on, and this process is free to do something else. The actions still run in their order, each with
its own answer: who is first with it changes nothing in what is computed.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cigen.errors import CigError
from cigen.model.paths import PluginId
from cigen.model.plans import Hook
from cigen.rules.context import Context, PluginRule

if TYPE_CHECKING:
    from cigen.host.calls import Asked
    from cigen.host.discovery import InstalledPlugin

__all__ = ["AskingRule"]

_LONG = (Hook.GENERATE, Hook.VALIDATE)
"""The hooks whose answers take longest."""


class AskingRule(PluginRule):
    """A stage whose actions ask one hook, each one plugin."""

    hook: Hook

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._requests: dict[str, Callable[[], Any]] = {}
        self._waiting: dict[PluginId, deque[str]] = {}
        self._asked: dict[str, Asked | CigError] = {}

    def asks(self, action: str, plugin: "InstalledPlugin", request: Callable[[], Any]) -> None:
        """Enter what an action asks. `request` is called when it is the plugin's turn."""
        self.subjects[action] = plugin
        self._requests[action] = request

    def prepare(self, stale: Sequence[str]) -> None:
        """Start the plugins. They are asked when somebody waits for the first answer: a listing of actions does not."""
        super().prepare(stale)
        self._waiting.clear()
        for action in stale:
            self._waiting.setdefault(self.subjects[action].id, deque()).append(action)

    def answer(self, action: str) -> Any:
        """The plugin's answer, once all of the stage are asked. Raises PluginError, and what the request raises."""
        if action not in self._asked:
            self._ask_all()
        asked = self._asked.pop(action)
        if isinstance(asked, CigError):
            raise asked
        return asked.answer()

    def _ask_all(self) -> None:
        if not all(self.context.pool.is_up(self.subjects[waiting[0]]) for waiting in self._waiting.values()):
            self.context.use_the_wait()
        # While a first question is answered there is time to make the others.
        for waiting in self._waiting.values():
            self._ask(waiting.popleft())
        for waiting in self._waiting.values():
            while waiting:
                self._ask(waiting.popleft())
        if self.hook in _LONG:
            self.context.use_the_wait()

    def _ask(self, action: str) -> None:
        try:
            request = self._requests[action]()
            self._asked[action] = self.context.pool.ask(self.subjects[action], self.hook, request)
        except CigError as failure:
            self._asked[action] = failure  # it is told when its own action runs
