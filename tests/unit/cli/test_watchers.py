"""Those who watch a run: log lines, the trace, the progress line."""

import io
import itertools
import json
import os
import pty
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.cli import progress
from cigen.cli.glyphs import width
from cigen.cli.logs import LogLines, log_line
from cigen.cli.progress import Activity, Progress, progress_line
from cigen.cli.trace import Trace, trace_text
from cigen.model.diagnostics import Level
from cigen.model.events import Event, Log, Span, Started

ACTION = Span("action", "detect:lang/ruby", 1_000_000, 13_345_678, "executed")


# -- log lines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Log("info", "lang/ruby", "reading Gemfile.lock"), 'level=info source=lang/ruby msg="reading Gemfile.lock"\n'),
        (Log("warning", "store", 'a "quoted" \\ word'), 'level=warning source=store msg="a \\"quoted\\" \\\\ word"\n'),
        (Log("info", "p", "a=b"), 'level=info source=p msg="a=b"\n'),
        (Log("info", "p", "two\nlines\x1b[2J"), 'level=info source=p msg="two\\nlines\\\\x1b[2J"\n'),
        (ACTION, "level=info source=action msg=detect:lang/ruby outcome=executed ms=12.3\n"),
        (
            Span("plugin", "lang/ruby Detect", 0, 0, "failed", (("bytes", "12"),)),
            'level=warning source=plugin msg="lang/ruby Detect" outcome=failed bytes=12 ms=0.0\n',
        ),
        (
            Span("stage", "detect", 0, 8_160_000, "cached", (("actions", "6"),)),
            "level=info source=stage msg=detect outcome=cached actions=6 ms=8.2\n",
        ),
        (Started("action", "detect:lang/ruby"), ""),
        (Log("debug", "p", "x"), ""),
        (Span("action", "x", 0, 1, "cached"), ""),
        (Span("plugin", "x", 0, 1), ""),
    ],
)
def test_an_event_is_one_line_or_none(event: Event, line: str) -> None:
    assert log_line(event, 1) == line


@pytest.mark.parametrize(
    "event", [Log("debug", "p", "x"), Span("action", "x", 0, 1, "cached"), Span("plugin", "x", 0, 1)]
)
def test_a_second_v_tells_more(event: Event) -> None:
    assert log_line(event, 2).startswith("level=debug ")


@given(st.text(), st.text())
def test_whatever_is_said_it_stays_one_harmless_line(source: str, message: str) -> None:
    line = log_line(Log("info", source, message), 1)
    assert line.count("\n") == 1
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line[:-1])


def test_log_lines_go_to_their_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    LogLines(stream, 1)(Log("info", "p", "x"))
    assert stream.buffer.getvalue() == b"level=info source=p msg=x\n"  # type: ignore[attr-defined]


# -- the trace ---------------------------------------------------------------------------------------------------------

spans = st.builds(
    lambda category, name, start, length: Span(category, name, start, start + length),
    st.sampled_from(["stage", "action", "plugin", "other"]),
    st.sampled_from(["lang/ruby Detect", "lang/node Plan", "x"]),
    st.integers(0, 50),
    st.integers(0, 30),
)


def events_of(text: str) -> list[dict[str, object]]:
    events: list[dict[str, object]] = json.loads(text)["traceEvents"]
    return events


def test_a_span_becomes_a_complete_event_on_its_categorys_track() -> None:
    events = events_of(trace_text([Span("stage", "detect", 500_000, 20_000_000), ACTION]))
    names = {event["tid"]: event["args"] for event in events if event["name"] == "thread_name"}
    assert names == {1: {"name": "stage"}, 2: {"name": "action"}}
    assert events[-1] == {
        "ph": "X", "pid": 1, "tid": 2, "cat": "action", "name": "detect:lang/ruby",
        "ts": 500.0, "dur": 12345.678, "args": {"outcome": "executed"},
    }  # fmt: skip


def test_each_plugin_has_a_track_of_its_own() -> None:
    calls = [Span("plugin", "lang/ruby Detect", 0, 1), Span("plugin", "Detect", 0, 1, "", (("plugin", "lang/node"),))]
    events = events_of(trace_text(calls))
    assert [event["args"] for event in events if event["name"] == "thread_name"] == [
        {"name": "lang/node"},
        {"name": "lang/ruby"},
    ]


