"""One command, run and measured.

Owns: what "wall", "CPU" and "peak memory" mean here. Refuses: what to run and in which order (`rows.py`, `run.py`).

Wall time is from before the spawn to after the wait. CPU is user and system time of the process and of every
descendant it waited for, from wait4; a daemon's share is not in it. Memory comes from a run of its own, since watching
costs time: every millisecond the peak resident sizes (VmHWM) of the processes alive then are added up, and the largest
sum counts. Pages that two processes share count twice, so it errs upwards. wait4's ru_maxrss is of no use here: a child
inherits the size that its parent had when it forked.
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CommandError", "Sample", "output_of", "peak_memory", "run_timed"]

_WATCH_EVERY = 0.001


class CommandError(Exception):
    """A measured command ended with another exit code than its row says; what it measured is worth nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds."""

    wall: float
    cpu: float


def run_timed(words: Sequence[str], cwd: Path, environ: Mapping[str, str], errors: Path) -> Sample:
    """Run a command with its output thrown away. errors: a file for what it says on stderr."""
    with errors.open("wb") as stderr:
        start = time.perf_counter()
        child = _spawn(words, cwd, environ, stderr.fileno())
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    _check(words, child.returncode, errors)
    return Sample(wall, usage.ru_utime + usage.ru_stime)


def peak_memory(words: Sequence[str], cwd: Path, environ: Mapping[str, str], errors: Path) -> int:
    """The largest sum, in bytes, of the peak resident sizes of the command's processes alive at one moment."""
    with errors.open("wb") as stderr:
        child = _spawn(words, cwd, environ, stderr.fileno())
        peak = 0
        while child.poll() is None:
            peak = max(peak, sum(map(_high_water, _tree(child.pid))))
            time.sleep(_WATCH_EVERY)
    _check(words, child.returncode, errors)
    return peak


def output_of(words: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    """What a command prints on stdout. Raises CommandError."""
    done = subprocess.run(
        words, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CommandError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def _spawn(words: Sequence[str], cwd: Path, environ: Mapping[str, str], stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
    )


def _check(words: Sequence[str], code: int, errors: Path) -> None:
    if code != 0:
        said = errors.read_text(errors="replace")[-2000:]
        raise CommandError(f"{' '.join(words)}: exit code {code}\n{said}")


def _tree(pid: int) -> list[int]:
    """The process and its descendants. One that ended in the meantime has none."""
    found = [pid]
    for parent in found:
        try:
            for thread in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
        except OSError:
            continue
    return found


def _high_water(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
