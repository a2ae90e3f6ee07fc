"""One answer after another on one connection: none is cut short, and none is taken for that of another request."""

import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from cigen.proof.connection import Connection
from cigen.proof.stores import StoreFaultError

Serve = Callable[..., Connection]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve([first, second], …)`: a connection to a server that takes so many, answers each one's requests so, and
    hangs up.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        threads: list[threading.Thread] = []

        def start(*connections: list[bytes]) -> Connection:
            def work() -> None:
                for answers in connections:
                    client, _ = listener.accept()
                    with client:
                        client.settimeout(10)
                        for answer in answers:
                            request = b""
                            while not request.endswith(b"body" if request.startswith(b"PUT") else b"\r\n\r\n"):
                                part = client.recv(65_536)
                                assert part, "the client hung up"
                                request += part
                            client.sendall(answer)

            threads.append(threading.Thread(target=work))
            threads[-1].start()
            return Connection(urlsplit(f"http://127.0.0.1:{listener.getsockname()[1]}"), {}, 10)

        yield start
        for one in threads:
            one.join()


def head(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


OK = "HTTP/1.1 200 OK"
CHUNKED = "Transfer-Encoding: chunked"
NEXT = head(OK, "Content-Length: 4") + b"next"


@pytest.mark.parametrize(
    "answer",
    [
        head(OK, "Content-Length: 3") + b"abc",
        head(OK, "date: now", "content-length:3") + b"abc",
        head("HTTP/1.1 200", "Content-Length: 3") + b"abc",
        b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
        head(OK, "TRANSFER-ENCODING: Chunked") + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        head(OK, CHUNKED, "Content-Length: 1") + b"3\r\nabc\r\n0\r\n\r\n",
        head("HTTP/1.1 100 Continue")
        + head("HTTP/1.1 103 Early Hints", "Link: x")
        + head(OK, "Content-Length: 3")
        + b"abc",
    ],
)
def test_an_answer_ends_where_it_says_and_the_next_begins_there(answer: bytes, serve: Serve) -> None:
    with serve([answer, NEXT]) as connection:
        assert connection.get("a", 10) == b"abc"
        assert connection.get("b", 10) == b"next"


@pytest.mark.parametrize(
    "answer",
    [
        head(OK) + b"abc",
        head("HTTP/1.0 200 OK") + b"abc",
        head("HTTP/1.0 200 OK", "Content-Length: 3", "Connection: keep-alive") + b"abc",
        head(OK, "Content-Length: 3", "Connection: x, Close") + b"abc",
    ],
)
def test_after_an_answer_that_ends_the_connection_the_next_is_asked_on_a_new_one(answer: bytes, serve: Serve) -> None:
    with serve([answer], [NEXT]) as connection:
        assert connection.get("a", 10) == b"abc"
        assert connection.get("b", 10) == b"next"


@pytest.mark.parametrize("status", ["404 Not Found", "404"])
def test_what_is_not_there_is_nothing_and_its_text_is_not_taken_for_the_next_answer(status: str, serve: Serve) -> None:
    with serve([head(f"HTTP/1.1 {status}", "Content-Length: 9") + b"Not found", NEXT]) as connection:
        assert connection.get("a", 10) is None
        assert connection.get("b", 10) == b"next"


def test_what_is_too_long_is_empty_and_its_rest_is_not_taken_for_the_next_answer(serve: Serve) -> None:
    with serve([head(OK, "Content-Length: 100") + NEXT], [NEXT]) as connection:
        assert connection.get("a", 10) == b""
        assert connection.get("b", 10) == b"next"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate",
        b"HTTP/1.1 200 OK\r\nno field\r\n\r\nabc",
        b"HTTP/2 200\r\n\r\nabc",
        b"HTTP/1.1 2000 OK\r\n\r\nabc",
        b"HTTP/1.1 200OK\r\n\r\nabc",
        b"x" * 70_000,
        head(OK, "X: " + "x" * 70_000) + b"abc",
        head(OK, *["X: x"] * 100, "Content-Length: 3") + b"abc",
        head(OK, "Content-Length: 4") + b"abc",
        head(OK, "Content-Length: -3") + b"abc",
        head(OK, "Content-Length: 3x") + b"abc",
        head(OK, "Content-Length: " + "9" * 5_000) + b"abc",
        head(OK, "Content-Length:") + b"abc",
        head(OK, "Content-Length: 3", "Content-Length: 3") + b"abc",
        head(OK, "Content-Length: 3", "Content-Length: 2") + b"abc",
        head(OK, "Transfer-Encoding: gzip, chunked") + b"3\r\nabc\r\n0\r\n\r\n",
        head(OK, CHUNKED, CHUNKED) + b"3\r\nabc\r\n0\r\n\r\n",
        head(OK, CHUNKED) + b"abc",
        head(OK, CHUNKED) + b"3\r\nab",
        head("HTTP/1.1 100 Continue"),
    ],
)
def test_s17_an_answer_that_is_not_whole_or_ends_nobody_knows_where_is_a_fault(answer: bytes, serve: Serve) -> None:
    with serve([answer]) as connection, pytest.raises(StoreFaultError):
        connection.get("a", 10)


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial Content", "302 Found", "304 Not Modified", "500"])
def test_s17_an_answer_that_is_neither_yes_nor_no_is_a_fault(status: str, serve: Serve) -> None:
    answer = head(f"HTTP/1.1 {status}", "Content-Length: 0")
    with serve([answer]) as connection, pytest.raises(StoreFaultError, match=status[:3]):
        connection.get("a", 10)


@pytest.mark.parametrize(("status", "written"), [("200", True), ("201", True), ("204", True), ("412", False)])
def test_a_write_tells_whether_it_was_made_and_the_next_request_has_its_own_answer(
    status: str, written: bool, serve: Serve
) -> None:
    length = [] if status == "204" else ["Content-Length: 2"]
    answer = head(f"HTTP/1.1 {status} X", *length) + (b"" if status == "204" else b"OK")
    with serve([answer, NEXT]) as connection:
        assert connection.put("a", b"body", {"If-None-Match": "*"}) is written
        assert connection.get("b", 10) == b"next"
