"""The process that starts plugins, run by `launcher.py` as a script of its own. Only that may import it.

Owns: the life of every plugin process: fork, limits, signals, exit. It has one thread, so a fork is safe, and death
signals hold. For the standard plugins it imports the SDK, h2 and protobuf once and forks without exec; all others are
exec'd. Whoever starts a plugin speaks to it over the socket on descriptor 0; when that closes, all plugins die.
Refuses: any judgement of a plugin, any import that an exec'd plugin does not need before its exec.

Messages are `marshal`led tuples behind a length of four bytes: both ends are the same interpreter.

    to it    ("spawn", id, python, argv, info, folder, env, limits)   with two descriptors: connection, stderr
             ("kill", id)
    from it  ("started", id, pid) or ("failed", id, errno), then ("exited", id, status of wait)
"""

import gc
import marshal
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

__all__ = ["main", "pack", "unpack"]

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def pack(message: tuple[Any, ...]) -> bytes:
    """A message with its length."""
    content = marshal.dumps(message)
    return len(content).to_bytes(4, "big") + content


def unpack(buffer: bytearray) -> list[tuple[Any, ...]]:
    """The whole messages at the front of a buffer, removed from it."""
    found = []
    while len(buffer) >= 4 and len(buffer) >= (end := 4 + int.from_bytes(buffer[:4], "big")):
        found.append(marshal.loads(bytes(buffer[4:end])))  # noqa: S302 - from our own other half
        del buffer[:end]
    return found


def main() -> None:
    """Serve until the core is gone. `sys.argv`: `warm` when standard plugins will be asked for."""
    os.closerange(3, 1 << 20)  # what the core's own parent forgot to close must not reach a plugin
    gc.disable()  # until a plugin enables it: nothing that is imported here ever becomes garbage
    server = _Server(socket.socket(fileno=0), _prctl())
    if "warm" in sys.argv[1:]:
        server.warm()
    server.run()


def _prctl() -> Callable[[int, int], object]:
    """`prctl(option, argument)`, or nothing where the system has none."""
    if sys.platform != "linux":
        return max
    import ctypes

    call = ctypes.CDLL(None).prctl

    def prctl(option: int, argument: int) -> object:
        return call(option, ctypes.c_ulong(argument), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))

    return prctl


def _ignore(*arguments: object) -> None:
    """A signal handler: the wakeup descriptor says what there is to say."""


class _Server:
    """The loop, and the plugins that live."""

    def __init__(self, control: socket.socket, prctl: Callable[[int, int], object]) -> None:
        self.control = control
        self.prctl = prctl
        self.pid = os.getpid()
        self.is_warm = False
        self.shared: list[str] = []
        self.plugins: dict[int, int] = {}
        self.buffer = bytearray()
        self.descriptors: list[int] = []
        self.woken, self.waker = os.pipe()
        os.set_blocking(self.waker, False)
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)
        prctl(_PR_SET_DUMPABLE, 0)

    def warm(self) -> None:
        """Import and work out, once and before the first fork, what every standard plugin needs."""
        if not self.is_warm:
            from cigen.sdk.server import prepare_methods

            prepare_methods()
            from cigen.std.shared import SHARED

            self.shared = list(reversed(SHARED))
            gc.freeze()
            self.is_warm = True

    def load_more(self) -> None:
        """While nobody wants anything: import the next module that several standard plugins need."""
        with suppress(Exception):  # a plugin that cannot import it says so itself
            import_module(self.shared.pop())
        gc.freeze()

    def run(self) -> None:
        poll = select.poll()
        poll.register(self.control.fileno(), select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poll.poll(0 if self.shared else None)]
            if not ready:
                self.load_more()
            if self.woken in ready:
                os.read(self.woken, 4096)
                self.reap()
            if self.control.fileno() in ready:
                self.receive()

    def receive(self) -> None:
        content, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 64)
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        self.descriptors.extend(descriptors)
        if not content:
            for plugin in tuple(self.plugins):
                self.kill(plugin)
            os._exit(0)
        self.buffer += content
        for message in unpack(self.buffer):
            if message[0] == "kill":
                self.kill(message[1])
            else:
                connection, stderr = self.descriptors[:2]
                del self.descriptors[:2]
                self.spawn(message, connection, stderr)

    def send(self, *message: Any) -> None:
        with suppress(BrokenPipeError):  # the end of the socket is seen by the next read
            self.control.sendall(pack(message))

    def kill(self, plugin: int) -> None:
        pid = self.plugins.get(plugin)
        if pid is None:
            return
        # Not yet reaped, so neither the process nor its group can be another's by now.
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)

    def reap(self) -> None:
        for plugin, pid in tuple(self.plugins.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            self.kill(plugin)  # what it left behind in its group
            _, status = os.waitpid(pid, 0)
            del self.plugins[plugin]
            self.send("exited", plugin, status)

    def spawn(self, order: tuple[Any, ...], connection: int, stderr: int) -> None:
        _, plugin, bundled, argv, info, folder, env, limits = order
        if bundled:
            self.warm()
        report, result = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                self.confine(folder, env, limits)
                os.dup2(stderr, 2)
                os.close(stderr)
                os.close(report)
                if bundled:
                    os.close(result)
                    _be_bundled(connection, argv, info)
                else:
                    _be_executable(connection, argv, result)
                os._exit(0)
            finally:
                os._exit(1)
        for descriptor in (result, connection, stderr):
            os.close(descriptor)
        failure = b"" if bundled else os.read(report, 16)  # nothing once the exec has closed the other end
        os.close(report)
        self.plugins[plugin] = pid
        self.send("failed", plugin, int(failure)) if failure else self.send("started", plugin, pid)

    def confine(self, folder: str, env: dict[str, str], limits: dict[str, int]) -> None:
        """All that makes this process less than the server, but for its descriptors."""
        os.setpgid(0, 0)
        self.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.pid:
            os._exit(1)
        self.prctl(_PR_SET_NO_NEW_PRIVS, 1)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        self.control.close()
        for descriptor in (self.woken, self.waker, *self.descriptors):
            os.close(descriptor)
        os.umask(0o077)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        for name, limit in limits.items():
            number = getattr(resource, name)
            highest = resource.getrlimit(number)[1]
            value = limit if highest == resource.RLIM_INFINITY else min(limit, highest)
            resource.setrlimit(number, (value, value))


def _be_executable(connection: int, argv: list[str], result: int) -> None:
    os.dup2(connection, 0)
    os.dup2(connection, 1)
    try:
        os.execve(argv[0], argv, os.environ)  # noqa: S606
    except OSError as why:
        os.write(result, str(why.errno).encode())


def _be_bundled(connection: int, argv: list[str], info: dict[str, Any]) -> None:
    from cigen.model.codec import from_json
    from cigen.model.plans import PluginInfo
    from cigen.sdk.server import load_plugin, serve_plugin

    gc.enable()
    # A request becomes ten thousand values that live as long as its call: to look among them for garbage is in vain.
    gc.set_threshold(100_000)
    # A broken connection is an error to handle, not a signal to die of: as in any Python process.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.open(os.devnull, os.O_RDONLY)  # takes the number 0, where the control socket was
    os.dup2(2, 1)
    sys.argv[:] = argv
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    try:
        serve_plugin(from_json(PluginInfo, info), lambda: load_plugin(argv[0]), connection, os.dup(connection))
    except BaseException:
        import traceback

        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    main()
