"""Addresses of modules: `lang/ruby@~1.2`, with or without the place it comes from.

    lang/ruby@~1.2                                       installed, or from the default registry
    registry.cigen.dev/lang/ruby@1.2.3                   from this registry
    github.com/user/repo//modules/my-module@v1.0.0       a folder of a git repository

Owns: taking addresses apart. Refuses: fetching anything, and judging the constraint (`versions.py` does).
"""

import re

from cigen.model.dataclass import dataclass

__all__ = ["ModuleAddress", "parse_address"]

_SEGMENT = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?")
_EXPECTED = "expected kind/name, host/kind/name or host/user/repository//folder, each with an optional @constraint"


@dataclass(frozen=True, slots=True)
class ModuleAddress:
    """`name`: `kind/name`, or a folder inside a git repository. `constraint`: what stands behind the `@`, or empty."""

    name: str
    constraint: str = ""
    source: str = ""
    """A registry's host, or a git repository; empty for what is installed or in the default registry."""

    def __str__(self) -> str:
        source = f"{self.source}//" if self.source.count("/") else self.source and f"{self.source}/"
        return f"{source}{self.name}" + (f"@{self.constraint}" if self.constraint else "")


def parse_address(text: str) -> ModuleAddress:
    """Take an address apart. Raises ValueError telling what is wrong."""
    place, at, constraint = text.partition("@")
    constraint = constraint.strip()
    if at and not constraint:
        raise ValueError(f'"{text}" ends with "@": name a version behind it, or leave it out')
    repository, folders, folder = place.partition("//")
    if folders:
        parts = repository.split("/")
        if len(parts) < 3 or not _HOST.fullmatch(parts[0]) or not all(parts[1:]):
            raise ValueError(f'"{text}" names no git repository before "//": expected host/user/repository')
        source, name = repository, folder.split("/")
    else:
        parts = place.split("/")
        source, name = (parts[0], parts[1:]) if len(parts) == 3 and _HOST.fullmatch(parts[0]) else ("", parts)
        if len(name) != 2:
            raise ValueError(f'"{text}" is no module address: {_EXPECTED}')
    for segment in name:
        if not _SEGMENT.fullmatch(segment):
            raise ValueError(f'"{segment}" in "{text}" is no name: use lower-case letters, digits, ".", "_" and "-"')
    return ModuleAddress("/".join(name), constraint, source)
