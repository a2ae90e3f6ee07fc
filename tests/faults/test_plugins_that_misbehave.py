"""Plugins that introduce themselves well and then misbehave: forked ones and exec'd ones alike."""

import os
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.host.discovery import InstalledPlugin
from cigen.host.pool import Limits
from cigen.model.diagnostics import Diagnostic
from cigen.model.plans import DetectRequest, File, Hook, PlanRequest, RepoSnapshot

Failure = Callable[..., Diagnostic]
Deed = Callable[..., str]
Fixture = Callable[..., InstalledPlugin]

MEGABYTE = 1 << 20


@pytest.fixture(params=["bundled", "config"])
def faulty(request: pytest.FixtureRequest, fixture_plugin: Fixture) -> InstalledPlugin:
    return fixture_plugin("faulty", request.param)


def detect(pool: Any, plugin: InstalledPlugin, asked: int, answered: int) -> Any:
    """A detect whose request and answer are as large as wanted."""
    snapshot = RepoSnapshot((File("large", content=b"x" * asked),), (str(answered),))
    return pool.call(plugin, Hook.DETECT, DetectRequest(snapshot))


def test_a_handler_that_raises_is_quoted_and_the_plugin_lives_on(
    bench: Any, faulty: InstalledPlugin, failure: Failure, deed: Deed
) -> None:
    pool = bench.pool()
    found = failure(pool, faulty, "raises")
    assert found.code == "PLUGIN_012"
    assert found.message == (
        "test/faulty failed in preflight: RuntimeError: the tyres are flat\nand 100% so – ünïcode."
    )
    assert deed(pool, faulty, "pid").isdigit()
    pool.close()
    assert any("Traceback" in line for line in bench.log())


def test_an_answer_of_another_type_is_the_plugins_failure(bench: Any, faulty: InstalledPlugin) -> None:
    pool = bench.pool()
    with pytest.raises(PluginError) as caught:
        pool.call(faulty, Hook.PLAN, PlanRequest())
    (found,) = caught.value.diagnostics
    assert found.code == "PLUGIN_012"
    assert found.message.endswith("plan returned DetectResult, not PlanResult.")


def test_a_hook_that_is_not_there_is_told(bench: Any, faulty: InstalledPlugin) -> None:
    from cigen.model.plans import ValidateRequest

    with pytest.raises(PluginError) as caught:
        bench.pool().call(faulty, Hook.VALIDATE, ValidateRequest())
    (found,) = caught.value.diagnostics
    assert found.code == "PLUGIN_012"
    assert "does not answer validate" in found.message


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("killed", "was killed by SIGKILL"),
        ("segfault", "was killed by SIGSEGV"),
        ("exits", "exited with status 4"),
    ],
)
def test_dying_in_mid_call_is_told_with_the_reason(
    bench: Any, faulty: InstalledPlugin, failure: Failure, deed: str, words: str
) -> None:
    found = failure(bench.pool(), faulty, deed)
    assert found.code == "PLUGIN_007"
    assert f"stopped before it answered preflight: it {words}" in found.message
    assert found.hint == ("its last words: cannot go on" if deed == "exits" else "")


@pytest.mark.parametrize("deed", ["stop", "sleeps", "spins"])
def test_hanging_in_mid_call_ends_at_the_deadline(
    bench: Any, faulty: InstalledPlugin, failure: Failure, deed: str
) -> None:
    pool = bench.pool(preflight=0.3)
    pool.info(faulty)
    found = failure(pool, faulty, deed)
    assert found.code == "PLUGIN_008"
    assert "did not answer preflight within 0.3 s" in found.message
    assert failure(pool, faulty, "pid") == found


def test_a_processor_hog_is_stopped_by_its_limit(bench: Any, faulty: InstalledPlugin, failure: Failure) -> None:
    found = failure(bench.pool(Limits(cpu_seconds=1)), faulty, "spins")
    assert found.code == "PLUGIN_007"
    assert "was killed by SIG" in found.message


@pytest.mark.parametrize("way", ["stops_reading", "opens_wide_and_stops_reading"])
def test_a_plugin_that_stops_reading_a_large_request_is_killed_at_the_deadline(
    bench: Any, faulty: InstalledPlugin, deed: Deed, way: str
) -> None:
    pool = bench.pool(detect=1.0)
    deed(pool, faulty, way)
    began = monotonic()
    with pytest.raises(PluginError) as caught:
        detect(pool, faulty, 30 * MEGABYTE, 0)
    assert caught.value.diagnostics[0].code == "PLUGIN_008"
    assert monotonic() - began < 5


@pytest.mark.parametrize("end", ["dies_reading", "dies_writing"])
def test_dying_in_a_large_transfer_is_told(bench: Any, faulty: InstalledPlugin, deed: Deed, end: str) -> None:
    pool = bench.pool()
    deed(pool, faulty, end)
    with pytest.raises(PluginError) as caught:
        detect(pool, faulty, 30 * MEGABYTE, 30 * MEGABYTE)
    (found,) = caught.value.diagnostics
    assert found.code == "PLUGIN_007"
    assert "stopped before it answered detect: it was killed by SIGKILL" in found.message


