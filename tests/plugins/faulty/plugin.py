#!/usr/bin/env python3
"""Misbehaves in the way that the preflight's job id names."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cigen.sdk import (
    DetectRequest,
    DetectResult,
    Fact,
    PlanRequest,
    PlanResult,
    Plugin,
    PreflightRequest,
    PreflightResult,
    serve,
)


def die_after(name: str, size: int, number: int) -> None:
    """Send this process a signal once the connection has carried so many bytes in one direction."""
    from cigen.wire import server

    original: Callable[..., object] = getattr(server, name)
    carried = 0

    def counting(fd: int, *rest: object) -> object:
        nonlocal carried
        done = original(fd, *rest)
        carried += done if isinstance(done, int) else len(done)  # type: ignore[arg-type]
        if carried > size:
            os.kill(os.getpid(), number)
        return done

    setattr(server, name, counting)


class Faulty(Plugin):
    def detect(self, request: DetectRequest) -> DetectResult:
        """Answers with as many bytes as the first file holds."""
        size = sum(len(file.content) for file in request.repo.files)
        return DetectResult(facts=(Fact("size", str(size)),), summary="x" * int(request.repo.absent[0]))

    def plan(self, request: PlanRequest) -> PlanResult:
        return DetectResult()  # type: ignore[return-value]

    def preflight(self, request: PreflightRequest) -> PreflightResult:
        answer = getattr(self, request.job_id)()
        return PreflightResult(reason=str(answer))

    def pid(self) -> int:
        return os.getpid()

    def surroundings(self) -> str:
        here = Path.cwd()
        descriptors = sorted(Path("/proc/self/fd").iterdir(), key=lambda fd: int(fd.name))
        return repr(
            {
                "cwd": [entry.name for entry in here.iterdir()],
                "env": sorted(os.environ),
                "fds": [str(fd.readlink()).split(":")[0] for fd in descriptors if fd.exists()],
                "home": os.environ["HOME"] == str(here) == os.environ["TMPDIR"],
                "mode": oct(here.stat().st_mode & 0o777),
                "group": os.getpgrp() == os.getpid(),
            }
        )

    def limits(self) -> str:
        import resource

        names = ("RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU", "RLIMIT_CORE")
        return repr([resource.getrlimit(getattr(resource, name)) for name in names])

    def raises(self) -> None:
        raise RuntimeError("the tyres are flat\nand 100% so – ünïcode")

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def killed(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def segfault(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def exits(self) -> None:
        print("cannot go on", file=sys.stderr, flush=True)
        os._exit(4)

    def sleeps(self) -> None:
        time.sleep(60)

    def naps(self) -> str:
        time.sleep(1.2)
        return "rested"

    def prints(self) -> str:
        print("a stray print")
        os.write(1, b"a stray write\n")
        subprocess.run(["echo", "a stray child"], check=True)
        sys.stdout.flush()
        return "fine"

    def reads_stdin(self) -> str:
        return repr(os.read(0, 10))

    def floods(self) -> str:
        for _ in range(1000):
            os.write(2, b"x" * 1000 + b"\n")
        return "flooded"

    def writes_much(self) -> None:
        with open("much", "wb") as file:
            for _ in range(300):
                file.write(b"x" * (1 << 20))

    def spins(self) -> None:
        while True:
            pass

    def leaves_child(self) -> int:
        return subprocess.Popen(["sleep", "60"]).pid

    def dies_reading(self) -> None:
        die_after("_read", 5 << 20, signal.SIGKILL)

    def stops_reading(self) -> None:
        die_after("_read", 1 << 20, signal.SIGSTOP)

    def opens_wide_and_stops_reading(self) -> None:
        """Windows so large that the whole request is sent, into a socket that nobody reads."""
        from h2.connection import H2Connection
        from h2.settings import SettingCodes

        connection = next(each for each in gc.get_objects() if isinstance(each, H2Connection))
        connection.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 1 << 30})
        connection.increment_flow_control_window(1 << 30)
        self.stops_reading()

    def dies_writing(self) -> None:
        die_after("_write", 5 << 20, signal.SIGKILL)


PLUGIN = Faulty()

if __name__ == "__main__":
    serve(PLUGIN, __file__)
