"""Addresses of modules, as in `uses = "lang/ruby@~1.2"`."""

from dataclasses import dataclass

__all__ = ["ModuleAddress", "parse_address"]


@dataclass(frozen=True, slots=True)
class ModuleAddress:
    """`name` is `kind/name`; `constraint` what stands behind the `@`, or empty; `source` host and path before the name."""

    name: str
    constraint: str = ""
    source: str = ""


def parse_address(text: str) -> ModuleAddress:
    """Take an address apart. Raises ValueError telling what is wrong."""
    raise NotImplementedError