@given(st.lists(spans, max_size=20))
def test_events_of_one_track_are_nested_or_apart(found: list[Span]) -> None:
    events = [event for event in events_of(trace_text(found)) if event["ph"] == "X"]
    assert len(events) == len(found)
    for one, two in itertools.combinations(events, 2):
        if one["tid"] != two["tid"]:
            continue
        (a, b), (c, d) = ((e["ts"], e["ts"] + e["dur"]) for e in (one, two))  # type: ignore[operator]
        slack = 1e-6
        apart = b <= c + slack or d <= a + slack
        nested = (a <= c + slack and d <= b + slack) or (c <= a + slack and b <= d + slack)
        assert apart or nested


@given(st.lists(spans, max_size=8), st.randoms())
def test_the_order_of_events_does_not_show(found: list[Span], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert trace_text(shuffled) == trace_text(found)


def test_what_never_ended_is_drawn_as_begun(tmp_path: Path) -> None:
    trace = Trace(str(tmp_path / "t.json"), clock=lambda: 7000)
    trace(Started("plugin", "lang/ruby Detect"))
    trace(Started("action", "done"))
    trace(Span("action", "done", 2000, 9000))
    assert trace.close() == ()
    events = events_of((tmp_path / "t.json").read_text())
    assert [(e["ph"], e["name"], e["ts"]) for e in events if e["ph"] != "M"] == [
        ("X", "done", 0.0),
        ("B", "lang/ruby Detect", 5.0),
    ]


def test_a_trace_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    [found] = Trace(str(tmp_path / "missing/t.json")).close()
    assert (found.level, found.code) == (Level.WARNING, "OUTPUT_005")


def test_an_empty_trace_is_still_a_trace() -> None:
    assert [event["name"] for event in events_of(trace_text([]))] == ["process_name"]


# -- the progress line -------------------------------------------------------------------------------------------------


def activity(*events: Event) -> Activity:
    noted = Activity()
    for event in events:
        noted.note(event)
    return noted


def test_the_line_names_what_is_under_way() -> None:
    noted = activity(*(Started("action", f"detect:{name}") for name in "abcde"), Span("action", "detect:b", 0, 1))
    assert progress_line(noted, 0, 80, unicode=True) == "⠋ detect:a, detect:c, detect:d and 1 more (1 done)"
    assert progress_line(noted, 1, 80, unicode=False).startswith("/ detect:a")


def test_a_plugin_call_is_named_where_no_action_is() -> None:
    assert "lang/ruby" in progress_line(activity(Started("plugin", "lang/ruby")), 0, 80, unicode=True)
    both = activity(Started("plugin", "lang/ruby"), Started("action", "detect"))
    assert "lang/ruby" not in progress_line(both, 0, 80, unicode=True)


def test_nothing_under_way_is_no_line() -> None:
    assert progress_line(activity(Started("a", "x"), Span("a", "x", 0, 1)), 0, 80, unicode=True) == ""


@given(st.lists(st.text(), max_size=5), st.integers(20, 120), st.booleans())
def test_the_line_fits_and_is_one_harmless_line(names: list[str], columns: int, unicode: bool) -> None:
    line = progress_line(activity(*(Started("action", name) for name in names)), 3, columns, unicode=unicode)
    assert width(line) <= columns
    assert not any(ord(char) < 32 for char in line)


def test_on_a_terminal_the_line_appears_and_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_DELAY", 0.0)
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as stream, open(ours, "rb", buffering=0) as screen:
        shown = Progress(stream, {"TERM": "xterm"})
        shown(Started("action", "detect:lang/ruby"))
        seen = b""
        while b"detect:lang/ruby" not in seen:
            seen += screen.read(4096)
        shown(Span("action", "detect:lang/ruby", 0, 1))
        while not seen.endswith(b"\r\x1b[K"):
            seen += screen.read(4096)
        shown.close()
        shown.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "progress"]


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {}])
def test_a_dumb_terminal_gets_no_line(environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as stream:
        shown = Progress(stream, environ)
        shown(Started("action", "x"))
        assert not [thread for thread in threading.enumerate() if thread.name == "progress"]
        shown.close()
    os.close(ours)


def test_a_pipe_gets_no_line() -> None:
    stream = io.StringIO()
    shown = Progress(stream, {"TERM": "xterm"})
    shown(Started("action", "x"))
    shown.close()
    assert stream.getvalue() == ""
