"""The life of a pool's processes, in the loop's thread: start, hear, time, end.

Owns: the launcher, the loop and the private folders. Refuses: knowing what is called; `session.py` does.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic

from cigen import __version__
from cigen.errors import PluginError
from cigen.formats.manifest import PROTOCOL
from cigen.host.discovery import InstalledPlugin
from cigen.host.failures import explain_import, explain_start
from cigen.host.launcher import Failed, ForkLauncher, Launcher, Report, Started
from cigen.host.loop import Loop, Timer
from cigen.host.session import Session
from cigen.host.surroundings import Limits, forbid_tracing, is_bundled, make_folder, plugin_order, remove_folder
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, error
from cigen.wire.client import connect

__all__ = ["Deadlines", "Supervisor", "hello"]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds a plugin may take to answer; `end` to exit once it is asked to; `forked`: a standard one's handshake."""

    handshake: float = 3.0
    detect: float = 10.0
    plan: float = 10.0
    generate: float = 30.0
    validate: float = 30.0
    preflight: float = 5.0
    end: float = 0.5
    forked: float = 30.0

    def handshake_of(self, plugin: InstalledPlugin) -> float:
        """A stranger may be no plugin at all and is given up soon; a standard plugin is late on a busy machine only."""
        return max(self.handshake, self.forked) if is_bundled(plugin) else self.handshake


