"""Positions of keys in any spelling of TOML."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.diagnostics import KeyPath, Location
from cigen.schema.locate import locate, locate_inside, scan, source_text

KEYS = st.one_of(
    st.sampled_from(["a", "b", "c-d", "1", "jobs"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
LEAVES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(["a # b", "[x]", "{ y }", "'", '"', "\\", "a\nb", "\n", "= 1", ","]),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.floats(allow_nan=False),
    st.dates(min_value=date(1, 1, 1)),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
TREES = st.dictionaries(KEYS, VALUES, max_size=5)


def paths(value: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if at:
        yield at, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


@given(TREES, st.data())
def test_every_key_is_found_and_its_text_is_its_value(
    write_toml: Callable[..., str], tree: dict[str, Any], data: st.DataObject
) -> None:
    text = write_toml(tree, lambda n: data.draw(st.integers(0, n - 1)))
    read = tomli.loads(text)
    assert read == tree, "the writer of this test is wrong"
    entries = scan(text)
    assert set(entries) == {path for path, _ in paths(tree)}
    for path, value in paths(tree):
        entry = entries[path]
        written = text[slice(*entry.value)]
        opened_by_header = isinstance(value, (dict, list)) and not written.startswith(("[", "{"))
        if not opened_by_header:
            assert tomli.loads(f"v = {written}")["v"] == value
        if isinstance(path[-1], str):
            last = text[slice(*entry.key)]
            assert tomli.loads(f"{last} = 1") == {path[-1]: 1}


@given(TREES, st.data())
def test_a_location_is_a_place_in_the_file(
    write_toml: Callable[..., str], tree: dict[str, Any], data: st.DataObject
) -> None:
    text = write_toml(tree, lambda n: data.draw(st.integers(0, n - 1)))
    lines = text.split("\n")
    for path, _ in paths(tree):
        for on_key in (False, True):
            place = locate(text.encode(), path, on_key=on_key)
            assert 1 <= place.line <= len(lines)
            assert place.width >= 1
            assert place.column - 1 + place.width <= len(lines[place.line - 1].rstrip("\r"))


@given(st.text("[]{}=\"'a.,# \n\\", max_size=40))
def test_a_text_that_is_no_toml_is_scanned_to_some_end(text: str) -> None:
    place = locate(text.encode(), ("a", 0, "b"))
    assert place.line >= 1


def test_the_sample_of_the_manual() -> None:
    text = b'[jobs.test]\n# a\nneeds = ["setpu"]\n'
    assert locate(text, ("jobs", "test", "needs", 0)) == Location("cig.toml", 3, 10, 7)
    assert locate(text, ("jobs", "test", "needs"), on_key=True) == Location("cig.toml", 3, 1, 5)
    assert locate(text, ("jobs", "test")) == Location("cig.toml", 1, 2, 9)
    assert locate(text, ("jobs",)) == Location("cig.toml", 1, 2, 4)


def test_columns_count_characters_not_bytes() -> None:
    place = locate('"ä" = { "ö" = "ü", x = 1 }\n'.encode(), ("ä", "x"))
    assert (place.column, place.width) == (24, 1)


def test_carriage_returns_are_no_part_of_a_line() -> None:
    place = locate(b'a = [\r\n  1,\r\n  """x\r\ny"""]\r\n', ("a", 1))
    assert (place.line, place.column, place.width) == (3, 3, 4)


def test_only_the_first_line_of_a_long_value_is_marked() -> None:
    place = locate(b"steps = [\n  1,\n]\n", ("steps",))
    assert (place.line, place.column, place.width) == (1, 9, 1)


def test_items_of_arrays_of_tables_are_counted() -> None:
    text = b"[[outputs]]\npath = 'a'\n[outputs.x]\ny = 1\n[[outputs]]\npath = 'b'\n"
    assert locate(text, ("outputs", 1, "path")).line == 6
    assert locate(text, ("outputs", 0, "x", "y")).line == 4
    assert locate(text, ("outputs", 1)).line == 5


@pytest.mark.parametrize(
    ("key", "line", "column"),
    [
        (("jobs", "a", "needs", 7), 2, 1),
        (("jobs", "a", "x", "y"), 1, 7),
        (("jobs", "b"), 1, 2),
        (("zzz",), 1, 1),
        ((), 1, 1),
    ],
)
def test_a_key_that_is_not_there_is_answered_by_the_nearest_enclosing_one(key: KeyPath, line: int, column: int) -> None:
    place = locate(b"[jobs.a]\nneeds = [1]\n", key)
    assert (place.line, place.column) == (line, column)


def test_the_file_can_have_another_name() -> None:
    assert locate(b"a = 1", ("a",), file="other.toml").file == "other.toml"


@pytest.mark.parametrize(
    "text",
    [
        "when = 'abc def'",
        'when = "abc def"',
        "when = '''abc def'''",
        'x = 1\nwhen = """\nabc def"""',
        "[a]\n[b]\n\nwhen = 'abc def'",
    ],
)
def test_characters_inside_a_string_are_found(text: str) -> None:
    key = ("b", "when") if "[b]" in text else ("when",)
    place = locate_inside(text.encode(), key, 4, 3)
    assert place is not None
    assert text.split("\n")[place.line - 1][place.column - 1 :][: place.width] == "def"


def test_characters_behind_an_escape_are_not_guessed() -> None:
    assert locate_inside(rb'when = "a\tb"', ("when",), 2, 1) is None
    assert locate_inside(b"when = 1", ("when",), 0, 1) is None
    assert locate_inside(b"", ("when",), 0, 1) is None
    assert locate_inside(rb"when = 'a\tb'", ("when",), 3, 1) == Location("cig.toml", 1, 12, 1)


def test_the_source_of_a_value_is_as_it_is_written() -> None:
    assert source_text(b"v = 3.10 # x", ("v",)) == "3.10"
    assert source_text(b"v = 1", ("w",)) == ""


def test_nesting_is_followed_without_recursion() -> None:
    text = "a = " + "[" * 5000 + "1" + "]" * 5000
    assert len(scan(text)) == 5001
