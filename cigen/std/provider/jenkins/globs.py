"""Globs of cig.toml as Ant's patterns, which is what every Jenkins step that takes files understands.

Ant knows `*`, `**` and `?`, no braces and no sets: braces are multiplied out, sets are refused.
"""

import re
from collections.abc import Iterable

from cigen.std.ci.legs import PLACEHOLDER
from cigen.std.ci.problems import CannotExpress

__all__ = ["ant_patterns"]

_MOST = 200
_BRACES = re.compile(r"\{([^{}]*)\}")


def ant_patterns(globs: Iterable[str]) -> tuple[str, str]:
    """Included and excluded patterns, each between commas. Raises CannotExpress.

    A path without wildcards may name a folder, so that what is below it is meant too.
    """
    included: list[str] = []
    excluded: list[str] = []
    for glob in globs:
        plain = glob.removeprefix("!").removeprefix("./")
        into = excluded if glob.startswith("!") else included
        for pattern in _expanded(plain):
            if "," in pattern or re.search(r"\[[^\]]", PLACEHOLDER.sub("", pattern)):
                raise CannotExpress(f'Ant has no pattern for "{glob}"', "Jenkins understands *, ** and ?")
            into += _with_folder(pattern)
    return ",".join(dict.fromkeys(included)), ",".join(dict.fromkeys(excluded))


def _with_folder(pattern: str) -> list[str]:
    if pattern.endswith("/"):
        return [pattern + "**"]
    return [pattern] if re.search(r"[*?]", pattern) else [pattern, f"{pattern}/**"]


def _expanded(pattern: str) -> list[str]:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    made = [PLACEHOLDER.sub(keep, pattern)]
    while any(_BRACES.search(part) for part in made):
        made = [result for part in made for result in _first(part)]
        if len(made) > _MOST:
            raise CannotExpress(f'the braces of "{pattern}" stand for more than {_MOST} patterns', "use *")
    return [re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], part) for part in made]


def _first(pattern: str) -> list[str]:
    found = _BRACES.search(pattern)
    if found is None:
        return [pattern]
    return [pattern[: found.start()] + part + pattern[found.end() :] for part in found[1].split(",")]
