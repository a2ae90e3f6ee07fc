"""The small values that resources are made of: pairs, globs, and blocks that one provider understands."""

from cigen.model.dataclass import dataclass

__all__ = [
    "Pair",
    "PathGlob",
    "ProviderBlock",
]


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value, in the order the user wrote them."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class PathGlob:
    """One glob of a fileset; a leading `!` excludes. `optional`: matching nothing is no error."""

    pattern: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ProviderBlock:
    """What only one provider understands: `json` is canonical JSON of the user's table."""

    provider: str
    json: str
