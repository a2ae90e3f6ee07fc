"""Diagnostics as a person reads them: sorted, each with the line it is about and a caret, and as JSON.

    error[SCHEMA_011]: Unknown job in needs
     --> cig.toml:14:10
       |
    14 | needs = ["setpu"]
       |          ^^^^^^^ job "test" needs "setpu", which is not defined
       = hint: did you mean "setup"? Defined jobs: "build", "setup"

Where a diagnostic names a key of cig.toml, its place is looked up here, when it is printed. Nothing that users or
plugins wrote reaches the terminal raw.
"""

import textwrap
from collections.abc import Callable, Iterable, Mapping

from cigen.cli.glyphs import one_line, visible
from cigen.cli.snippet import snippet
from cigen.cli.terminal import PLAIN, Paint
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, KeyPath, Level, Location

__all__ = ["Locate", "diagnostics_json", "key_text", "render_diagnostics", "summary"]

Locate = Callable[[bytes, KeyPath, bool], Location]
"""The place of a key in the text of cig.toml; the last argument: of the key itself, not of its value."""

_CONFIG = "cig.toml"
_STYLES = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.INFO: "1;36"}
_NOUNS = {Level.ERROR: ("error", "errors"), Level.WARNING: ("warning", "warnings"), Level.INFO: ("note", "notes")}
_GUTTER = "1;34"
_FOLD = 100


def render_diagnostics(
    diagnostics: Iterable[Diagnostic],
    *,
    config_text: bytes | None,
    color: bool,
    locate: Locate | None = None,
    texts: Mapping[str, bytes] | None = None,
) -> str:
    """Every diagnostic once, by file, line and code, and a line that counts them; empty for none.

    texts: contents of files besides cig.toml that locations may point into, for their snippets.
    """
    found = _placed(diagnostics, config_text, locate)
    if not found:
        return ""
    paint = Paint(enabled=True) if color else PLAIN
    sources = {**(texts or {}), **({} if config_text is None else {_CONFIG: config_text})}
    lines = {name: content.decode("utf-8", "surrogateescape").split("\n") for name, content in sources.items()}
    blocks = [_block(diagnostic, lines, paint) for diagnostic in found]
    return "\n\n".join([*blocks, summary(found)]) + "\n"


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    levels = [diagnostic.level for diagnostic in diagnostics]
    counts = [(levels.count(level), names) for level, names in _NOUNS.items()]
    return ", ".join(f"{count} {names[count != 1]}" for count, names in counts if count)


def diagnostics_json(
    diagnostics: Iterable[Diagnostic], config_text: bytes | None, locate: Locate | None = None
) -> list[dict[str, object]]:
    """The same diagnostics in the same order, for `--json`. Fields: docs/cli.md, "Diagnostics as JSON"."""
    return [
        {
            "level": diagnostic.level.value,
            "code": diagnostic.code,
            "title": diagnostic.title,
            "message": diagnostic.message,
            "hint": diagnostic.hint,
            "key": list(diagnostic.key),
            "location": None if diagnostic.location is None else _location_json(diagnostic.location),
            "source": diagnostic.source,
        }
        for diagnostic in _placed(diagnostics, config_text, locate)
    ]


def key_text(key: KeyPath) -> str:
    """`jobs.test.needs[0]`, a part quoted where TOML would quote it."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = part.isascii() and part.replace("-", "_").isidentifier()
            text += ("." if text else "") + (part if bare else f'"{part}"')
    return text


def _placed(diagnostics: Iterable[Diagnostic], config_text: bytes | None, locate: Locate | None) -> list[Diagnostic]:
    """Sorted and without repetition, keys turned into places; what has no place comes last."""
    placed: dict[Diagnostic, None] = {}
    for diagnostic in diagnostics:
        if diagnostic.location is None and diagnostic.key and config_text is not None:
            place = (locate or _locate)(config_text, diagnostic.key, diagnostic.on_key)
            diagnostic = replace(diagnostic, location=place)
        placed[diagnostic] = None
    return sorted(placed, key=_order)


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    place = diagnostic.location or Location("")
    text = (diagnostic.code, diagnostic.message, diagnostic.source, diagnostic.hint, diagnostic.level)
    return (not place.file, place, *text, key_text(diagnostic.key))


def _locate(config_text: bytes, key: KeyPath, on_key: bool) -> Location:
    # Only a failed run pays for the parser.
    from cigen.schema.locate import locate

    return locate(config_text, key, on_key=on_key)


def _location_json(place: Location) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column, "width": place.width}


def _block(diagnostic: Diagnostic, sources: Mapping[str, list[str]], paint: Paint) -> str:
    style = _STYLES[diagnostic.level]
    head = paint(style, f"{diagnostic.level.value}[{visible(diagnostic.code)}]")
    lines = [head + paint("1", f": {one_line(diagnostic.title)}")]
    place = diagnostic.location
    number = str(place.line) if place is not None and place.line else ""
    gutter = max(2, len(number))
    if arrow := _arrow(diagnostic):
        lines.append(" " * (gutter - 1) + paint(_GUTTER, "-->") + f" {arrow}")
    source = sources.get(place.file) if place is not None else None
    if place is not None and source is not None and 0 < place.line <= len(source):
        lines += _excerpt(source[place.line - 1].rstrip("\r"), diagnostic, place, gutter, paint)
    else:
        lines += _note(diagnostic.message, gutter, paint)
    if diagnostic.hint:
        lines += _note(f"hint: {diagnostic.hint}", gutter, paint)
    if diagnostic.source:
        lines += _note(f"reported by {diagnostic.source}", gutter, paint)
    return "\n".join(lines)


def _arrow(diagnostic: Diagnostic) -> str:
    place = diagnostic.location
    if place is None:
        return visible(f"{_CONFIG}: {key_text(diagnostic.key)}") if diagnostic.key else ""
    parts = [one_line(place.file), *(str(n) for n in (place.line, place.column) if n)]
    return ":".join(parts)


def _excerpt(line: str, diagnostic: Diagnostic, place: Location, gutter: int, paint: Paint) -> list[str]:
    shown = snippet(line, place.column, place.width)
    bar = " " * (gutter + 1) + paint(_GUTTER, "|")
    first, *rest = visible(diagnostic.message).split("\n")
    style = _STYLES[diagnostic.level]
    indent = " " * shown.indent
    carets = paint(style, "^" * shown.carets)
    return [
        bar,
        paint(_GUTTER, f"{place.line:>{gutter}} |") + (f" {shown.text}" if shown.text else ""),
        f"{bar} {indent}{carets} {paint(style, first)}",
        *(f"{bar} {indent}{' ' * shown.carets} {paint(style, more)}" for more in rest),
    ]


def _note(text: str, gutter: int, paint: Paint) -> list[str]:
    """A line without a place in the source, folded at a fixed width: the same on every terminal."""
    label = "hint: " if text.startswith("hint: ") else ""
    before = " " * (gutter + 1) + paint(_GUTTER, "=") + " "
    lines = [part for line in visible(text).split("\n") for part in _folded(line, len(label))]
    return [(before if not index else " " * (gutter + 3)) + line for index, line in enumerate(lines)]


def _folded(line: str, hanging: int) -> list[str]:
    indent = "" if line.startswith("hint: ") else " " * hanging
    return textwrap.wrap(
        line, _FOLD, initial_indent=indent, subsequent_indent=" " * hanging,
        replace_whitespace=False, break_long_words=False, break_on_hyphens=False,
    ) or [""]  # fmt: skip
