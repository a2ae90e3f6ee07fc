"""Text of cig.toml on its way into a configuration, where `<<` opens a parameter.

Owns: the one escaper. CircleCI replaces `<< … >>` when it compiles the file, in every text of it, and takes `\\<<` for
`<<`; nothing else is special, but for `{{ … }}` in the keys of caches. `{{ matrix.AXIS }}` becomes the job's parameter.
"""

import re
from collections.abc import Iterable

from cigen.sdk import Pair
from cigen.sdk.yaml import Value
from cigen.std.ci.legs import PLACEHOLDER, has_placeholder

__all__ = ["environment", "fits_parameters", "key_text", "parameter", "render_text", "slug"]

_SPECIAL = re.compile(rf"(<<)|{PLACEHOLDER.pattern}")
_PLACED = re.compile(r"(\{\{[ \t]*matrix\.[A-Za-z_][A-Za-z0-9_-]*[ \t]*\}\})")
_OUTSIDE = re.compile(r"[^A-Za-z0-9._/-]+")
_TOUCHING = re.compile(rf"[<\\]{PLACEHOLDER.pattern}|{PLACEHOLDER.pattern}>")


def render_text(text: str) -> str:
    """`text` such that CircleCI, having replaced parameters, arrives at what cig.toml says."""
    if "<<" not in text and "{{" not in text:
        return text
    return _SPECIAL.sub(_replace, text)


def _replace(found: re.Match[str]) -> str:
    if found[1]:
        return "\\<<"
    return f"<< parameters.{parameter(found[2])} >>" if found[2] else "{{"


def parameter(name: str) -> str:
    """The parameter for an axis or an input: lower case, as CircleCI demands."""
    return name.lower()


def fits_parameters(text: str) -> bool:
    """Whether no value of the matrix touches a character that would make something else of its `<<` or `>>`."""
    return "{{" not in text or not any(has_placeholder(found[0]) for found in _TOUCHING.finditer(text))


def key_text(text: str) -> str:
    """A text in the key of a cache, where `{{` opens a template of its own."""
    opened = PLACEHOLDER.sub(lambda found: found[0] if found[1] else "\0", text)
    parts = _PLACED.split(opened.replace("\0", "{{"))
    return "".join(render_text(part) if index % 2 else _braces(render_text(part)) for index, part in enumerate(parts))


def _braces(text: str) -> str:
    return text.replace("{{", '{{ "{{" }}')


def environment(pairs: Iterable[Pair]) -> dict[str, Value]:
    """Variables as a mapping. CircleCI passes `$` on as it stands."""
    return {pair.name: render_text(pair.value) for pair in pairs}


def slug(text: str) -> str:
    """The text with nothing in it but letters, digits, `.`, `_`, `-` and `/`, values of the matrix aside."""
    if "{{" not in text:
        return _OUTSIDE.sub("-", text).strip("-")
    parts = _PLACED.split(text)
    return "".join(part if index % 2 else _OUTSIDE.sub("-", part) for index, part in enumerate(parts)).strip("-")
