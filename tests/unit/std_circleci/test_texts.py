"""CircleCI, having replaced parameters, arrives at what the user wrote."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.std.provider.circleci.texts import fits_parameters, key_text, parameter, render_text, slug


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain $HOME {x} <", "plain $HOME {x} <"),
        ("cat <<EOF", "cat \\<<EOF"),
        ("cat <<<$x", "cat \\<<<$x"),
        ("a <<<< b", "a \\<<\\<< b"),
        ("ruby {{ matrix.Ruby }}", "ruby << parameters.ruby >>"),
        ("{{ '{{' }} x }} {{ .Go }}", "{{ x }} {{ .Go }}"),
        ("<< parameters.x >>", "\\<< parameters.x >>"),
        ("<< pipeline.number >>", "\\<< pipeline.number >>"),
    ],
)
def test_each_kind_of_braces_has_its_rendering(text: str, rendered: str) -> None:
    assert render_text(text) == rendered


def compiled(text: str, values: dict[str, str]) -> str:
    """What CircleCI documents: `\\<<` is `<<`, and `<< … >>` is the value of the parameter; read from left to right."""
    found, index = "", 0
    while index < len(text):
        if text.startswith("\\<<", index):
            found, index = found + "<<", index + 3
        elif text.startswith("<<", index):
            end = text.index(">>", index)
            found, index = found + values[text[index + 2 : end].strip()], end + 2
        else:
            found, index = found + text[index], index + 1
    return found


PIECES = st.sampled_from(
    ["<<", "<", ">>", ">", "\\", "{{", "}}", "'{{'", " ", "matrix.x", "parameters.x", "$", "a", "\n"]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_text_survives(text: str) -> None:
    if not fits_parameters(text):
        return
    own = re.compile(r"\{\{[ \t]*(?:'\{\{'|matrix\.(\w+))[ \t]*\}\}")
    meant = own.sub(lambda found: f"[{found[1]}]" if found[1] else "{{", text)
    assert compiled(render_text(text), {"parameters.x": "[x]"}) == meant


@given(st.text(alphabet=st.sampled_from("<>\\{}a \n$")))
def test_a_text_without_placeholders_always_fits(text: str) -> None:
    assert fits_parameters(text)
    assert compiled(render_text(text), {}) == text


@pytest.mark.parametrize("text", ["<{{ matrix.x }}", "\\{{ matrix.x }}", "{{ matrix.x }}>"])
def test_a_value_beside_a_bracket_does_not_fit(text: str) -> None:
    assert not fits_parameters(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("v1:x", "v1:x"),
        ("{{ x }}", '{{ "{{" }} x }}'),
        ("{{ '{{' }} x", '{{ "{{" }} x'),
        ("ruby{{ matrix.ruby }}-{{ x", 'ruby<< parameters.ruby >>-{{ "{{" }} x'),
    ],
)
def test_a_key_opens_no_template_of_its_own(text: str, key: str) -> None:
    assert key_text(text) == key


def test_parameters_are_in_lower_case() -> None:
    assert parameter("Ruby_Version") == "ruby_version"


def test_a_slug_keeps_values_of_the_matrix() -> None:
    assert slug("ruby:{{ matrix.ruby }} (x)") == "ruby-{{ matrix.ruby }}-x"
