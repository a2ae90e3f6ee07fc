"""Canonical bytes: one spelling for one value, on every machine, Python and locale.

Owns the encoding that every key, signature and stage output is computed over: JSON with sorted keys, UTF-8, no
spaces. Refuses what has more than one spelling or no portable one: floats, bytes, sets, keys that are not text.
"""

import json
from typing import Any

__all__ = ["canonical_bytes", "spell", "spell_long"]

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
_encoder: Any = json.encoder
_make = getattr(_encoder, "c_make_encoder", None)
_chunks = _make and _make(None, _ENCODER.default, _encoder.encode_basestring, None, ":", ",", True, False, False)
"""What `encode` makes anew for every value, made once; where Python has it only in Python, there is `encode`."""

_ESCAPED = bytes((*range(1, 0x20), *b'"\\'))
"""The bytes that JSON writes otherwise, but for NUL."""

_PLAIN = frozenset((str, int, bool, type(None)))


def canonical_bytes(value: object) -> bytes:
    """The one spelling of `value`, made of text, integers, booleans, None, lists, tuples and dicts.

    A list and a tuple are spelled alike. Text that stands for bytes which are not UTF-8 (`os.fsdecode` makes lone
    surrogates of them) is written as `\\udcXX`, so different names stay different and the result is valid UTF-8.
    Anything else is our own mistake: TypeError.
    """
    _refuse_ambiguous(value)
    return spell(value)


def spell(value: object) -> bytes:
    """As `canonical_bytes`, for what is known to be made of nothing else: the check costs more than the spelling."""
    text = "".join(_chunks(value, 0)) if _chunks else _ENCODER.encode(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text).encode("utf-8")


def spell_long(text: str) -> bytes:
    """As `spell`, for a long text with many NULs: `json` looks at each character, ten times slower."""
    try:
        plain = text.encode("utf-8")
    except UnicodeEncodeError:
        return spell(text)
    if len(plain.translate(None, _ESCAPED)) < len(plain):
        return spell(text)
    return b'"%b"' % plain.replace(b"\0", b"\\u0000")


def _refuse_ambiguous(value: object) -> None:
    found: list[Any] = [value]
    for item in found:  # grows while it is walked
        if type(item) in _PLAIN:
            continue
        if isinstance(item, (tuple, list)):
            found.extend(item)
        elif isinstance(item, dict):
            for key in item:
                if not isinstance(key, str):
                    raise TypeError(f"a canonical object's keys are text, not {type(key).__name__}")
            found.extend(item.values())
        elif not isinstance(item, str | int):
            raise TypeError(f"{type(item).__name__} has no canonical spelling")
