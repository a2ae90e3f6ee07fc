"""How diagnostics are printed: the place, the caret, the order, and nothing raw from users or plugins."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.cli.glyphs import clipped, visible, width
from cigen.cli.report import diagnostics_json, key_text, render_diagnostics, summary
from cigen.cli.snippet import snippet
from cigen.model.diagnostics import Diagnostic, KeyPath, Level, Location

CONFIG = b'version = "0.2"\n' + b"\n" * 12 + b'needs = ["setpu"]\n'


def diagnostic(code: str = "SCHEMA_011", level: Level = Level.ERROR, **fields: object) -> Diagnostic:
    given: dict[str, object] = {"title": "Unknown job in needs", "message": "it is not defined", **fields}
    return Diagnostic(level, code, **given)  # type: ignore[arg-type]


def locate(text: bytes, key: KeyPath, on_key: bool) -> Location:
    assert text == CONFIG
    assert key == ("jobs", "test", "needs", 0)
    return Location("cig.toml", 14, 1, 5) if on_key else Location("cig.toml", 14, 10, 7)


def render(*found: Diagnostic, text: bytes | None = CONFIG, color: bool = False) -> str:
    return render_diagnostics(found, config_text=text, color=color, locate=locate)


def test_a_diagnostic_points_at_its_cause() -> None:
    found = diagnostic(
        message='job "test" needs "setpu", which is not defined',
        hint='did you mean "setup"? Defined jobs: "build", "setup"',
        key=("jobs", "test", "needs", 0),
    )
    assert render(found) == (
        "error[SCHEMA_011]: Unknown job in needs\n"
        " --> cig.toml:14:10\n"
        "   |\n"
        '14 | needs = ["setpu"]\n'
        '   |          ^^^^^^^ job "test" needs "setpu", which is not defined\n'
        '   = hint: did you mean "setup"? Defined jobs: "build", "setup"\n'
        "\n"
        "1 error\n"
    )


def test_a_wrong_key_is_pointed_at_itself() -> None:
    text = render(diagnostic(key=("jobs", "test", "needs", 0), on_key=True))
    assert "\n   | ^^^^^ it is not defined\n" in text


def test_without_the_text_the_key_path_stands_for_the_place() -> None:
    text = render(diagnostic(key=("jobs", "my job", "needs", 0)), text=None)
    assert ' --> cig.toml: jobs."my job".needs[0]\n   = it is not defined\n' in text


def test_a_place_in_a_file_that_was_not_given_has_no_snippet() -> None:
    text = render(diagnostic(location=Location(".ruby-version", 1, 3)))
    assert " --> .ruby-version:1:3\n   = it is not defined\n" in text


def test_a_place_in_another_file_shows_its_line() -> None:
    found = diagnostic(location=Location("ci.yml", 2, 1, 3))
    text = render_diagnostics([found], config_text=None, color=False, texts={"ci.yml": b"a\non: push\r\n"})
    assert " 2 | on: push\n   | ^^^ it is not defined" in text


def test_a_line_past_the_end_of_the_file_is_no_accident() -> None:
    assert "cig.toml:99:1" in render(diagnostic(location=Location("cig.toml", 99, 1)))


def test_three_digits_of_a_line_number_move_the_bar() -> None:
    text = render_diagnostics(
        [diagnostic(location=Location("cig.toml", 100, 1))], config_text=b"\n" * 99 + b"x = 1", color=False
    )
    assert "  --> cig.toml:100:1\n    |\n100 | x = 1\n    | ^ it is not defined\n" in text


def test_diagnostics_come_by_file_line_and_code_and_once() -> None:
    places = [Location("cig.toml", 14, 1), Location("cig.toml", 2, 9), Location("a.yml", 3)]
    found = [diagnostic(location=place) for place in places]
    found += [diagnostic("A_1", location=places[0]), diagnostic("Z_1"), found[0]]
    heads = re.findall(r"error\[(\w+)\].*\n(?: --> (\S+))?", render(*found))
    assert heads == [
        ("SCHEMA_011", "a.yml:3"),
        ("SCHEMA_011", "cig.toml:2:9"),
        ("A_1", "cig.toml:14:1"),
        ("SCHEMA_011", "cig.toml:14:1"),
        ("Z_1", ""),
    ]


@given(st.permutations([diagnostic(f"A_{n}", location=Location("cig.toml", n % 3 + 1)) for n in range(6)]))
def test_the_order_they_were_found_in_does_not_show(found: list[Diagnostic]) -> None:
    assert render(*found) == render(*sorted(found, key=lambda d: d.code))


def test_a_plugins_diagnostic_names_the_plugin() -> None:
    assert "\n   = reported by lang/ruby\n" in render(diagnostic(source="lang/ruby"))


def test_none_found_prints_nothing() -> None:
    assert render() == ""


def test_levels_are_counted_in_words() -> None:
    levels = [Level.WARNING, Level.ERROR, Level.ERROR, Level.INFO]
    assert summary(diagnostic(level=level) for level in levels) == "2 errors, 1 warning, 1 note"


def test_further_lines_of_a_message_stand_below_its_first() -> None:
    text = render(diagnostic(message="one\ntwo", location=Location("cig.toml", 14, 10, 7)))
    assert "   |          ^^^^^^^ one\n   |                  two\n" in text


def test_a_long_hint_is_folded_below_itself() -> None:
    text = render(diagnostic(message="m", hint="Accepted keys: " + ", ".join(f'"key_{n:02}"' for n in range(30))))
    first, *rest = [line for line in text.splitlines() if "key_" in line]
    assert first.startswith('   = hint: Accepted keys: "key_00"')
    assert all(line.startswith('           "key_') for line in rest)
    assert all(len(line) <= 105 for line in (first, *rest))


def test_further_lines_of_a_hint_stand_below_its_text() -> None:
    assert "   = hint: one\n           two\n" in render(diagnostic(hint="one\ntwo"))


def test_colour_changes_nothing_but_colour() -> None:
    found = diagnostic(key=("jobs", "test", "needs", 0), hint="h", source="lang/ruby")
    colored = render(found, color=True)
    assert "\x1b[1;31m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(found)


HOSTILE = "\x1b]0;title\x07\x1b[2J\r\x00\x9b31m\u202e\u200b\udcff"


def test_nothing_hostile_reaches_the_terminal() -> None:
    found = diagnostic(
        code=HOSTILE, title=HOSTILE, message=HOSTILE, hint=HOSTILE, source=HOSTILE, location=Location(HOSTILE, 1)
    )
    text = render(found)
    assert set(text) & set(HOSTILE) <= set("0;title[2J31m]")
    text.encode()
    assert "\\x1b]0;title\\x07\\x1b[2J\\x0d\\x00\\x9b31m\\u202e\\u200b\\xff" in text


def test_hostile_text_in_the_snippet_is_shown_and_still_pointed_at() -> None:
    line = b"a = \x1b[2J \xff 1"
    text = render_diagnostics([diagnostic(location=Location("cig.toml", 1, 12, 1))], config_text=line, color=False)
    shown, carets = text.splitlines()[3:5]
    assert shown == " 1 | a = \\x1b[2J \\xff 1"
    assert carets.index("^") == shown.index("1", 6 + len("a = \\x1b[2J \\xff"))


@pytest.mark.parametrize(
    ("line", "column", "before"),
    [("\tx = 1", 2, 4), ("日本 = 1", 3, 4), ("e\u0301 = 1", 3, 1), ("👩\u200d💻x", 4, 4), ("🇩🇪", 1, 0)],
)
def test_the_caret_stands_below_its_character(line: str, column: int, before: int) -> None:
    assert snippet(line, column, 1).indent == before


def test_a_tab_that_is_marked_is_marked_whole() -> None:
    assert snippet("\tx", 1, 1).carets == 4


def test_a_long_line_is_cut_around_the_mark() -> None:
    shown = snippet("x" * 5000 + "HERE" + "y" * 5000, 5001, 4)
    assert shown.text.startswith("…x")
    assert shown.text.endswith("y…")
    assert shown.text[shown.indent :].startswith("HERE")
    assert width(shown.text) <= 102


@given(st.text(max_size=300), st.integers(0, 320), st.integers(0, 320))
def test_whatever_the_line_the_mark_is_shown_below_it(line: str, column: int, span: int) -> None:
    shown = snippet(line, column, span)
    assert width(shown.text) <= 102
    assert 0 <= shown.indent <= 102
    assert 1 <= shown.carets <= 101
    assert not _harmful(shown.text)


@given(st.text())
def test_visible_text_is_harmless_and_visible_again_the_same(text: str) -> None:
    once = visible(text)
    assert not any(_harmful(line) for line in once.split("\n"))
    assert visible(once) == once


def _harmful(line: str) -> bool:
    return any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)


@given(st.text(), st.integers(1, 30))
def test_clipped_text_fits(text: str, columns: int) -> None:
    shown = visible(text).replace("\n", "")
    assert width(clipped(shown, columns)) <= columns


def test_key_paths_read_as_toml() -> None:
    assert key_text(("jobs", "a b", "steps", 2, "with-x")) == 'jobs."a b".steps[2].with-x'


def test_as_json_they_have_places_and_every_field() -> None:
    found = diagnostic(key=("jobs", "test", "needs", 0), hint="h", source="p")
    [told] = diagnostics_json([found, found], CONFIG, locate)
    assert json.loads(json.dumps(told)) == {
        "level": "error",
        "code": "SCHEMA_011",
        "title": "Unknown job in needs",
        "message": "it is not defined",
        "hint": "h",
        "key": ["jobs", "test", "needs", 0],
        "location": {"file": "cig.toml", "line": 14, "column": 10, "width": 7},
        "source": "p",
    }
