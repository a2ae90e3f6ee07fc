"""What a character looks like on a terminal: how wide it is, and what stands for it where it must not reach one.

Text of users and plugins may hold escape sequences that move the cursor, set the window's title or hide what follows.
`visible` makes every such character a harmless spelling of itself. Pure; everything that prints such text uses it.
"""

import unicodedata

__all__ = ["clipped", "one_line", "visible", "visible_character", "width"]

_TAB = "    "
# Invisible, or turning the direction of what follows. Joiners (200C, 200D) are left: words and emoji need them.
_HIDDEN = frozenset(
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")


def visible_character(char: str) -> str:
    """The character itself if it is harmless, else its spelling: `\\x1b`, `\\u202e`. A tab becomes four spaces."""
    if " " <= char <= "~":
        return char
    if char == "\t":
        return _TAB
    if char not in _HIDDEN and unicodedata.category(char) not in _UNPRINTABLE:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, as Python smuggles it
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def visible(text: str) -> str:
    """`text` with every character harmless; line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char == "\n" else visible_character(char) for char in text)


def one_line(text: str) -> str:
    """`text` with every character harmless, a line feed as `\\n`."""
    return visible(text).replace("\n", "\\n")


def width(text: str) -> int:
    """Columns that `text`, already visible, takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def clipped(text: str, columns: int) -> str:
    """`text`, already visible, cut to `columns`, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    kept: list[str] = []
    left = columns - 1
    for char in text:
        left -= _columns(char)
        if left < 0:
            break
        kept.append(char)
    return "".join(kept) + "…"


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
