"""The interpolation language of cig.toml: `{{ NAME }}`.

A placeholder is `{{`, one name or several joined by dots, `}}`, on one line. `{{ '{{' }}` stands for a literal `{{`.
Everything else stays as it is: `{{ .Branch }}` and `{{ a | b }}` belong to other languages, and so does `${{ … }}`,
which is GitHub's. Names are case-sensitive. What a name means, and where which names may stand, is the caller's affair.

A text goes through several hands: variables are replaced here, facts in the DAG stage, the matrix by providers. So the
escape stays in place until the last of them asks for `unescape`: replaced earlier, it would look like a placeholder.
"""

import re
from collections.abc import Callable

__all__ = ["placeholders", "substitute"]

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_PLACEHOLDER = r"(?<!\$)\{\{[ \t]*(?:'\{\{'|(" + _NAME + r"(?:\." + _NAME + r")*))[ \t]*\}\}"
"""Compiled where a text has `{{`."""


def placeholders(text: str) -> tuple[str, ...]:
    """The names in `text`, each once, in the order they first appear."""
    if "{{" not in text:
        return ()
    return tuple(dict.fromkeys(name for name in re.findall(_PLACEHOLDER, text) if name))


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
