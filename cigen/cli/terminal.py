"""Streams and what they can show: colour, symbols, and a reader that has gone away.

Colour is never the only carrier of a meaning. It is used on a terminal only, unless `--color` says otherwise; a
non-empty NO_COLOR, or TERM=dumb, turns it off. A stream that cannot encode a character shows its escaped spelling.
"""

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from cigen.model.dataclass import dataclass, replace

__all__ = [
    "ASCII",
    "PLAIN",
    "UNICODE",
    "Paint",
    "Symbols",
    "emit",
    "emit_bytes",
    "is_terminal",
    "symbols_for",
    "use_color",
]


@dataclass(frozen=True, slots=True)
class Symbols:
    """One mark for each thing that happens to a line's subject, each one column wide; and the branches of a tree."""

    done: str
    added: str
    changed: str
    removed: str
    branch: str
    corner: str
    trunk: str


UNICODE = Symbols(done="✓", added="+", changed="~", removed="−", branch="├── ", corner="└── ", trunk="│   ")
ASCII = Symbols(done="*", added="+", changed="~", removed="-", branch="|-- ", corner="`-- ", trunk="|   ")


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours text, or leaves it alone."""

    enabled: bool

    def __call__(self, style: str, text: str) -> str:
        """style: SGR parameters, as in `1;31`."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.enabled and text else text


PLAIN = Paint(enabled=False)


def use_color(choice: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """choice: `auto`, `always` or `never`, as `--color` says."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR") or environ.get("TERM", "dumb") == "dumb":
        return False
    return is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is likely to be watching. None: Python's stream for a descriptor closed before it began."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def symbols_for(stream: TextIO) -> Symbols:
    """The symbols that the stream's encoding can carry."""
    try:
        "✓−└".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def emit(text: str, stream: TextIO | None) -> bool:
    """Write and flush; False if nobody reads on.

    A reader that has gone away (`cig plan | head`) is no error. Any other failure of stdout raises StoreError; one of
    stderr is past telling.
    """
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return emit_bytes(text.encode(encoding, "backslashreplace"), stream)


def emit_bytes(content: bytes, stream: TextIO | None) -> bool:
    """As `emit`, for bytes that must stay as they are."""
    if stream is None:
        return False
    try:
        stream.flush()
        stream.buffer.write(content)
        stream.buffer.flush()
    except OSError as cause:
        _forget(stream)
        if isinstance(cause, BrokenPipeError) or stream is sys.stderr:
            return False
        raise _unwritable(cause) from cause
    return True


def _unwritable(cause: OSError) -> Exception:
    from cigen.errors import StoreError
    from cigen.output.beneath import cannot_write

    return StoreError(replace(cannot_write("standard output", cause), location=None))


def _forget(stream: TextIO) -> None:
    """Make the stream's descriptor a sink, so that Python's own flush at exit succeeds."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, stream.fileno())
    os.close(sink)
