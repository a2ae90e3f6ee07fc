"""A plugin has one question before it at a time, and its time ends with the answer, not when somebody reads it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.host import calls as module
from cigen.host.calls import Asked, Turns
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
        self.turns = Turns()
        self.timers: list[str] = []
        self.spans: list[Span] = []
        self.explained: list[tuple[str, bool]] = []
        self.given_up = False
        self.sent = 0
        self.over: Callable[[], None] = lambda: None
        self.response: Callable[[], bytes] = lambda: PREFLIGHT.encode(PreflightResult(True, "fine"))
        self.client = SimpleNamespace(ask=self._ask)
        self.plugin = SimpleNamespace(id="test/plugin")
        monkeypatch.setattr(module, "perf_counter_ns", lambda: self.now)

    def ask(self) -> Asked:
        session: Any = self
        asked = Asked(session, session.client, Hook.PREFLIGHT, b"", 5.0, 1 << 20, self._after, self.turns.advance)
        self.turns.add(asked)
        return asked

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
        self.sent, self.over = self.sent + 1, done
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


def test_the_next_question_is_sent_when_the_last_is_answered_and_its_time_begins_then(world: World) -> None:
    first, second = world.ask(), world.ask()
    assert world.sent == 1
    world.now = 3 * SECOND
    world.over()
    assert (world.sent, world.timers) == (2, ["set", "cancelled", "set"])
    world.now = 7 * SECOND
    world.over()
    assert [first.answer(), second.answer()] == [PreflightResult(True, "fine")] * 2
    assert world.spans == [
        Span("plugin", "preflight", 1, 3 * SECOND, "executed"),
        Span("plugin", "preflight", 3 * SECOND, 7 * SECOND, "executed"),
    ]


def test_who_learns_first_that_a_call_is_over_sends_the_next_and_only_once(world: World) -> None:
    asked = [world.ask() for _ in range(3)]
    over = world.over
    asked[0].wait()
    assert world.sent == 2
    over()
    over()
    assert world.sent == 2
    asked[1].wait()
    assert world.sent == 3


def test_a_failure_is_told_of_its_own_question_and_the_plugin_gets_the_next(world: World) -> None:
    first, second = world.ask(), world.ask()
    world.fail("INTERNAL")
    with pytest.raises(PluginError):
        first.answer()
    world.response = lambda: PREFLIGHT.encode(PreflightResult(True, "fine"))
    assert second.answer() == PreflightResult(True, "fine")
    assert world.explained == [("INTERNAL", False)]


def test_questions_to_a_connection_that_is_closed_all_fail_whoever_waits(world: World) -> None:
    def closed(*_: object) -> Any:
        raise CallFailed("CANCELLED", "closed")

    first, *others = [world.ask() for _ in range(2000)]
    world.client.ask = closed
    world.over()
    first.wait()
    for asked in others:
        asked.wait()
        assert asked.is_over


def test_an_answer_that_is_there_while_its_question_is_still_being_sent_is_the_turn_of_the_next(world: World) -> None:
    def at_once(path: str, content: bytes, deadline: float, done: Callable[[], None]) -> Callable[[], bytes]:
        assert (path, content, deadline) == (PREFLIGHT.path, b"", 5.0)
        world.sent += 1
        done()
        return world.response

    first, second, third = (world.ask() for _ in range(3))
    world.client.ask = at_once
    world.over()
    assert world.sent == 3
    assert {first.is_over, second.is_over, third.is_over} == {True}
    assert third.answer() == PreflightResult(True, "fine")


def test_when_the_turns_are_closed_nothing_is_sent_and_nobody_waits(world: World) -> None:
    first, second = world.ask(), world.ask()
    world.turns.close()
    third = world.ask()
    world.over()
    assert world.sent == 1
    for asked in (second, third):
        with pytest.raises(PluginError):
            asked.answer()
    assert [code for code, _ in world.explained] == ["CANCELLED", "CANCELLED"]
    assert first.answer() == PreflightResult(True, "fine")


def test_a_mistake_of_ours_while_a_question_is_sent_keeps_nobody_waiting(world: World) -> None:
    def mistaken(*_: object) -> Any:
        raise AssertionError("ours")

    first, second = world.ask(), world.ask()
    world.client.ask = mistaken
    with pytest.raises(AssertionError):
        world.over()
    first.wait()
    with pytest.raises(AttributeError):
        second.wait()


def test_threads_that_learn_of_the_end_of_calls_at_once_never_have_two_under_way(world: World) -> None:
    under_way, most, pool = [0], [0], ThreadPoolExecutor(8)

    def ask(path: str, content: bytes, deadline: float, done: Callable[[], None]) -> Callable[[], bytes]:
        assert (path, content, deadline) == (PREFLIGHT.path, b"", 5.0)
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])

        def end() -> bytes:
            under_way[0] -= 1
            done()
            pool.submit(done)
            return b""

        return pool.submit(end).result

    world.client.ask = ask
    asked = [world.ask() for _ in range(300)]
    for one in reversed(asked):
        one.wait()
    pool.shutdown()
    assert (under_way, most) == ([0], [1])
