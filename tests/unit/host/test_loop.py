"""The loop does what it is told, when it is told."""

import os
import threading
from collections.abc import Iterator

import pytest

from cigen.host.loop import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop(lambda why: None)
    yield loop
    loop.stop()


def test_what_is_posted_is_done_in_order_in_another_thread(loop: Loop) -> None:
    done: list[tuple[int, int]] = []
    finished = threading.Event()
    for number in range(100):
        loop.post(lambda number=number: done.append((number, threading.get_ident())))  # type: ignore[misc]
    loop.post(finished.set)
    assert finished.wait(10)
    assert [number for number, _ in done] == list(range(100))
    assert {thread for _, thread in done} != {threading.get_ident()}


def test_timers_fire_in_the_order_of_their_moments_unless_cancelled(loop: Loop) -> None:
    done: list[str] = []
    finished = threading.Event()
    loop.after(0.03, lambda: (done.append("late"), finished.set()))  # type: ignore[func-returns-value]
    loop.after(0.01, lambda: done.append("early"))
    loop.after(0.02, lambda: done.append("never")).cancel()
    assert finished.wait(10)
    assert done == ["early", "late"]


def test_a_descriptor_is_watched_until_it_is_not(loop: Loop) -> None:
    reader, writer = os.pipe()
    heard: list[bytes] = []
    finished = threading.Event()

    def hear() -> None:
        heard.append(os.read(reader, 10))
        if heard[-1] == b"":
            loop.unwatch(reader)
            finished.set()

    loop.post(lambda: loop.watch(reader, hear))
    os.write(writer, b"hello")
    os.close(writer)
    assert finished.wait(10)
    assert b"".join(heard) == b"hello"
    assert heard.count(b"") == 1
    os.close(reader)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_in_a_callback_is_reported_before_the_thread_ends() -> None:
    found: list[BaseException] = []
    crashed = threading.Event()

    def tell(why: BaseException) -> None:
        found.append(why)
        crashed.set()

    loop = Loop(tell)
    loop.post(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    assert crashed.wait(10)
    assert isinstance(found[0], ZeroDivisionError)
    loop.stop()
