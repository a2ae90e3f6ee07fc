"""What a plugin writes to standard error: lines for the log, the last of which explain its death.

Owns: cutting bytes into lines and the cap on them. Pure: bytes come in, lines go out.
"""

from collections import deque

__all__ = ["StderrLines"]

_LINE = 1000
_LAST = 20


class StderrLines:
    """The lines of one plugin. Beyond `limit` bytes all is dropped, and one line says so."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._limit = limit
        self._partial = b""
        self._last: deque[str] = deque(maxlen=_LAST)

    def feed(self, content: bytes) -> list[str]:
        """The lines that are complete now."""
        if self._left <= 0:
            return []
        taken = content[: self._left]
        self._left -= len(taken)
        *lines, self._partial = (self._partial + taken).split(b"\n")
        if len(self._partial) > _LINE:
            lines, self._partial = [*lines, self._partial], b""
        found = [_text(line) for line in lines if line.strip()]
        self._last.extend(found)
        if self._left <= 0:
            found += [*self.finish(), f"(more than {self._limit} bytes; the rest is dropped)"]
        return found

    def finish(self) -> list[str]:
        """The last line, if it had no end."""
        line, self._partial = self._partial, b""
        if not line.strip():
            return []
        self._last.append(_text(line))
        return [self._last[-1]]

    def last_words(self) -> str:
        """The last line before the end, or before the cap: of a traceback, what went wrong."""
        return self._last[-1] if self._last else ""


def _text(line: bytes) -> str:
    text = line[:_LINE].decode("utf-8", "replace").rstrip()
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
