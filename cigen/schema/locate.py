"""Where a key of cig.toml stands: key path → line, column, width.

A TOML scanner that knows spans and no values. It runs only when a diagnostic is printed, over a text that tomli has
read: it never judges. In a text that it cannot follow it gives what it has, and the nearest enclosing key answers.
"""

import re
from contextlib import suppress
from functools import lru_cache

from cigen.model.diagnostics import KeyPath, Location

__all__ = ["Entry", "locate", "locate_inside", "scan", "source_text"]

Span = tuple[int, int]

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'")
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+"
    r"|[^\s,\[\]{}#\"']+",
    re.DOTALL,
)


class Entry:
    """The spans of one key and its value, as offsets into the text. An item of a list has its value's span for both."""

    __slots__ = ("key", "value")

    def __init__(self, key: Span, value: Span) -> None:
        self.key, self.value = key, value


def locate(text: bytes, key: KeyPath, *, on_key: bool = False, file: str = "cig.toml") -> Location:
    """The first line of the value at `key`, or of the key itself; without such a key, of the nearest enclosing one."""
    source, entries = _scanned(text)
    found = entries.get(key)
    if found is not None:
        return _location(source, found.key if on_key else found.value, file)
    while key:
        key = key[:-1]
        if key in entries:
            return _location(source, entries[key].key, file)
    return Location(file, 1, 1)


def locate_inside(text: bytes, key: KeyPath, offset: int, width: int, *, file: str = "cig.toml") -> Location | None:
    """The place of `width` characters from `offset` on within the string at `key`; None if escapes hide it."""
    source, entries = _scanned(text)
    found = entries.get(key)
    if found is None:
        return None
    raw = source[slice(*found.value)]
    quote = next((mark for mark in ('"""', "'''", '"', "'") if raw.startswith(mark)), "")
    if not quote or "\r" in raw or ("\\" in raw and quote[0] == '"'):
        return None
    start = found.value[0] + len(quote)
    if len(quote) == 3 and source.startswith("\n", start):
        start += 1
    return _location(source, (start + offset, start + offset + width), file)


def source_text(text: bytes, key: KeyPath) -> str:
    """The value at `key` as it is written; empty if there is none."""
    source, entries = _scanned(text)
    return source[slice(*entries[key].value)] if key in entries else ""


def _location(text: str, span: Span, file: str) -> Location:
    start, end = span
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    last = end if stop < 0 else min(end, stop)
    width = len(text[start:last].rstrip("\r"))
    return Location(file, text.count("\n", 0, start) + 1, start - begin + 1, max(width, 1))


@lru_cache(maxsize=1)
def _scanned(text: bytes) -> tuple[str, dict[KeyPath, Entry]]:
    source = text.decode("utf-8", "replace")
    return source, scan(source)


def scan(text: str) -> dict[KeyPath, Entry]:
    """The spans of every key and every value in a TOML document."""
    scanner = _Scanner(text)
    with suppress(_LostError):
        scanner.document()
    return scanner.entries


class _LostError(Exception):
    """The text is not TOML from here on."""


class _Frame:
    """An array or an inline table that is open."""

    __slots__ = ("count", "is_array", "key", "path", "start")

    def __init__(self, path: KeyPath, key: Span | None, start: int, is_array: bool) -> None:
        self.path, self.key, self.start, self.is_array = path, key, start, is_array
        self.count = 0


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.entries: dict[KeyPath, Entry] = {}
        self._tables: dict[KeyPath, int] = {}
        """Arrays of tables: the index of the last one."""

    def document(self) -> None:
        prefix: KeyPath = ()
        while True:
            self._skip(_SPACE)
            if self.at >= len(self.text):
                return
            if self._take("["):
                prefix = self._header(self._take("["))
            else:
                path, key = self._key(prefix)
                self._need("=")
                self._value(path, key)

    def _header(self, is_array: bool) -> KeyPath:
        """`[a.b]` or `[[a.b]]`. Its span is that of the whole dotted key."""
        parts = self._parts()
        span = (parts[0][1][0], parts[-1][1][1])
        path: KeyPath = ()
        for index, (name, own) in enumerate(parts):
            path = (*path, name)
            last = index == len(parts) - 1
            self.entries.setdefault(path, Entry(own, span if last else own))
            if path in self._tables and not (last and is_array):
                path = (*path, self._tables[path])
        if is_array:
            self._tables[path] = self._tables.get(path, -1) + 1
            path = (*path, self._tables[path])
            self.entries[path] = Entry(span, span)
            self._need("]")
        self._need("]")
        return path

    def _key(self, prefix: KeyPath) -> tuple[KeyPath, Span]:
        """The path of a dotted key and the span of its last part. The tables it opens are noted on the way."""
        parts = self._parts()
        path = prefix
        for name, span in parts[:-1]:
            path = (*path, name)
            self.entries.setdefault(path, Entry(span, span))
        return (*path, parts[-1][0]), parts[-1][1]

    def _parts(self) -> list[tuple[str, Span]]:
        parts: list[tuple[str, Span]] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            self._skip(_KEY)
            if self.at == start:
                raise _LostError
            parts.append((_unquoted(self.text[start : self.at]), (start, self.at)))
            self._skip(_BLANK)
            if not self._take("."):
                return parts

    def _value(self, path: KeyPath, key: Span | None) -> None:
        """One value, however deep. An explicit stack, because the depth is the user's."""
        stack: list[_Frame] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self._take("["):
                stack.append(_Frame(path, key, start, True))
            elif self._take("{"):
                stack.append(_Frame(path, key, start, False))
            else:
                self._skip(_SCALAR)
                if self.at == start:
                    raise _LostError
                self._note(path, key, start)
            if not self._close(stack):
                return
            frame = stack[-1]
            if frame.is_array:
                path, key = (*frame.path, frame.count), None
                frame.count += 1
            else:
                path, key = self._key(frame.path)
                self._need("=")

    def _close(self, stack: list[_Frame]) -> bool:
        """Close what ends here. Whether another value follows inside of what stays open."""
        while stack:
            self._skip(_SPACE)
            if self._take(","):
                self._skip(_SPACE)
            frame = stack[-1]
            if not self._take("]" if frame.is_array else "}"):
                return True
            self._note(frame.path, frame.key, frame.start)
            stack.pop()
        return False

    def _note(self, path: KeyPath, key: Span | None, start: int) -> None:
        span = (start, self.at)
        self.entries[path] = Entry(key or span, span)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _take(self, char: str) -> bool:
        if self.text.startswith(char, self.at):
            self.at += len(char)
            return True
        return False

    def _need(self, char: str) -> None:
        self._skip(_SPACE)
        if not self._take(char):
            raise _LostError


def _unquoted(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"':
        return key
    if "\\" not in key:
        return key[1:-1]
    import tomli

    try:
        return str(tomli.loads(f"k = {key}")["k"])
    except tomli.TOMLDecodeError:
        raise _LostError from None
