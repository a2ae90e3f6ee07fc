"""What came of one check."""

from cigen.model.dataclass import dataclass

__all__ = ["Failure", "Verdict", "shortened"]

_LONG = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """The first thing that went wrong in a check: what was sent, what came back, what should have."""

    sent: str
    got: str
    expected: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the result. `id` never changes; `title` says what the plugin must do."""

    id: str
    title: str
    passed: bool
    sent: str = ""
    got: str = ""
    expected: str = ""


def shortened(text: str) -> str:
    """A text that fits on a line or two, on any terminal."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: _LONG + 1])
    return shown if len(shown) <= _LONG else f"{shown[:_LONG]}…"
