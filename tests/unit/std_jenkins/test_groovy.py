"""Texts as Groovy. What Groovy itself reads in them is tested in tests/validators."""

import ast
import re

from hypothesis import given
from hypothesis import strategies as st

from cigen.std.provider.jenkins.groovy import Code, braces, comment, identifier, literal, source, text

TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\\'\"$\n\ru{}"))


def read(groovy: str) -> str:
    """A sum of literals as Groovy reads it: `\\uXXXX` first, but for an escaped backslash before it."""
    found = ""
    for part in re.findall(r"'''\\\n(?:[^\\]|\\.)*?'''(?!')|'(?:[^'\\\n]|\\.)*'", groovy, re.DOTALL):
        inner = part[5:-3] if part.startswith("'''\\\n") else part[1:-1]
        # Python knows the same escapes, as far as they are used.
        found += ast.literal_eval("'''" + re.sub(r"(?<!\\)'", r"\\'", inner) + "'''") if inner else ""
    return found


@given(TEXTS)
def test_any_text_comes_back(plain: str) -> None:
    assert read(literal(plain)) == plain


@given(TEXTS)
def test_a_literal_holds_no_line_break_outside_of_three_quotes(plain: str) -> None:
    made = literal(plain)
    assert ("\n" in made) == ("\n" in plain)
    assert "\r" not in made


def test_a_text_longer_than_a_constant_may_be_is_a_sum() -> None:
    made = literal("é" * 70_000)
    assert max(len(part.encode()) for part in made.split(" + ")) < 65_535
    assert read(made) == "é" * 70_000


def test_a_value_of_the_matrix_is_read_from_the_leg() -> None:
    assert text("ruby {{ matrix.ruby }}!") == "'ruby ' + leg.matrix.ruby + '!'"
    assert text("{{ matrix.os-name }}") == "'' + leg.matrix['os-name']"


def test_braces_that_are_no_placeholder_stay() -> None:
    assert text("{{ '{{' }} x }} {{.State}} ${{ y }}") == "'{{ x }} {{.State}} ${{ y }}'"


def test_a_comment_holds_nothing_that_groovy_would_read() -> None:
    assert comment("one\\u000Aerror()\ntwo") == ["// one\\ u000Aerror()", "// two"]


def test_a_name_is_made_of_letters_and_digits() -> None:
    assert identifier("job", "build-image_x.2") == "jobBuildImageX2"


def test_lines_of_a_literal_are_not_indented() -> None:
    lines = braces("a", [Code("b('x\ny')"), Code("")])
    assert source(lines) == "a {\n  b('x\ny')\n\n}\n"
