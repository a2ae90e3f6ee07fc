"""Bytes of standard error become lines, but not too many."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cigen.host.stderr import StderrLines


def test_lines_come_when_they_are_complete() -> None:
    lines = StderrLines(1000)
    assert lines.feed(b"one\ntw") == ["one"]
    assert lines.feed(b"o\n\n  \nthree") == ["two"]
    assert lines.finish() == ["three"]
    assert lines.finish() == []
    assert lines.last_words() == "three"


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)))
def test_the_lines_do_not_depend_on_how_the_bytes_arrive(content: bytes, cuts: list[int]) -> None:
    def all_lines(pieces: list[bytes]) -> list[str]:
        lines = StderrLines(1000)
        return [line for piece in pieces for line in lines.feed(piece)] + lines.finish()

    edges = [0, *sorted(cut for cut in cuts if cut <= len(content)), len(content)]
    pieces = [content[a:b] for a, b in pairwise(edges)]
    assert all_lines(pieces) == all_lines([content])


def test_beyond_the_cap_one_line_says_so_and_the_rest_is_silence() -> None:
    lines = StderrLines(10)
    assert lines.feed(b"12345\n6789012345\n") == ["12345", "6789", "(more than 10 bytes; the rest is dropped)"]
    assert lines.feed(b"more\n") == []
    assert lines.finish() == []
    assert lines.last_words() == "6789"


def test_a_line_without_end_is_cut() -> None:
    lines = StderrLines(10_000)
    assert [len(line) for line in lines.feed(b"x" * 5000)] == [1000]


def test_what_a_terminal_would_obey_is_replaced() -> None:
    assert StderrLines(100).feed(b"\x1b[31mred\xff\x07\n") == ["�[31mred��"]
