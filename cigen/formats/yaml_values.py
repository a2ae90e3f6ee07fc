"""What a YAML document is made of here: mappings, lists, scalars, and the notes a person would write beside them.

Owns: the value model that `yaml_text` writes and `yaml_reader` reads. Refuses: anchors, tags, several documents; no
format that cigen writes or merges needs them, and each is a way to say one thing twice.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

from cigen.model.dataclass import dataclass

__all__ = ["Commented", "Document", "Plain", "Scalar", "Value", "YamlError", "bare"]


class YamlError(ValueError):
    """A text that cannot be read, or a value that no YAML can hold. `line` and `column` count from 1, 0 for nowhere."""

    def __init__(self, problem: str, line: int = 0, column: int = 0) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(f"line {line}, column {column}: {problem}" if line else problem)


@dataclass(frozen=True, slots=True)
class Plain:
    """A scalar kept as it is spelled, because YAML 1.1 and 1.2 (or two parsers) read it as different values: `1:30`."""

    text: str


Scalar: TypeAlias = str | int | float | bool | Plain | None
Value: TypeAlias = Union[Scalar, "Commented", Mapping[str, "Value"], Sequence["Value"]]


@dataclass(frozen=True, slots=True)
class Commented:
    """A value with what stands around it.

    `comment` follows on the same line, without its `#`. `above` are whole lines before the key or list item: each is
    empty or begins with `#`.
    """

    value: "Scalar | Mapping[str, Value] | Sequence[Value]"
    comment: str = ""
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file. `header` and `footer` are lines as in `Commented.above`."""

    root: Value
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


def bare(value: Value) -> "Scalar | Mapping[str, Value] | Sequence[Value]":
    """The value without its notes."""
    return value.value if isinstance(value, Commented) else value
