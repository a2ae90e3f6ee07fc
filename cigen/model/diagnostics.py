"""Diagnostics: what cig tells the user about a mistake, and where it stands.

A stage returns diagnostics and goes on, so that one run shows every mistake. A diagnostic points at its cause in one
of two ways: a `KeyPath` into cig.toml (stages know keys, not lines: an added comment must not invalidate them), which
the command line turns into a line and column when it prints, or a `Location` where the text itself was being read.
"""

from enum import StrEnum

from cigen.model.codes import CODES
from cigen.model.dataclass import dataclass

__all__ = ["Diagnostic", "KeyPath", "Level", "Location", "error", "has_errors", "warning"]

KeyPath = tuple[str | int, ...]
"""Keys and array indices from the root of cig.toml: `("jobs", "test", "needs", 0)`."""


class Level(StrEnum):
    """How bad it is. Only an error changes the exit code."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span of one line of a file. `line` and `column` count from 1; `width` is in characters, at least 1."""

    file: str
    line: int = 0
    column: int = 0
    width: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message to the user. `title` is fixed text of the code; `message` is a full sentence naming the culprit."""

    level: Level
    code: str
    title: str
    message: str
    hint: str = ""
    key: KeyPath = ()
    on_key: bool = False
    """Point at the key itself, not at its value: the key is what is wrong (an unknown key, say)."""
    location: Location | None = None
    source: str = ""
    """The plugin that reported it, empty for the core."""


def error(
    code: str,
    message: str,
    *,
    hint: str = "",
    key: KeyPath = (),
    on_key: bool = False,
    location: Location | None = None,
) -> Diagnostic:
    """An error with the title that `model/codes.py` gives its code."""
    return Diagnostic(Level.ERROR, code, CODES[code].title, message, hint, key, on_key, location)


def warning(
    code: str,
    message: str,
    *,
    hint: str = "",
    key: KeyPath = (),
    on_key: bool = False,
    location: Location | None = None,
) -> Diagnostic:
    """A warning with the title that `model/codes.py` gives its code."""
    return Diagnostic(Level.WARNING, code, CODES[code].title, message, hint, key, on_key, location)


def has_errors(diagnostics: "tuple[Diagnostic, ...] | list[Diagnostic]") -> bool:
    """Whether any of them is an error."""
    return any(d.level is Level.ERROR for d in diagnostics)
