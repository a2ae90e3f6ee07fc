"""Processes come and go without a trace, whoever dies first."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cigen.errors import PluginError
from cigen.host.discovery import InstalledPlugin
from cigen.host.launcher import ForkLauncher
from cigen.host.pool import PluginPool
from cigen.model.diagnostics import Diagnostic
from cigen.model.events import Span
from cigen.model.paths import PluginId
from cigen.model.plans import DetectRequest, File, Hook, PreflightRequest, RepoSnapshot

Failure = Callable[..., Diagnostic]
Deed = Callable[..., str]
Fixture = Callable[..., InstalledPlugin]

CORE = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from cigen.formats.manifest import parse_manifest
from cigen.host.discovery import InstalledPlugin
from cigen.host.pool import Deadlines, PluginPool
from cigen.host.scan import PluginFiles
from cigen.model.plans import Hook, PluginInfo, PreflightRequest
faulty = Path(sys.argv[2])
info = parse_manifest((faulty / "module.toml").read_text(), "")[0].info
stubborn = Path(sys.argv[3])
files = PluginFiles("")
entry = faulty / "plugin.py"
plugins = [InstalledPlugin("test/faulty", "1.0.0", origin, entry, info, files) for origin in sys.argv[4:]]
silent = InstalledPlugin("test/silent", "1.0.0", "config", stubborn, PluginInfo("test/silent"), files)
heard = []
def tell(event):
    heard.append(getattr(event, "message", ""))
    print(getattr(event, "message", ""), file=sys.stderr, flush=True)
pools = []
for plugin in [*plugins, silent]:
    pool = PluginPool(observer=tell, deadlines=Deadlines(handshake=60))
    pools.append(pool)
    pool.start([plugin])
    if plugin is not silent:
        print(pool.call(plugin, Hook.PREFLIGHT, PreflightRequest("pid")).reason, flush=True)
        print(pool.call(plugin, Hook.PREFLIGHT, PreflightRequest("leaves_child")).reason, flush=True)
while "up" not in heard:
    time.sleep(0.01)
print("ready", flush=True)
"""


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants(pid: int) -> set[int]:
    """All processes below one that lives."""
    found: set[int] = set()
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= {int(child), *descendants(int(child))}
    except (FileNotFoundError, ProcessLookupError):
        # A thread has ended meanwhile, and its children are another's now.
        return descendants(pid) if is_alive(pid) else found
    return found


