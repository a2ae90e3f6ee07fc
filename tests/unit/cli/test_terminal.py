"""What a stream can show, and what happens when it ends."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from cigen.cli.terminal import ASCII, UNICODE, Paint, emit, is_terminal, symbols_for, use_color
from cigen.errors import StoreError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "environ", "expected"),
    [
        ("auto", {"TERM": "xterm"}, True),
        ("auto", {"TERM": "xterm", "NO_COLOR": ""}, True),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"TERM": "xterm"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(choice: str, environ: dict[str, str], expected: bool) -> None:
    assert use_color(choice, Terminal(), environ) is expected


def test_a_pipe_gets_no_colour_unless_asked() -> None:
    assert not use_color("auto", io.StringIO(), {"TERM": "xterm"})
    assert use_color("always", io.StringIO(), {})


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Terminal()
    stream.close()
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    assert not use_color("auto", closed, {"TERM": "xterm"})


def test_paint_that_is_off_leaves_text_alone() -> None:
    assert Paint(enabled=False)("1", "x") == "x"
    assert Paint(enabled=True)("1", "x") == "\x1b[1mx\x1b[0m"
    assert Paint(enabled=True)("1", "") == ""


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", UNICODE), ("ascii", ASCII), ("latin-1", ASCII)])
def test_symbols_are_those_the_encoding_has(encoding: str, expected: object) -> None:
    assert symbols_for(io.TextIOWrapper(io.BytesIO(), encoding)) is expected


def test_a_character_the_stream_cannot_encode_is_spelled_out() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    assert emit("é\udcff", stream)
    assert stream.buffer.getvalue() == b"\\xe9\\udcff"  # type: ignore[attr-defined]


def test_a_reader_that_has_gone_away_is_no_error() -> None:
    program = "import sys; from cigen.cli.terminal import emit; sys.exit(7 if emit('x' * 10**6, sys.stdout) else 5)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 5


def test_a_full_disk_below_stdout_is_reported() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        with pytest.raises(StoreError) as raised:
            emit("x", full)
        assert raised.value.diagnostics[0].message == "standard output cannot be written: the disk is full"


def test_output_that_was_written_before_keeps_its_order(tmp_path: Path) -> None:
    with open(tmp_path / "out", "w", encoding="utf-8") as stream:
        stream.write("a")
        emit("b", stream)
        stream.write("c")
    assert (tmp_path / "out").read_bytes() == b"abc"


def test_a_stream_that_was_closed_before_we_began_takes_nothing() -> None:
    assert not emit("x", None)
    assert not is_terminal(None)
    assert symbols_for(None) is ASCII  # type: ignore[arg-type]
