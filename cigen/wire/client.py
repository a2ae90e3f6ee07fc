"""The core's side of gRPC: a channel whose other end is handed to a plugin.

Owns: grpcio. It can only dial an address, so it dials a socket that exists for a moment in a private folder, and what
is accepted there becomes the plugin's standard input and output. Refuses: deciding what a failure means; `host` does.
"""

import os
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from cigen.late import forget_late, import_late

__all__ = ["CallFailed", "Client", "connect", "import_grpc"]

_HANDSHAKE = "/cigen.plugin.v1.Plugin/Handshake"
_DIAL = 10.0
"""Seconds for grpcio to reach a socket of its own process."""

_PATH_BYTES = 100
"""A unix socket's path may not be longer than 107 bytes."""


class CallFailed(Exception):  # noqa: N818 - a fact, that `host` turns into an error
    """A call that ended without an answer: gRPC's name of the status, and its text."""

    def __init__(self, code: str, details: str) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details


def import_grpc() -> Any:
    """grpcio, silenced: what it writes to standard error means nothing to a user of cig."""
    wanted = {"GRPC_VERBOSITY": "NONE", "GRPC_ENABLE_FORK_SUPPORT": "0"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update({name: value for name, value in wanted.items() if before[name] is None})
    unused = () if "grpc" in sys.modules else ("asyncio", "grpc.aio")
    import_late(*unused)
    try:
        import grpc
    finally:
        forget_late(*unused)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
    return grpc


class Client:
    """The channel to one plugin. Calls may come from any thread."""

    def __init__(self, channel: Any, grpc: Any) -> None:
        self._channel = channel
        self._grpc = grpc

    def handshake(self, hello: bytes, done: Callable[[bytes | CallFailed], None]) -> None:
        """Ask who is there. `done` is called from a thread of grpcio. It is the caller who keeps the time."""

        def finish(future: Any) -> None:
            try:
                done(future.result())
            except self._grpc.RpcError as why:
                done(self._failed(why))
            except self._grpc.FutureCancelledError:
                done(CallFailed("CANCELLED", "the channel was closed"))

        self._channel.unary_unary(_HANDSHAKE).future(hello).add_done_callback(finish)

    def ask(self, path: str, request: bytes, timeout: float, done: Callable[[], None]) -> Callable[[], bytes]:
        """Send a request. What is returned waits for the response, or raises CallFailed.

        `done` is called, from a thread of grpcio, as soon as there is one or the other. Raises CallFailed.
        """
        try:
            future = self._channel.unary_unary(path).future(request, timeout=timeout)
        except ValueError as why:  # what grpcio says of a channel that was closed meanwhile
            raise CallFailed("CANCELLED", str(why)) from None
        future.add_done_callback(lambda _: done())

        def response() -> bytes:
            try:
                answer: bytes = future.result()
            except self._grpc.RpcError as why:
                raise self._failed(why) from None
            except self._grpc.FutureCancelledError:
                raise CallFailed("CANCELLED", "the channel was closed") from None
            return answer

        return response

    def close(self) -> None:
        """Hang up. Twice is no mistake."""
        self._channel.close()

    def _failed(self, why: Any) -> CallFailed:
        return CallFailed(why.code().name, why.details() or "")


def connect(
    folder: str,
    name: str,
    answer_bytes: int,
    hello: bytes,
    done: Callable[[bytes | CallFailed], None],
) -> tuple[Client, socket.socket]:
    """A channel with its handshake under way, and the plugin's end of it. `folder` is open to nobody else."""
    grpc = import_grpc()
    path = os.path.join(folder, name)
    directory = -1
    if len(os.fsencode(path)) > _PATH_BYTES:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        path = f"/proc/self/fd/{directory}/{name}"
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(_DIAL)
        client = Client(grpc.insecure_channel(f"unix:{path}", options=_options(answer_bytes)), grpc)
        try:
            # The handshake makes grpcio dial; asking it to wait until it is connected would make it poll.
            client.handshake(hello, done)
            return client, _accept(listener)
        except BaseException:
            client.close()
            raise
    finally:
        listener.close()
        os.unlink(path)
        if directory >= 0:
            os.close(directory)


def _accept(listener: socket.socket) -> socket.socket:
    """The connection that this very process made."""
    while True:
        connection, _ = listener.accept()
        if not hasattr(socket, "SO_PEERCRED"):
            return connection
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        if struct.unpack("3i", peer)[0] == os.getpid():
            connection.setblocking(True)
            return connection
        connection.close()


def _options(answer_bytes: int) -> list[tuple[str, Any]]:
    return [
        ("grpc.default_authority", "localhost"),
        ("grpc.enable_http_proxy", 0),
        ("grpc.enable_retries", 0),
        ("grpc.max_receive_message_length", answer_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.use_local_subchannel_pool", 1),
    ]