def test_thirty_megabytes_go_both_ways(bench: Any, faulty: InstalledPlugin) -> None:
    result = detect(bench.pool(), faulty, 30 * MEGABYTE, 30 * MEGABYTE)
    assert result.facts[0].value == str(30 * MEGABYTE)
    assert len(result.summary) == 30 * MEGABYTE


def test_an_answer_above_the_cap_is_refused_and_the_plugin_lives_on(
    bench: Any, faulty: InstalledPlugin, deed: Deed
) -> None:
    pool = bench.pool()
    with pytest.raises(PluginError) as caught:
        detect(pool, faulty, 0, 33 * MEGABYTE)
    (found,) = caught.value.diagnostics
    assert found.code == "PLUGIN_013"
    assert found.message == "The answer of test/faulty to detect is larger than 32 MB."
    assert deed(pool, faulty, "pid").isdigit()


def test_what_is_written_to_standard_output_is_a_log_line(bench: Any, faulty: InstalledPlugin, deed: Deed) -> None:
    pool = bench.pool()
    assert deed(pool, faulty, "prints") == "fine"
    pool.close()
    assert set(bench.log()) == {"a stray print", "a stray write", "a stray child"}


def test_standard_input_is_empty(bench: Any, faulty: InstalledPlugin, deed: Deed) -> None:
    assert deed(bench.pool(), faulty, "reads_stdin") == "b''"


def test_a_flood_of_standard_error_is_cut(bench: Any, faulty: InstalledPlugin, deed: Deed) -> None:
    pool = bench.pool(Limits(stderr_bytes=10_000))
    assert deed(pool, faulty, "floods") == "flooded"
    pool.close()
    assert sum(len(line) for line in bench.log()) < 10_200
    assert bench.log()[-1] == "(more than 10000 bytes; the rest is dropped)"


@pytest.mark.parametrize(
    ("claims", "code", "words"),
    [
        ({"name": "test/other"}, "PLUGIN_011", 'test/other calls itself "test/faulty".'),
        ({"version": "2.0.0"}, "PLUGIN_011", "says it is version 1.0.0; its manifest says 2.0.0."),
        ({"capabilities": ()}, "PLUGIN_011", "claims capabilities that its manifest does not declare: test:faulty."),
        ({"hooks": ("detect",)}, "PLUGIN_011", "claims hooks that its manifest does not declare: plan, preflight."),
    ],
)
def test_a_plugin_that_is_not_what_it_was_installed_as_is_refused(
    bench: Any, fixture_plugin: Fixture, claiming: Fixture, failure: Failure, claims: Any, code: str, words: str
) -> None:
    from dataclasses import replace

    plugin = claiming(fixture_plugin("faulty"), **claims)
    assert plugin.info
    found = failure(bench.pool(), replace(plugin, id=plugin.info.name))
    assert (found.code, words in found.message) == (code, True)


def test_a_plugin_of_another_protocol_is_refused(
    bench: Any, fixture_plugin: Fixture, claiming: Fixture, failure: Failure
) -> None:
    found = failure(bench.pool(), claiming(fixture_plugin("faulty", "bundled"), protocol=2))
    assert found.code == "PLUGIN_010"
    assert found.message == "test/faulty speaks version 2 of the plugin protocol; this cig speaks 1."


def test_a_plugin_finds_nothing_around_it(bench: Any, faulty: InstalledPlugin, deed: Deed) -> None:
    forgotten = os.dup(2)
    os.set_inheritable(forgotten, True)
    found = eval(deed(bench.pool(), faulty, "surroundings"))
    expected_env = ["HOME", "LANG", "PATH", "TMPDIR"]
    assert found["env"] == expected_env
    assert (found["cwd"], found["home"], found["mode"], found["group"]) == ([], True, "0o700", True)
    # 0 is empty, 1 and 2 are standard error, the rest is the connection: nothing of the core's or of other plugins.
    assert found["fds"][:3] == ["/dev/null", "pipe", "pipe"]
    assert set(found["fds"][3:]) <= {"socket"}
    assert len(found["fds"]) <= 6
    os.close(forgotten)


def test_a_plugins_limits_hold_for_good(bench: Any, faulty: InstalledPlugin, deed: Deed) -> None:
    limits = Limits(file_bytes=1 << 20, open_files=64, cpu_seconds=77)
    found = eval(deed(bench.pool(limits), faulty, "limits"))
    assert found == [(1 << 20, 1 << 20), (64, 64), (77, 77), (0, 0)]


def test_a_disk_filler_is_stopped_by_its_limit(bench: Any, faulty: InstalledPlugin, failure: Failure) -> None:
    found = failure(bench.pool(), faulty, "writes_much")
    assert found.code in ("PLUGIN_007", "PLUGIN_012")
    assert "SIGXFSZ" in found.message or "File too large" in found.message
