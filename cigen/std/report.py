"""What a standard plugin tells the user: its diagnostics, collected while it works.

Owns: the pairing of a code with its fixed title. Each plugin keeps its own table of titles; docs/diagnostics.md
explains every code. Refuses: deciding what is wrong.
"""

from collections.abc import Mapping

from cigen.sdk import Diagnostic, KeyPath, Level, Location

__all__ = ["Report"]


class Report:
    """Diagnostics in the order they were found. `titles`: code → fixed text without user data."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._found: list[Diagnostic] = []

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """Everything reported so far, each once."""
        return tuple(dict.fromkeys(self._found))

    def error(self, code: str, message: str, *, hint: str = "", key: KeyPath = ()) -> None:
        """Something that must be put right before anything is rendered."""
        self._found.append(Diagnostic(Level.ERROR, code, self._titles[code], message, hint, key))

    def warning(
        self, code: str, message: str, *, hint: str = "", key: KeyPath = (), at: Location | None = None
    ) -> None:
        """Something that works, but hardly as the user means it."""
        self._found.append(Diagnostic(Level.WARNING, code, self._titles[code], message, hint, key, location=at))

    def info(self, code: str, message: str, *, hint: str = "", key: KeyPath = ()) -> None:
        """Something that is done another way than the user might expect, and well."""
        self._found.append(Diagnostic(Level.INFO, code, self._titles[code], message, hint, key))
