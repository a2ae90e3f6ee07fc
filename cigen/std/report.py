"""What a standard plugin tells the user: its diagnostics, collected while it works.

Owns: the pairing of a code with its fixed title. Each plugin keeps its own table of titles; docs/diagnostics.md
explains every code. Refuses: deciding what is wrong.
"""

from collections.abc import Mapping
from dataclasses import replace

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

    @property
    def found_once(self) -> tuple[Diagnostic, ...]:
        """As `found`; a warning given in the same words for several jobs stands once, at the first, and counts them."""
        places: dict[tuple[str, str], list[Diagnostic]] = {}
        for one in self.found:
            if one.level is Level.WARNING:
                places.setdefault((one.code, one.message), []).append(one)
        again = {one for same in places.values() for one in same[1:]}
        first = {same[0]: _with_the_rest(same) for same in places.values()}
        return tuple(first.get(one, one) for one in self.found if one not in again)

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


def _with_the_rest(same: list[Diagnostic]) -> Diagnostic:
    """The first of several warnings about one fact, and how many jobs it is a fact for."""
    jobs = list(dict.fromkeys(one.key[1] for one in same if len(one.key) > 1 and one.key[0] == "jobs"))
    if len(jobs) < 2:
        return same[0]
    return replace(same[0], message=f'{same[0].message} (job "{jobs[0]}" and {len(jobs) - 1} more)')