def wait_until_gone(pids: set[int], seconds: float) -> float:
    """Seconds until none of them lives."""
    began = time.monotonic()
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() - began < seconds, f"still alive: {[pid for pid in pids if is_alive(pid)]}"
        time.sleep(0.002)
    return time.monotonic() - began


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Callable[..., tuple[Any, set[int]]]]:
    """`core("bundled", "config")`: another core, with its plugins at work, and all processes below it."""
    stubborn = tmp_path / "stubborn"
    stubborn.write_text("#!/bin/sh\ntrap '' TERM INT HUP PIPE\necho up >&2\nwhile :; do sleep 60; done\n")
    stubborn.chmod(0o755)
    root = Path(__file__).resolve().parents[2]
    started = []

    def start(*origins: str, then: str = "time.sleep(60)") -> tuple[Any, set[int]]:
        arguments = [str(root), str(root / "tests/plugins/faulty"), str(stubborn), *origins]
        process = subprocess.Popen(
            [sys.executable, "-c", CORE + then, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        lines = []
        while (line := process.stdout.readline().strip()) and line != "ready":  # type: ignore[union-attr]
            lines.append(int(line))
        assert line == "ready", process.communicate()[1]
        assert len(lines) == 2 * len(origins)
        return process, descendants(process.pid) | set(lines)

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("origins", [("bundled",), ("config",)])
def test_when_the_core_is_killed_all_plugins_are_gone_at_once(core: Any, origins: tuple[str, ...]) -> None:
    fastest = 9.0
    for _ in range(3):  # the machine may be busy: one round in time is proof enough, but each must end
        process, pids = core(*origins)
        assert len(pids) >= 5
        process.kill()
        fastest = min(fastest, wait_until_gone(pids, 5))
        if fastest < 0.2:
            return
    pytest.fail(f"the fastest of three took {fastest:.2f} s")


def test_an_interrupted_core_leaves_no_process(core: Any) -> None:
    process, pids = core("bundled", "config", then="\ntry: time.sleep(60)\nfinally: [pool.close() for pool in pools]")
    os.killpg(process.pid, signal.SIGINT)
    wait_until_gone(pids, 5)
    assert "KeyboardInterrupt" in process.communicate()[1]


def test_an_interrupt_of_the_terminal_does_not_reach_plugins(core: Any) -> None:
    ignoring = (
        "\nimport signal; signal.signal(signal.SIGINT, lambda *_: None); print('deaf', flush=True); time.sleep(60)"
    )
    process, pids = core("bundled", "config", then=ignoring)
    assert process.stdout.readline() == "deaf\n"
    os.killpg(process.pid, signal.SIGINT)
    os.killpg(process.pid, 0)
    assert all(is_alive(pid) for pid in pids if pid != process.pid)
    groups = {os.getpgid(pid) for pid in pids if is_alive(pid)}
    assert process.pid not in groups


def test_closing_ends_what_plugins_left_behind(bench: Any, fixture_plugin: Fixture, deed: Deed) -> None:
    pool = bench.pool()
    children = [int(deed(pool, fixture_plugin("faulty", origin), "leaves_child")) for origin in ("bundled",)]
    assert all(is_alive(pid) for pid in children)
    pool.close()
    # They were killed with their plugin's group, and nobody is told when the system has done it.
    wait_until_gone(set(children), 30)


def test_closing_twice_is_safe_and_a_closed_pool_starts_nothing(bench: Any, fixture_plugin: Fixture) -> None:
    pool = bench.pool()
    pool.info(fixture_plugin("echo", "bundled"))
    pool.close()
    pool.close()
    with pytest.raises(AssertionError, match="closed"):
        pool.start([fixture_plugin("echo", "bundled")])


def test_closing_a_pool_that_has_only_just_started(bench: Any, fixture_plugin: Fixture) -> None:
    pool = bench.pool()
    pool.start([fixture_plugin("echo", "bundled"), fixture_plugin("faulty")])
    pool.close()
    assert not descendants(os.getpid())


def test_a_plugin_that_is_named_twice_is_started_once(bench: Any, fixture_plugin: Fixture) -> None:
    pool = bench.pool()
    pool.start([fixture_plugin("echo", "bundled"), fixture_plugin("echo", "bundled")])
    assert pool.info(fixture_plugin("echo", "bundled")).name == "test/echo"


def test_a_stubborn_plugin_is_killed_when_the_pool_closes(bench: Any, script: Fixture) -> None:
    plugin = script("trap '' TERM HUP; echo $$ >&2; while :; do sleep 60; done")
    pool = bench.pool(end=0.2)
    pool.start([plugin])
    while not bench.log():
        time.sleep(0.01)
    (pid,) = bench.log()
    assert is_alive(int(pid))
    pool.close()
    assert not is_alive(int(pid))


def test_the_private_folder_is_gone_after_the_pool(bench: Any, fixture_plugin: Fixture, tmp_path: Path) -> None:
    pool = PluginPool(workdir=tmp_path)
    with pool:
        pool.info(fixture_plugin("echo", "bundled"))
        (place,) = tmp_path.iterdir()
        assert place.stat().st_mode & 0o777 == 0o700
        assert [entry.name for entry in place.iterdir()] == ["0"]
    assert list(tmp_path.iterdir()) == []


def test_a_very_long_path_of_temporary_files_does_no_harm(fixture_plugin: Fixture, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    with PluginPool(workdir=deep) as pool:
        assert pool.info(fixture_plugin("echo", "bundled")).name == "test/echo"


def test_starting_does_not_wait(bench: Any, script: Fixture) -> None:
    pool = bench.pool()
    began = time.monotonic()
    pool.start([script("exec sleep 60")])
    assert time.monotonic() - began < 15, "half of the handshake's deadline here, however busy the machine"


def test_the_core_cannot_be_traced(bench: Any, fixture_plugin: Fixture) -> None:
    import ctypes

    bench.pool().info(fixture_plugin("echo", "bundled"))
    assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0  # PR_GET_DUMPABLE


def test_without_a_launcher_there_is_one_clear_error(bench: Any, fixture_plugin: Fixture, failure: Failure) -> None:
    pool, plugin = bench.pool(), fixture_plugin("faulty", "bundled")
    pool.info(plugin)
    (server,) = (
        child for child in descendants(os.getpid()) if os.getpgid(child) == child and _parent(child) == os.getpid()
    )
    os.kill(server, signal.SIGKILL)
    with pytest.raises(PluginError) as caught:
        pool.call(plugin, Hook.PREFLIGHT, PreflightRequest("sleeps"))
    assert caught.value.diagnostics[0].code == "PLUGIN_015"


def test_who_ends_a_plugin_when_all_have_ended_is_told_nothing() -> None:
    """The loop closes the launcher when it has died, whoever is about to ask it for something."""
    launcher = ForkLauncher(warm=False)
    launcher.close()
    launcher.kill(0)


def test_a_launcher_that_runs_already_starts_the_plugins_and_ends_with_the_pool(fixture_plugin: Fixture) -> None:
    launcher = ForkLauncher(warm=True)
    (server,) = descendants(os.getpid())
    with PluginPool(launcher=launcher) as pool:
        assert pool.info(fixture_plugin("echo", "bundled")).name == "test/echo"
        assert {_parent(pid) for pid in descendants(os.getpid())} == {os.getpid(), server}
    assert not descendants(os.getpid())


def test_a_launcher_that_nobody_needed_ends_with_the_pool() -> None:
    with PluginPool(launcher=ForkLauncher(warm=True)):
        assert len(descendants(os.getpid())) == 1
    assert not descendants(os.getpid())


ADOPTED = """
import ctypes, os, signal, subprocess, sys
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER: what a command leaves becomes ours
signal.alarm(60)
print(subprocess.run([sys.executable, "-m", "cigen", *sys.argv[1:]]).returncode)
try:
    while True:
        os.wait()
except ChildProcessError:
    print("all ended")
"""


@pytest.mark.parametrize("more", [["--help"], ["--nonsense"], []], ids=["help", "mistake", "no repository"])
def test_a_render_that_asks_no_plugin_leaves_no_process(more: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADOPTED, "render", *more]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "all ended"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_is_told_for_each_plugin_and_for_those_that_are_started_after_it(
    bench: Any, fixture_plugin: Fixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a thread that has ended."""

    def connect(*_: object) -> None:
        raise RuntimeError("never thought of")

    monkeypatch.setattr("cigen.host.supervisor.connect", connect)
    pool = bench.pool()
    first, second, third = (
        replace(fixture_plugin("echo", "bundled"), id=PluginId(name)) for name in ("test/a", "test/b", "test/c")
    )
    pool.start([first, second])
    for plugin in (first, second, third):
        with pytest.raises(PluginError) as caught:
            pool.info(plugin)
        (found,) = caught.value.diagnostics
        assert (found.code, "RuntimeError: never thought of" in found.message) == ("PLUGIN_015", True)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_many_calls_of_many_plugins_at_once(bench: Any, fixture_plugin: Fixture) -> None:
    pool = bench.pool()
    echo = fixture_plugin("echo", "bundled")
    plugins = [replace(echo, id=PluginId("test/echo")), fixture_plugin("faulty", "bundled"), fixture_plugin("faulty")]
    plugins = [plugins[0], plugins[1]]
    pool.start(plugins)

    def ask(number: int) -> str:
        if number % 2:
            return str(pool.call(plugins[0], Hook.PREFLIGHT, PreflightRequest(str(number))).reason)
        file = File("f", content=bytes(number * 1000))
        return str(pool.call(plugins[1], Hook.DETECT, DetectRequest(RepoSnapshot((file,), ("7",)))).facts[0].value)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(100)))
    assert answers == [str(n if n % 2 else n * 1000) for n in range(100)]


def test_calls_are_observed(bench: Any, fixture_plugin: Fixture, failure: Failure, deed: Deed) -> None:
    pool, plugin = bench.pool(), fixture_plugin("faulty", "bundled")
    deed(pool, plugin, "pid")
    failure(pool, plugin, "raises")
    spans = [(event.category, event.name, event.outcome) for event in bench.events if isinstance(event, Span)]
    assert spans == [
        ("plugin", "test/faulty.handshake", "executed"),
        ("plugin", "test/faulty.preflight", "executed"),
        ("plugin", "test/faulty.preflight", "failed"),
    ]
    assert all(event.start <= event.end for event in bench.events if isinstance(event, Span))


def test_a_thousand_plugins_come_and_go_and_nothing_is_left(fixture_plugin: Fixture) -> None:
    echo = fixture_plugin("echo", "bundled")
    assert echo.info
    plugins = [replace(echo, id=PluginId(f"test/p{n}"), info=replace(echo.info, name=f"test/p{n}")) for n in range(50)]

    def cycle() -> tuple[int, int, int, int]:
        with PluginPool() as pool:
            pool.start(plugins)
            for plugin in plugins:
                assert pool.info(plugin).name == plugin.id
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        tasks = len(list(Path("/proc/self/task").iterdir()))
        return descriptors, tasks, threading.active_count(), len(descendants(os.getpid()))

    cycle()
    before = cycle()
    counts = [cycle() for _ in range(18)]
    assert counts[-1][3] == 0
    # grpcio keeps a few threads of its own in stock; ours are counted apart.
    assert [count[2:] for count in counts] == [before[2:]] * 18
    assert max(count[0] for count in counts[-5:]) <= before[0] + 2
    assert max(count[1] for count in counts[-5:]) <= before[1] + 4


def test_without_a_place_for_temporary_files_there_is_one_clear_error(fixture_plugin: Fixture, tmp_path: Path) -> None:
    with PluginPool(workdir=tmp_path / "missing") as pool, pytest.raises(PluginError) as caught:
        pool.start([fixture_plugin("echo", "bundled")])
    (found,) = caught.value.diagnostics
    assert found.code == "PLUGIN_015"
    assert "No such file or directory" in found.message
