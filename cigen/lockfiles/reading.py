"""What the readers of all formats share: the refusal, values of the type that they must have, and what is reachable.

Refuses texts that two readers could understand differently: a key that stands twice, a number that is no integer.
A plan may ask for the parts of a hundred packages, so formats read a text once, and what they find is not changed.
"""

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

__all__ = ["Table", "Untold", "normalized", "reachable", "read_json", "read_toml", "table", "tables", "text", "texts"]

Table = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)


class Untold(Exception):  # noqa: N818 — it is an answer, not an error
    """The part cannot be told; the lockfile counts whole."""


def read_json(content: str) -> Table:
    """An object of JSON; Untold for duplicate keys, numbers that are no integers, and what prototypes are set with."""
    try:
        found = json.loads(content, object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse)
    except ValueError as error:
        raise Untold from error
    return table(found)


def read_toml(content: str) -> Table:
    """A document of TOML, which has no duplicate keys."""
    import tomli

    try:
        return tomli.loads(content)
    except ValueError as error:
        raise Untold from error


def normalized(name: str) -> str:
    """The one spelling of a Python package's name, or of a group's."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _unique(pairs: list[tuple[str, Any]]) -> Table:
    found = dict(pairs)
    if len(found) < len(pairs) or "__proto__" in found:
        raise Untold
    return found


def _refuse(_: str) -> NoReturn:
    raise Untold


def table(value: object) -> Table:
    if not isinstance(value, dict):
        raise Untold
    return value


def tables(value: object) -> list[Table]:
    if not isinstance(value, list):
        raise Untold
    return [table(item) for item in value]


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Untold
    return value


def texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise Untold
    return [text(item) for item in value]


def reachable(starts: Iterable[Key], edges: Mapping[Key, Iterable[Key]]) -> set[Key]:
    """Everything that can be reached from `starts`, themselves included; Untold where one of them is not there."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        further = edges.get(waiting.pop())
        if further is None:
            raise Untold
        for key in further:
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found
