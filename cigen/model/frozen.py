"""`@dataclass(frozen=True, slots=True)`, at a fifth of the price.

Owns: the classes of this room. `dataclasses` compiles six methods for each; for the ninety classes here that is 50 ms
of every command, and of every plugin that is a process of its own. Here the methods are shared, but for the
constructor, which is compiled when it is first called. All else, `fields`, pickling, is that of `dataclasses`, and what
a type checker sees is `dataclasses.dataclass` itself. `replace` is that of `dataclasses` for these classes alone, which
have nothing but slots. Refuses: mutable classes, and fields that are not plain.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:
    from dataclasses import MISSING, FrozenInstanceError, fields
    from dataclasses import dataclass as _dataclass
    from operator import attrgetter

    def dataclass(*, frozen: bool, slots: bool, order: bool = False) -> Any:
        """As in `dataclasses`. The rare class that is ordered is made there."""
        assert frozen
        assert slots
        if order:
            return _dataclass(frozen=True, slots=True, order=True)
        return _make

    def _make(cls: type) -> type:
        made = _dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        read = attrgetter(*made.__slots__) if made.__slots__ else lambda self: ()  # noqa: ARG005

        def __eq__(self: Any, other: object) -> bool:  # noqa: N807
            return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

        made.__eq__ = __eq__
        made.__hash__ = lambda self: hash(read(self))
        for name, method in _SHARED.items():
            setattr(made, name, method)
        return made

    def replace(value: Any, **changes: Any) -> Any:
        cls = value.__class__
        made = cls.__new__(cls)
        put = object.__setattr__
        for name in cls.__slots__:
            put(made, name, changes.pop(name) if name in changes else getattr(value, name))
        if changes:
            raise TypeError(f"{cls.__name__} has no field {next(iter(changes))!r}")
        return made

    def _init(self: Any, *values: Any, **named: Any) -> None:
        """The first construction of a class: from then on its own constructor is there."""
        cls = self.__class__
        scope: dict[str, Any] = {"put": object.__setattr__}
        arguments = ["self"]
        for field in fields(cls):
            assert field.init
            assert field.default_factory is MISSING
            scope[f"default_{field.name}"] = field.default
            given = field.default is MISSING
            arguments.append(field.name if given else f"{field.name}=default_{field.name}")
        lines = [f"def __init__({', '.join(arguments)}):"]
        lines += [f"    put(self, {field.name!r}, {field.name})" for field in fields(cls)]
        exec("\n".join([*lines, "    pass"]), scope)  # noqa: S102 - made from the names of our own fields
        cls.__init__ = scope["__init__"]
        cls.__init__(self, *values, **named)

    def _repr(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{self.__class__.__qualname__}({shown})"

    def _refuse_set(self: Any, name: str, value: object) -> None:  # noqa: ARG001
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_delete(self: Any, name: str) -> None:  # noqa: ARG001
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _get_state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in self.__slots__]

    def _set_state(self: Any, state: list[Any]) -> None:
        for name, value in zip(self.__slots__, state, strict=True):
            object.__setattr__(self, name, value)

    _SHARED = {
        "__init__": _init,
        "__repr__": _repr,
        "__setattr__": _refuse_set,
        "__delattr__": _refuse_delete,
        "__getstate__": _get_state,
        "__setstate__": _set_state,
    }


__all__ = ["dataclass", "replace"]
