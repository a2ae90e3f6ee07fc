"""Many names asked at once: each one once, and the first failure ends the rest."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from cigen.proof.at_once import fetch_all
from cigen.proof.stores import ignore


def test_every_name_is_asked_once_and_what_exists_is_found() -> None:
    asked: list[str] = []

    def ask(name: str) -> bytes | None:
        asked.append(name)
        return name.encode() if name.endswith("1") else None

    names = [str(number) for number in range(100)]
    told: list[tuple[str, bytes]] = []
    found = fetch_all([*names, "1"], 8, lambda: nullcontext(ask), lambda name, data: told.append((name, data)))
    assert found == {name: name.encode() for name in names if name.endswith("1")}
    assert sorted(told) == sorted(found.items())
    assert sorted(asked) == sorted(names)


def test_an_answer_is_told_while_others_are_waited_for() -> None:
    told = threading.Event()

    def ask(name: str) -> bytes | None:
        if name == "late":
            assert told.wait(30)
        return b""

    assert len(fetch_all(["early", "late"], 2, lambda: nullcontext(ask), lambda name, data: told.set())) == 2


def test_no_more_threads_than_said_ask_and_each_lets_go_of_what_it_asked_with() -> None:
    opened, closed = [], []

    @contextmanager
    def open_one() -> Iterator[Callable[[str], bytes | None]]:
        opened.append(threading.get_ident())
        yield lambda name: b""
        closed.append(threading.get_ident())

    assert len(fetch_all(map(str, range(100)), 3, open_one, ignore)) == 100
    assert (len(opened), sorted(closed)) == (3, sorted(opened))
    assert fetch_all([], 3, open_one, ignore) == {}


def test_the_first_failure_ends_the_rest() -> None:
    asked: list[str] = []
    failing: list[threading.Thread] = []
    failed = threading.Event()

    def ask(name: str) -> bytes | None:
        asked.append(name)
        if name == "0":
            failing.append(threading.current_thread())
            failed.set()
            raise ValueError("no more")
        failed.wait(30)
        failing[0].join(30)
        return b""

    with pytest.raises(ValueError, match="no more"):
        fetch_all(map(str, range(1000)), 2, lambda: nullcontext(ask), ignore)
    assert set(asked) <= {"0", "1"}


def test_what_cannot_be_opened_or_told_is_a_failure() -> None:
    def open_none() -> nullcontext[Callable[[str], bytes | None]]:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        fetch_all(["a"], 2, open_none, ignore)

    def refuse(name: str, data: bytes) -> None:
        raise KeyError(name)

    with pytest.raises(KeyError, match="a"):
        fetch_all(["a"], 2, lambda: nullcontext(str.encode), refuse)
