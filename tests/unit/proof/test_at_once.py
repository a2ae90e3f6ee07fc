"""Many names asked at once: each one once, and the first failure ends the rest."""

import threading

import pytest

from cigen.proof import at_once
from cigen.proof.at_once import fetch_all
from cigen.proof.stores import ignore


def test_every_name_is_asked_once_and_what_exists_is_found() -> None:
    asked: list[str] = []

    def ask(name: str) -> bytes | None:
        asked.append(name)
        return name.encode() if name.endswith("1") else None

    names = [str(number) for number in range(100)]
    told: list[tuple[str, bytes]] = []
    found = fetch_all([*names, "1"], ask, lambda name, data: told.append((name, data)))
    assert found == {name: name.encode() for name in names if name.endswith("1")}
    assert sorted(told) == sorted(found.items())
    assert sorted(asked) == sorted(names)


def test_an_answer_is_told_while_others_are_waited_for() -> None:
    told = threading.Event()

    def ask(name: str) -> bytes | None:
        if name == "late":
            assert told.wait(30)
        return b""

    assert len(fetch_all(["early", "late"], ask, lambda name, data: told.set())) == 2


def test_no_more_threads_than_said_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE", 3)
    asking = set[int]()
    together = threading.Barrier(3, timeout=30)

    def ask(name: str) -> bytes | None:
        if threading.get_ident() not in asking:
            asking.add(threading.get_ident())
            together.wait()
        return b""

    assert len(fetch_all(map(str, range(100)), ask, ignore)) == 100
    assert len(asking) == 3
    assert fetch_all([], ask, ignore) == {}


def test_the_first_failure_ends_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE", 2)
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
        fetch_all(map(str, range(1000)), ask, ignore)
    assert set(asked) <= {"0", "1"}


def test_what_cannot_be_told_is_a_failure() -> None:
    def refuse(name: str, data: bytes) -> None:
        raise KeyError(name)

    with pytest.raises(KeyError, match="a"):
        fetch_all(["a"], str.encode, refuse)


@pytest.mark.parametrize(("slow", "threads"), [((), 2), ((0, 1), 2), ((2,), 4), ((3, 4), 2)])
def test_more_threads_ask_a_store_that_is_far_away(
    slow: tuple[int, ...], threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock on which these requests of each thread take a second, and others no time."""
    own = threading.local()

    def clock() -> float:
        own.looks = getattr(own, "looks", -1) + 1
        request, ended = divmod(own.looks, 2)
        return ended if request in slow else 0.0

    monkeypatch.setattr(at_once, "monotonic", clock)
    monkeypatch.setattr(at_once, "AT_ONCE", 4)
    monkeypatch.setattr(at_once, "NEARBY", 2)
    asked: dict[int, int] = {}
    all_there = threading.Event()

    def ask(name: str) -> bytes | None:
        own = threading.get_ident()
        asked[own] = asked.get(own, 0) + 1
        if len(asked) == threads:
            all_there.set()
        if asked[own] > 3:
            assert all_there.wait(30)
        return b""

    assert len(fetch_all(map(str, range(100)), ask, ignore)) == 100
    assert len(asked) == threads


def test_a_thread_that_nobody_needed_is_not_waited_for() -> None:
    count = at_once.AT_ONCE + 1
    found = fetch_all(map(str, range(count)), str.encode, ignore)
    assert len(found) == count
