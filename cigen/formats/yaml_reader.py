"""The YAML reader that keeps comments, on PyYAML's parser.

Owns: from text to a `Document`. PyYAML's events carry positions but no comments: `_Layout` remembers where everything
stands, `_attach_notes` scans what lies between. A comment is never lost: one that has no place of its own in the value
model (inside a bracketed list of several lines, say) moves above the next key. Refuses anchors, tags, duplicate keys
and several documents.
"""

import re
from collections.abc import Iterator
from typing import Any

from cigen.formats.yaml_scalars import typed
from cigen.formats.yaml_values import Commented, Document, YamlError

__all__ = ["read"]

DEPTH_LIMIT = 100

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_Place = tuple[Any, Any]
"""A container and the key or index of one of its entries."""


def read(text: str) -> Document:
    """The document in `text`. Raises YamlError, with a line, for what is not YAML or not of the kind used here."""
    text = text.removeprefix("\ufeff")
    layout = _Layout(_LINE_END.split(text))
    builder = _Builder(layout)
    for event in _events(text):
        builder.take(event)
    header, footer = _attach_notes(layout)
    return Document(builder.root, header, footer)


def _events(text: str) -> Iterator[Any]:
    import yaml

    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        what = problem.problem or "not YAML"
        raise (YamlError(what, mark.line + 1, mark.column + 1) if mark else YamlError(what)) from problem
    except yaml.YAMLError as problem:
        raise YamlError(str(problem).partition("\n")[0]) from problem


class _Layout:
    """Where entries and scalars stand. Lines and columns count from 0, as PyYAML's do."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.first: dict[int, _Place] = {}
        self.last: dict[int, _Place] = {}
        """The outermost and the innermost entry that begins on a line; the innermost may also end there."""
        self.spans: dict[int, list[tuple[int, int]]] = {}
        """The columns that scalars cover."""
        self.content: set[int] = set()
        """Lines wholly inside a scalar."""

    def begin(self, place: _Place, line: int) -> None:
        """An entry begins on this line."""
        self.first.setdefault(line, place)
        self.last[line] = place

    def cover(self, event: Any) -> None:
        """A scalar stands here."""
        start, end = event.start_mark, event.end_mark
        if event.style in ("|", ">"):
            # The mark behind a block has run past the blank lines after it. They belong to whatever comes next.
            last = end.line if end.column else end.line - 1
            while last > start.line and not self.lines[last].strip():
                last -= 1
            self.content.update(range(start.line + 1, last + 1))
            return
        self.content.update(range(start.line + 1, end.line))
        if start.line == end.line:
            self.spans.setdefault(start.line, []).append((start.column, end.column))
        else:
            self.spans.setdefault(start.line, []).append((start.column, len(self.lines[start.line])))
            self.spans.setdefault(end.line, []).append((0, end.column))

    def comment_column(self, line: int) -> int:
        """Where the comment of a line begins, or -1."""
        text, spans = self.lines[line], self.spans.get(line, ())
        column = text.find("#")
        while column >= 0:
            free = column == 0 or text[column - 1] in " \t"
            if free and not any(left <= column < right for left, right in spans):
                return column
            column = text.find("#", column + 1)
        return -1


class _Builder:
    """Values from events."""

    def __init__(self, layout: _Layout) -> None:
        self.root: Any = None
        self._layout = layout
        self._open: list[Any] = []
        """Containers not yet ended, outermost first, and for each mapping the key that awaits its value."""
        self._keys: list[str | None] = []
        self._brackets = 0
        self._owner: _Place = ((), 0)
        """The entry that holds the outermost bracketed collection."""
        self._started = False

    def take(self, event: Any) -> None:
        """Consume one event of PyYAML's parser."""
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event)
            case "MappingStartEvent":
                self._start(event, {})
            case "SequenceStartEvent":
                self._start(event, [])
            case "MappingEndEvent" | "SequenceEndEvent":
                self._end(event)
            case "AliasEvent":
                raise _refusal("an alias is not supported: write the value out", event)
            case "DocumentStartEvent":
                if self._started:
                    raise _refusal("a second document is not supported", event)
                self._started = True

    def _scalar(self, event: Any) -> None:
        _refuse_marks(event)
        self._layout.cover(event)
        if not self._awaits_key():
            place = self._put(event.value if event.style else typed(event.value), event)
            if event.style in ("'", '"') and place is not None and not self._brackets:
                self._layout.last[event.end_mark.line] = place
            return
        mapping, key = self._open[-1], event.value
        if key in mapping:
            raise _refusal(f'the key "{key}" stands twice in one mapping', event)
        mapping[key] = None
        self._keys[-1] = key
        if not self._brackets:
            self._layout.begin((mapping, key), event.start_mark.line)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], dict) and self._keys[-1] is None

    def _put(self, value: Any, event: Any) -> _Place | None:
        """Place a value into the container that is open, and tell where."""
        if not self._open:
            self.root = value
            return None
        container = self._open[-1]
        if isinstance(container, dict):
            key, self._keys[-1] = self._keys[-1], None
            container[key] = value
            return container, key
        container.append(value)
        place = (container, len(container) - 1)
        if not self._brackets:
            self._layout.begin(place, event.start_mark.line)
        return place

    def _start(self, event: Any, container: Any) -> None:
        _refuse_marks(event)
        if len(self._open) >= DEPTH_LIMIT:
            raise _refusal(f"nothing may be nested more than {DEPTH_LIMIT} levels deep", event)
        if self._awaits_key():
            raise _refusal("only text can be a key", event)
        place = self._put(container, event)
        self._open.append(container)
        self._keys.append(None)
        if event.flow_style:
            self._brackets += 1
            if self._brackets == 1 and place is not None:
                self._owner = place

    def _end(self, event: Any) -> None:
        self._open.pop()
        self._keys.pop()
        if self._brackets:
            # Within brackets everything is bracketed, so the end of any collection there closes one.
            self._brackets -= 1
            if not self._brackets and self._open:
                self._layout.last[event.end_mark.line] = self._owner


def _attach_notes(layout: _Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Wrap the entries that comments and blank lines belong to. Returns the document's header and footer."""
    header: tuple[str, ...] = ()
    pending: list[str] = []
    begun = False
    for number, line in enumerate(layout.lines):
        if number in layout.content:
            continue
        place = layout.first.get(number)
        if place is not None:
            if not begun:
                header, begun = tuple(pending), True
            elif pending:
                _note(place, above=tuple(pending))
            pending = []
        column = layout.comment_column(number) if "#" in line else -1
        if column < 0:
            if not line.strip() and number not in layout.spans:
                pending.append("")
        elif not line[:column].strip() or not _note(layout.last.get(number), comment=line[column + 1 :].strip()):
            pending.append(line[column:].rstrip())
    if pending and not pending[-1]:
        pending.pop()
    return header, tuple(pending)


def _note(place: _Place | None, comment: str = "", above: tuple[str, ...] = ()) -> bool:
    """Add a note to an entry; False if there is no entry, or if it already has such a note."""
    if place is None:
        return False
    container, key = place
    old = container[key]
    if not isinstance(old, Commented):
        old = Commented(old)
    if comment and old.comment:
        return False
    container[key] = Commented(old.value, comment or old.comment, above or old.above)
    return True


def _refuse_marks(event: Any) -> None:
    if event.anchor is not None:
        raise _refusal("an anchor is not supported: write the value out where it is used", event)
    if event.tag is not None:
        raise _refusal(f"the tag {event.tag} is not supported", event)


def _refusal(problem: str, event: Any) -> YamlError:
    return YamlError(problem, event.start_mark.line + 1, event.start_mark.column + 1)
