"""The two clocks that evidence rests on: that of a filesystem, and whether somebody set that of the machine.

Imports `os` and `time` only, as everything on the way of the null build.
"""

import os
import time

__all__ = ["clock_start", "later_stamp"]

_TICK = 0.002
_TICKS = 10


def clock_start() -> int:
    """When the wall clock was zero by the clock that only ever ticks: another answer means that it was set.

    Git compares time stamps by the second. After the clock was put back, an edit of equal size could give a file the
    very second that git remembers.
    """
    ticking = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    best = (1 << 63, 0)
    for _ in range(3):
        before, wall, after = time.clock_gettime_ns(ticking), time.time_ns(), time.clock_gettime_ns(ticking)
        best = min(best, (after - before, wall - after))
    return best[1]


def later_stamp(clock: str) -> tuple[int, int]:
    """A time stamp later than any file could have been given before the call, and its filesystem.

    Time stamps move in ticks of some milliseconds, so a moment may have to pass. On a filesystem that counts whole
    seconds the stamp may not be later; then whatever is as new as it is not settled, and is seen not to be.
    """
    descriptor = os.open(clock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        os.utime(descriptor)
        first = now = os.fstat(descriptor)
        for _ in range(_TICKS):
            if now.st_mtime_ns > first.st_mtime_ns:
                break
            time.sleep(_TICK)
            os.utime(descriptor)
            now = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return now.st_mtime_ns, now.st_dev