class Supervisor:
    """Processes of sessions. Raises PluginError if nothing can start.

    launcher: what starts them, if it runs already. warm: standard plugins will be among them.
    """

    def __init__(
        self,
        *,
        launcher: Launcher | None,
        warm: bool,
        deadlines: Deadlines,
        limits: Limits,
        workdir: Path | None,
        environ: Mapping[str, str],
    ) -> None:
        self._deadlines = deadlines
        self._environ = environ
        self._limits = limits
        self._sessions: dict[int, Session] = {}
        self._stderr: dict[int, int] = {}
        self._hung_up = False
        self._crash: Diagnostic | None = None
        try:
            self._folder = make_folder(workdir)
            # Its Python starts on the other core, while this one imports grpcio.
            self._launcher: Launcher | None = launcher or ForkLauncher(warm=warm)
        except OSError as why:
            raise PluginError(_no_launcher(str(why))) from why
        self._loop = Loop(self._crashed)
        self._loop.post(self._open)

    def start(self, sessions: Iterable[Session]) -> None:
        """Have processes started. Returns at once. Any thread."""
        for session in sessions:
            self._sessions[session.number] = session
            self._loop.post(lambda session=session: self._launch(session))  # type: ignore[misc]
            if self._crash:
                session.fail(self._crash)
        self._loop.post(_prepare_to_ask)

    def kill(self, number: int) -> None:
        """End a session's process and all of its group. Any thread."""
        launcher = self._launcher
        if launcher:
            launcher.kill(number)

    def after(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Have something done later. Any thread."""
        return self._loop.after(seconds, act)

    def dismiss(self) -> None:
        """Ask all to end. Any thread."""
        self._loop.post(self._hang_up)

    def close(self, sessions: Iterable[Session]) -> None:
        """Ask all to end, wait a moment, kill."""
        self.dismiss()
        patience = monotonic() + self._deadlines.end
        for session in sessions:
            if not session.gone.wait(max(0.0, patience - monotonic())):
                self.kill(session.number)
        for session in sessions:
            session.gone.wait(self._deadlines.end)
        self._loop.stop()
        launcher, self._launcher = self._launcher, None
        if launcher:
            launcher.close()
        for descriptor in self._stderr.values():
            os.close(descriptor)
        remove_folder(self._folder)

    def abandon(self) -> None:
        """End all at once, without the loop, which may wait for a lock that nobody gives back any more."""
        launcher, self._launcher = self._launcher, None
        if launcher:
            launcher.abandon()
        remove_folder(self._folder)

    # -- in the loop's thread ------------------------------------------------------------------------------------------

    def _open(self) -> None:
        forbid_tracing()
        if self._launcher:
            self._loop.watch(self._launcher.fileno(), self._hear_launcher)

    def _launch(self, session: Session) -> None:
        launcher = self._launcher
        if self._hung_up or launcher is None:
            session.fail(_no_launcher("it has ended"))
            return
        number = session.number
        folder = os.path.join(self._folder, str(number))  # noqa: PTH118
        hearing, speaking = os.pipe()
        os.set_blocking(hearing, False)
        self._stderr[number] = hearing
        self._loop.watch(hearing, lambda: self._hear(session))
        try:
            os.mkdir(folder, 0o700)  # noqa: PTH102
            connecting = connect(self._folder, f"{number}.sock", self._limits.answer_bytes, hello(), session.greet)
            session.client, connection = connecting
            with connection:
                order = plugin_order(session.plugin, folder, self._limits, self._environ)
                launcher.launch(number, order, connection.fileno(), speaking)
        except ImportError as why:
            session.fail(explain_import(str(why)))
        except OSError as why:
            session.fail(error("PLUGIN_015", f"{session.plugin.id} cannot be connected to: {why}."))
        finally:
            os.close(speaking)

    def _hear(self, session: Session) -> None:
        descriptor = self._stderr.get(session.number)
        if descriptor is not None and not session.hear(descriptor):
            self._deafen(session)

    def _deafen(self, session: Session) -> None:
        descriptor = self._stderr.pop(session.number, None)
        if descriptor is not None:
            self._loop.unwatch(descriptor)
            os.close(descriptor)

    def _hear_launcher(self) -> None:
        launcher = self._launcher
        reports = launcher.reports() if launcher else None
        if reports is not None:
            for report in reports:
                self._act(report)
            return
        if launcher is None or self._launcher is None:  # abandoned meanwhile
            self._loop.end()
            return
        self._loop.unwatch(launcher.fileno())
        said = launcher.close().strip().splitlines()
        self._launcher = None
        words = said[-1] if said else "it was killed"
        # Of what it cannot import, every process tells alike, whoever was first.
        unimported = words.startswith(("ImportError: ", "ModuleNotFoundError: "))
        self._fail_all(explain_import(words) if unimported else _no_launcher(words))

    def _act(self, report: Report) -> None:
        session = self._sessions[report.plugin]
        if isinstance(report, Started):
            seconds = self._deadlines.handshake_of(session.plugin)
            self._loop.after(seconds, lambda: None if session.settled.is_set() else session.expire("handshake"))
        elif isinstance(report, Failed):
            session.fail(explain_start(session.plugin.id, session.plugin.entry, report.errno))
        else:
            self._hear(session)  # its last words are in the pipe by now
            self._deafen(session)
            session.end(report.status)

    def _hang_up(self) -> None:
        self._hung_up = True
        for session in self._sessions.values():
            session.hang_up()

    def _fail_all(self, why: Diagnostic) -> None:
        for session in list(self._sessions.values()):
            session.fail(why)

    def _crashed(self, why: BaseException) -> None:
        # First what `start` looks at: one that is started meanwhile is told by it, or by us.
        self._crash = _no_launcher(f"{type(why).__name__}: {why}")
        self._fail_all(self._crash)


def _prepare_to_ask() -> None:
    """Import protobuf while plugins start and nobody can be asked anything yet."""
    try:
        from cigen.wire.methods import methods
    except ImportError:
        return  # whoever asks is told
    for method in methods().values():
        method.prepare_to_ask()


def hello() -> bytes:
    """A `Hello` as protobuf writes it. By hand: importing protobuf can wait until the plugins are on their way."""
    version = __version__.encode()
    return bytes([0x08, PROTOCOL, 0x12, len(version)]) + version


def _no_launcher(why: str) -> Diagnostic:
    return error("PLUGIN_015", f"The process that starts plugins does not run: {why}.")
