"""Asking for many names at once, in threads that nobody waits for at the end.

Owns: how many ask, and that the first failure ends the rest, and is the caller's.
"""

import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from time import monotonic
from typing import TypeVar

__all__ = ["fetch_all"]

AT_ONCE = 64
"""Requests under way, a thread each."""

NEARBY = 32
"""Of a store on this machine, or next to it, where more threads get in each other's way."""

FAR = 0.01
"""Seconds: an answer takes longer from a store that is farther away, and is waited for by twice as many."""

T = TypeVar("T")


def fetch_all(names: Iterable[str], ask: Callable[[str], T | None], each: Callable[[str, T], None]) -> dict[str, T]:
    """What there is of the names; `each` is told here, while the threads go on asking.

    ask: None of a name that has nothing.
    """
    waiting = list(dict.fromkeys(names))[::-1]
    failures: list[BaseException] = []
    arrived: SimpleQueue[tuple[str, T] | None] = SimpleQueue()

    def work(helper: threading.Thread | None = None) -> None:
        answers = 0
        try:
            while waiting and not failures:
                try:
                    name = waiting.pop()
                except IndexError:
                    return
                asked = monotonic()
                data = ask(name)
                took = monotonic() - asked
                answers += 1
                # The first had to connect, and the second to wait while others did.
                if helper and answers == 3 and took > FAR:
                    helper.start()
                    helper = None
                if data is not None:
                    arrived.put((name, data))
        except BaseException as fault:
            failures.append(fault)
        finally:
            for _ in (work, helper) if helper else (work,):
                arrived.put(None)

    count = min(AT_ONCE, len(waiting))
    helpers: list[threading.Thread | None] = [threading.Thread(target=work, daemon=True) for _ in range(count - NEARBY)]
    helpers += [None] * (min(count, NEARBY) - len(helpers))
    for helper in helpers:
        threading.Thread(target=work, args=(helper,), daemon=True).start()
    found: dict[str, T] = {}
    try:
        found = _collect(arrived, count, each)
    except BaseException as fault:
        failures.append(fault)
    if failures:
        raise failures[0]
    return found


def _collect(
    arrived: "SimpleQueue[tuple[str, T] | None]", threads: int, each: Callable[[str, T], None]
) -> dict[str, T]:
    found: dict[str, T] = {}
    for _ in range(threads):  # each of them ends with None, or somebody does for it
        while (one := arrived.get()) is not None:
            found[one[0]] = one[1]
            each(*one)
    return found
