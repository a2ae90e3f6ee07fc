"""How a plugin becomes a process: the seam in front of the exec.

Owns: the `Launcher` protocol, which a sandbox implements too, and the one launcher there is today, a fork server that
limits what a process may use but not what it may see. Refuses: the plugin's connection; that is `session.py`.
"""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from cigen.host.forkserver import pack, unpack
from cigen.model.dataclass import dataclass

__all__ = ["Exited", "Failed", "ForkLauncher", "Launcher", "Order", "Report", "Started"]


@dataclass(frozen=True, slots=True)
class Order:
    """One plugin to start. `info`: for a standard plugin, what its handshake says, as `model.codec` writes it."""

    argv: tuple[str, ...]
    folder: str
    env: Mapping[str, str]
    limits: Mapping[str, int]
    """Names as in the module `resource`."""
    info: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The process exists and runs the plugin's code."""

    plugin: int
    pid: int


@dataclass(frozen=True, slots=True)
class Failed:
    """There is nothing to run."""

    plugin: int
    errno: int


@dataclass(frozen=True, slots=True)
class Exited:
    """The process is gone, and all of its group. `status` as `os.waitpid` gives it."""

    plugin: int
    status: int


Report = Started | Failed | Exited


class Launcher(Protocol):
    """Starts processes, kills them, tells how they ended. One thread uses it, but for `kill`."""

    def launch(self, plugin: int, order: Order, connection: int, stderr: int) -> None:
        """Start a process with these descriptors, which stay the caller's. What came of it is a report."""

    def kill(self, plugin: int) -> None:
        """End a process and its group at once, if it lives. Any thread."""

    def fileno(self) -> int:
        """Readable when there are reports."""

    def reports(self) -> Sequence[Report] | None:
        """What happened since; None when the launcher itself is gone."""

    def close(self) -> str:
        """End all processes and the launcher; what it had to say about itself."""

    def abandon(self) -> None:
        """End all processes and the launcher while another thread may be using it. Nothing else may follow."""


class ForkLauncher:
    """Starts processes through `forkserver.py`. `warm`: standard plugins will be among them."""

    def __init__(self, *, warm: bool) -> None:
        ours, theirs = socket.socketpair()
        complaints, stderr = os.pipe()
        self._control = ours
        self._complaints = complaints
        self._buffer = bytearray()
        self._sending = Lock()
        environ = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        try:
            self._pid = os.posix_spawn(
                sys.executable,
                _server_command(warm),
                environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, stderr, 2),
                ],
                setpgroup=0,
            )
        except OSError:
            ours.close()
            os.close(complaints)
            raise
        finally:
            theirs.close()
            os.close(stderr)

    def launch(self, plugin: int, order: Order, connection: int, stderr: int) -> None:
        info = None if order.info is None else dict(order.info)
        message = (
            "spawn",
            plugin,
            info is not None,
            list(order.argv),
            info,
            order.folder,
            dict(order.env),
            dict(order.limits),
        )
        self._send(message, [connection, stderr])

    def kill(self, plugin: int) -> None:
        self._send(("kill", plugin), [])

    def fileno(self) -> int:
        return self._control.fileno()

    def reports(self) -> Sequence[Report] | None:
        try:
            content = self._control.recv(1 << 16)
        except ConnectionResetError:
            content = b""
        if not content:
            return None
        self._buffer += content
        kinds: dict[str, Any] = {"started": Started, "failed": Failed, "exited": Exited}
        return [kinds[kind](*rest) for kind, *rest in unpack(self._buffer)]

    def close(self) -> str:
        with self._sending:
            self._control.close()
        said = self._wait()
        os.close(self._complaints)
        return said.decode("utf-8", "replace")

    def abandon(self) -> None:
        with suppress(OSError):
            # A descriptor that another thread waits for is not closed by closing it.
            self._control.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):  # `close` was under way
            self._wait()

    def _wait(self) -> bytes:
        """It closes its end of the complaints when it is gone: as soon as it sees that the control socket is."""
        said = bytearray()
        while content := os.read(self._complaints, 1 << 16):
            said += content
        with suppress(ChildProcessError):  # another thread, which abandons it, was told
            os.waitpid(self._pid, 0)
        return bytes(said)

    def _send(self, message: tuple[Any, ...], descriptors: list[int]) -> None:
        content = pack(message)
        with self._sending, suppress(BrokenPipeError, ConnectionResetError):  # `reports` tells
            if self._control.fileno() < 0:
                return  # the loop has closed it meanwhile: all that was started has ended
            sent = socket.send_fds(self._control, [content], descriptors)
            self._control.sendall(content[sent:])


def _server_command(warm: bool) -> list[str]:
    """A Python without site, environment or user's paths that finds what this one finds: it starts in half the time."""
    root = str(Path(__file__).resolve().parents[2])
    path = [root, *(entry for entry in sys.path if Path(entry).is_absolute() and entry != root)]
    code = f"import sys; sys.path.extend({path!r}); from cigen.host.forkserver import main; main()"
    return [sys.executable, "-ISE", "-X", "frozen_modules=on", "-c", code, *(["warm"] if warm else [])]
