"""The bytes of cig.toml → the tree that TOML says they are, or the one reason why not.

Owns tomli, and what TOML allows and cig.toml does not: a file of many megabytes, control characters, numbers of
thousands of digits, nesting without end. Each would otherwise hurt some later stage or CI system.
"""

import re
from collections.abc import Iterator
from typing import Any

import tomli

from cigen.model.diagnostics import Diagnostic, KeyPath, Location, error

__all__ = ["DEPTH_LIMIT", "SIZE_LIMIT", "oddities", "parse", "too_deep"]

SIZE_LIMIT = 4 * 1024 * 1024
"""Bytes. Three thousand jobs take about one megabyte."""

DEPTH_LIMIT = 32
"""Levels of tables and lists. The format itself has ten; the rest is for what only a provider or a plugin reads."""

_FILE = "cig.toml"
_BOM = b"\xef\xbb\xbf"
# Compiled where they are used, and most files hold nothing odd.
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"
_SUSPECT = r"\\[bferuUx]|[xob][0-9A-Fa-f_]{16}|\d[\d_]{17}"
"""What a text must hold before a value can have a control character or too many digits."""

_DEEP = r"(?:[\[{][^\[{\]}\n]{0,80}){40}|(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_-]{1,80}\.){40}"
_LONG_NUMBER = r"(?<![\d_])[\d_]{4300}"
_INTEGER_LIMIT = 2**63


def parse(text: bytes) -> tuple[dict[str, Any] | None, tuple[Diagnostic, ...]]:
    """The tree, or one error. A tree may come with errors about single values."""
    if len(text) > SIZE_LIMIT:
        message = f"cig.toml has {len(text):,} bytes; at most {SIZE_LIMIT:,} are read"
        return None, (error("SCHEMA_002", message, location=Location(_FILE, 1, 1)),)
    if text.startswith(_BOM):
        message = "cig.toml begins with a byte order mark, which TOML does not allow"
        return None, (
            error("SCHEMA_004", message, hint="save it as UTF-8 without BOM", location=Location(_FILE, 1, 1)),
        )
    try:
        source = text.decode("utf-8")
    except UnicodeDecodeError as cause:
        return None, (_not_utf8(text, cause.start),)
    tree, diagnostic = _read(source)
    if diagnostic is not None:
        return None, (diagnostic,)
    if not tree:
        hint = "remove it, and write one with: cig init"
        return None, (error("SCHEMA_001", "cig.toml holds no key", hint=hint, location=Location(_FILE, 1, 1)),)
    return tree, tuple(oddities(tree)) if re.search(_SUSPECT, source) else ()


def too_deep(key: KeyPath) -> Diagnostic:
    """The error for nesting beyond the limit."""
    message = f"tables and lists are nested more than {DEPTH_LIMIT} levels deep here"
    return error("SCHEMA_006", message, key=key[:DEPTH_LIMIT])


def oddities(tree: dict[str, Any]) -> Iterator[Diagnostic]:
    """Errors about single values and keys anywhere in the tree that no schema looks at; without recursion."""
    waiting: list[tuple[KeyPath, Any]] = [((), tree)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, (dict, list)):
            if len(key) >= DEPTH_LIMIT:
                yield too_deep(key)
                continue
            waiting += [((*key, part), item) for part, item in _items(value)]
            yield from (_control((*key, part), part, True) for part, _ in _items(value) if _is_odd(part))
        elif _is_odd(value):
            yield _control(key, value, False)
        elif type(value) is int and not -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
            yield error("SCHEMA_005", "the number does not fit into 64 bits", hint="quote it", key=key)


def _items(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str | int, Any]]:
    return iter(value.items()) if isinstance(value, dict) else iter(enumerate(value))


def _is_odd(value: object) -> bool:
    return isinstance(value, str) and re.search(_CONTROL, value) is not None


def _control(key: KeyPath, value: object, on_key: bool) -> Diagnostic:
    found = re.search(_CONTROL, str(value))
    assert found is not None
    message = f"the {'key' if on_key else 'text'} holds the control character U+{ord(found[0]):04X}"
    return error("SCHEMA_013", message, hint="only tabs and line breaks may stand in a text", key=key, on_key=on_key)


def _read(source: str) -> tuple[dict[str, Any], Diagnostic | None]:
    try:
        return tomli.loads(source), None
    except tomli.TOMLDecodeError as cause:
        place = Location(_FILE, cause.lineno, cause.colno)
        # Only what is wrong needs words.
        from cigen.schema.toml_wording import reword

        message, hint = reword(cause.msg)
        return {}, error("SCHEMA_005", message, hint=hint, location=place)
    except RecursionError:
        message = "tables, lists or keys are nested too deeply to be read"
        return {}, error("SCHEMA_006", message, location=_where(source, _DEEP))
    except ValueError:
        # Python refuses to read integers of thousands of digits; tomli passes that on as it is.
        return {}, error("SCHEMA_005", "the number has too many digits", location=_where(source, _LONG_NUMBER))


def _where(source: str, pattern: str) -> Location:
    found = re.search(pattern, source)
    return _place(source, found.start() if found else 0)


def _place(source: str, offset: int) -> Location:
    line = source.count("\n", 0, offset) + 1
    return Location(_FILE, line, offset - source.rfind("\n", 0, offset))


def _not_utf8(text: bytes, offset: int) -> Diagnostic:
    message = f"byte 0x{text[offset]:02X} at offset {offset} is not UTF-8"
    before = text[:offset].decode("utf-8")
    return error("SCHEMA_003", message, hint="save the file as UTF-8", location=_place(before, len(before)))
