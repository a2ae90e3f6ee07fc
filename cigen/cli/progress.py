"""One line on stderr that tells what a longer run is doing. On a terminal only, and gone when the run is.

Nothing is drawn in the first half second, nor while nothing is under way, so that whatever the command prints stands
alone. A thread redraws the line, as a single slow plugin sends no events.
"""

import os
import threading
from collections.abc import Mapping
from typing import TextIO

from cigen.cli.glyphs import clipped, visible
from cigen.cli.terminal import emit, is_terminal
from cigen.model.dataclass import dataclass, field
from cigen.model.events import Event, Span, Started

__all__ = ["Activity", "Progress", "progress_line"]

_DELAY = 0.5
_PERIOD = 0.1
_ERASE = "\r\x1b[K"
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_ASCII_FRAMES = "|/-\\"
_NAMED = 3


@dataclass(slots=True)
class Activity:
    """What is under way, in the order it began, and how many actions are done."""

    running: dict[tuple[str, str], None] = field(default_factory=dict)
    done: int = 0

    def note(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, Started):
            self.running[event.category, event.name] = None
        elif isinstance(event, Span):
            self.running.pop((event.category, event.name), None)
            self.done += event.category == "action"


def progress_line(activity: Activity, tick: int, columns: int, *, unicode: bool) -> str:
    """The line, in at most `columns`; empty if nothing is under way. Pure."""
    # An action waits for the plugin it calls: only one of the two is news.
    names = [name for category, name in activity.running if category == "action"]
    names = names or [name for _, name in activity.running]
    if not names:
        return ""
    frames = _FRAMES if unicode else _ASCII_FRAMES
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    told = ", ".join(visible(name).replace("\n", " ") for name in names[:_NAMED])
    done = f" ({activity.done} done)" if activity.done else ""
    line = clipped(f"{frames[tick % len(frames)]} {told}{more}{done}", columns)
    return line if unicode else line.replace("…", ".")


class Progress:
    """The observer that draws it. `close` erases the line for good."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._shown = is_terminal(stream) and environ.get("TERM", "dumb") != "dumb"
        self._unicode = "utf" in (getattr(stream, "encoding", None) or "").lower()
        self._activity = Activity()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._drawn = False

    def __call__(self, event: Event) -> None:
        if not self._shown:
            return
        with self._lock:
            self._activity.note(event)
            if not self._activity.running:
                self._erase()
            elif self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._draw_on, name="progress", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Erase the line and draw no more. Safe to call twice."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            self._erase()

    def _draw_on(self) -> None:
        tick = 0
        wait = _DELAY
        while not self._closed.wait(wait):
            wait = _PERIOD
            with self._lock:
                self._draw(tick)
            tick += 1

    def _draw(self, tick: int) -> None:
        line = progress_line(self._activity, tick, self._columns() - 1, unicode=self._unicode)
        if line:
            self._drawn = True
            emit(_ERASE + line, self._stream)

    def _erase(self) -> None:
        if self._drawn:
            self._drawn = False
            emit(_ERASE, self._stream)

    def _columns(self) -> int:
        try:
            return max(os.get_terminal_size(self._stream.fileno()).columns, 20)
        except OSError:
            return 80
