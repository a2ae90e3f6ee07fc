"""The glob language: what a pattern may hold, and what one segment of it matches.

Owns the syntax, which docs/caching.md describes: `**` as a whole segment, `*`, `?`, `[…]`, `{a,b}`, a leading `!`.
A pattern becomes its alternatives (braces multiplied out), each a tuple of segments. Refuses everything else that
any other tool calls a glob, with the column: a pattern that means something different here would silently select
too little. Names are bytes; `?` and `[…]` take one character, or one byte where a name is not UTF-8.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache

from cigen.errors import ProjectError
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, KeyPath, error
from cigen.model.paths import RepoPath

__all__ = ["ANY", "GLOBSTAR", "Glob", "GlobError", "Segment", "check_glob", "parse_glob", "quote_glob", "shown"]

_MAX_LENGTH = 4096
_MAX_EXPANDED = 100_000
_MAX_NESTING = 8


class GlobError(ProjectError):
    """A pattern that is not in the language. `column` counts characters from 1."""

    def __init__(self, pattern: str, column: int, problem: str, hint: str, key: KeyPath = ()) -> None:
        self.column, self.problem, self.hint = column, problem, hint
        quoted = shown(pattern if len(pattern) <= 200 else pattern[:200] + "…")
        super().__init__(error("HASH_001", f"Glob {quoted}, column {column}: {problem}.", hint=hint, key=key))


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes: a literal, a matcher, or neither, for `**`. Equal spelling, equal segment."""

    spelling: str
    literal: bytes | None = None
    matches: Callable[[bytes], bool] | None = None
    ending: bytes | None = None
    """Of `*.rb` what its names end in; `matches` says the same."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Segment) and self.spelling == other.spelling

    def __hash__(self) -> int:
        return hash(self.spelling)


GLOBSTAR = Segment("**")
ANY = Segment("*", matches=lambda _name: True)


@dataclass(frozen=True, slots=True)
class Glob:
    """A parsed pattern: it matches a path when one of its alternatives does. `negated`: it excludes."""

    pattern: str
    negated: bool
    alternatives: tuple[tuple[Segment, ...], ...]
    paths: tuple[RepoPath, ...]
    """The paths it names outright, without any wildcard."""
    start: tuple[bytes, ...] = ()
    """The directories every match is in, but for the last that is known: `packages`, `a` of `packages/a/src/**`."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Glob) and self.pattern == other.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)


def shown(text: str | bytes) -> str:
    """A pattern or path for a message: quoted, control characters and bytes that are not UTF-8 escaped."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def check_glob(pattern: str, key: KeyPath = ()) -> Diagnostic | None:
    """What is wrong with a pattern's syntax, pointing at `key` of cig.toml."""
    try:
        parse_glob(pattern)
    except GlobError as fault:
        return GlobError(pattern, fault.column, fault.problem, fault.hint, key).diagnostics[0]
    return None


_SPECIAL = r"[*?\[{},!]|\A\Z"


def quote_glob(text: str) -> str:
    """What matches just this text, wherever in a pattern it is put but in a class. A `/` in it still separates.

    What no pattern can hold is refused there: a `\\`, a NUL, a segment that is empty, `.` or `..`, `@(` and its like.
    """
    return re.sub(_SPECIAL, lambda found: f"{{{found[0]}}}" if found[0] in ("!", "") else f"[{found[0]}]", text)


@lru_cache(maxsize=65536)
def parse_glob(pattern: str) -> Glob:
    """The meaning of a pattern; GlobError for one that is not in the language."""
    negated = pattern.startswith("!")
    simple = _parse_simple(pattern[1:] if negated else pattern)
    return _Parser(pattern).parse() if simple is None else _glob(pattern, negated, (simple,))


def _glob(pattern: str, negated: bool, alternatives: tuple[tuple[Segment, ...], ...]) -> Glob:
    paths: list[RepoPath] = []
    start: tuple[bytes, ...] = ()
    for segments in alternatives:
        names = [segment.literal or b"" for segment in segments]
        known = names.index(b"") if b"" in names else len(names)
        start = tuple(names[: known - 1]) if known else ()
        if known == len(names):
            paths.append(RepoPath(b"/".join(names)))
    return Glob(pattern, negated, alternatives, tuple(paths), start if len(alternatives) == 1 else ())


def _parse_simple(pattern: str) -> tuple[Segment, ...] | None:
    """Segments of a pattern made of literals, `*` and `**` alone, which nearly all are; None: parse it in full."""
    if len(pattern) > _MAX_LENGTH:
        return None
    segments: list[Segment] = []
    for part in pattern.split("/"):
        segment = _simple_segment(part)
        if segment is None:
            return None
        segments.append(segment)
    return _in_normal_order(segments) if "**/*" in pattern else tuple(segments)


