"""Text on its way into a pipeline, where `$` and `{{matrix…}}` have meanings of their own.

Owns: the one escaper. `buildkite-agent pipeline upload` replaces `$NAME` and `${NAME…}` in every text of the file, and
`$$` is a dollar. A backslash before it is the trap: the agent takes `\\$` for a dollar as well, and two backslashes for
two that stay two, so that no spelling of one backslash and a dollar side by side is left. There the backslash comes
out of an expansion: the default of a variable that nobody sets.
"""

import re
from collections.abc import Iterable

from cigen.sdk import Pair
from cigen.sdk.yaml import Value
from cigen.std.ci.legs import PLACEHOLDER

__all__ = ["UNSET", "environment", "escaped", "holds_matrix", "with_matrix"]

UNSET = "CIG_UNSET"
"""A variable that nobody sets."""

_DOLLAR = re.compile(r"(\\*)\$")
_MATRIX = re.compile(r"\{\{\s*matrix(\.[\w.-]+)?\s*\}\}")


def escaped(text: str) -> str:
    """`text` such that the agent, having interpolated it, arrives at `text`."""
    return _DOLLAR.sub(_dollar, text) if "$" in text else text


def _dollar(found: re.Match[str]) -> str:
    slashes = found[1]
    if len(slashes) % 2 == 0:
        return f"{slashes}$$"
    return f"{slashes[1:]}${{{UNSET}:-\\}}$$"


def environment(pairs: Iterable[Pair]) -> dict[str, Value]:
    """Variables as a mapping."""
    return {pair.name: escaped(pair.value) for pair in pairs}


def holds_matrix(text: str) -> bool:
    """Whether Buildkite would take some of it for a value of a matrix."""
    return _MATRIX.search(text) is not None


def with_matrix(text: str) -> str:
    """A text of a job whose matrix Buildkite expands: placeholders in its spelling, `{{ '{{' }}` as `{{`."""
    return PLACEHOLDER.sub(lambda found: f"{{{{matrix.{found[1]}}}}}" if found[1] else "{{", text)
