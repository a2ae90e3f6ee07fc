"""`--trace FILE`: where the time of a run went, as Chrome trace events (Perfetto and chrome://tracing open it).

One track a category, and one a plugin; what overlaps without being nested is drawn in a further lane of its track. What
began and never ended, because the command failed, is drawn as unfinished. Times count from the run's first event.
Source: "Trace Event Format", phases X (complete), B (begin) and M (metadata).
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cigen.errors import StoreError
from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import Diagnostic, Level
from cigen.model.events import Event, Span, Started

__all__ = ["Trace", "trace_text"]

_TRACKS = ("stage", "action", "plugin", "git", "output")


@dataclass(frozen=True, slots=True)
class _Open:
    """Work that began and did not end."""

    category: str
    name: str
    start: int


class Trace:
    """The observer that collects spans; `close` writes them, whatever became of the command."""

    def __init__(self, path: str, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._path = Path(path)
        self._clock = clock
        self._spans: list[Span] = []
        self._open: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, Started):
                self._open[event.category, event.name] = self._clock()
            elif isinstance(event, Span):
                self._open.pop((event.category, event.name), None)
                self._spans.append(event)

    def close(self) -> tuple[Diagnostic, ...]:
        """Write the file. What prevented it is a warning: the command itself has done its work."""
        # Here, not above: only a traced run needs the output room.
        from cigen.output.writer import write_named

        unfinished = [_Open(category, name, start) for (category, name), start in self._open.items()]
        try:
            write_named(self._path, trace_text(self._spans, unfinished).encode())
        except StoreError as failure:
            return tuple(replace(found, level=Level.WARNING) for found in failure.diagnostics)
        return ()


def trace_text(spans: Iterable[Span], unfinished: Iterable[_Open] = ()) -> str:
    """The file's text. Pure."""
    done = sorted(spans, key=lambda span: (span.start, -span.end, span.category, span.name))
    begun = sorted(unfinished, key=lambda work: (work.start, work.category, work.name))
    origin = min([*(span.start for span in done), *(work.start for work in begun)], default=0)
    lanes = _lanes(done)
    numbers = {
        lane: number for number, lane in enumerate(sorted({*lanes, *(_lane(w) for w in begun)}, key=_lane_order), 1)
    }
    events: list[dict[str, object]] = [_metadata("process_name", 0, "cig")]
    events += [_metadata("thread_name", number, _lane_name(lane)) for lane, number in numbers.items()]
    events += [_metadata("thread_sort_index", number, number) for number in numbers.values()]
    events += [_complete(span, numbers[lane], origin) for span, lane in zip(done, lanes, strict=True)]
    events += [
        {"ph": "B", "pid": 1, "tid": numbers[_lane(work)], "cat": work.category, "name": work.name,
         "ts": (work.start - origin) / 1000}
        for work in begun
    ]  # fmt: skip
    rows = ",\n".join(json.dumps(event, sort_keys=True) for event in events)
    return '{"displayTimeUnit": "ms", "traceEvents": [\n' + rows + "\n]}\n"


_Lane = tuple[str, str, int]
"""Category, plugin (empty for the others), and which of its track's lanes."""


def _lanes(spans: Iterable[Span]) -> list[_Lane]:
    """The lane of each span, which come by start and longest first: the first where it is nested or alone."""
    ends: dict[_Lane, list[int]] = {}
    chosen: list[_Lane] = []
    for span in spans:
        lane = (span.category, _plugin(span), 0)
        while not _fits(ends.setdefault(lane, []), span):
            lane = (*lane[:2], lane[2] + 1)
        ends[lane].append(span.end)
        chosen.append(lane)
    return chosen


def _fits(ends: list[int], span: Span) -> bool:
    while ends and ends[-1] <= span.start:
        ends.pop()
    return not ends or ends[-1] >= span.end


def _plugin(span: Span) -> str:
    """The plugin a call went to: its detail says so, or its name's first word."""
    return dict(span.detail).get("plugin", span.name.partition(" ")[0]) if span.category == "plugin" else ""


def _lane(work: _Open) -> _Lane:
    return (work.category, work.name.partition(" ")[0] if work.category == "plugin" else "", 0)


def _lane_order(lane: _Lane) -> tuple[int, _Lane]:
    return (_TRACKS.index(lane[0]) if lane[0] in _TRACKS else len(_TRACKS), lane)


def _lane_name(lane: _Lane) -> str:
    category, plugin, number = lane
    return (plugin or category) + (f" ({number + 1})" if number else "")


def _metadata(name: str, thread: int, value: str | int) -> dict[str, object]:
    key = "sort_index" if isinstance(value, int) else "name"
    return {"ph": "M", "pid": 1, "tid": thread, "name": name, "args": {key: value}}


def _complete(span: Span, thread: int, origin: int) -> dict[str, object]:
    arguments = dict(span.detail) | ({"outcome": span.outcome} if span.outcome else {})
    return {
        "ph": "X", "pid": 1, "tid": thread, "cat": span.category, "name": span.name,
        "ts": (span.start - origin) / 1000, "dur": (span.end - span.start) / 1000, "args": arguments,
    }  # fmt: skip
