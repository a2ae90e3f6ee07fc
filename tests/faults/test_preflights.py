"""S1: whatever a plugin does when it is asked about hits, those it did not let pass run, and nobody waits for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cigen.host.discovery import InstalledPlugin
from cigen.model.plans import PreflightRequest
from cigen.pipeline.preflight import Heard, objections
from cigen.rules.preflight import ask_plugins

Plugin = Callable[..., InstalledPlugin]


def requests(*deeds: str) -> list[PreflightRequest]:
    return [PreflightRequest(deed, "git:0", "cs1:0", "cs1:0") for deed in deeds]


def hear(pool: Any, plugin: InstalledPlugin, *deeds: str, budget: float = 60.0) -> Heard:
    (heard,) = ask_plugins(pool, [plugin], requests(*deeds), budget)
    return heard


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("exits", "stopped before it answered preflight: it exited with status 4."),
        ("killed", "SIGKILL"),
        ("segfault", "SIGSEGV"),
    ],
)
def test_s1_jobs_run_from_the_moment_a_plugin_breaks(bench: Any, fixture_plugin: Plugin, deed: str, words: str) -> None:
    heard = hear(bench.pool(), fixture_plugin("faulty"), "limits", deed, "pid")
    assert set(heard.answers) == {"limits"}
    found, (told,) = objections(["limits", deed, "pid"], [heard])
    assert set(found) == {deed, "pid"}
    assert words in found[deed]
    assert words in told.message
    assert "2 proven jobs run" in told.message


@pytest.mark.parametrize("deed", ["stop", "spins"])
def test_s1_jobs_run_that_a_plugin_never_answers_about(bench: Any, fixture_plugin: Plugin, deed: str) -> None:
    """It is killed, and not started again for the next."""
    heard = hear(bench.pool(preflight=0.3), fixture_plugin("faulty"), deed, "pid")
    assert not heard.answers
    found, (told,) = objections([deed, "pid"], [heard])
    assert set(found) == {deed, "pid"}
    assert "did not answer preflight within 0.3 s" in told.message


def test_s1_a_plugin_that_raises_for_one_job_runs_that_one(bench: Any, fixture_plugin: Plugin) -> None:
    heard = hear(bench.pool(), fixture_plugin("faulty"), "pid", "raises", "prints", "no_such_deed", "floods")
    assert set(heard.answers) == {"pid", "prints", "floods"}
    found, (told,) = objections(["pid", "raises", "prints", "no_such_deed", "floods"], [heard])
    assert set(found) == {"raises", "no_such_deed"}
    assert found["raises"].startswith("test/faulty failed in preflight: RuntimeError: the tyres are flat and 100% so")
    assert "2 proven jobs run: test/faulty failed in preflight: RuntimeError" in told.message


@pytest.mark.parametrize(
    "body",
    [
        "exit 0",
        "echo hello; cat >&2",
        "cat /dev/zero",
        "exec sleep 60",
        "printf 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n'; exec cat",
    ],
)
def test_s1_a_program_that_is_no_plugin_objects_to_everything(
    bench: Any, script: Callable[..., InstalledPlugin], body: str
) -> None:
    plugin = script(body)
    heard = hear(bench.pool(handshake=1.0), plugin, "a", "b")
    assert not heard.answers
    found, told = objections(["a", "b"], [heard])
    assert set(found) == {"a", "b"}
    assert all("test/script" in text for text in found.values())
    assert len(told) == 1


def test_s1_a_plugin_that_cannot_be_started_objects_to_everything(
    bench: Any, script: Callable[..., InstalledPlugin]
) -> None:
    plugin = script("exit 0")
    plugin.entry.chmod(0o644)
    heard = hear(bench.pool(), plugin, "a")
    assert "test/script" in heard.failures["a"]


def test_s1_where_no_process_can_be_started_at_all_every_plugin_objects(
    bench: Any, fixture_plugin: Plugin, tmp_path: Path
) -> None:
    from cigen.host.pool import PluginPool

    with PluginPool(workdir=tmp_path / "missing") as pool:
        heard = ask_plugins(pool, [fixture_plugin("faulty"), fixture_plugin("echo")], requests("pid"))
    assert [set(one.failures) for one in heard] == [{"pid"}, {"pid"}]


def test_s1_one_broken_plugin_takes_nothing_from_what_another_says(bench: Any, fixture_plugin: Plugin) -> None:
    plugins = [fixture_plugin("echo"), fixture_plugin("faulty")]
    heard = ask_plugins(bench.pool(), plugins, requests("pid", "killed", "limits"), 60.0)
    found, (told,) = objections(["pid", "killed", "limits"], heard)
    assert found["pid"] == "test/echo: pid"
    assert found["killed"].startswith("test/echo: killed; test/faulty stopped")
    assert told.message.startswith("test/faulty was not heard")


def test_s1_the_time_of_a_plan_ends_a_plugin_that_takes_more(bench: Any, fixture_plugin: Plugin) -> None:
    """Its own deadline is a minute here: it is the plan's time that is over. Closing the pool ends the process."""
    pool = bench.pool()
    assert set(hear(pool, fixture_plugin("faulty"), "pid").answers) == {"pid"}
    heard = hear(pool, fixture_plugin("faulty"), "sleeps", "limits", budget=0.5)
    assert not heard.answers
    found, _ = objections(["sleeps", "limits"], [heard])
    assert set(found) == {"sleeps", "limits"}
    assert all("within the 0.5 s that all plugins have" in text for text in found.values())
    pool.close()
    assert pool.status(fixture_plugin("faulty")) is not None
