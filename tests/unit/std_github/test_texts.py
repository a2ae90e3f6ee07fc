"""GitHub, having evaluated its expressions, arrives at what the user wrote."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.std.provider.github.texts import (
    as_operand,
    has_placeholder,
    looks_like_expression,
    render_text,
    string_literal,
)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain $HOME {x}", "plain $HOME {x}"),
        ("ruby {{ matrix.ruby }}", "ruby ${{ matrix.ruby }}"),
        ("{{matrix.a-b}}{{	matrix.c }}", "${{ matrix.a-b }}${{ matrix.c }}"),
        ("{{ other }} {{ .Go }}", "{{ other }} {{ .Go }}"),
        ("{{ '{{' }} x }}", "{{ x }}"),
        ("${{ github.ref }}", "${{ '${{' }} github.ref }}"),
        ("${{ matrix.ruby }}", "${{ '${{' }} matrix.ruby }}"),
        ("$${{", "$${{ '${{' }}"),
    ],
)
def test_each_kind_of_braces_has_its_rendering(text: str, rendered: str) -> None:
    assert render_text(text) == rendered


def _evaluate(text: str) -> str:
    """What GitHub makes of the two expressions that we write."""
    return re.sub(r"\$\{\{ (?:'(\$\{\{)'|matrix\.(\w+)) \}\}", lambda found: found[1] or f"<{found[2]}>", text)


@given(st.lists(st.sampled_from(["${{", "{{", "}}", "'{{'", " ", "matrix.x", "$", "{", "a"]), max_size=12).map("".join))
def test_only_our_own_placeholders_change(text: str) -> None:
    own = re.compile(r"\$\{\{|\{\{[ \t]*(?:'\{\{'|matrix\.(\w+))[ \t]*\}\}")
    meant = own.sub(lambda found: "${{" if found[0] == "${{" else f"<{found[1]}>" if found[1] else "{{", text)
    assert _evaluate(render_text(text)) == meant


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("it's {a}", "'it''s {a}'"),
        ("${{ x }} {{ '{{' }}", "'${{ x }} {{'"),
        ("{{ matrix.x }}/{a}/{{matrix.y}}", "format('{0}/{{a}}/{1}', matrix.x, matrix.y)"),
        ("${{ {{ matrix.x }} {{ '{{' }}", "format('${{{{ {0} {{{{', matrix.x)"),
    ],
)
def test_a_text_inside_an_expression_is_a_literal_or_is_formatted(text: str, operand: str) -> None:
    assert as_operand(text) == operand


def test_a_text_knows_whether_it_differs_from_leg_to_leg() -> None:
    assert has_placeholder("a {{ matrix.x }}")
    assert not has_placeholder("${{ matrix.x }} {{ x }} {{ '{{' }}")


def test_an_expression_meant_for_github_is_recognised() -> None:
    assert looks_like_expression("echo ${{ github.sha }}")
    assert looks_like_expression("echo ${{ !inputs.x }}")
    assert not looks_like_expression("echo ${{ user }} ${githubish}")


def test_a_literal_doubles_its_quotes() -> None:
    assert string_literal("it's") == "'it''s'"
