"""Asking plugins about hits: side by side, one question at a time, and never longer than there is time."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Event, Lock
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.host.discovery import InstalledPlugin
from cigen.host.scan import PluginFiles
from cigen.model.diagnostics import error
from cigen.model.paths import PluginId
from cigen.model.plans import Hook, PluginInfo, PreflightRequest, PreflightResult
from cigen.pipeline.preflight import MOST_CHARACTERS, Heard
from cigen.rules.preflight import ask_plugins

REQUESTS = [PreflightRequest(key, "git:0", "cs1:1", "cs1:1") for key in ("a", "b", "c")]
FINE = PreflightResult()
Answer = Callable[[str], PreflightResult]


class Pool:
    """A pool without processes: what each plugin answers to a job, and how many questions it had at once."""

    def __init__(self, hooks: tuple[str, ...] = (), **answers: Answer) -> None:
        self.hooks = hooks
        self.answers = answers
        self.asked: dict[str, list[str]] = {name: [] for name in answers}
        self._busy = {name: Lock() for name in answers}

    def info(self, plugin: InstalledPlugin) -> PluginInfo:
        assert not plugin.is_declared, "a manifest tells enough"
        return PluginInfo(plugin.id, hooks=self.hooks)

    def call(self, plugin: InstalledPlugin, hook: Hook, request: PreflightRequest) -> PreflightResult:
        assert hook is Hook.PREFLIGHT
        assert self._busy[plugin.id].acquire(blocking=False), "one question at a time"
        try:
            self.asked[plugin.id].append(request.job_id)
            return self.answers[plugin.id](request.job_id)
        finally:
            self._busy[plugin.id].release()


def ask(pool: Pool, *names: str, budget: float = 60.0) -> dict[str, Heard]:
    given: Any = pool
    plugins = [plugin(name, PluginInfo(name, hooks=("preflight",))) for name in names]
    return {one.plugin: one for one in ask_plugins(given, plugins, REQUESTS, budget)}


def plugin(name: str, info: PluginInfo | None, *, introduced: bool = False) -> InstalledPlugin:
    return InstalledPlugin(PluginId(name), "1.0.0", "path", Path(name), info, PluginFiles(""), introduced)


def test_each_plugin_is_asked_about_each_job_in_order() -> None:
    pool = Pool(x=lambda _: FINE, y=lambda key: PreflightResult(should_run=True, reason=key))
    found = ask(pool, "x", "y")
    assert pool.asked == {"x": ["a", "b", "c"], "y": ["a", "b", "c"]}
    assert found["x"].answers == dict.fromkeys("abc", FINE)
    assert {key: one.reason for key, one in found["y"].answers.items()} == {"a": "a", "b": "b", "c": "c"}
    assert not found["x"].failures


def test_plugins_are_asked_side_by_side() -> None:
    """Neither answers before both have the question."""
    both = Barrier(2, timeout=30)

    def answer(_: str) -> PreflightResult:
        both.wait()
        return FINE

    found = ask(Pool(x=answer, y=answer), "x", "y")
    assert all(len(one.answers) == 3 for one in found.values())


def test_s1_a_plugin_that_fails_for_one_job_is_asked_about_the_next() -> None:
    def answer(key: str) -> PreflightResult:
        if key == "b":
            raise PluginError(error("PLUGIN_012", "x failed."))
        return FINE

    found = ask(Pool(x=answer), "x")["x"]
    assert (set(found.answers), found.failures) == ({"a", "c"}, {"b": "x failed."})


def test_s1_a_library_that_is_broken_is_told_and_raises_nothing() -> None:
    def answer(_: str) -> PreflightResult:
        raise ImportError("no grpc")

    found = ask(Pool(x=answer, y=lambda _: FINE), "x", "y")
    assert found["x"].failures == dict.fromkeys("abc", "x could not be asked: ImportError: no grpc")
    assert len(found["y"].answers) == 3


def test_of_what_a_plugin_says_no_more_is_kept_than_anybody_is_told() -> None:
    def answer(key: str) -> PreflightResult:
        if key == "b":
            raise PluginError(error("PLUGIN_012", "z" * 100_000))
        return PreflightResult(should_run=True, reason="y" * 100_000)

    found = ask(Pool(x=answer), "x")["x"]
    assert all(one.should_run and MOST_CHARACTERS < len(one.reason) < 5000 for one in found.answers.values())
    assert MOST_CHARACTERS < len(found.failures["b"]) < 5000


def test_s1_a_plugin_that_is_slow_keeps_nobody_waiting_and_what_it_says_later_counts_for_nothing() -> None:
    over, done = Event(), Event()

    def answer(key: str) -> PreflightResult:
        if key == "b":
            assert over.wait(30)
            done.set()
        return FINE

    found = ask(Pool(x=answer, y=lambda _: FINE), "x", "y", budget=0.3)
    over.set()
    assert done.wait(30)
    assert (set(found["x"].answers), found["x"].failures) == ({"a"}, {})
    assert found["x"].silence == "x did not answer within the 0.3 s that all plugins have for a plan"
    assert len(found["y"].answers) == 3


def test_nobody_is_asked_anything_when_the_time_is_over() -> None:
    pool = Pool(x=lambda _: FINE)
    assert not ask(pool, "x", budget=0.0)["x"].answers
    assert pool.asked == {"x": []}


@pytest.mark.parametrize("introduced", [False, True], ids=["of a commit", "of a worktree"])
def test_a_plugin_without_a_manifest_is_asked_for_its_hooks_first(*, introduced: bool) -> None:
    for hooks, asked in ((("preflight",), ["a", "b", "c"]), (("detect",), [])):
        pool: Any = Pool(hooks, x=lambda _: FINE)
        without = plugin("x", PluginInfo("x", hooks=hooks) if introduced else None, introduced=introduced)
        heard = ask_plugins(pool, [without], REQUESTS, 60.0)
        assert (pool.asked["x"], [set(one.answers) for one in heard]) == (asked, [set(asked)] if asked else [])
