"""The one thread beside the caller's: it reads what plugins say on standard error, and keeps time.

Owns: waiting for descriptors and moments. Refuses: knowing what they mean; that is what its callbacks are for, which
run one after the other, in its thread, and must not block.
"""

import heapq
import os
import select
from collections import deque
from collections.abc import Callable
from itertools import count
from threading import Lock, Thread
from time import monotonic

__all__ = ["Loop", "Timer"]


class Timer:
    """A moment at which something is to happen, unless it is cancelled before."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act: Callable[[], None] | None = act

    def cancel(self) -> None:
        """Whatever was to happen will not, if it has not begun."""
        self.act = None


class Loop:
    """A thread that runs until `stop`. `crashed` is told of an exception that ended it, which is a mistake of ours."""

    def __init__(self, crashed: Callable[[BaseException], None]) -> None:
        self._crashed = crashed
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self._poll = select.poll()
        self._poll.register(self._woken, select.POLLIN)
        self._watched: dict[int, Callable[[], None]] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._sequence = count()
        self._posted: deque[Callable[[], None]] = deque()
        self._lock = Lock()
        self._stopping = False
        self._thread = Thread(target=self._run, name="cig-plugins", daemon=True)
        self._thread.start()

    def post(self, act: Callable[[], None]) -> None:
        """Have something done in the loop's thread. Any thread."""
        self._posted.append(act)
        self._wake()

    def after(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Have something done later. Any thread."""
        timer = Timer(act)
        with self._lock:
            heapq.heappush(self._timers, (monotonic() + seconds, next(self._sequence), timer))
        self._wake()
        return timer

    def watch(self, descriptor: int, act: Callable[[], None]) -> None:
        """Call `act` whenever the descriptor can be read. Loop's thread only."""
        self._watched[descriptor] = act
        self._poll.register(descriptor, select.POLLIN)

    def unwatch(self, descriptor: int) -> None:
        """No more. Loop's thread only."""
        if self._watched.pop(descriptor, None):
            self._poll.unregister(descriptor)

    def stop(self) -> None:
        """End the thread, after what was posted so far. Twice is a mistake."""
        self.post(self.end)
        self._thread.join()
        os.close(self._woken)
        os.close(self._waker)

    def end(self) -> None:
        """Begin nothing more. Loop's thread only."""
        self._stopping = True

    def _wake(self) -> None:
        try:
            os.write(self._waker, b"x")
        except BlockingIOError:
            return  # it has more than enough to wake up from

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._turn()
        except BaseException as why:
            self._crashed(why)
            raise

    def _turn(self) -> None:
        for descriptor, _ in self._poll.poll(self._patience()):
            if descriptor == self._woken:
                os.read(self._woken, 4096)
            elif act := self._watched.get(descriptor):
                act()
        while self._posted:
            self._posted.popleft()()
        for act in self._due():
            act()

    def _patience(self) -> float | None:
        """Milliseconds until the next timer."""
        with self._lock:
            return max(0.0, (self._timers[0][0] - monotonic()) * 1000 + 0.5) if self._timers else None

    def _due(self) -> list[Callable[[], None]]:
        found = []
        with self._lock:
            while self._timers and self._timers[0][0] <= monotonic():
                if act := heapq.heappop(self._timers)[2].act:
                    found.append(act)
        return found
