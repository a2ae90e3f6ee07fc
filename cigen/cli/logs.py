"""`-v`: what happens, one structured line each, on stderr.

    level=info source=lang/ruby msg="reading Gemfile.lock"
    level=info source=action msg=detect:lang/ruby outcome=executed ms=12.3

`-v` shows actions, stages and what rooms and plugins have to say; `-vv` also what was found in the cache, every plugin
call, and what they say while debugging.
"""

import re
from typing import TextIO

from cigen.cli.glyphs import visible
from cigen.cli.terminal import emit
from cigen.model.events import Event, Log, Span, Started

__all__ = ["LogLines", "log_line"]

_PLAIN = re.compile(r"[^\s\"=\\]+")


class LogLines:
    """The observer that writes them. `verbosity`: how many v."""

    def __init__(self, stream: TextIO, verbosity: int) -> None:
        self._stream = stream
        self._verbosity = verbosity

    def __call__(self, event: Event) -> None:
        line = log_line(event, self._verbosity)
        if line:
            emit(line, self._stream)


def log_line(event: Event, verbosity: int) -> str:
    """The line of an event, empty if it is not to be shown. Pure."""
    if isinstance(event, Started):
        return ""
    if isinstance(event, Log):
        level, fields = event.level, [("source", event.source), ("msg", event.message)]
    else:
        level = _span_level(event)
        fields = [("source", event.category), ("msg", event.name), ("outcome", event.outcome), *event.detail]
        fields.append(("ms", f"{(event.end - event.start) / 1e6:.1f}"))
    if level == "debug" and verbosity < 2:
        return ""
    pairs = [("level", level), *((name, value) for name, value in fields if value)]
    return " ".join(f"{name}={_quoted(value)}" for name, value in pairs) + "\n"


def _span_level(span: Span) -> str:
    if span.outcome == "failed":
        return "warning"
    return (
        "debug"
        if span.category in ("plugin", "git") or (span.category, span.outcome) == ("action", "cached")
        else "info"
    )


def _quoted(value: str) -> str:
    text = visible(value)
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
