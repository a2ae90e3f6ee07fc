"""Globs of cig.toml in the two dialects GitHub has: filters of triggers, and patterns for files.

Owns: what can be said in each. A pattern that would mean something else there is refused, never passed on in hope.
"""

import re

from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.texts import SPECIAL

__all__ = ["ALONE", "expand_braces", "file_patterns", "filter_patterns", "literal", "search_root"]

ALONE = re.compile(r"\[([^\]])\]")
"""A class of one character, which GitHub takes for that character."""

_MOST_EXPANDED = 200
_BRACES = re.compile(r"\{([^{}]*)\}")


def expand_braces(pattern: str) -> tuple[str, ...]:
    """`a.{b,c}` as `a.b` and `a.c`. Neither dialect has braces. Raises CannotExpress where that makes too many."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    # The braces of a placeholder are not the glob's.
    expanded = [SPECIAL.sub(keep, pattern)]
    while any(_BRACES.search(part) for part in expanded):
        expanded = [result for part in expanded for result in _expand_first(part)]
        if len(expanded) > _MOST_EXPANDED:
            raise CannotExpress(f'the braces of "{pattern}" stand for more than {_MOST_EXPANDED} patterns', "use *")
    back = (re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], part) for part in expanded)
    return tuple(dict.fromkeys(back))


def _expand_first(pattern: str) -> list[str]:
    found = _BRACES.search(pattern)
    if found is None:
        return [pattern]
    before, after = pattern[: found.start()], pattern[found.end() :]
    return [before + part + after for part in found[1].split(",")]


def filter_patterns(pattern: str) -> tuple[str, ...]:
    """The filters under `branches` or `tags` that mean the glob. Raises CannotExpress.

    There `?` makes the character before it optional and `+` repeats it.
    """
    if "?" in pattern or "[!" in pattern or "[^" in pattern:
        what = "?" if "?" in pattern else "[!"
        raise CannotExpress(
            f'GitHub has no filter that means "{what}" as in "{pattern}"',
            "use * or list the characters that may stand there",
        )
    return tuple(part.replace("+", "\\+") for part in expand_braces(pattern))


def file_patterns(pattern: str) -> tuple[str, ...]:
    """The patterns for `hashFiles` and for artifacts that mean the glob."""
    negated = "!" if pattern.startswith("!") else ""
    return tuple(negated + part for part in expand_braces(pattern.removeprefix("!")))


def search_root(pattern: str) -> str | None:
    """The folder from which upload-artifact counts the names of what a pattern matches.

    None where that depends on whether the pattern, which has no wildcard, names a file or a folder.
    """
    segments = [part for part in pattern.split("/") if part not in ("", ".")]
    found: list[str] = []
    for segment in segments:
        if re.search(r"[*?\[]", ALONE.sub("", segment)):
            return "/".join(found)
        found.append(literal(segment))
    return "/".join(found) if pattern.endswith("/") else None


def literal(pattern: str) -> str:
    """What a pattern without wildcards names: `a[*]` the file `a*`."""
    return ALONE.sub(r"\1", pattern)
