"""Version requirements of npm, PEP 440, Poetry and RubyGems, as intervals of versions.

Owns: what a requirement allows, and which version to run when it allows many. Pre-releases are left out: a range never
asks for one. A requirement that cannot be understood is None, never a guess.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["ANY", "Range", "Version", "choose", "may_satisfy", "parse_gem", "parse_npm", "parse_python", "release"]

Version = tuple[int, int, int]

_ENDLESS = 10**9
_START: Version = (0, 0, 0)
_END: Version = (_ENDLESS, 0, 0)


@dataclass(frozen=True, slots=True)
class Range:
    """Half-open intervals `[first, after)`, sorted and apart from each other. None of them: nothing is allowed."""

    intervals: tuple[tuple[Version, Version], ...]

    def __contains__(self, version: Version) -> bool:
        return any(first <= version < after for first, after in self.intervals)

    def __and__(self, other: "Range") -> "Range":
        """What both allow."""
        both = [(max(a, b), min(c, d)) for a, c in self.intervals for b, d in other.intervals if max(a, b) < min(c, d)]
        return Range(tuple(sorted(both)))

    def __or__(self, other: "Range") -> "Range":
        """What either allows."""
        joined: list[tuple[Version, Version]] = []
        for first, after in sorted((*self.intervals, *other.intervals)):
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(after, joined[-1][1]))
            else:
                joined.append((first, after))
        return Range(tuple(joined))


ANY = Range(((_START, _END),))
NONE = Range(())


def release(text: str) -> tuple[int, ...]:
    """The leading numbers of a version, at most three: `3.12.0rc1` is (3, 12, 0), `lts/*` is ()."""
    found = re.match(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?", text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else ()


def parse_npm(text: str) -> Range | None:
    """A range of package.json: `>=18 <21`, `^20.1 || 22.x`, `18 - 20`, `*`."""
    return _union(_npm_alternative(part) for part in text.split("||"))


def parse_python(text: str) -> Range | None:
    """A requires-python specifier, or Poetry's superset of it: `>=3.9,<4`, `~=3.11`, `^3.10`, `3.11.*`."""
    return _union(_all(re.split(r"[,\s]+", _closed(part)), _PYTHON) for part in re.split(r"\|\|?", text))


def parse_gem(requirements: Sequence[str]) -> Range | None:
    """Requirements as in a Gemfile: `~> 3.3.0`, `>= 3.1` and `< 3.4`."""
    return _all([_closed(text) for text in requirements], _GEM)


def choose(allowed: Range, preferred: Sequence[str]) -> str:
    """The version to run: one number if only one fits, else a release line that is allowed to its newest, as a name.

    preferred: release lines (`20`, `3.12`), the best first. When none of them is allowed, the oldest allowed version.
    Nothing at all for a range that allows nothing.
    """
    if not allowed.intervals:
        return ""
    depth = max((len(release(line)) for line in preferred), default=1)
    if len(allowed.intervals) == 1:
        line = _line(*allowed.intervals[0])
        if line and len(release(line)) >= depth:
            return line
    for line in preferred:
        numbers = release(line)
        if _filled(numbers, _ENDLESS) in allowed:
            return line
    return _shortened(allowed.intervals[-1][0], depth)


def may_satisfy(version: str, allowed: Range) -> bool:
    """Whether some release of this version or line is allowed; true of what is no number (`lts/*`, `latest`)."""
    numbers = release(version)
    return not numbers or bool((allowed & Range(((_filled(numbers, 0), _next(numbers)),))).intervals)


def _line(first: Version, after: Version) -> str:
    """The name of the release line that is exactly this interval: `20`, `20.11` or the single version `20.11.0`."""
    for length in (1, 2, 3):
        if first[length:] == (0,) * (3 - length) and after == _next(first[:length]):
            return ".".join(map(str, first[:length]))
    return ""


def _shortened(version: Version, depth: int) -> str:
    length = max(depth, max((i + 1 for i, number in enumerate(version) if number), default=1))
    return ".".join(map(str, version[:length]))


