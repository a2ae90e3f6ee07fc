"""The plugin's side of gRPC, spoken to frame by frame."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    TrailersReceived,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.wire.server import CallError, NotHttp2Error, serve_connection


class Peer:
    """An HTTP/2 client, and the server it talks to in another thread."""

    def __init__(self) -> None:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(20)
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.asked: list[tuple[str, bytes]] = []
        self.prepared: list[int] = []
        self.error: list[BaseException] = []
        self.thread = threading.Thread(target=self.serve, args=(theirs.detach(),))
        self.thread.start()

    def serve(self, descriptor: int) -> None:
        try:
            serve_connection(descriptor, os.dup(descriptor), self.answer, lambda: self.prepared.append(len(self.asked)))
        except NotHttp2Error as why:
            self.error.append(why)

    def answer(self, path: str, request: bytes) -> bytes:
        self.asked.append((path, request))
        if path == "/fail":
            raise CallError(13, request.decode())
        if path == "/size":
            return bytes(int(request))
        return request[::-1]

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def ask(self, stream: int, path: str, request: bytes) -> None:
        headers = [(":method", "POST"), (":path", path), (":scheme", "http"), (":authority", "localhost")]
        self.h2.send_headers(stream, [*headers, ("content-type", "application/grpc"), ("te", "trailers")])
        body = b"\0" + len(request).to_bytes(4, "big") + request
        for start in range(0, len(body), 16_000):
            self.h2.send_data(stream, body[start : start + 16_000])
        self.h2.end_stream(stream)

    def receive(self, *, acknowledge: bool = True) -> list[Event]:
        data = self.socket.recv(1 << 16)
        events = self.h2.receive_data(data) if data else []
        for event in events:
            if isinstance(event, DataReceived) and acknowledge:
                self.h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
        self.flush()
        return events

    def responses(self, *streams: int) -> dict[int, tuple[bytes, dict[str, str]]]:
        """Body without its prefix, and trailers, of each stream, in the order they ended."""
        bodies = dict.fromkeys(streams, b"")
        headers: dict[int, dict[str, str]] = {stream: {} for stream in streams}
        ended: list[int] = []
        while len(ended) < len(streams):
            for event in self.receive():
                if isinstance(event, DataReceived):
                    bodies[event.stream_id or 0] += event.data or b""
                elif isinstance(event, ResponseReceived | TrailersReceived):
                    headers[event.stream_id or 0] |= dict(event.headers or ())  # type: ignore[arg-type]
                elif isinstance(event, StreamEnded):
                    ended.append(event.stream_id or 0)
        return {stream: (bodies[stream][5:], headers[stream]) for stream in ended}

    def close(self) -> None:
        self.socket.close()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    peer.h2.initiate_connection()
    peer.flush()
    yield peer
    peer.close()


def test_a_call_is_answered_with_status_zero(peer: Peer) -> None:
    peer.ask(1, "/echo", b"abc")
    peer.flush()
    body, headers = peer.responses(1)[1]
    assert body == b"cba"
    assert headers == {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}


def test_an_error_is_a_status_with_its_message_percent_encoded(peer: Peer) -> None:
    peer.ask(1, "/fail", "100% übel\n".encode())
    peer.flush()
    body, headers = peer.responses(1)[1]
    assert body == b""
    assert (headers["grpc-status"], headers["grpc-message"]) == ("13", "100%25 %C3%BCbel%0A")


def test_a_very_long_error_is_cut_to_what_a_header_holds(peer: Peer) -> None:
    peer.ask(1, "/fail", b"x" * 50_000)
    peer.flush()
    assert len(peer.responses(1)[1][1]["grpc-message"]) == 3000


def test_calls_that_arrive_together_are_answered_in_order(peer: Peer) -> None:
    for stream in (1, 3, 5):
        peer.ask(stream, "/echo", b"%d!" % stream)
    peer.flush()
    responses = peer.responses(1, 3, 5)
    assert list(responses) == [1, 3, 5]
    assert [body for body, _ in responses.values()] == [b"!1", b"!3", b"!5"]


def test_the_plugin_prepares_once_after_the_first_answer(peer: Peer) -> None:
    for stream in (1, 3):
        peer.ask(stream, "/echo", b"")
        peer.flush()
        peer.responses(stream)
    assert peer.prepared == [1]


def test_a_large_answer_waits_for_the_window_and_serves_the_rest_later(peer: Peer) -> None:
    peer.ask(1, "/size", b"1000000")
    peer.ask(3, "/echo", b"ab")
    peer.flush()
    received = 0
    while received < 65_535:  # no window is opened: the server must stop here
        received += sum(len(e.data or b"") for e in peer.receive(acknowledge=False) if isinstance(e, DataReceived))
    assert received == 65_535
    peer.h2.acknowledge_received_data(received, 1)
    peer.flush()
    responses = peer.responses(1, 3)
    assert received + len(responses[1][0]) + 5 == 1_000_005
    assert responses[3][0] == b"ba"


def test_a_call_that_is_cancelled_in_mid_answer_does_not_stop_the_next(peer: Peer) -> None:
    peer.ask(1, "/size", b"1000000")
    peer.flush()
    received = 0
    while received < 65_535:
        received += sum(len(e.data or b"") for e in peer.receive(acknowledge=False) if isinstance(e, DataReceived))
    peer.h2.reset_stream(1)
    peer.h2.increment_flow_control_window(received)
    peer.ask(3, "/echo", b"ab")
    peer.flush()
    assert peer.responses(3)[3][0] == b"ba"


def test_a_call_that_is_cancelled_before_it_is_whole_is_forgotten(peer: Peer) -> None:
    headers = [(":method", "POST"), (":path", "/echo"), (":scheme", "http"), (":authority", "localhost")]
    peer.h2.send_headers(1, headers)
    peer.h2.send_data(1, b"\0\0\0")
    peer.h2.reset_stream(1)
    peer.ask(3, "/echo", b"ab")
    peer.flush()
    assert peer.responses(3)[3][0] == b"ba"
    assert [path for path, _ in peer.asked] == ["/echo"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"", "13"), (b"\0\0\0\0\5abc", "13"), (b"\0\0\0\0\1abc", "13"), (b"\1\0\0\0\1a", "12")]
)
def test_a_body_that_is_not_one_plain_message_is_refused(peer: Peer, body: bytes, status: str) -> None:
    headers = [(":method", "POST"), (":path", "/echo"), (":scheme", "http"), (":authority", "localhost")]
    peer.h2.send_headers(1, headers)
    peer.h2.send_data(1, body, end_stream=True)
    peer.flush()
    assert peer.responses(1)[1][1]["grpc-status"] == status
    assert peer.asked == []


def test_what_was_asked_before_a_half_close_is_still_answered(peer: Peer) -> None:
    peer.ask(1, "/echo", b"abc")
    peer.flush()
    peer.socket.shutdown(socket.SHUT_WR)
    data = b""
    while chunk := peer.socket.recv(1 << 16):
        data += chunk
    bodies = [event.data for event in peer.h2.receive_data(data) if isinstance(event, DataReceived)]
    assert bodies == [b"\0\0\0\0\3cba"]


def test_a_goodbye_ends_the_server(peer: Peer) -> None:
    peer.h2.close_connection()
    peer.flush()
    peer.thread.join(20)
    assert not peer.thread.is_alive()
    assert peer.error == []


def test_a_hang_up_in_mid_request_ends_the_server(peer: Peer) -> None:
    peer.ask(1, "/echo", b"x" * 60_000)
    peer.socket.sendall(peer.h2.data_to_send()[:30_000])
    peer.close()
    assert peer.error == []
    assert peer.asked == []


def test_a_frame_that_makes_no_sense_ends_the_server_with_an_error(peer: Peer) -> None:
    peer.socket.sendall(b"\0\0\1\0\0\0\0\0\0x")  # data on stream 0
    peer.thread.join(20)
    assert not peer.thread.is_alive()
    assert len(peer.error) == 1


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=40_000), min_size=1, max_size=4), st.integers(1, 5000))
def test_requests_may_arrive_in_pieces_of_any_size(requests: list[bytes], piece: int) -> None:
    peer = Peer()
    peer.h2.initiate_connection()
    total = 0
    streams = range(1, 2 * len(requests), 2)
    for stream, request in zip(streams, requests, strict=True):
        total += len(request) + 5
        if total <= 65_535:
            peer.ask(stream, "/echo", request)
    sent = [stream for stream in streams if stream in peer.h2.streams]
    data = peer.h2.data_to_send()
    for start in range(0, len(data), piece):
        peer.socket.sendall(data[start : start + piece])
    responses = peer.responses(*sent)
    assert [responses[stream][0] for stream in sent] == [requests[stream // 2][::-1] for stream in sent]
    peer.close()
