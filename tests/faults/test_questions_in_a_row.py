"""Several questions to one plugin at once, and a fault in the middle of them."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.host.calls import Asked
from cigen.host.discovery import InstalledPlugin
from cigen.model.plans import Hook, PreflightRequest
from cigen.wire.methods import Method

Fixture = Callable[..., InstalledPlugin]


@pytest.fixture(params=["bundled", "config"])
def faulty(request: pytest.FixtureRequest, fixture_plugin: Fixture) -> InstalledPlugin:
    return fixture_plugin("faulty", request.param)


def ask(pool: Any, plugin: InstalledPlugin, *deeds: str) -> list[Asked]:
    return [pool.ask(plugin, Hook.PREFLIGHT, PreflightRequest(deed)) for deed in deeds]


def told(asked: Asked) -> str:
    """The answer, or the code of what went wrong."""
    try:
        return str(asked.answer().reason)
    except PluginError as failure:
        (diagnostic,) = failure.diagnostics
        return diagnostic.code


def test_one_that_fails_fails_alone(bench: Any, faulty: InstalledPlugin) -> None:
    pool = bench.pool()
    first, failed, last = map(told, ask(pool, faulty, "pid", "raises", "pid"))
    assert failed == "PLUGIN_012"
    assert first == last
    assert first.isdigit()


@pytest.mark.parametrize(
    ("deed", "code"), [("killed", "PLUGIN_007"), ("exits", "PLUGIN_007"), ("sleeps", "PLUGIN_008")]
)
def test_when_a_plugin_ends_in_the_middle_what_was_answered_stands_and_the_rest_tells_why(
    bench: Any, faulty: InstalledPlugin, deed: str, code: str
) -> None:
    pool = bench.pool(preflight=2.0)
    pool.info(faulty)
    first, *rest = map(told, ask(pool, faulty, "pid", deed, "pid", "pid"))
    assert first.isdigit()
    assert rest == [code, code, code]


def test_a_question_is_given_its_whole_time_however_long_those_before_it_took(
    bench: Any, faulty: InstalledPlugin
) -> None:
    pool = bench.pool(preflight=3.0)
    pool.info(faulty)
    answers = [told(asked) for asked in ask(pool, faulty, *["naps"] * 3, "pid")]
    assert answers[:3] == ["rested"] * 3
    assert answers[3].isdigit()


def test_a_pool_that_closes_keeps_nobody_waiting_for_a_turn(bench: Any, faulty: InstalledPlugin) -> None:
    pool = bench.pool()
    pool.info(faulty)
    asked = ask(pool, faulty, "sleeps", "pid", "pid")
    began = monotonic()
    pool.close()
    assert all(told(one).startswith("PLUGIN_") for one in reversed(asked))
    assert monotonic() - began < 30


def test_a_question_is_made_once_for_those_who_are_asked_the_same_and_no_other_is_taken_for_it(
    bench: Any, fixture_plugin: Fixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    encode = Method.encode
    monkeypatch.setattr(Method, "encode", lambda method, value: made.append(value) or encode(method, value))
    pool, echo = bench.pool(), fixture_plugin("echo")
    plugins = [echo, fixture_plugin("faulty")]
    one, other = PreflightRequest("pid"), PreflightRequest("limits")
    asked = [pool.ask(plugin, Hook.PREFLIGHT, request) for request in (one, other, one) for plugin in plugins]
    assert made == [one, other, one]
    assert [told(answer) for answer in asked[::2]] == ["pid", "limits", "pid"]
    assert told(asked[1]).isdigit()
    assert told(asked[3]).startswith("[(")
