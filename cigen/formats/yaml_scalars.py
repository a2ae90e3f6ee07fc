"""How one scalar is spelled, so that every YAML parser reads back the same text.

Owns: the choice between plain, quoted and block style. A plain scalar is safe only if YAML 1.1 and 1.2 both take it for
text: `on`, `3.10` and `1:30` are a boolean, a float and a number of minutes to some parser or other. Style follows
what people (and Prettier) write: double quotes, single ones where the text holds double quotes or backslashes.
"""

import re
from functools import lru_cache

from cigen.formats.yaml_values import Plain, Scalar, YamlError

__all__ = ["UNPRINTABLE", "ambiguous", "block_header", "escaped", "is_plain", "scalar_text", "string_text", "typed"]

_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<"))
_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9a-fA-FxXoO_.:+TtZz -]*|[-+]?\.(inf|nan)", re.IGNORECASE)
"""Everything that some version of YAML takes for a number, a date or a time, and a little more."""

_PLAIN_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<]|--?[A-Za-z]")
_PLAIN_BREAK = re.compile(r": |:$| #|\*|\s$")
_FLOW_BREAK = re.compile(r"[,\[\]{}:?]")
UNPRINTABLE = re.compile("[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CANONICAL_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NAMED_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def ambiguous(text: str) -> bool:
    """Whether some parser takes the plain spelling of `text` for something else than text."""
    return not text or text.lower() in _WORDS or _NUMBER.fullmatch(text) is not None


@lru_cache(maxsize=16384)
def is_plain(text: str, flow: bool = False) -> bool:
    """Whether `text` can stand without quotes, inside `[…]` if `flow`.

    Globs and cron lines could, but are quoted as people quote them.
    """
    return (
        _PLAIN_START.match(text) is not None
        and _PLAIN_BREAK.search(text) is None
        and "\t" not in text
        and UNPRINTABLE.search(text) is None
        and not text.startswith("---")
        and not ambiguous(text)
        and (not flow or _FLOW_BREAK.search(text) is None)
    )


def scalar_text(value: Scalar, flow: bool = False) -> str:
    """A scalar on one line. None has no text of its own in a mapping, so its spelling here is `null`."""
    if isinstance(value, str):
        return string_text(value, flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Plain):
        return value.text
    return repr(value)


@lru_cache(maxsize=16384)
def string_text(text: str, flow: bool = False) -> str:
    """A string on one line: plain, quoted, or with escapes."""
    if is_plain(text, flow):
        return text
    if UNPRINTABLE.search(text) is not None or "\t" in text:
        return escaped(text)
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    """A string in double quotes, with everything escaped that cannot stand there. Raises YamlError for a surrogate."""
    if _SURROGATE.search(text) is not None:
        raise YamlError("half of a surrogate pair is not text")
    quoted = re.sub(r'["\\\n\t\r\0]', lambda found: _NAMED_ESCAPES[found[0]], text)
    return '"' + UNPRINTABLE.sub(_escape, quoted) + '"'


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


@lru_cache(maxsize=4096)
def block_header(text: str) -> str:
    """`|`, `|-` or `|2` and so on for a text of several lines, or nothing where a block would not give it back.

    Several final line ends would need `|+`, which swallows the blank lines after it: such a text is quoted instead.
    """
    body = text.removesuffix("\n")
    if "\n" not in text or body.endswith("\n") or UNPRINTABLE.search(text.replace("\n", "")) is not None:
        return ""
    if not body.rpartition("\n")[2].strip(" \t"):
        return ""
    # libyaml refuses a tab, and everyone counts a space, where the first line decides the block's indentation.
    first = text.lstrip("\n")
    indicator = "2" if first[:1] in (" ", "\t") else ""
    return f"|{indicator}" if text.endswith("\n") else f"|{indicator}-"


def typed(text: str) -> Scalar:
    """What a plain scalar of a file means; where parsers disagree, the spelling itself."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _CANONICAL_INT.fullmatch(text) and len(text) <= 18:
        return int(text)
    if not ambiguous(text):
        return text
    try:
        number = float(text)
    except ValueError:
        return Plain(text)
    return number if repr(number) == text else Plain(text)
