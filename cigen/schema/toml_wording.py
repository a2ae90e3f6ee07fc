"""What a TOML parser complains of, in words for somebody who does not know the grammar. Pure.

Owns the sentences. A complaint that is not known is passed on as the parser said it: a newer tomli may have others.
"""

import ast
import re

__all__ = ["reword"]

_TEXTS = 'texts stand in quotes: "make test"'
_CLOSE = "a list or an inline table above this place may not be closed, or a comma is missing"

_KNOWN = {
    "Cannot overwrite a value": ("this has a value already", "one key has one value: remove one of the two"),
    "Expected '=' after a key in a key/value pair": ('"=" should stand here', "write a key, =, and its value"),
    "Expected newline or end of document after a statement": ("the line should end here", "one line holds one key"),
    "Illegal character '\\n'": (
        "the text does not end on its line",
        'close it with a quote; a text of several lines stands in """',
    ),
    "Invalid statement": ("a line begins with a key, a [table] or a #comment", ""),
    "Invalid value": ("this is no value", _TEXTS),
    "Unclosed array": ('"," or "]" should stand here', _CLOSE),
    "Unclosed inline table": ('"," or "}" should stand here', _CLOSE),
    "Unescaped '\\' in a string": (
        "this backslash means nothing in a text",
        "write it twice, or put the text into '…', where it means itself",
    ),
}
_TWICE = re.compile(r"Cannot declare (\(.*\)) twice")


def reword(complaint: str) -> tuple[str, str]:
    """The message and the hint for one complaint of tomli's, given without its place."""
    declared = _TWICE.fullmatch(complaint)
    if declared:
        return f"[{_dotted(declared[1])}] stands here a second time", "write its keys under the first one"
    if complaint in _KNOWN:
        return _KNOWN[complaint]
    return f"{complaint[:1].lower()}{complaint[1:]}", ""


def _dotted(key: str) -> str:
    parts = ast.literal_eval(key)
    return ".".join(part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"' for part in parts)
