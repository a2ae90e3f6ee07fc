"""Conditions of `when`, judged as far as they can be before anything runs.

Owns: constant folding, and what each node means. A provider says which names it knows already (the values of a matrix
leg, a variable that cig.toml sets); what is left asks for the rest only. Refuses: any system's spelling.
"""

from collections.abc import Callable, Iterable, Iterator

from cigen.sdk import Expr, Op, glob_regex, matches_glob

__all__ = [
    "FALSE",
    "TRUE",
    "all_of",
    "any_of",
    "conjuncts",
    "fold",
    "glob_regex",
    "is_false",
    "is_true",
    "matches_glob",
    "names",
    "negate",
]

TRUE = Expr(Op.BOOL, "true")
FALSE = Expr(Op.BOOL, "false")

Known = Callable[[str], str | None]
"""The value of a name, flags as `true` or `false`; None for one that is not known yet."""


def is_true(expr: Expr | None) -> bool:
    """Whether it always holds. No condition at all does."""
    return expr is None or (expr.op is Op.BOOL and expr.value == "true")


def is_false(expr: Expr | None) -> bool:
    """Whether it never holds."""
    return expr is not None and expr.op is Op.BOOL and expr.value != "true"


def names(expr: Expr | None) -> Iterator[str]:
    """Every name it asks for, as often as it does."""
    if expr is None:
        return
    if expr.op is Op.NAME:
        yield expr.value
    for arg in expr.args:
        yield from names(arg)


def fold(expr: Expr, known: Known) -> Expr:
    """The condition with everything decided that `known` decides; TRUE or FALSE where nothing is left."""
    match expr.op:
        case Op.AND:
            return all_of(fold(arg, known) for arg in expr.args)
        case Op.OR:
            return any_of(fold(arg, known) for arg in expr.args)
        case Op.NOT:
            return negate(fold(expr.args[0], known)) if expr.args else expr
        case Op.NAME:
            value = known(expr.value)
            return expr if value is None else _bool(value == "true")
        case Op.EQ | Op.NE | Op.IN | Op.MATCHES:
            return _compared(expr, known)
        case Op.BOOL | Op.LITERAL:
            return expr


def _compared(expr: Expr, known: Known) -> Expr:
    if len(expr.args) < 2:
        return expr
    name = expr.args[0]
    value = known(name.value) if name.op is Op.NAME else name.value if name.op is Op.LITERAL else None
    if value is None:
        return expr
    others = [arg.value for arg in expr.args[1:]]
    if expr.op is Op.MATCHES:
        return _bool(matches_glob(others[0], value))
    return _bool((value in others) is not (expr.op is Op.NE))


def _bool(value: bool) -> Expr:
    return TRUE if value else FALSE


def all_of(conditions: Iterable[Expr | None]) -> Expr:
    """The conditions joined by `and`, each once; those that always hold say nothing."""
    found: dict[Expr, None] = {}
    for one in conditions:
        for part in conjuncts(one):
            if is_false(part):
                return FALSE
            found[part] = None
    parts = tuple(found)
    return Expr(Op.AND, args=parts) if len(parts) > 1 else parts[0] if parts else TRUE


def any_of(conditions: Iterable[Expr]) -> Expr:
    """The conditions joined by `or`, each once; those that never hold say nothing."""
    found: dict[Expr, None] = {}
    for one in conditions:
        for part in one.args if one.op is Op.OR else (one,):
            if is_true(part):
                return TRUE
            if not is_false(part):
                found[part] = None
    parts = tuple(found)
    return Expr(Op.OR, args=parts) if len(parts) > 1 else parts[0] if parts else FALSE


def negate(expr: Expr) -> Expr:
    """The opposite."""
    if expr.op is Op.BOOL:
        return _bool(expr.value != "true")
    if expr.op is Op.NOT and expr.args:
        return expr.args[0]
    if expr.op in (Op.EQ, Op.NE):
        return Expr(Op.NE if expr.op is Op.EQ else Op.EQ, args=expr.args)
    return Expr(Op.NOT, args=(expr,))


def conjuncts(expr: Expr | None) -> tuple[Expr, ...]:
    """The conditions that all have to hold; none for one that always does."""
    if is_true(expr):
        return ()
    assert expr is not None, "no condition at all always holds"
    return expr.args if expr.op is Op.AND else (expr,)