@lru_cache(maxsize=65536)
def _simple_segment(part: str) -> Segment | None:
    if part == "**":
        return GLOBSTAR
    if part == "*":
        return ANY
    if part in ("", ".", "..") or re.search(r"[\\?\[{}(\0]|^!", part):
        return None
    start, star, end = part.partition("*")
    if not star:
        return _literal_segment(part)
    return None if "*" in end else _affix_segment(start, end)


def _literal_segment(text: str) -> Segment:
    return Segment("=" + text, literal=text.encode("utf-8", "surrogateescape"))


def _in_normal_order(segments: list[Segment]) -> tuple[Segment, ...]:
    """`**/*`, `*/**` and `**/*/**` mean the same: write every such run as its `*`s, then one `**`."""
    done: list[Segment] = []
    for segment in segments:
        if done and done[-1] is GLOBSTAR and segment is ANY:
            done.insert(len(done) - 1, ANY)
        elif not (done and done[-1] is GLOBSTAR and segment is GLOBSTAR):
            done.append(segment)
    return tuple(done)


@dataclass(frozen=True, slots=True)
class _Token:
    """One character of a pattern, or a wildcard."""

    kind: str
    """char, any, star, globstar, class or slash."""
    text: str
    column: int


_Group = list[list["_Item"]]
_Item = _Token | _Group
_Tokens = list[_Token]


