"""The lines that cig keeps in `.gitattributes` (its outputs are generated) and `.gitignore` (its cache is nobody's).

Pure, and additive: every byte that stands there stays, missing lines go to the end in the file's own line ending, and
a second time adds nothing. A line of the user's about the same file wins, whatever it says.
Source: gitattributes(5), gitignore(5).
"""

import re
from collections.abc import Iterable

__all__ = ["with_generated", "with_ignored"]

_ATTRIBUTE = "linguist-generated"
_IGNORED = ".cigen/cache/"
_IGNORED_ALREADY = frozenset({b".cigen/cache/", b".cigen/cache", b".cigen/", b".cigen", b".cigen/*", b".cigen/**"})
_ESCAPES = {b"a": 7, b"b": 8, b"f": 12, b"n": 10, b"r": 13, b"t": 9, b"v": 11}


def with_generated(old: bytes | None, paths: Iterable[str]) -> bytes:
    """`old` with a line `PATH linguist-generated=true` for each path that has none. `old` None: no such file."""
    told = {pattern for pattern, attributes in _rules(old or b"") if _ATTRIBUTE in _names(attributes)}
    missing = [path for path in sorted(set(paths)) if _pattern(path) not in told]
    return _appended(old or b"", [f"{_written(_pattern(path))} {_ATTRIBUTE}=true" for path in missing])


def with_ignored(old: bytes | None) -> bytes:
    """`old` with the line `.cigen/cache/`, unless a line ignores it already or says not to."""
    lines = {line.strip().removeprefix(b"!").removeprefix(b"/") for line in _unmarked(old or b"").splitlines()}
    return _appended(old or b"", [] if lines & _IGNORED_ALREADY else [_IGNORED])


def _appended(old: bytes, lines: list[str]) -> bytes:
    if not lines:
        return old
    end = b"\r\n" if b"\r\n" in old else b"\n"
    gap = end if old and not old.endswith(b"\n") else b""
    return old + gap + b"".join(line.encode() + end for line in lines)


def _unmarked(content: bytes) -> bytes:
    return content.removeprefix(b"\xef\xbb\xbf")


def _rules(content: bytes) -> list[tuple[str, str]]:
    """(pattern without a leading slash, attributes) of each line that has both."""
    found: list[tuple[str, str]] = []
    for raw in _unmarked(content).split(b"\n"):
        line = raw.strip(b" \t\r")
        if line.startswith(b'"'):
            quoted = re.match(rb'"((?:[^"\\]|\\.)*)"(?=[ \t]|$)', line)
            if quoted is None:
                continue
            pattern, attributes = _unquoted(quoted[1]), line[quoted.end() :]
        else:
            pattern, _, attributes = line.replace(b"\t", b" ").partition(b" ")
        if pattern and not pattern.startswith(b"#"):
            bare = pattern.removeprefix(b"/") if b"/" in pattern[1:] else pattern
            found.append((bare.decode("utf-8", "surrogateescape"), attributes.decode("utf-8", "surrogateescape")))
    return found


def _names(attributes: str) -> set[str]:
    return {word.lstrip("-!").partition("=")[0] for word in attributes.split()}


def _pattern(path: str) -> str:
    """The pattern for exactly this path: anchored at the root, its wildcards taken literally."""
    literal = re.sub(r"([\\*?\[])", r"\\\1", path)
    if "/" not in path:
        return f"/{literal}"
    # A negative pattern is forbidden there, and "#" opens a comment; the quoted spelling of "#" would do as well.
    return re.sub(r"^([!#])", r"\\\1", literal)


def _written(pattern: str) -> str:
    """The pattern as the file holds it: quoted as in C if it holds a space or looks quoted."""
    if not pattern.startswith('"') and not re.search(r"\s", pattern):
        return pattern
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(text: bytes) -> bytes:
    def value(escape: re.Match[bytes]) -> bytes:
        body = escape[1]
        if body.isdigit():
            return bytes([int(body, 8) & 255])
        return bytes([_ESCAPES[body]]) if body in _ESCAPES else body

    return re.sub(rb"\\([0-7]{1,3}|.)", value, text, flags=re.DOTALL)
