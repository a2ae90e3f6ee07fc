"""What a CI system has no way to say, told where it is found and reported where cig.toml is known.

Owns: the exception for it, and the reading of the tables that cig.toml keeps for one provider alone. Refuses: codes and
titles, which are each provider's own.
"""

import json
from typing import Any

__all__ = ["CannotExpress", "read_table"]


class CannotExpress(Exception):  # noqa: N818
    """The CI system has no way to say this. The caller knows where it stands in cig.toml and reports it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_table(text: str, what: str) -> dict[str, Any]:
    """The table in a provider's block. Raises CannotExpress: another plugin may have made it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CannotExpress(f"{what} is no table")
    return found
