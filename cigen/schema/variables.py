"""`[variables]`: texts that may use each other, with every use replaced."""

from collections.abc import Mapping

from cigen.schema.interpolate import placeholders, substitute
from cigen.schema.table import EXPANSION_LIMIT, Table

__all__ = ["resolve_variables"]


def resolve_variables(variables: Table) -> dict[str, str]:
    """Name → text. What is neither a variable nor in a circle stays in place: it may be a fact.

    Reports SCHEMA_020 for each circle, once, spelled out from its first name in the alphabet.
    """
    # Read as plain text: the scope of this table knows no variable yet.
    raw = {name: value if isinstance(value, str) else variables.scalar(name) for name, value in variables.data.items()}
    uses = {name: [used for used in placeholders(text) if used in raw] for name, text in raw.items()}
    done: dict[str, str] = {}
    circles: set[tuple[str, ...]] = set()
    size = 0
    for name in _users_last(uses, circles):
        text, _ = substitute(raw[name], done.get)
        size += len(text)
        if size > EXPANSION_LIMIT:
            variables.error("SCHEMA_002", f"the variables make more than {EXPANSION_LIMIT:,} characters of text", name)
            break
        done[name] = text
    for circle in sorted(circles):
        way = " uses ".join(circle)
        variables.error("SCHEMA_020", f"{way}: none of them has a value", circle[0], hint="give one of them a text")
    return {name: done.get(name, "") for name in raw}


def _users_last(uses: Mapping[str, list[str]], circles: set[tuple[str, ...]]) -> list[str]:
    """Every name after the names it uses. A stack of our own: a chain is as long as the user makes it."""
    order: list[str] = []
    state: dict[str, int] = {}
    for start in uses:
        stack = [(start, iter(uses[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            name, rest = stack[-1]
            used = next(rest, None)
            if used is None:
                stack.pop()
                state[name] = 2
                order.append(name)
            elif used not in state:
                state[used] = 1
                stack.append((used, iter(uses[used])))
            elif state[used] == 1:
                way = [known for known, _ in stack]
                circle = way[way.index(used) :]
                first = circle.index(min(circle))
                turned = circle[first:] + circle[:first]
                circles.add((*turned, turned[0]))
    return order
