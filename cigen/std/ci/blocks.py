"""The tables that cig.toml keeps for one CI system alone: a machine's or a secret's settings, and raw blocks.

Owns: finding a provider's own table and merging a raw one into what was rendered. Refuses: what its keys mean.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cigen.sdk import KeyPath, ProviderBlock
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.problems import CannotExpress, read_table
from cigen.std.report import Report

__all__ = ["merge", "own_table", "read_own", "sort_keys"]


def own_table(blocks: Iterable[ProviderBlock], provider: str, what: str) -> dict[str, Any] | None:
    """What the blocks say to the provider, if anything. Raises CannotExpress, with `what` in it, for no table."""
    return next((read_table(block.json, what) for block in blocks if block.provider == provider), None)


def read_own(
    blocks: Iterable[ProviderBlock], provider: str, what: str, report: Report, code: str, key: KeyPath
) -> dict[str, Any]:
    """As `own_table`, empty if there is none. What is no table is reported under `code` and counts as none."""
    try:
        return own_table(blocks, provider, what) or {}
    except CannotExpress as problem:
        report.error(code, problem.message, hint=problem.hint, key=key)
        return {}


def merge(into: dict[str, Value], patch: Mapping[str, Any]) -> None:
    """What the patch says wins; tables are merged key by key, anything else replaces what stood there."""
    for name, value in patch.items():
        known = into.get(name)
        inner = known.value if isinstance(known, Commented) else known
        if isinstance(inner, dict) and isinstance(value, dict):
            merge(inner, value)
        else:
            into[name] = value


def sort_keys(table: dict[str, Value], order: Collection[str]) -> None:
    """Put the keys in the order people write them; unknown ones stay last, in the order they came."""
    places = {name: place for place, name in enumerate(order)}
    for name in sorted(table, key=lambda known: places.get(known, len(places))):
        table[name] = table.pop(name)
