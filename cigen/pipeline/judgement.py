"""Whether a condition holds, as far as it can be known before anything runs: yes, no, or nobody can tell.

Pure. A name stands for the values that it may have: one where it is known, several where it is one of them, None where
nothing is known. Docs/schema.md, "Conditions", says what each node means.
"""

from collections.abc import Callable, Iterable

from cigen.model.expressions import Expr, Op
from cigen.model.matching import matches_glob

__all__ = ["Values", "holds"]

Values = Callable[[str], tuple[str, ...] | None]
"""The values that a name may have; flags are `true` or `false`."""


def holds(expr: Expr, values: Values) -> bool | None:
    """Whether the condition holds; None where that depends on what is not known."""
    match expr.op:
        case Op.AND:
            return _all(holds(arg, values) for arg in expr.args)
        case Op.OR:
            return _not(_all(_not(holds(arg, values)) for arg in expr.args))
        case Op.NOT:
            return _not(holds(expr.args[0], values))
        case Op.NAME:
            return _agreed(value == "true" for value in values(expr.value) or ("true", "false"))
        case Op.BOOL:
            return expr.value == "true"
        case Op.LITERAL:
            return None
        case _:
            return _compared(expr, values)


def _compared(expr: Expr, values: Values) -> bool | None:
    name, *others = expr.args
    known = values(name.value) if name.op is Op.NAME else None
    if known is None:
        return None
    texts = [other.value for other in others]
    if expr.op is Op.MATCHES:
        # Where there is no branch or no tag, not even `*` matches it.
        present = name.value in ("branch", "tag")
        return _agreed(bool(value or not present) and matches_glob(texts[0], value) for value in known)
    return _agreed((value in texts) is not (expr.op is Op.NE) for value in known)


def _agreed(answers: Iterable[bool]) -> bool | None:
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return False if False in found else None if None in found else True
