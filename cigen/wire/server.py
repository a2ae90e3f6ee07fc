"""A plugin's side of gRPC: unary calls over one HTTP/2 connection on a pair of descriptors.

Owns: frames, flow control, gRPC's five-byte prefix and its trailers. Refuses: knowing what a call means; `answer` does.
It is one thread and answers one call after the other. It works on a socket, which both descriptors are, and on two
pipes. Windows stay at HTTP/2's 64 KB: with more, a client's deadline does not fire while a large request is stuck.
"""

import os
import select
from collections import deque
from collections.abc import Callable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError, StreamClosedError

__all__ = ["CallError", "NotHttp2Error", "serve_connection"]

INVALID_ARGUMENT = 3
UNIMPLEMENTED = 12
INTERNAL = 13

_READ = 1 << 18
_WRITE = 1 << 16
_MESSAGE = 3000
"""Bytes of an error's text that fit into a header."""


class CallError(Exception):
    """A call's gRPC status other than OK."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotHttp2Error(Exception):
    """What arrives on the connection makes no sense."""


class _HangUp(Exception):  # noqa: N818 - the ordinary end of a connection
    """The core is gone."""


def serve_connection(
    read_fd: int, write_fd: int, answer: Callable[[str, bytes], bytes], prepare: Callable[[], None]
) -> None:
    """Answer calls until the other side hangs up. `answer`: path and request to response, or CallError.

    `prepare` is called once, when the first answer is on its way and nothing else waits. Raises NotHttp2Error.
    """
    connection = _Connection(read_fd, write_fd, answer)
    try:
        connection.serve(prepare)
    except _HangUp:
        return
    finally:
        os.close(read_fd)
        os.close(write_fd)


class _Call:
    """A request as it arrives."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.chunks: list[bytes] = []

    def request(self) -> bytes:
        """The one message of the body. Raises CallError."""
        body = b"".join(self.chunks)
        if len(body) < 5 or len(body) != 5 + int.from_bytes(body[1:5], "big"):
            raise CallError(INTERNAL, "the request is not one whole message")
        if body[0]:
            raise CallError(UNIMPLEMENTED, "compressed messages are not supported")
        return body[5:]


class _Connection:
    """HTTP/2 state, and the calls in flight."""

    def __init__(self, read_fd: int, write_fd: int, answer: Callable[[str, bytes], bytes]) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.answer = answer
        self.arriving: dict[int, _Call] = {}
        self.complete: deque[int] = deque()
        self.ended = False
        config = H2Configuration(
            client_side=False,
            header_encoding=None,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.h2 = H2Connection(config)

    def serve(self, prepare: Callable[[], None]) -> None:
        self.h2.initiate_connection()
        self.flush()
        prepared = False
        while not self.ended or self.complete:
            if not self.complete:
                self.receive()
                continue
            self.respond(self.complete.popleft())
            if not (prepared or self.complete):
                prepared = True
                prepare()

    def receive(self) -> None:
        """Read once and act on what came. Raises _HangUp when there is nothing left to do."""
        data = _read(self.read_fd)
        if not data:
            self.ended = True
            if not self.complete:
                raise _HangUp
            return
        try:
            events = self.h2.receive_data(data)
        except ProtocolError as why:
            self.flush()
            raise NotHttp2Error(str(why)) from None
        for event in events:
            self.act(event)
        self.flush()

    def act(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            headers = dict(event.headers or ())
            self.arriving[event.stream_id or 0] = _Call(headers.get(b":path", b"").decode("ascii", "replace"))
        elif isinstance(event, DataReceived):
            if event.stream_id in self.arriving:
                self.arriving[event.stream_id].chunks.append(event.data or b"")
            self.h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)
        elif isinstance(event, StreamEnded) and event.stream_id in self.arriving:
            self.complete.append(event.stream_id)
        elif isinstance(event, StreamReset):
            self.arriving.pop(event.stream_id or 0, None)
        elif isinstance(event, ConnectionTerminated):
            self.ended = True

    def respond(self, stream: int) -> None:
        call = self.arriving.get(stream)
        if call is None:
            return
        try:
            content = self.answer(call.path, call.request())
        except CallError as why:
            status, message, content = why.code, why.message, None
        else:
            status, message = 0, ""
        try:
            self.send(stream, content, status, message)
        except StreamClosedError:
            pass  # the core no longer wants it
        finally:
            self.arriving.pop(stream, None)

    def send(self, stream: int, content: bytes | None, status: int, message: str) -> None:
        headers = [(b":status", b"200"), (b"content-type", b"application/grpc")]
        trailers = [(b"grpc-status", str(status).encode())]
        if message:
            trailers.append((b"grpc-message", _percent_encoded(message)))
        if content is None:
            self.h2.send_headers(stream, headers + trailers, end_stream=True)
        else:
            self.h2.send_headers(stream, headers)
            self.send_body(stream, b"\0" + len(content).to_bytes(4, "big"), content)
            self.h2.send_headers(stream, trailers, end_stream=True)
        self.flush()

    def send_body(self, stream: int, prefix: bytes, content: bytes) -> None:
        rest = memoryview(prefix + content)
        pending = 0
        while rest:
            size = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(rest))
            if size:
                self.h2.send_data(stream, bytes(rest[:size]))
                rest = rest[size:]
                pending += size
            if not size or pending >= _WRITE:
                self.flush()
                pending = 0
            if not size:
                if self.ended:
                    raise _HangUp
                self.receive()
                if stream not in self.arriving:
                    raise StreamClosedError(stream)

    def flush(self) -> None:
        rest = memoryview(self.h2.data_to_send())
        while rest:
            rest = rest[_write(self.write_fd, rest) :]


def _read(fd: int) -> bytes:
    while True:
        try:
            return os.read(fd, _READ)
        except BlockingIOError:
            select.select([fd], [], [])
        except ConnectionResetError:
            return b""


def _write(fd: int, data: memoryview) -> int:
    while True:
        try:
            return os.write(fd, data)
        except BlockingIOError:
            select.select([], [fd], [])
        except (BrokenPipeError, ConnectionResetError):
            raise _HangUp from None


def _percent_encoded(message: str) -> bytes:
    """gRPC's spelling of a status message: printable ASCII, the rest as %XX."""
    content = message.encode("utf-8", "replace")[:_MESSAGE]
    return b"".join(bytes([c]) if 0x20 <= c <= 0x7E and c != 0x25 else b"%%%02X" % c for c in content)
