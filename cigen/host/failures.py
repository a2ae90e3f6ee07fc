"""What to tell the user when a plugin fails: one diagnostic, which names the plugin and what it did.

Owns: the classification of failures and their words. Refuses: noticing them. Every way to fail in docs/protocol.md,
"What can go wrong", is one branch here.
"""

import os
import signal
from errno import E2BIG, EACCES, ENOENT, ENOEXEC, ENOTDIR
from importlib import import_module
from pathlib import Path

from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, error
from cigen.wire.client import CallFailed

__all__ = ["Circumstances", "connection_lost", "explain_failure", "explain_import", "explain_start"]

_MACHINES = {3: "x86", 8: "mips", 21: "ppc64", 22: "s390", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known when a call has failed. `call`: a hook, or `handshake`."""

    plugin: str
    call: str
    failed: CallFailed
    deadline: float
    late: bool
    """The deadline passed, whatever status the plugin or grpcio made of it."""
    status: int | None
    """How the process ended, as `os.waitpid` gives it; None while it lives."""
    last_words: str = ""
    answer_bytes: int = 0


def connection_lost(failed: CallFailed) -> bool:
    """Whether a call failed because the connection did, in one of the ways that grpcio has of saying so."""
    if failed.code in ("UNKNOWN", "INTERNAL"):
        return failed.details.startswith(("Stream removed", "Received RST_STREAM"))
    return failed.code in ("UNAVAILABLE", "CANCELLED")


def explain_failure(known: Circumstances) -> Diagnostic:
    """Why a call got no answer."""
    code, details = known.failed.code, known.failed.details
    if known.late or code == "DEADLINE_EXCEEDED":
        return _late(known)
    # A plugin that wrote something else ends because nobody listens any more: that is not the reason.
    if known.status is not None and not ("HTTP" in details and connection_lost(known.failed)):
        how = _ending(known.status)
        message = f"{known.plugin} stopped before it answered {known.call}: it {how}."
        return error("PLUGIN_007", message, hint=_words(known))
    if code == "RESOURCE_EXHAUSTED" and "larger than max" in details:
        most = known.answer_bytes >> 20
        return error("PLUGIN_013", f"The answer of {known.plugin} to {known.call} is larger than {most} MB.")
    if connection_lost(known.failed):
        message = f"{known.plugin} broke the connection instead of answering {known.call}: {_what_broke(details)}."
        hint = _words(known) or "only the protocol may be written to standard output; logs belong on standard error"
        return error("PLUGIN_009", message, hint=hint)
    if code == "UNIMPLEMENTED":
        message = f"{known.plugin} does not answer {known.call}: {details}."
        return error("PLUGIN_012", message, hint="list in its manifest only the hooks it has")
    message = f"{known.plugin} failed in {known.call}: {details or code}"
    # Beside what it says itself, its standard error adds nothing, and may or may not have arrived yet.
    hint = "" if details else _words(known)
    return error("PLUGIN_012", message if message.endswith(".") else f"{message}.", hint=hint)


def explain_import(problem: str) -> Diagnostic:
    """Why no plugin at all can be asked, when an import failed, here or where plugins are forked.

    Looks at the libraries: of several that fail to import one at once, some are told something else.
    """
    for name in ("grpc", "google.protobuf"):
        try:
            import_module(name)
        except ImportError as found:
            problem = f"{name} cannot be imported: {found}"
            break
    hint = "install cig again in this environment, with all that it requires"
    return error("PLUGIN_017", f"No plugin can be asked: {problem}.", hint=hint)


def explain_start(plugin: str, entry: Path, errno: int) -> Diagnostic:
    """Why there is no process. Looks at the file: the number alone says little."""
    import shlex

    reason = os.strerror(errno)
    if errno in (ENOENT, ENOTDIR):
        reason = "there is no such file" if not entry.exists() else f"its interpreter {_interpreter(entry)} is missing"
    elif errno == EACCES:
        reason = "it is not a file" if not entry.is_file() else "it is not executable"
    elif errno == ENOEXEC:
        reason = _format(entry)
    elif errno == E2BIG:
        reason = "its command line is too long"
    shown = _shown(entry)
    hint = f"run: chmod +x {shlex.quote(shown)}" if reason == "it is not executable" else ""
    return error("PLUGIN_006", f"{plugin} cannot be started from {shown}: {reason}.", hint=hint)


def _shown(entry: Path) -> str:
    """From where the user stands, if it lies below."""
    here = Path.cwd()
    return str(entry.relative_to(here) if entry.is_relative_to(here) else entry)


def _late(known: Circumstances) -> Diagnostic:
    message = f"{known.plugin} did not answer {known.call} within {known.deadline:g} s."
    hint = _words(known)
    if known.call == "handshake" and not hint:
        # Too little garbage to be told from a slow start looks the same.
        hint = "it speaks too late, or not the protocol: its standard output must carry gRPC and nothing else"
    return error("PLUGIN_008", message, hint=hint)


def _ending(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return f"exited with status {os.WEXITSTATUS(status)}"
    number = os.WTERMSIG(status)
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    limits = {"SIGXCPU": " (it used up its processor time)", "SIGXFSZ": " (it wrote too large a file)"}
    return f"was killed by {name}{limits.get(name, '')}"


def _what_broke(details: str) -> str:
    return "what it writes to standard output is not gRPC" if "HTTP" in details else "it closed its standard output"


def _words(known: Circumstances) -> str:
    return f"its last words: {known.last_words}" if known.last_words else ""


def _interpreter(entry: Path) -> str:
    try:
        with open(entry, "rb") as stream:
            first = stream.readline(200)
    except OSError:
        return ""
    return first[2:].decode("utf-8", "replace").strip() if first.startswith(b"#!") else "(or loader)"


def _format(entry: Path) -> str:
    try:
        with open(entry, "rb") as stream:
            head = stream.read(20)
    except OSError:
        head = b""
    if head[:4] == b"\x7fELF" and len(head) == 20:
        number = int.from_bytes(head[18:20], "little" if head[5] == 1 else "big")
        machine = _MACHINES.get(number, f"machine {number}")
        import platform

        if machine != platform.machine():
            return f"it is a program for {machine}, and this is {platform.machine()}"
    return "it is no program for this system, and no script with a #! line"
