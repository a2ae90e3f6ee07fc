"""Any text reaches the shell as it stands: the escaper against an agent written from Buildkite's own grammar."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.sdk import Pair
from cigen.std.provider.buildkite.texts import environment, escaped, holds_matrix, with_matrix


class Interpolation:
    """Buildkite's interpolation, from the EBNF its library documents.

    EscapedBackslash = two backslashes, which stay two; EscapedDollar = backslash and dollar, or two dollars; `$(`
    is the shell's; Expansion = `$NAME` or `${NAME}`, `${NAME:-WORD}`, `${NAME-WORD}`, and more that nobody needs here.
    """

    def __init__(self, text: str, env: dict[str, str]) -> None:
        self.text, self.at, self.env = text, 0, env

    def expression(self, stop: str = "") -> str:
        found = ""
        while self.at < len(self.text) and not (stop and self.text[self.at] == stop):
            rest = self.text[self.at :]
            if rest.startswith("\\\\"):
                found, self.at = found + "\\\\", self.at + 2
            elif rest.startswith(("\\$", "$$")):
                found, self.at = found + "$", self.at + 2
            elif rest.startswith("$(") or rest == "$":
                found, self.at = found + "$", self.at + 1
            elif rest[0] == "$":
                found += self.expansion()
            else:
                found, self.at = found + rest[0], self.at + 1
        return found

    def expansion(self) -> str:
        found = re.compile(r"\$([A-Za-z]\w*)|\$\{([A-Za-z]\w*)(:-|-|\})").match(self.text, self.at)
        if found is None:
            raise ValueError(f"{self.text[self.at :]!r} is no expansion")
        self.at = found.end()
        if found[1]:
            return self.env.get(found[1], "")
        if found[3] == "}":
            return self.env.get(found[2], "")
        word = self.expression("}")
        assert self.text[self.at] == "}"
        self.at += 1
        return self.env.get(found[2]) or word


ENV = {"HOME": "/home/agent", "A": "value", "BUILDKITE_BRANCH": "main"}


def interpolated(text: str) -> str:
    return Interpolation(text, ENV).expression()


HOSTILE = st.text(st.sampled_from("$\\{}()A:-?#%'\"`!~ \nx\u00e9\ufffd"), max_size=30)


@given(st.one_of(HOSTILE, st.text(max_size=30)))
def test_what_the_agent_arrives_at_is_the_text(text: str) -> None:
    assert interpolated(escaped(text)) == text


@given(HOSTILE, HOSTILE)
def test_texts_side_by_side_do_not_disturb_each_other(first: str, second: str) -> None:
    assert interpolated(escaped(first + second)) == first + second
    assert interpolated(escaped(first) + "\n" + escaped(second)) == f"{first}\n{second}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("echo $HOME", "echo $$HOME"),
        ("$(date)", "$$(date)"),
        ("$$", "$$$$"),
        ("a\\b", "a\\b"),
        ("\\$x", "${CIG_UNSET:-\\}$$x"),
        ("\\\\$x", "\\\\$$x"),
        ("\\\\\\$x", "\\\\${CIG_UNSET:-\\}$$x"),
    ],
)
def test_only_dollars_are_touched(text: str, written: str) -> None:
    assert escaped(text) == written


@pytest.mark.parametrize("text", ["$A", "${A}", "\\$", "$$", "\\\\$A", "${A:-b}"])
def test_the_agent_would_change_it_otherwise(text: str) -> None:
    """The check can fail: unescaped, none of these survives."""
    assert interpolated(text) != text


def test_variables_are_escaped() -> None:
    assert environment([Pair("A", "$x")]) == {"A": "$$x"}


@pytest.mark.parametrize("text", ["{{matrix}}", "{{ matrix.os }}", "{{matrix.a-b}}"])
def test_buildkites_own_placeholders_are_recognized(text: str) -> None:
    assert holds_matrix(f"x {text} y")


def test_placeholders_take_buildkites_spelling() -> None:
    assert with_matrix("{{ matrix.os }} {{ '{{' }} .Names }}") == "{{matrix.os}} {{ .Names }}"
    assert not holds_matrix("{{ .Names }}")
