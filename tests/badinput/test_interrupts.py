"""Ctrl-C, at any moment of a render: the files are all old or all new, and no process is left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ground import Edited, Told, processes, told

DRIVER = Path(__file__).with_name("interrupting.py")
MOMENTS = 14
WAITS = 7


def start(edited: Edited, *command: str) -> "subprocess.Popen[str]":
    """In a session of its own, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=edited.project.root,
        env=edited.project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[str]") -> Told:
    out, err = process.communicate(timeout=120)
    # The process that starts plugins ends by itself when it sees that nobody is there any more.
    patience = time.monotonic() + 10
    while left := processes(process.pid):
        assert time.monotonic() < patience, left
    return told(subprocess.CompletedProcess(process.args, process.returncode, out, err))


def check(edited: Edited, seen: Told) -> None:
    """Interrupted, or finished before that; either way the next render finds nothing in its way."""
    if seen.code:
        assert (seen.code, seen.codes) == (130, ["CLI_006"])
    assert edited.project.outputs() in (edited.before, edited.after)
    assert edited.project.strays() == []
    assert edited.project.run("render").codes == []
    assert edited.project.outputs() == edited.after


@pytest.fixture(scope="session")
def counted() -> dict[str, int]:
    """How many calls a render makes, once somebody has counted."""
    return {}


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_an_interrupt_between_two_calls(edited: Edited, counted: dict[str, int], moment: int) -> None:
    if not counted:
        found = re.search(r"(\d+) calls", end(start(edited, str(DRIVER), "0", "render")).err)
        assert found
        counted["calls"] = int(found[1])
        edited.restore()
    number = counted["calls"] * (2 * moment + 1) // (2 * MOMENTS)
    seen = end(start(edited, str(DRIVER), str(number), "render"))
    # A render that waits less for its plugins makes fewer calls, and may have ended by the last moment.
    assert seen.code == 130 or moment == MOMENTS - 1
    check(edited, seen)


@pytest.mark.parametrize("wait", range(WAITS))
def test_an_interrupt_of_all_processes_at_once_as_a_terminal_sends_it(edited: Edited, wait: int) -> None:
    process = start(edited, "-m", "cigen", "render")
    # Before, it is Python that starts, and says so in its own way; what comes after is cig's, however fast it is.
    began = time.monotonic()
    while not (edited.project.root / ".cigen/cache/actions.db").exists():
        assert time.monotonic() < began + 60
    began = time.monotonic()
    while time.monotonic() < began + wait * 0.08:
        continue
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    check(edited, end(process))


def test_an_interrupt_that_is_ignored_when_cig_starts_stays_ignored(edited: Edited) -> None:
    """A shell script's `cig render &` must not die of a Ctrl-C that is meant for the script."""
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); import runpy; runpy.run_module('cigen')"
    process = start(edited, "-c", code.replace("'cigen'", "'cigen', run_name='__main__'"), "render")
    while not (edited.project.root / ".cigen/cache/actions.db").exists():
        continue
    os.killpg(process.pid, signal.SIGINT)
    assert end(process).code == 0
    assert edited.project.outputs() == edited.after