def _union(ranges: Iterable[Range | None]) -> Range | None:
    joined = NONE
    for one in ranges:
        if one is None:
            return None
        joined |= one
    return joined


_OPERATOR = r"(\^|~>|~=|~|===|==|!=|>=|<=|=|>|<)?\s*"
_NUMBERS = r"[vV]?((?:\d{1,9}|[xX*])(?:\.(?:\d{1,9}|[xX*])){0,3})"
_SUFFIX = r"((?:[-+._]?[A-Za-z][\w.+-]*|[-+][\w.+-]+)?)"
_COMPARATOR = re.compile(_OPERATOR + _NUMBERS + _SUFFIX)

# What the operators mean that stand for different things in different ecosystems; `""` is a bare version.
_NPM = {"~>": "~", "": "=", "~=": "?", "==": "?", "===": "?", "!=": "?"}
_PYTHON = {"": "=", "~=": "pessimistic", "==": "=", "===": "=", "~>": "?"}
_GEM = {"": "=", "~>": "pessimistic", "~": "?", "^": "?", "~=": "?", "==": "?", "===": "?"}


def _closed(text: str) -> str:
    """The text with no space between an operator and its version."""
    return re.sub(r"([\^~=<>!])\s+", r"\1", text.strip())


def _npm_alternative(text: str) -> Range | None:
    bounds = re.fullmatch(r"\s*(\S+)\s+-\s+(\S+)\s*", text)
    if bounds:
        return _all([f">={bounds[1]}", f"<={bounds[2]}"], _NPM)
    return _all(re.split(r"[,\s]+", _closed(text)), _NPM)


def _all(texts: Iterable[str], dialect: dict[str, str]) -> Range | None:
    allowed = ANY
    for text in texts:
        one = _comparator(text, dialect) if text else ANY
        if one is None:
            return None
        allowed &= one
    return allowed


def _comparator(text: str, dialect: dict[str, str]) -> Range | None:
    found = _COMPARATOR.fullmatch(text)
    if not found:
        return None
    operator = found[1] or ""
    operator = dialect.get(operator, operator)
    numbers: tuple[int, ...] = ()
    for part in found[2].split(".")[:3]:
        if not part.isdigit():
            break
        numbers += (int(part),)
    if not numbers:
        return ANY if operator in ("=", ">=", "<=", "~", "^") else None
    return _interval(operator, numbers, partial_ends_line=dialect is _NPM)


def _interval(operator: str, numbers: tuple[int, ...], *, partial_ends_line: bool) -> Range | None:
    """partial_ends_line: `>20` and `<=20` speak of the whole line 20, as npm has it, not of 20.0.0."""
    first = _filled(numbers, 0)
    past = _next(numbers if partial_ends_line else first)
    if operator == "=":
        return Range(((first, _next(numbers)),))
    if operator == "!=":
        return Range(tuple(pair for pair in ((_START, first), (_next(numbers), _END)) if pair[0] < pair[1]))
    if operator == ">=":
        return Range(((first, _END),))
    if operator == ">":
        return Range(((past, _END),))
    if operator == "<":
        return Range(((_START, first),)) if first > _START else NONE
    if operator == "<=":
        return Range(((_START, past),))
    kept = _KEPT[operator](numbers) if operator in _KEPT else 0
    return Range(((first, _next(numbers[:kept])),)) if kept else None


_KEPT = {
    "~": lambda numbers: min(len(numbers), 2),
    "^": lambda numbers: next((i + 1 for i, n in enumerate(numbers) if n), len(numbers)),
    "pessimistic": lambda numbers: max(len(numbers) - 1, 1),
}
"""How many of the given numbers stay as they are, up to the next larger of which everything is allowed."""


def _filled(numbers: tuple[int, ...], rest: int) -> Version:
    padded = (*numbers, rest, rest, rest)
    return padded[0], padded[1], padded[2]


def _next(numbers: tuple[int, ...]) -> Version:
    """The first version after everything that begins with these numbers."""
    return _filled((*numbers[:-1], numbers[-1] + 1), 0)
