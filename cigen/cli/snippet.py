"""A line of a source file with a caret below it. Pure."""

from cigen.cli.glyphs import visible_character, width
from cigen.model.dataclass import dataclass

__all__ = ["Snippet", "snippet"]

_COLUMNS = 100
_BEFORE = 40
"""Columns of context kept in front of the caret in a line too long to show."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`text` is harmless and at most about a hundred columns wide; the carets stand at `indent`, `carets` wide."""

    text: str
    indent: int
    carets: int


def snippet(line: str, column: int, span: int) -> Snippet:
    """Show `line` with `span` characters from `column` (from 1) marked; a longer line is cut around the mark."""
    first = max(0, min(column - 1, len(line)))
    last = max(first + 1, min(first + span, len(line)))
    start = _window_start(line, first)
    shown: list[str] = []
    indent = carets = used = 0
    end = start
    for end in range(start, len(line) + 1):
        if end == len(line):
            break
        cell = visible_character(line[end])
        columns = width(cell)
        if used + columns > _COLUMNS:
            break
        if end < first:
            indent += columns
        elif end < last:
            carets += columns
        used += columns
        shown.append(cell)
    before = "…" if start else ""
    after = "…" if end < len(line) else ""
    return Snippet(before + "".join(shown).rstrip() + after, indent + len(before), max(1, carets))


def _window_start(line: str, first: int) -> int:
    """The first character to show: 0 if the mark and something behind it fit, else a little before the mark."""
    if len(line) <= _COLUMNS and width(line) <= _COLUMNS:
        return 0
    start, used = first, 0
    while start > 0 and used < _BEFORE:
        start -= 1
        used += width(visible_character(line[start]))
    return 0 if start < _BEFORE // 4 else start
