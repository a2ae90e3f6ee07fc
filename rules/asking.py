"""Asking plugins side by side: while one answer is awaited, the other plugins of the stage work on theirs.

A plugin answers one call after the other, so it has one question before it at a time; the next is sent when its answer
has come, and before that answer is read. The actions still run in their order, each with its own answer: who is first
with it changes nothing in what is computed.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cigen.errors import CigError
from cigen.model.paths import PluginId
from cigen.model.plans import Hook
from cigen.rules.context import Context, PluginRule

if TYPE_CHECKING:
    from cigen.host.discovery import InstalledPlugin
    from cigen.host.session import Asked

__all__ = ["AskingRule"]


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
            if not all(self.context.pool.is_up(self.subjects[waiting[0]]) for waiting in self._waiting.values()):
                self.context.use_the_wait()
            for plugin in self._waiting:
                self._ask_next(plugin)
            if self.hook is Hook.VALIDATE:
                # No answer takes longer, and no stage that somebody waits for comes after it.
                self.context.use_the_wait()
        asked = self._asked.pop(action)
        if isinstance(asked, CigError):
            self._ask_next(self.subjects[action].id)
            raise asked
        asked.wait()
        self._ask_next(self.subjects[action].id)
        return asked.answer()

    def _ask_next(self, plugin: PluginId) -> None:
        waiting = self._waiting[plugin]
        if not waiting:
            return
        action = waiting.popleft()
        try:
            request = self._requests[action]()
            self._asked[action] = self.context.pool.ask(self.subjects[action], self.hook, request)
        except CigError as failure:
            self._asked[action] = failure  # it is told when its own action runs
