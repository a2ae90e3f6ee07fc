"""Asking for many names at once, in threads that nobody waits for at the end.

Owns: the first failure ends the rest, and is the caller's.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from cigen.proof.stores import Each

__all__ = ["fetch_all"]


def fetch_all(
    names: Iterable[str],
    threads: int,
    opened: Callable[[], AbstractContextManager[Callable[[str], bytes | None]]],
    each: Each,
) -> dict[str, bytes]:
    """What exists of the names; `each` is told in the thread that asked.

    opened: what a thread asks with, one name after another; None: there is none.
    """
    waiting = list(dict.fromkeys(names))[::-1]
    found: dict[str, bytes] = {}
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with opened() as ask:
                while not failures:
                    try:
                        name = waiting.pop()
                    except IndexError:
                        return
                    data = ask(name)
                    if data is not None:
                        found[name] = data
                        each(name, data)
        except BaseException as fault:
            failures.append(fault)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(min(threads, len(waiting)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return found
