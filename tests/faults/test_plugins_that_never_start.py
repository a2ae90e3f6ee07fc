"""Plugins that never get as far as an answer to the handshake."""

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cigen.host.discovery import InstalledPlugin
from cigen.model.diagnostics import Diagnostic

Failure = Callable[..., Diagnostic]
Script = Callable[..., InstalledPlugin]
Fixture = Callable[..., InstalledPlugin]


def test_a_missing_executable_is_named(bench: Any, script: Script, failure: Failure) -> None:
    plugin = script("exit 0")
    plugin.entry.unlink()
    found = failure(bench.pool(), plugin)
    assert found.code == "PLUGIN_006"
    assert found.message.endswith("there is no such file.")


def test_a_missing_interpreter_is_named(bench: Any, script: Script, failure: Failure) -> None:
    found = failure(bench.pool(), script("", shell="#!/no/such/interpreter"))
    assert found.code == "PLUGIN_006"
    assert found.message.endswith("its interpreter /no/such/interpreter is missing.")


def test_a_file_without_execute_permission_says_how_to_give_it(bench: Any, script: Script, failure: Failure) -> None:
    plugin = script("exit 0")
    plugin.entry.chmod(0o644)
    found = failure(bench.pool(), plugin)
    assert (found.code, found.hint) == ("PLUGIN_006", f"run: chmod +x {plugin.entry}")


def test_a_plugin_below_the_current_folder_is_named_from_there(
    bench: Any, script: Script, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = script("exit 0")
    plugin.entry.chmod(0o644)
    monkeypatch.chdir(plugin.entry.parent)
    assert failure(bench.pool(), plugin).hint == "run: chmod +x plugin"


def test_a_folder_is_no_plugin(bench: Any, script: Script, failure: Failure, tmp_path: Path) -> None:
    found = failure(bench.pool(), replace(script(""), entry=tmp_path))
    assert found.code == "PLUGIN_006"
    assert found.message.endswith("it is not a file.")


def test_a_program_for_another_machine_is_recognised(bench: Any, script: Script, failure: Failure) -> None:
    plugin = script("")
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    plugin.entry.write_bytes(
        ident + struct.pack("<HHIQQQIHHHHHH", 2, 22, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0) + bytes(99)
    )
    found = failure(bench.pool(), plugin)
    assert found.code == "PLUGIN_006"
    assert "it is a program for s390, and this is " in found.message


def test_text_without_a_first_line_for_the_system_is_no_program(bench: Any, script: Script, failure: Failure) -> None:
    found = failure(bench.pool(), script("", shell="just text"))
    assert found.code == "PLUGIN_006"
    assert found.message.endswith("it is no program for this system, and no script with a #! line.")


@pytest.mark.parametrize("status", [0, 1])
def test_exiting_at_once_is_told_with_the_status_and_the_last_words(
    bench: Any, script: Script, failure: Failure, status: int
) -> None:
    found = failure(bench.pool(), script(f"echo some reason >&2; exit {status}"))
    assert found.code == "PLUGIN_007"
    assert f"before it answered handshake: it exited with status {status}." in found.message
    assert found.hint == "its last words: some reason"


def test_a_segmentation_fault_is_told_as_such(bench: Any, script: Script, failure: Failure) -> None:
    found = failure(bench.pool(), script("kill -SEGV $$"))
    assert found.code == "PLUGIN_007"
    assert "was killed by SIGSEGV" in found.message


def test_garbage_on_standard_output_is_not_the_protocol(bench: Any, script: Script, failure: Failure) -> None:
    found = failure(bench.pool(), script("echo 'Loading the plugin, one moment, it will be ready soon'; exec sleep 60"))
    assert found.code == "PLUGIN_009"
    assert found.hint


@pytest.mark.parametrize("end", ["cat >/dev/null", "cat >/dev/null; exit 3", "kill -PIPE $$"])
def test_garbage_is_the_reason_however_the_plugin_ends_after_it(
    bench: Any, script: Script, failure: Failure, end: str
) -> None:
    found = failure(bench.pool(), script(f"echo 'Loading the plugin, one moment, it will be ready soon'; {end}"))
    assert found.code == "PLUGIN_009"


def test_closing_standard_output_is_a_broken_connection(bench: Any, script: Script, failure: Failure) -> None:
    found = failure(bench.pool(), script("exec <&- >&-; exec sleep 60"))
    assert found.code == "PLUGIN_009"


@pytest.mark.parametrize("body", ["exec sleep 60", "printf hello; exec sleep 60", "while :; do :; done"])
def test_a_plugin_that_never_speaks_runs_into_the_deadline(
    bench: Any, script: Script, failure: Failure, body: str
) -> None:
    found = failure(bench.pool(handshake=0.3), script(body))
    assert found.code == "PLUGIN_008"
    assert "did not answer handshake within 0.3 s" in found.message
    assert "gRPC and nothing else" in found.hint


def test_a_standard_plugin_is_not_given_up_on_a_busy_machine(bench: Any, fixture_plugin: Fixture) -> None:
    pool = bench.pool(handshake=0.0)
    assert pool.info(fixture_plugin("echo", "bundled")).name == "test/echo"


def test_a_failed_plugin_tells_the_same_story_again(bench: Any, script: Script, failure: Failure) -> None:
    pool, plugin = bench.pool(), script("exit 1")
    assert failure(pool, plugin) == failure(pool, plugin) == failure(pool, plugin, "pid")


def test_one_that_fails_does_not_disturb_the_others(
    bench: Any, script: Script, failure: Failure, fixture_plugin: Callable[..., InstalledPlugin]
) -> None:
    pool, bad, good = bench.pool(), script("exit 1"), fixture_plugin("echo", "bundled")
    pool.start([bad, good])
    failure(pool, bad)
    assert pool.info(good).name == "test/echo"


def test_a_standard_plugin_that_cannot_be_imported_fails_in_its_first_call(
    bench: Any, failure: Failure, fixture_plugin: Callable[..., InstalledPlugin], tmp_path: Path
) -> None:
    entry = tmp_path / "plugin.py"
    entry.write_text("import a_module_that_is_not_there\n")
    found = failure(bench.pool(), replace(fixture_plugin("faulty", "bundled"), entry=entry), "pid")
    assert found.code == "PLUGIN_012"
    assert "cannot be loaded: ModuleNotFoundError: No module named 'a_module_that_is_not_there'." in found.message


def test_a_hook_that_the_manifest_lists_must_be_implemented(
    bench: Any,
    failure: Failure,
    fixture_plugin: Callable[..., InstalledPlugin],
    claiming: Callable[..., InstalledPlugin],
) -> None:
    plugin = claiming(fixture_plugin("faulty", "bundled"), hooks=("detect", "preflight", "validate"))
    found = failure(bench.pool(), plugin, "pid")
    assert found.code == "PLUGIN_012"
    assert found.message.endswith("its manifest lists validate, which it does not implement.")


def test_a_python_plugin_without_its_manifest_says_so_in_its_last_words(
    bench: Any, failure: Failure, fixture_plugin: Callable[..., InstalledPlugin], tmp_path: Path
) -> None:
    plugin = fixture_plugin("echo")
    copy = tmp_path / "plugin.py"
    copy.write_text(plugin.entry.read_text())
    found = failure(bench.pool(), replace(plugin, entry=copy))
    assert found.code == "PLUGIN_007"
    assert "it exited with status 1" in found.message
    assert f"{tmp_path}/module.toml cannot be read" in found.hint
