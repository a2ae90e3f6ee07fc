"""The condition language of `when`, as a tree.

One small, pure language over what every CI system can know before a job starts. `schema/conditions.py` parses it,
each provider compiles it to its own spelling, or refuses with a diagnostic. Grammar and meaning: docs/schema.md.
"""

from enum import StrEnum

from cigen.model.dataclass import dataclass

__all__ = ["Expr", "Op"]


class Op(StrEnum):
    """What a node of a condition is."""

    AND = "and"
    OR = "or"
    NOT = "not"
    EQ = "eq"
    NE = "ne"
    IN = "in"
    """`args[0]` is one of `args[1:]`, all literals."""
    MATCHES = "matches"
    """`args[0]` matches the glob in the literal `args[1]`."""
    NAME = "name"
    """`value` is one of: branch, tag, event, default_branch, draft, `label.X`, `input.X`, `matrix.X`, `env.X`,
    `needs.JOB.NAME`."""
    LITERAL = "literal"
    """`value` is a string."""
    BOOL = "bool"
    """`value` is `true` or `false`."""


@dataclass(frozen=True, slots=True)
class Expr:
    """A node: `value` for leaves, `args` for the rest."""

    op: Op
    value: str = ""
    args: tuple["Expr", ...] = ()
