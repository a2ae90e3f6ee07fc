"""A scalar is plain only where every YAML version reads it as text."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cigen.formats.yaml_scalars import ambiguous, block_header, escaped, is_plain, scalar_text, string_text, typed
from cigen.formats.yaml_values import Plain, YamlError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TRICKY = st.text(st.sampled_from("ab10.:-#'\"\\ \t\n,[]{}&*!|>%@`~?=<yYnNoOfF_eExX+\u00a0\u2028\x00"), max_size=12)


@pytest.mark.parametrize(
    "text",
    [
        *("on", "Off", "yes", "NO", "y", "N", "true", "FALSE", "null", "~", "", "=", "<<"),
        *("3.10", "3", "-1", "+1", ".5", "1e3", "0x1F", "0o17", "017", "0b1", "1_000", ".inf", "-.Inf", ".NaN"),
        *("1:30", "22:22", "190:20:30.15", "2020-01-01", "2001-12-14t21:59:43.10-05:00"),
    ],
)
def test_what_some_yaml_takes_for_another_type_is_quoted(text: str) -> None:
    assert ambiguous(text)
    assert string_text(text) == f'"{text}"'


@pytest.mark.parametrize(
    "text",
    [
        *("a: b", "a #b", "key:", "- item", "-", "? x", ": x", "*alias", "&anchor", "!tag", "|", "> folded", "%dir"),
        *(
            "@at",
            "`tick",
            "[list]",
            "{map}",
            "# comment",
            "'single",
            " lead",
            "trail ",
            "---",
            "0 3 * * *",
            "release/**",
        ),
    ],
)
def test_what_would_end_or_change_a_plain_scalar_is_quoted(text: str) -> None:
    assert not is_plain(text)
    assert yaml.safe_load(string_text(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "main",
            "ubuntu-latest",
            "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
            "~/.cache/uv",
            "./bin/ci",
        ),
        *("${{ matrix.ruby }}", "--health-cmd pg_isready", "-v", "a:b", "a#b", "it's", "postgres:16", "10s", "größe"),
    ],
)
def test_ordinary_text_stays_plain(text: str) -> None:
    assert string_text(text) == text
    assert yaml.safe_load(text) == text


@pytest.mark.parametrize("text", ["a, b", "[x", "${{ x }}", "a:b"])
def test_brackets_ask_for_more_quotes(text: str) -> None:
    assert string_text(text, flow=True).startswith('"')
    assert yaml.safe_load(f"[{string_text(text, flow=True)}]") == [text]


def test_the_quotes_are_those_that_need_no_escapes() -> None:
    assert string_text('say "hi": now') == "'say \"hi\": now'"
    assert string_text("a\\b: c") == "'a\\b: c'"
    assert string_text("it's: so") == '"it\'s: so"'
    assert string_text("bell \a") == '"bell \\x07"'


@given(TEXT | TRICKY)
def test_every_text_on_one_line_reads_back(text: str) -> None:
    assert yaml.safe_load(string_text(text) + "\n") == text
    assert yaml.load(string_text(text) + "\n", yaml.BaseLoader) == text
    assert yaml.safe_load(f"[{string_text(text, flow=True)}]") == [text]
    assert yaml.safe_load(escaped(text)) == text


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(YamlError, match="surrogate"):
        string_text("\ud800")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        *(("a\nb\n", "|"), ("a\nb", "|-"), ("a\n", "|"), ("  a\nb\n", "|2"), ("\ta\nb", "|2-"), ("\n\n  a\nb\n", "|2")),
        *(("one line", ""), ("a\n\n", ""), ("a\n   \n", ""), ("\n", ""), ("a\r\nb", ""), ("a\x00\nb\n", "")),
    ],
)
def test_a_block_is_used_where_it_gives_the_text_back(text: str, header: str) -> None:
    assert block_header(text) == header


def test_scalars_that_are_no_text_are_spelled_as_yaml_spells_them() -> None:
    assert [scalar_text(value) for value in (None, True, False, 7, 0.5, Plain("1:30"))] == [
        *("null", "true", "false", "7", "0.5", "1:30")
    ]


def test_a_plain_scalar_of_a_file_is_typed_only_where_all_parsers_agree() -> None:
    assert [typed(text) for text in ("7", "-1", "true", "~", "", "text", "1.5")] == [
        7,
        -1,
        True,
        None,
        None,
        "text",
        1.5,
    ]
    assert [typed(text) for text in ("3.10", "yes", "1:30", "0x1F", "007", "1_000")] == [
        Plain(text) for text in ("3.10", "yes", "1:30", "0x1F", "007", "1_000")
    ]
