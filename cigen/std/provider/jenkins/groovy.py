"""Text of cig.toml as Groovy: the one escaper, and lines of code that keep their place when they are indented.

A text becomes a literal in single quotes, in which nothing is interpolated, or, where it holds `{{ matrix.AXIS }}`, a
sum of such literals and values of the leg. Groovy reads `\\uXXXX` before it reads anything else, an escaped backslash
before it excepted; a literal longer than the JVM's limit is a sum as well.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cigen.std.ci.legs import PLACEHOLDER, has_placeholder

__all__ = [
    "Code",
    "axis_value",
    "braces",
    "call",
    "comment",
    "identifier",
    "is_plain",
    "literal",
    "short_literal",
    "source",
    "text",
]

_LONGEST = 15_000
"""Characters of a literal; the JVM takes 65,535 bytes of modified UTF-8, up to six of which are one character."""

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_SPECIAL = re.compile(r"[\\'\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_SPECIAL_IN_LINES = re.compile(
    _SPECIAL.pattern.replace("\\x09", "\\x08").replace("'", "").replace("[", "'(?='|\\Z)|[", 1)
)
"""Between three quotes a tab is a tab, and a quote ends the text only before another or at its end."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset({
    "abstract", "as", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue",
    "def", "default", "do", "double", "else", "enum", "extends", "false", "final", "finally", "float", "for",
    "goto", "if", "implements", "import", "in", "instanceof", "int", "interface", "long", "native", "new", "null",
    "package", "private", "protected", "public", "return", "short", "static", "strictfp", "super", "switch",
    "synchronized", "this", "threadsafe", "throw", "throws", "trait", "transient", "true", "try", "void",
    "volatile", "while",
})  # fmt: skip
_WORD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Code:
    """A line, so many levels deep. What follows a newline within it is part of a literal and stays where it is."""

    text: str
    depth: int = 0


def literal(plain: str) -> str:
    """A text as it stands: one literal, or a sum of several."""
    pieces = [plain[start : start + _LONGEST] for start in range(0, len(plain), _LONGEST)] or [""]
    return " + ".join(map(_literal, pieces))


def short_literal(plain: str) -> str:
    """A text as one literal on one line, whatever it holds."""
    return "\\n".join(_SPECIAL.sub(_escape, line) for line in plain.split("\n")).join("''")


def text(given: str) -> str:
    """A text of cig.toml: placeholders become values of `leg`, the escaped `{{` becomes itself."""
    if "{{" not in given:
        return literal(given)
    if not has_placeholder(given):
        return literal(PLACEHOLDER.sub("{{", given))
    parts: list[str] = []
    plain, end = "", 0
    for found in PLACEHOLDER.finditer(given):
        plain += given[end : found.start()]
        end = found.end()
        if not found[1]:
            plain += "{{"
            continue
        # What comes first decides that `+` joins texts.
        parts += [literal(plain)] if plain or not parts else []
        parts.append(axis_value(found[1]))
        plain = ""
    plain += given[end:]
    return " + ".join([*parts, literal(plain)] if plain else parts)


def identifier(*words: str) -> str:
    """A name in camel case made of whatever letters and digits there are."""
    parts = [part for word in words for part in _WORD.split(word) if part]
    return "".join(part if index == 0 else part[0].upper() + part[1:] for index, part in enumerate(parts))


def axis_value(axis: str) -> str:
    """The value of an axis of the leg at hand."""
    return f"leg.matrix.{axis}" if is_plain(axis) else f"leg.matrix[{literal(axis)}]"


def is_plain(name: str) -> bool:
    """Whether a name may stand in Groovy as it is, after a dot or as the key of a map."""
    return _NAME.fullmatch(name) is not None and name not in _KEYWORDS


def comment(plain: str) -> list[str]:
    """A text as lines of comment. Groovy reads `\\u` there too."""
    return [f"// {line}".rstrip().replace("\\u", "\\ u") for line in plain.splitlines()]


def call(name: str, *arguments: str) -> str:
    """A call with arguments that are Groovy already."""
    return f"{name}({', '.join(arguments)})"


def braces(head: str, body: Iterable[Code], tail: str = "") -> list[Code]:
    """`head { … }`, the body one level deeper."""
    inner = [Code(line.text, line.depth + 1 if line.text else 0) for line in body]
    return [Code(f"{head} {{"), *inner, Code("}" + tail)]


def source(lines: Sequence[Code]) -> str:
    """The lines as a file holds them."""
    return "".join(f"{'  ' * line.depth}{line.text}".rstrip(" ") + "\n" if "\n" not in line.text else
                   f"{'  ' * line.depth}{line.text}\n" for line in lines)  # fmt: skip


def _literal(plain: str) -> str:
    if "\n" not in plain:
        return f"'{_SPECIAL.sub(_escape, plain)}'"
    escaped = _SPECIAL_IN_LINES.sub(_escape, plain)
    # A backslash before the end of a line joins it to the next: the text begins in column one and ends as it does.
    return f"'''\\\n{escaped}'''"


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"
