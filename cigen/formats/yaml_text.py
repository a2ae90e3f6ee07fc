"""The YAML writer: the text a careful person would have typed.

Owns: layout. Two spaces of indentation, lists indented under their key, short lists of scalars in brackets, `|` for
scripts, no folding, no anchors. What it writes is a function of the values alone, and `yaml_reader` reads it back
whole: `emit(read(text)) == text` for every text that comes from here. How a single scalar is spelled: `yaml_scalars`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard

from cigen.formats.yaml_scalars import UNPRINTABLE, block_header, escaped, is_plain, scalar_text, string_text
from cigen.formats.yaml_values import Commented, Document, Plain, Scalar, Value, bare
from cigen.model.dataclass import dataclass, replace

__all__ = ["emit"]

LINE_WIDTH = 80
"""Up to here a list of scalars stays on its key's line. Prettier's width, so that it leaves these files alone."""

_LONGEST_SIMPLE_KEY = 1000
"""YAML allows 1024 characters before the colon."""


def emit(document: Document | Mapping[str, Value] | Sequence[Value]) -> str:
    """The text of a document, with a final newline. Raises YamlError for a text that YAML cannot hold."""
    if not isinstance(document, Document):
        document = Document(document)
    lines = list(_notes(document.header, ""))
    root = bare(document.root)
    if isinstance(root, Mapping) and root:
        _write_mapping(root, "", lines, root=True)
    elif is_list(root) and root:
        _write_list(root, "", lines)
    else:
        lines.append(_inline(root))
    lines.extend(_notes(document.footer, ""))
    return "\n".join(lines) + "\n"


def is_list(value: Value) -> TypeGuard[Sequence[Value]]:
    """Whether it is a list; text is not."""
    return isinstance(value, list | tuple)


def is_mapping(value: Value) -> TypeGuard[Mapping[str, Value]]:
    """Whether it is a mapping. The first question is the cheap one."""
    return type(value) is dict or isinstance(value, Mapping)


@dataclass(frozen=True, slots=True)
class _Start:
    """How the first line of a nested block begins, where it shares a line with the dashes of lists around it.

    `lead` stands for the indentation; notes go above the outermost dash, to `notes_at`.
    """

    lead: str
    notes_at: str


def _write_mapping(
    mapping: Mapping[str, Value], indent: str, lines: list[str], start: _Start | None = None, *, root: bool = False
) -> None:
    """Append the entries."""
    for name, value in mapping.items():
        lead, notes_at = (start.lead, start.notes_at) if start else (indent, indent)
        start, comment = None, ""
        if isinstance(value, Commented):
            lines.extend(_notes(value.above, notes_at))
            comment = _comment(value.comment)
            value = value.value
        if not isinstance(name, str):
            raise TypeError(f"a key must be text: {name!r}")
        # Every workflow begins so, and GitHub reads YAML 1.2, where `on` is no boolean.
        key = name if root and name == "on" else _key(name)
        if len(key) > _LONGEST_SIMPLE_KEY:
            lines.append(f"{lead}? {key}")
            lead, key = indent, ""
        _write_value(f"{lead}{key}:", value, comment, indent, lines)


def _write_list(items: Sequence[Value], indent: str, lines: list[str], start: _Start | None = None) -> None:
    """Append the items."""
    for item in items:
        lead, notes_at = (start.lead, start.notes_at) if start else (indent, indent)
        start, comment, value = None, "", bare(item)
        if isinstance(item, Commented):
            lines.extend(_notes(item.above, notes_at))
            comment = _comment(item.comment)
        if is_list(value) and value and isinstance(value[0], Commented) and value[0].above:
            # Above the first item of a list in a list is above the outer item's dash.
            lines.extend(_notes(value[0].above, notes_at))
            value = [replace(value[0], above=()), *value[1:]]
        nested = value and is_mapping(value)
        if not nested and not (is_list(value) and value and not _fits(value, len(lead) + 2)):
            _write_value(f"{lead}-", Plain("null") if value is None else value, comment, indent, lines)
            continue
        if comment:
            # Nothing but the first key or item can share the line of the dash.
            lines.append(notes_at + comment.lstrip())
        inner = _Start(f"{lead}- ", notes_at)
        if isinstance(value, Mapping):
            _write_mapping(value, indent + "  ", lines, inner)
        elif is_list(value):
            _write_list(value, indent + "  ", lines, inner)


def _write_value(lead: str, value: Value, comment: str, indent: str, lines: list[str]) -> None:
    """Append `value` after `lead`, on its line or below it. `indent` is that of the entry `lead` belongs to."""
    if isinstance(value, str):
        header = block_header(value) if "\n" in value else ""
        if header:
            lines.append(f"{lead} {header}{comment}")
            inner = indent + "  "
            lines.extend(inner + line if line else "" for line in value.removesuffix("\n").split("\n"))
        else:
            lines.append(f"{lead} {string_text(value)}{comment}")
    elif value is None:
        lines.append(lead + comment)
    elif value and is_mapping(value):
        lines.append(lead + comment)
        _write_mapping(value, indent + "  ", lines)
    elif is_list(value) and value and not _fits(value, len(lead) + 1):
        lines.append(lead + comment)
        _write_list(value, indent + "  ", lines)
    else:
        lines.append(f"{lead} {_inline(value)}{comment}")


def _fits(items: Sequence[Value], column: int) -> bool:
    """Whether a list may stand in brackets: scalars without notes, and few enough for the line."""
    width = column + 2
    for item in items:
        if isinstance(item, Commented):
            if item.comment or item.above:
                return False
            item = item.value
        if isinstance(item, Mapping) or is_list(item) or (isinstance(item, str) and "\n" in item):
            return False
        width += len(scalar_text(_scalar(item), flow=True)) + 2
        if width - 2 > LINE_WIDTH:
            return False
    return True


def _inline(value: Value) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        assert not value, "a mapping with entries has lines of its own"
        return "{}"
    if is_list(value):
        return "[" + ", ".join(scalar_text(_scalar(bare(item)), flow=True) for item in value) + "]"
    return scalar_text(_scalar(value))


def _scalar(value: Value) -> Scalar:
    if value is None or isinstance(value, str | int | float | Plain):
        return value
    raise TypeError(f"not a value that YAML can hold: {value!r}")


def _key(name: str) -> str:
    return name if is_plain(name) else escaped(name)


def _comment(text: str) -> str:
    text = _clean(text).strip()
    return f" # {text}" if text else ""


def _notes(lines: Iterable[str], indent: str) -> Iterator[str]:
    for line in lines:
        if line and not line.startswith("#"):
            raise ValueError(f"neither a comment nor a blank line: {line!r}")
        yield indent + _clean(line).rstrip() if line else ""


def _clean(line: str) -> str:
    """A comment line without what would end it or make the file unreadable."""
    return UNPRINTABLE.sub("\ufffd", line) if line else ""
