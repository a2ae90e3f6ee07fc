"""What the fields of a frozen value look like, worked out once a class.

Owns: the reading of a class's annotations, for the two things that walk values without knowing them: `codec.py`
(JSON) and `wire/convert.py` (protobuf). Both write one straight-line function a class, as `dataclasses` itself does,
because a loop over fields costs five times as much and a graph holds ten thousand values. Refuses: any field that is
not a scalar, an enum, a frozen value, an optional one of those, or a tuple of them.
"""

import sys
from collections.abc import Callable, Iterable
from enum import Enum, StrEnum
from functools import cache
from types import UnionType
from typing import Any

from cigen.model.dataclass import REQUIRED, dataclass, layout_of

__all__ = ["Field", "Kind", "define", "draft", "shape"]


class Kind(Enum):
    """What one element of a field is."""

    SCALAR = "scalar"
    """`type` is str, int, float, bool or bytes."""
    ENUM = "enum"
    VALUE = "value"
    """Another frozen value."""
    KEY = "key"
    """A part of a key path: a string, or an index."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `many`: a tuple of `kind`. `default` is `REQUIRED` where a value must be given."""

    name: str
    kind: Kind
    type: Any
    many: bool
    default: Any

    @property
    def required(self) -> bool:
        """Whether the class cannot be built without it."""
        return self.default is REQUIRED

    def given(self, variable: str) -> str:
        """A Python expression: does this variable hold anything but the field's default?"""
        if self.default is None:
            return f"{variable} is not None"
        # A default that is empty or zero is the only such value of its type.
        if not self.default:
            return variable
        default = self.default.value if self.kind is Kind.ENUM else self.default
        return f"{variable} != {default!r}"


@cache
def shape(cls: Any) -> tuple[Field, ...]:
    """The fields of a dataclass, in order."""
    layout = layout_of(cls)
    assert layout is not None, f"{cls!r} is no frozen value"
    module = sys.modules[cls.__module__]
    return tuple(_field(module, name, annotation, default) for name, (annotation, default) in layout.items())


def define(name: str, lines: Iterable[str], scope: dict[str, Any]) -> Callable[[Any], Any]:
    """The function that these lines of Python define. They are made from our own classes only, never from input."""
    exec("\n".join(lines), scope)  # noqa: S102
    function: Callable[[Any], Any] = scope[name]
    return function


@cache
def draft(cls: Any) -> Any:
    """A twin of a frozen class with the same slots, whose objects can be filled and then turned into the frozen class.

    All fields start at their defaults, required ones as `REQUIRED`. Assigning `__class__` when it is full builds a
    value of twenty fields three times as fast as its own constructor, which goes through `object.__setattr__` for each.
    """
    names = [f.name for f in shape(cls)]
    assert list(cls.__slots__) == names, f"{cls.__name__} has no slots"
    assert not hasattr(cls, "__post_init__"), f"{cls.__name__} cannot be built past its constructor"
    scope = {f"default_{f.name}": f.default for f in shape(cls)}
    init = define("init", ["def init(self):", *(f"    self.{name} = default_{name}" for name in names)], scope)
    return type(f"{cls.__name__}Draft", (), {"__slots__": cls.__slots__, "__init__": init})


def _field(module: object, name: str, annotation: Any, default: Any) -> Field:
    many = getattr(annotation, "__origin__", None) is tuple
    if many:
        annotation = annotation.__args__[0]
    if isinstance(annotation, UnionType):
        parts = [part for part in annotation.__args__ if part is not type(None)]
        if set(parts) == {str, int}:
            return Field(name, Kind.KEY, str, many, default)
        assert len(parts) == 1, f"{name} may be several things"
        annotation = parts[0]
    if isinstance(annotation, str):
        annotation = getattr(module, annotation)
    annotation = getattr(annotation, "__supertype__", annotation)
    return Field(name, _kind(annotation), annotation, many, default)


def _kind(annotation: Any) -> Kind:
    if layout_of(annotation) is not None:
        return Kind.VALUE
    if issubclass(annotation, StrEnum):
        return Kind.ENUM
    assert annotation in (str, int, float, bool, bytes), f"{annotation!r} cannot stand in a value"
    return Kind.SCALAR
