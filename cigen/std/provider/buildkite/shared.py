"""What all steps of a pipeline have in common, said once at its root."""

from collections import Counter
from collections.abc import Sequence

from cigen.sdk.yaml import Value

__all__ = ["hoist"]

_SKIP = {"skip": True}


def hoist(steps: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """`agents` and `checkout` for the root, taken out of the steps they are the same for, in place.

    Each key of a `checkout` at the root holds for every step that does not say otherwise, and nothing unsays a depth.
    """
    found: dict[str, Value] = {}
    commands = [step for step in steps if "command" in step]
    given = [step["agents"] for step in commands if "agents" in step]
    if given and all(one == given[0] for one in given):
        found["agents"] = given[0]
        for step in commands:
            step.pop("agents", None)
    own = [step["checkout"] for step in commands if isinstance(step.get("checkout"), dict)]
    usual = _most(own)
    if isinstance(usual, dict) and all(one == _SKIP or set(usual) <= set(_keys(one)) for one in own):
        found["checkout"] = usual
        for step in commands:
            if step.get("checkout") == usual:
                del step["checkout"]
    return found


def _keys(value: Value) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _most(given: Sequence[Value]) -> Value:
    """The value that most have, the first of several; None if nobody checks anything out."""
    counts = Counter(repr(one) for one in given if one != _SKIP)
    if not counts:
        return None
    return max((one for one in given if one != _SKIP), key=lambda one: counts[repr(one)])
