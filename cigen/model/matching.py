"""What `matches` means: a glob of branches, tags and other texts, as a regular expression.

Owns the one reading that cig and every provider have of it. Refuses globs of files: `hashing/globs.py` has those.
"""

import re
from collections.abc import Iterable

__all__ = ["glob_regex", "matches_glob", "selects"]


def glob_regex(pattern: str) -> str:
    """The glob as a regular expression for a whole text, in the part of the language that RE2, Java and PCRE share.

    `*` stands for any text, slashes included, as it does in conditions on every system; `?` for one character, `[…]`
    for one of a set, `{a,b}` for either. A leading `!` is a character like any other.
    """
    found, index, depth = [], 0, 0
    while index < len(pattern):
        char = pattern[index]
        group = _SET.match(pattern, index)
        if char == "*":
            index += len(pattern[index:]) - len(pattern[index:].lstrip("*"))
            found.append(".*")
            continue
        if char == "?":
            found.append(".")
        elif group:
            found.append(f"[{'^' if group[1] else ''}{_RANGE.sub(_range, group[2])}]")
            index = group.end() - 1
        elif char == "{" and "}" in pattern[index:]:
            found.append("(?:")
            depth += 1
        elif char == "}" and depth:
            found.append(")")
            depth -= 1
        elif char == "," and depth:
            found.append("|")
        else:
            found.append(f"\\{char}" if char in _SPECIAL else char)
        index += 1
    return "".join(found) + ")" * depth


def _range(found: re.Match[str]) -> str:
    first, last = found[1], found[2]
    ordered = last and first <= last
    ends = [re.escape(char) for char in (first, last) if char]
    return ("-" if ordered else "\\-" if last else "").join(ends)


_SPECIAL = frozenset("\\.+*?()[]{}^$|")
_SET = re.compile(r"\[([!^]?)([^\]]+)\]")
_RANGE = re.compile(r"(.)(?:-(.))?", re.DOTALL)


def matches_glob(pattern: str, text: str) -> bool:
    """Whether the glob matches the whole text."""
    return re.fullmatch(glob_regex(pattern), text, re.DOTALL) is not None


def selects(globs: Iterable[str], text: str) -> bool:
    """Whether one of the globs matches the text, and none that begins with `!` does without it. Nothing is no text."""
    listed = tuple(globs)
    wanted = (glob for glob in listed if not glob.startswith("!"))
    dropped = (glob[1:] for glob in listed if glob.startswith("!"))
    return (
        bool(text)
        and any(matches_glob(one, text) for one in wanted)
        and not any(matches_glob(one, text) for one in dropped)
    )
