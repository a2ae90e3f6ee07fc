"""The key of a cache, worked out by the shell of the job that uses it.

Owns: the same key as on every provider: the cache's id, system and architecture, the image if any, the parts in order;
what the files of a glob hash to; and the part to leave out where an older entry will do. Globs become lists made by
`find`, because neither globstar nor git is everywhere. Refuses: where entries are kept.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from cigen.sdk import Cache
from cigen.std.ci.legs import PLACEHOLDER

__all__ = ["HASH_FILES", "ShellKey", "cache_key", "glob_expression"]

HASH_FILES = """\
# SHA-256 over the files below $1 whose paths match the extended regular expression $2: their names and contents.
cig_hash_files() {
  { find "$1" -name .git -prune -o -type f -print 2>/dev/null || true; } | sed 's|^\\./||' |
    { grep -E -- "$2" || true; } | LC_ALL=C sort |
    while IFS= read -r cig_file; do
      printf '%s\\n' "$cig_file"
      sha256sum < "$cig_file" 2>/dev/null || shasum -a 256 < "$cig_file"
    done | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1
}
"""
"""A function for sh or bash, which the words of a key call."""

_WILD = re.compile(r"[*?\[{]")


@dataclass(frozen=True, slots=True)
class ShellKey:
    """Two texts to stand in double quotes: how any acceptable entry's key begins, and the rest of the exact one."""

    prefix: str
    last: str

    @property
    def exact(self) -> str:
        """The whole key."""
        return self.prefix + self.last


def cache_key(cache: Cache, image: str = "") -> ShellKey:
    """The key of a cache. Placeholders of a matrix stay in it; `last` is empty where no older entry may do."""
    parts = [_quoted(cache.id), "$(uname -s)", "$(uname -m)"]
    if image:
        parts.append(_quoted(_image_name(image)))
    files = [part for part in cache.parts if part.files]
    last = files[-1] if files and cache.fallback else None
    kept = [part for part in cache.parts if part is not last]
    parts += [_hash(part.files) if part.files else _quoted(part.literal) for part in kept]
    if last is None:
        return ShellKey("-".join(parts), "")
    return ShellKey("-".join([*parts, ""]), _hash(last.files))


def glob_expression(pattern: str) -> str:
    """The extended regular expression that matches the same paths, below the directory where the search begins."""
    return f"^{''.join(_translated(pattern.removeprefix('./')))}$"


def _translated(pattern: str) -> Iterator[str]:
    index, depth = 0, 0
    while index < len(pattern):
        char = pattern[index]
        rest = pattern[index:]
        at_start = index == 0 or pattern[index - 1] == "/"
        width = 1
        if rest.startswith("**/") and at_start:
            width = 3
            yield "(.*/)?"
        elif rest.startswith("**"):
            width = 2
            yield ".*"
        elif char == "*":
            yield "[^/]*"
        elif char == "?":
            yield "[^/]"
        elif char == "[" and (bracket := re.match(r"\[([!^]?\]?[^\]]*)\]", rest)):
            width = bracket.end()
            yield f"[{'^' if bracket[1][0] in '!^' else ''}{bracket[1].lstrip('!^')}]"
        elif char == "{" and "}" in rest:
            depth += 1
            yield "("
        elif char == "}" and depth:
            depth -= 1
            yield ")"
        elif char == "," and depth:
            yield "|"
        else:
            yield _plain(char)
        index += width


def _image_name(image: str) -> str:
    """What of an image may stand in the name of a file, with the placeholders that the caller fills in later."""
    kept = [found[0] for found in PLACEHOLDER.finditer(image)]
    plain = [re.sub(r"[^A-Za-z0-9._-]+", "-", piece) for piece in PLACEHOLDER.sub("\0", image).split("\0")]
    return "".join(piece + mark for piece, mark in zip(plain, [*kept, ""], strict=True))


def _plain(char: str) -> str:
    return f"\\{char}" if char in "\\.^$|()[]{}*+?" else char


def _hash(pattern: str) -> str:
    plain = pattern.removeprefix("./")
    wild = _WILD.search(plain)
    root = (plain[: wild.start()].rpartition("/")[0] or ".") if wild else plain
    return f"$(cig_hash_files {shlex.quote(root)} {shlex.quote(glob_expression(plain))})"


def _quoted(text: str) -> str:
    """A text inside double quotes, with nothing that could not stand in the name of a file."""
    return re.sub(r'(["\\$`])', r"\\\1", text.replace("/", "_").replace("\n", "_"))
