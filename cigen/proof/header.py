"""The one header that a store may be given, to say who asks: `CIG_STORE_HEADER`, for servers of gRPC and of HTTP.

It comes from the environment, so that it stands in no command line and no plan. Refuses what no header can be, without
showing it.
"""

import os
import re

from cigen.proof.stores import StoreFaultError

__all__ = ["given_header", "without_secret"]

VARIABLE = "CIG_STORE_HEADER"
_HEADER = re.compile(r"([A-Za-z0-9_.-]+):[ \t]*([\x20-\x7e]*)")


def given_header() -> tuple[tuple[str, str], ...]:
    """The header as (lower-case name, value); none where the variable is not set."""
    text = os.environ.get(VARIABLE)
    if text is None:
        return ()
    found = _HEADER.fullmatch(text.strip())
    # gRPC takes names that end so for something else.
    if found is None or found[1].lower().endswith("-bin"):
        raise StoreFaultError(f"cannot be used: {VARIABLE} is not written NAME: VALUE")
    return ((found[1].lower(), found[2]),)


def without_secret(text: str) -> str:
    """The first line of what a server or a library says, without the header's value, should it repeat it."""
    first = (text.strip().splitlines() or [""])[0]
    for _, value in given_header():
        for word in filter(None, value.split()):
            first = first.replace(word, "…") if len(word) > 6 else first
    return first[:200]
