"""A call's time ends when its answer is there, not when somebody reads it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.host import session as module
from cigen.host.session import Asked
from cigen.model.diagnostics import error
from cigen.model.events import Span
from cigen.model.plans import Hook, PreflightResult
from cigen.wire.client import CallFailed
from cigen.wire.methods import methods

PREFLIGHT = next(method for method in methods().values() if method.name == "preflight")
SECOND = 1_000_000_000


class World:
    """A session, its client and a clock, all in the test's hands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1
        self.timers: list[str] = []
        self.spans: list[Span] = []
        self.explained: list[tuple[str, bool]] = []
        self.given_up = False
        self.over: Callable[[], None] = lambda: None
        self.response: Callable[[], bytes] = lambda: PREFLIGHT.encode(PreflightResult(True, "fine"))
        self.client = SimpleNamespace(ask=self._ask)
        self.plugin = SimpleNamespace(id="test/plugin")
        monkeypatch.setattr(module, "perf_counter_ns", lambda: self.now)

    def ask(self) -> Asked:
        session: Any = self
        return Asked(session, Hook.PREFLIGHT, b"", 5.0, 1 << 20, self._after)

    def fail(self, code: str) -> None:
        def response() -> bytes:
            raise CallFailed(code, "")

        self.response = response

    def expired(self, call: str) -> bool:
        return self.given_up and call == "preflight"

    def explain(self, call: str, why: CallFailed, deadline: float, late: bool, answer_bytes: int) -> Any:
        assert (call, deadline, answer_bytes) == ("preflight", 5.0, 1 << 20)
        self.explained.append((why.code, late))
        return error("PLUGIN_008", "told")

    def observe(self, call: str, begin: int, outcome: str, end: int) -> None:
        self.spans.append(Span("plugin", call, begin, end, outcome))

    def _ask(self, path: str, content: bytes, deadline: float, done: Callable[[], None]) -> Callable[[], bytes]:
        assert (path, content, deadline) == (PREFLIGHT.path, b"", 5.0)
        self.over = done
        return lambda: self.response()

    def _after(self, seconds: float, act: Callable[[], None]) -> Any:
        assert seconds > 5
        assert callable(act)
        self.timers.append("set")
        return SimpleNamespace(cancel=lambda: self.timers.append("cancelled"))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_an_answer_that_lies_there_for_an_hour_is_neither_killed_nor_slow(world: World) -> None:
    asked = world.ask()
    world.now = 2 * SECOND
    world.over()
    assert world.timers == ["set", "cancelled"]
    world.now = 3600 * SECOND
    assert asked.answer() == PreflightResult(True, "fine")
    assert world.spans == [Span("plugin", "preflight", 1, 2 * SECOND, "executed")]


@pytest.mark.parametrize(("ended", "given_up", "late"), [(2, False, False), (6, False, True), (2, True, True)])
def test_a_failure_is_late_by_when_it_came(world: World, ended: int, given_up: bool, late: bool) -> None:
    world.fail("UNAVAILABLE")
    asked = world.ask()
    world.now, world.given_up = ended * SECOND, given_up
    world.over()
    world.now = 3600 * SECOND
    with pytest.raises(PluginError):
        asked.answer()
    assert world.explained == [("UNAVAILABLE", late)]
    assert [span.outcome for span in world.spans] == ["failed"]


def test_who_waits_before_it_is_over_ends_it(world: World) -> None:
    asked = world.ask()
    world.now = 4 * SECOND
    asked.wait()
    assert world.timers == ["set", "cancelled"]
    asked.answer()
    assert world.spans == [Span("plugin", "preflight", 1, 4 * SECOND, "executed")]


def test_a_connection_that_is_closed_already_fails_when_the_answer_is_read(world: World) -> None:
    def closed(*_: object) -> Any:
        raise CallFailed("CANCELLED", "closed")

    world.client = SimpleNamespace(ask=closed)
    asked = world.ask()
    asked.wait()
    assert world.timers == ["set", "cancelled"]
    with pytest.raises(PluginError):
        asked.answer()
    assert world.explained == [("CANCELLED", False)]


def test_an_answer_that_is_no_message_is_the_plugins_failure(world: World) -> None:
    world.response = lambda: b"\xff"
    with pytest.raises(PluginError) as caught:
        world.ask().answer()
    assert caught.value.diagnostics[0].code == "PLUGIN_014"
    assert [span.outcome for span in world.spans] == ["failed"]
