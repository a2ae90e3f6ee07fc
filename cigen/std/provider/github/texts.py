"""Text of cig.toml on its way into a workflow, where `${{ … }}` has a meaning of its own.

Owns: the one escaper. `{{ matrix.AXIS }}` becomes GitHub's expression; `${{` that a user wrote is text and reaches the
script as it stands, through an expression that yields it; `{{ '{{' }}` is the way to write `{{`.
"""

import re

__all__ = ["SPECIAL", "as_operand", "has_placeholder", "looks_like_expression", "render_text", "string_literal"]

SPECIAL = re.compile(r"\$\{\{|\{\{[ \t]*(?:'\{\{'|matrix\.([A-Za-z_][A-Za-z0-9_-]*))[ \t]*\}\}")
"""What is not plain text: GitHub's braces, an escaped `{{`, a value of the matrix (group 1)."""

_CONTEXT = re.compile(
    r"\$\{\{\s*!?\s*(?:github|env|vars|secrets|matrix|needs|steps|inputs|runner|job|strategy|hashFiles|toJSON|fromJSON)\b"
)


def render_text(text: str) -> str:
    """`text` such that GitHub, having evaluated its expressions, arrives at what cig.toml says."""
    if "{{" not in text:
        return text
    return SPECIAL.sub(_replace, text)


def _replace(found: re.Match[str]) -> str:
    if found[0] == "${{":
        return "${{ '${{' }}"
    return f"${{{{ matrix.{found[1]} }}}}" if found[1] else "{{"


def has_placeholder(text: str) -> bool:
    """Whether the text differs from leg to leg of a matrix."""
    return any(found[1] for found in SPECIAL.finditer(text)) if "{{" in text else False


def looks_like_expression(text: str) -> bool:
    """Whether somebody seems to have meant a `${{ … }}` of theirs for GitHub."""
    return "${{" in text and _CONTEXT.search(text) is not None


def string_literal(text: str) -> str:
    """A text as a literal inside an expression."""
    return "'" + text.replace("'", "''") + "'"


def as_operand(text: str) -> str:
    """A text inside an expression, where values of the matrix are not to be braced once more."""
    if not has_placeholder(text):
        return string_literal(SPECIAL.sub(lambda found: "{{" if found[0] != "${{" else found[0], text))
    axes: list[str] = []

    def number(found: re.Match[str]) -> str:
        if not found[1]:
            return "{{{{" if found[0] != "${{" else "${{{{"
        axes.append(f"matrix.{found[1]}")
        return f"{{{len(axes) - 1}}}"

    pieces, end = [], 0
    for found in SPECIAL.finditer(text):
        pieces += [_doubled(text[end : found.start()]), number(found)]
        end = found.end()
    pattern = string_literal("".join([*pieces, _doubled(text[end:])]))
    return f"format({', '.join([pattern, *axes])})"


def _doubled(text: str) -> str:
    """A text as `format` takes it, to which braces mean something."""
    return text.replace("{", "{{").replace("}", "}}")
