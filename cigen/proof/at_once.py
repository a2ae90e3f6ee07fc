"""Asking for many names at once, in threads that nobody waits for at the end.

Owns: the first failure ends the rest, and is the caller's.
"""

import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["fetch_all"]

AT_ONCE = 64
"""Requests under way, a thread each."""

T = TypeVar("T")


def fetch_all(names: Iterable[str], ask: Callable[[str], T | None], each: Callable[[str, T], None]) -> dict[str, T]:
    """What there is of the names; `each` is told here, while the threads go on asking.

    ask: None of a name that has nothing.
    """
    waiting = list(dict.fromkeys(names))[::-1]
    found: dict[str, T] = {}
    failures: list[BaseException] = []
    arrived: SimpleQueue[tuple[str, T] | None] = SimpleQueue()

    def work() -> None:
        try:
            while not failures:
                try:
                    name = waiting.pop()
                except IndexError:
                    return
                data = ask(name)
                if data is not None:
                    arrived.put((name, data))
        except BaseException as fault:
            failures.append(fault)
        finally:
            arrived.put(None)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(min(AT_ONCE, len(waiting)))]
    for worker in workers:
        worker.start()
    try:
        for _ in workers:  # each of them ends with None
            while (one := arrived.get()) is not None:
                found[one[0]] = one[1]
                each(*one)
    except BaseException as fault:
        failures.append(fault)
    if failures:
        raise failures[0]
    return found
