"""The interpolation language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.schema.interpolate import placeholders, substitute

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,5}(\.[A-Za-z_][A-Za-z0-9_-]{0,5}){0,2}", fullmatch=True)


@pytest.mark.parametrize("text", ["{{ ruby }}", "{{ruby}}", "{{\truby  }}", "a{{ ruby }}b"])
def test_a_name_in_double_braces_is_a_placeholder(text: str) -> None:
    assert placeholders(text) == ("ruby",)


@pytest.mark.parametrize(
    "text",
    [
        "{{ .Branch }}",
        "{{ a | b }}",
        "{{ 'x' }}",
        "{{ }}",
        "{ a }",
        "{{ 3 }}",
        "{{ a\n}}",
        "{{ a..b }}",
        "{{ a b }}",
        '{{ checksum "a" }}',
        "${{ github.sha }}",
    ],
)
def test_what_other_languages_put_in_braces_stays(text: str) -> None:
    assert placeholders(text) == ()
    assert substitute(text, lambda name: "!") == (text, ())


def test_names_are_case_sensitive_and_may_have_dots_and_dashes() -> None:
    values = {"A": "1", "a": "2", "matrix.ruby-version": "3"}
    assert substitute("{{ A }}{{ a }}{{ matrix.ruby-version }}", values.get) == ("123", ())


def test_unknown_names_stay_and_are_told_once_in_order() -> None:
    text = "{{ b }}{{ a }}{{ b }}"
    assert substitute(text, {}.get) == (text, ("b", "a"))
    assert placeholders(text) == ("b", "a")


def test_an_escape_stays_until_the_last_substitution() -> None:
    text = "docker ps --format '{{ '{{' }} Names }}'"
    once, unknown = substitute(text, {"Names": "wrong"}.get)
    assert (once, unknown) == (text, ())
    assert substitute(once, {"Names": "wrong"}.get, unescape=True) == ("docker ps --format '{{ Names }}'", ())


def test_a_value_is_not_looked_at_again() -> None:
    assert substitute("{{ a }}", {"a": "{{ b }}", "b": "x"}.get) == ("{{ b }}", ())


@given(st.lists(st.tuples(st.text("{} .'$aé\n", max_size=6), NAMES), max_size=4), st.text(max_size=5))
def test_what_is_found_is_what_is_replaced(parts: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{before} {{{{ {name} }}}}" for before, name in parts) + end
    asked: list[str] = []

    def lookup(name: str) -> str:
        asked.append(name)
        return "X"

    _, unknown = substitute(text, lookup)
    assert tuple(dict.fromkeys(asked)) == placeholders(text)
    assert unknown == ()
    assert {name for _, name in parts} <= set(asked)
    assert substitute(text, {}.get)[0] == text


@given(st.text("{}$' ab.", max_size=30))
def test_a_text_without_a_placeholder_never_changes(text: str) -> None:
    if not placeholders(text):
        assert substitute(text, lambda name: "!") == (text, ())
