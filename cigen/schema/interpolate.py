"""The interpolation language of cig.toml: `{{ NAME }}`.

A placeholder is `{{`, one name or several joined by dots, `}}`, on one line. `{{ '{{' }}` stands for a literal `{{`.
Everything else stays as it is: `{{ .Branch }}` and `{{ a | b }}` belong to other languages, and so does `${{ … }}`,
which is GitHub's. Names are case-sensitive. What a name means, and where which names may stand, is the caller's affair.

A text goes through several hands: variables are replaced here, facts in the DAG stage, the matrix by providers, and in
globs of files by `pipeline/globs.py`. So the escape stays in place until the last of them asks for `unescape`: replaced
earlier, it would look like a placeholder.
"""

import re
from collections.abc import Callable

__all__ = ["foreign", "placeholders", "spans", "substitute"]

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_NAMES = _NAME + r"(?:\." + _NAME + ")*"
_PLACEHOLDER = r"(?<!\$)\{\{[ \t]*(?:'\{\{'|(" + _NAMES + r"))[ \t]*\}\}"
"""Compiled where a text has `{{`."""
_FOREIGN = r"\$\{\{[ \t]*" + _NAMES + r"[ \t]*\}\}"


def placeholders(text: str) -> tuple[str, ...]:
    """The names in `text`, each once, in the order they first appear."""
    if "{{" not in text:
        return ()
    return tuple(dict.fromkeys(name for name in re.findall(_PLACEHOLDER, text) if name))


def spans(text: str) -> list[tuple[int, int]]:
    """Where the placeholders of `text` begin and end."""
    return [found.span() for found in re.finditer(_PLACEHOLDER, text) if found[1]]


def foreign(text: str) -> int:
    """Where a name stands in `${{ … }}`, which is GitHub's and nothing that is replaced here; -1 for nowhere."""
    found = re.search(_FOREIGN, text)
    return found.start() if found else -1


def substitute(
    text: str, lookup: Callable[[str], str | None], *, unescape: bool = False
) -> tuple[str, tuple[str, ...]]:
    """`text` with every placeholder replaced whose name `lookup` knows, and the names that it does not know.

    Unknown ones stay in place. A value is not looked at again. `unescape`: turn `{{ '{{' }}` into `{{`.
    """
    if "{{" not in text:
        return text, ()
    unknown: dict[str, None] = {}

    def replace(match: re.Match[str]) -> str:
        name: str | None = match[1]
        if name is None:
            return "{{" if unescape else match[0]
        value = lookup(name)
        if value is None:
            unknown[name] = None
            return match[0]
        return value

    return re.sub(_PLACEHOLDER, replace, text), tuple(unknown)