class _Parser:
    """Recursive descent over one pattern, once. Positions are kept, so that every refusal names a column."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def parse(self) -> Glob:
        """The whole pattern."""
        if len(self.pattern) > _MAX_LENGTH:
            raise self._error(_MAX_LENGTH, f"a glob has at most {_MAX_LENGTH} characters", "Split it into several.")
        negated = self.pattern.startswith("!")
        self.at = int(negated)
        if self.at == len(self.pattern):
            raise self._error(self.at, "the glob is empty", "Name files, as in `src/**`.")
        if negated and self.pattern[1] == "!":
            raise self._error(1, "`!` twice in a row", "Write one to exclude; `{!}` for the character itself.")
        items = self._sequence(0)
        if _count(items) * len(self.pattern) > _MAX_EXPANDED:
            raise self._error(0, "its braces stand for too many patterns", "Use a wildcard.")
        paths = {self._path(tokens): None for tokens in _expand(items)}
        return _glob(self.pattern, negated, tuple(paths))

    def _sequence(self, depth: int) -> "list[_Item]":
        items: list[_Item] = []
        while self.at < len(self.pattern):
            char, start = self.pattern[self.at], self.at
            if char == "}" or (char == "," and depth):
                if not depth:
                    raise self._error(start, "`}` closes nothing", "Write `[}]` for the character itself.")
                break
            self.at += 1
            if char == "{":
                items.append(self._braces(start, depth + 1))
            else:
                items.append(self._token(char, start))
        return items

    def _braces(self, start: int, depth: int) -> _Group:
        if depth > _MAX_NESTING:
            raise self._error(start, f"braces are nested deeper than {_MAX_NESTING}", "Split it into several globs.")
        group = [self._sequence(depth)]
        while self.pattern[self.at : self.at + 1] == ",":
            self.at += 1
            group.append(self._sequence(depth))
        if self.at == len(self.pattern):
            raise self._error(start, "`{` is never closed", "Write `[{]` for the character itself.")
        self.at += 1
        if len(group) == 1 and ".." in self.pattern[start : self.at]:
            raise self._error(start, "ranges in braces are not supported", "List the values: `{1,2,3}`.")
        return group

    def _token(self, char: str, start: int) -> _Token:
        if char == "/":
            return _Token("slash", char, start)
        if char == "*" and self.pattern[self.at : self.at + 1] == "*":
            self.at += 1
            return _Token("globstar", "**", start)
        if char == "[":
            return self._class(start)
        if char == "\\":
            raise self._error(start, "`\\` is not supported", "Separate with `/`; escape a character as in `[*]`.")
        if char == "\0":
            raise self._error(start, "a NUL character is in no path", "Remove it.")
        if char == "(" and start and self.pattern[start - 1] in "@+*?!":
            raise self._error(start - 1, "extended patterns `@(…)` are not supported", "Use `{a,b}`, or `[(]`.")
        return _Token({"*": "star", "?": "any"}.get(char, "char"), char, start)

    def _class(self, start: int) -> _Token:
        negated = self.pattern[self.at : self.at + 1] == "!"
        self.at += negated
        end = self.pattern.find("]", self.at + 1)  # a `]` that stands first is a member
        if end < 0:
            raise self._error(start, "`[` is never closed", "Write `[[]` for the character itself.")
        body = self.pattern[self.at : end]
        if not negated and body.startswith("^"):
            raise self._error(self.at, "`[^` is not supported", "A class is negated by `!`: `[!…]`.")
        for offset, char in enumerate(body):
            if char in "/\\" or body[offset : offset + 2] in ("[:", "[.", "[="):
                raise self._error(self.at + offset, f"`{char}` cannot stand in a class", "List the characters.")
        ranges = self._ranges(body)
        self.at = end + 1
        return _Token("class", f"[{'^' if negated else ''}{ranges}]", start)

    def _ranges(self, body: str) -> str:
        found, offset = "", 0
        while offset < len(body):
            first, last = body[offset], body[offset]
            if body[offset + 1 : offset + 2] == "-" and offset + 2 < len(body):
                last = body[offset + 2]
                if last < first:
                    problem = f"the range {shown(f'{first}-{last}')} is empty"
                    raise self._error(self.at + offset, problem, "Turn it round.")
                offset += 2
            found += re.escape(first) if first == last else f"{re.escape(first)}-{re.escape(last)}"
            offset += 1
        return found

    def _path(self, tokens: _Tokens) -> tuple[Segment, ...]:
        segments: list[Segment] = []
        part: _Tokens = []
        end = _Token("slash", "", len(self.pattern) - 1)
        for token in [*tokens, end]:
            if token.kind != "slash":
                part.append(token)
                continue
            segments.append(self._segment(part, token, first=not segments, last=token is end))
            part = []
        return _in_normal_order(segments)

    def _segment(self, part: _Tokens, slash: _Token, *, first: bool, last: bool) -> Segment:
        text = "".join(token.text for token in part)
        if not part and first and last:
            raise self._error(slash.column, "an alternative is empty", "Name files, as in `src/**`.")
        if not part and last:
            raise self._error(slash.column, "a glob selects files, not a directory", "End it with `/**`.")
        if not part and first:
            raise self._error(slash.column, "a glob starts at the repository's root already", "Remove the first `/`.")
        if not part:
            raise self._error(slash.column, "two slashes in a row", "Write one.")
        if text in (".", ".."):
            raise self._error(part[0].column, f"`{text}` is not supported", "Write the path from the root.")
        for token in part:
            if token.kind == "globstar":
                if len(part) == 1:
                    return GLOBSTAR
                raise self._error(token.column, "`**` must stand alone between slashes", "Write `**/*` or one `*`.")
        return _wildcard_segment(part, text)

    def _error(self, at: int, problem: str, hint: str) -> GlobError:
        return GlobError(self.pattern, at + 1, problem, hint)


def _count(items: "list[_Item]") -> int:
    product = 1
    for item in items:
        if isinstance(item, list):
            product *= sum(_count(alternative) for alternative in item)
    return product


def _expand(items: "list[_Item]") -> list[_Tokens]:
    """Every combination of alternatives, in the order they were written."""
    done: list[_Tokens] = [[]]
    for item in items:
        if isinstance(item, list):
            tails = [tail for alternative in item for tail in _expand(alternative)]
            done = [head + tail for head in done for tail in tails]
        else:
            for head in done:
                head.append(item)
    return done


def _wildcard_segment(part: _Tokens, text: str) -> Segment:
    if all(token.kind == "char" for token in part):
        return _literal_segment(text)
    if all(token.kind == "star" for token in part):
        return ANY
    kinds = [token.kind for token in part]
    if kinds.count("star") == 1 and set(kinds) == {"star", "char"}:
        start, _, end = text.partition("*")
        if (quick := _affix_segment(start, end)) is not None:
            return quick
    chunks = [""]
    for token in part:
        if token.kind == "star":
            chunks.append("")
        else:
            chunks[-1] += {"any": ".", "class": token.text}.get(token.kind, re.escape(token.text))
    # The first place where a chunk of fixed length fits is as good as any other, so a group that has matched never
    # needs trying again: without that, a hostile pattern of many stars would take exponential time.
    regex = chunks[0] + "".join(f"(?>.*?{chunk})" for chunk in chunks[1:-1])
    regex += ".*" + chunks[-1] if len(chunks) > 1 else ""
    fits = re.compile(regex, re.DOTALL).fullmatch
    return Segment("~" + regex, matches=lambda name: fits(name.decode("utf-8", "surrogateescape")) is not None)


def _affix_segment(before: str, after: str) -> Segment | None:
    """The commonest wildcard, one star among plain characters, as in `*.rb`: a test quicker than a regular expression.

    None for a lone byte, which must not match inside a character of the name.
    """
    try:
        start, end = before.encode(), after.encode()
    except UnicodeEncodeError:
        return None
    if not start:
        return Segment(f"^*{after}", matches=lambda name: name.endswith(end), ending=end)
    size = len(start) + len(end)
    return Segment(
        f"^{before}*{after}",
        matches=lambda name: name.endswith(end) and name.startswith(start) and len(name) >= size,
    )
