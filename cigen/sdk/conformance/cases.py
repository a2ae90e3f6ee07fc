"""The features of cig.toml as a provider meets them: graphs, and the same graphs with one key less or another value.

Owns: what a case is. Refuses: making one; that takes cig.toml's schema, which plugins do not have.
"""

from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import KeyPath
from cigen.model.plans import GenerateRequest
from cigen.sdk.features import Feature

__all__ = ["Asked", "Case", "Variant"]

Asked = tuple[tuple[GenerateRequest, ...], ...]
"""Ways to ask for the files of one graph: one request a file. The first that is not refused counts."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A case with one key changed, and so with another graph. `change`: removed, or the new value as TOML."""

    key: KeyPath
    change: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Case:
    """The example of one feature. `text`: its cig.toml."""

    feature: Feature
    text: str
    asked: Asked
    variants: tuple[Variant, ...] = ()
