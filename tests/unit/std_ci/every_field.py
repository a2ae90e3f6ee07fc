"""Nothing is silently lost: what each provider's `test_fields.py` asks of a graph that uses everything.

Each field that can be reached from the graph is changed, one at a time: if neither the file nor the diagnostics differ,
the provider must list the field with a reason. A field that is added to the model fails at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from cigen.model.shape import Field, Kind, shape
from cigen.sdk import Graph, Output

__all__ = ["CORE", "EveryField"]

CORE = "the core has made steps of it before a provider sees the graph"
UNCHANGED = object()
Named = tuple[type, str]
"""A class of the model, and one of its fields."""
Place = tuple[Any, Callable[[Any], Any]]
"""A value of the model, and how to put another in its place."""


class EveryField:
    """A provider, and a graph in which every class of the model stands at least once with nothing at its default.

    not_rendered: why a field that is not rendered is not lost. changes: what a field becomes where any other value
    would be as good as the old one, or make no sense.
    """

    def __init__(
        self,
        render: Callable[[Graph, Output], Any],
        whole: tuple[Graph, Output],
        not_rendered: Mapping[Named, str],
        changes: Mapping[Named, Any],
    ) -> None:
        self._render, self._not_rendered, self._changes = render, not_rendered, changes
        self.places: dict[Named, list[Place]] = {}
        for value, rebuild in self._instances(whole, lambda new: new):
            for field in fields(value):
                self.places.setdefault((type(value), field.name), []).append((value, rebuild))
        self.ids = [f"{owner.__name__}.{name}" for owner, name in self.places]
        self._whole = whole

    def check(self, owner: type, name: str) -> None:
        """The field is rendered, reported or listed."""
        before = self._render(*self._whole)
        field = next(one for one in shape(owner) if one.name == name)
        changed = [
            (one, rebuild, self._changed(owner, field, getattr(one, name))) for one, rebuild in self.places[owner, name]
        ]
        possible = [(one, rebuild, new) for one, rebuild, new in changed if new is not UNCHANGED]
        what = f"{owner.__name__}.{name}"
        if not possible:
            assert field.kind is Kind.VALUE, f"{what} stands at its default everywhere in the graph above"
            return
        matters = any(self._render(*rebuild(replace(one, **{name: new}))) != before for one, rebuild, new in possible)
        reason = self._not_rendered.get((owner, name))
        assert matters or reason, f"{what} is lost: render it, report it, or say why not in NOT_RENDERED"
        assert not (matters and reason), f"{what} is rendered after all: take it out of NOT_RENDERED"

    def check_classes(self) -> None:
        """Every class that the provider looks at stands in the graph, and the exceptions name fields that exist."""
        reachable: set[type] = set()
        waiting: list[type] = [Graph, Output]
        while waiting:
            cls = waiting.pop()
            if cls not in reachable:
                reachable.add(cls)
                inner = [field for field in shape(cls) if field.kind is Kind.VALUE]
                waiting += [field.type for field in inner if (cls, field.name) not in self._not_rendered]
        differing = sorted(cls.__name__ for cls in reachable ^ {owner for owner, _ in self.places})
        assert not differing, f"these stand in the graph and are not looked at, or the reverse: {', '.join(differing)}"
        gone = sorted(f"{cls.__name__}.{name}" for cls, name in {*self._not_rendered, *self._changes} - {*self.places})
        assert not gone, f"these are excepted, and are not in the graph: {', '.join(gone)}"

    def _changed(self, owner: type, field: Field, value: Any) -> Any:
        """Another value for a field, or UNCHANGED where there is none to be made up."""
        if (owner, field.name) in self._changes:
            return self._changes[owner, field.name]
        if isinstance(value, Enum):
            return next(other for other in type(value) if other is not value)
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + 1
        if isinstance(value, str):
            return value + "x"
        if field.kind is Kind.VALUE and (field.required or not value):
            return UNCHANGED
        return (() if value else ("x",)) if field.many else None

    def _instances(self, value: Any, rebuild: Callable[[Any], Any], seen: bool = True) -> Iterator[Place]:
        """Every value of the model inside `value`, and how to put another there; those a provider looks at."""
        if is_dataclass(value) and seen:
            yield value, rebuild
        if is_dataclass(value):
            for field in fields(value):
                inner = getattr(value, field.name)
                looked_at = seen and (type(value), field.name) not in self._not_rendered
                yield from self._instances(
                    inner, lambda new, n=field.name: rebuild(replace(value, **{n: new})), looked_at
                )
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                yield from self._instances(item, lambda new, i=index: rebuild((*value[:i], new, *value[i + 1 :])), seen)
