"""`@dataclass(slots=True)`, at a tenth of the price.

Owns: how the classes of cigen are made. `dataclasses` compiles up to nine methods for each, and loads `inspect`; for
the hundred and thirty classes that a command needs that is 70 ms, in every plugin that is a process of its own as well.
Here the methods are shared, and a constructor of its own is compiled only for a class that is often made. Whoever asks
(`dataclasses.fields`, `replace`, `asdict`, pickling) finds all that `dataclasses` would have put there, and what a type
checker sees is `dataclasses.dataclass` itself. `replace` is that of `dataclasses` for these classes alone, which have
nothing but slots. Refuses: classes without slots, and bases that have fields.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    from collections import deque
    from functools import cache
    from itertools import repeat
    from operator import attrgetter, call

    _OFTEN = 20
    """So many constructions one by one cost as much as compiling a constructor."""

    _MANY = 6
    """Fields, from which on it is cheaper to hand all to C at once than to set one after the other."""

    _exhaust = deque[Any](maxlen=0).extend
    """Take everything from an iterator, and keep nothing."""

    class _Factory:
        """The default of a field that every object has one of its own of."""

        __slots__ = ("make",)

        def __init__(self, make: Any) -> None:
            self.make = make

    def field(*, default_factory: Any) -> Any:
        """As in `dataclasses`."""
        return _Factory(default_factory)

    def dataclass(*, frozen: bool = False, slots: bool, order: bool = False) -> Any:
        """As in `dataclasses`."""
        assert slots
        return lambda cls: _make(cls, frozen, order)

    def _make(cls: type, frozen: bool, order: bool) -> type:
        own = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
        annotations = cls.__annotations__
        layout = {name: (kind, own.pop(name, REQUIRED)) for name, kind in annotations.items()}
        names = tuple(layout)
        read = attrgetter(*names) if names else lambda self: ()  # noqa: ARG005
        methods = {**_FROZEN, "__hash__": lambda self: hash(read(self))} if frozen else {"__hash__": None}
        if order:
            methods |= _comparisons(read)
        made = type(cls)(
            cls.__name__,
            cls.__bases__,
            {
                "__qualname__": cls.__qualname__,
                "__repr__": _repr,
                "__eq__": _equality(read),
                "__match_args__": names,
                "__dataclass_fields__": _LateFields(),
                **methods,
                **own,
                "__init__": _constructor(layout, own.get("__post_init__")),
                "__annotations__": annotations,
                "__slots__": names,
            },
        )
        _layouts[made] = layout
        return made

    def replace(value: Any, **changes: Any) -> Any:
        cls = value.__class__
        made = cls.__new__(cls)
        setters, read = _access(cls)
        _exhaust(map(call, setters.values(), repeat(made), read(value)))
        for name, item in changes.items():
            if name not in setters:
                raise TypeError(f"{cls.__name__} has no field {name!r}")
            setters[name](made, item)
        return made

    @cache
    def _access(cls: type) -> tuple[dict[str, Any], Any]:
        """How each field of a class is set, whatever the class says of assignments, and how all are read at once."""
        own = next(own for own in cls.__mro__ if own in _layouts)
        names = tuple(_layouts[own])
        read = attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]
        return {name: vars(own)[name].__set__ for name in names}, read

    def _constructor(layout: dict[str, tuple[Any, Any]], after: Any) -> Any:
        defaults = {name: default for name, (_, default) in layout.items() if default is not REQUIRED}
        late = [name for name, default in defaults.items() if default.__class__ is _Factory]
        calls = 0

        def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807
            nonlocal calls
            calls += 1
            placed = dict(zip(layout, values, strict=False))
            given = {**defaults, **placed, **named}
            fits = given.keys() == layout.keys() and len(placed) == len(values) and placed.keys().isdisjoint(named)
            if calls > _OFTEN or not fits:
                # What does not fit is refused in Python's own words.
                cls = next(cls for cls in type(self).__mro__ if _layouts.get(cls) is layout)
                cls.__init__ = _compiled(layout, after, list(_access(cls)[0].values()))
                cls.__init__(self, *values, **named)
                return
            for name in late:
                if given[name].__class__ is _Factory:
                    given[name] = given[name].make()
            _exhaust(map(object.__setattr__, repeat(self), given, given.values()))
            if after is not None:
                after(self)

        return __init__

    def _compiled(layout: dict[str, tuple[Any, Any]], after: Any, setters: list[Any]) -> Any:
        # No field can be called so: a name with two underscores in front is spelled otherwise in a class.
        scope: dict[str, Any] = {
            "__setters": setters, "__after": after,
            "__exhaust": _exhaust, "__map": map, "__call": call, "__each": repeat,
        }  # fmt: skip
        arguments, values = ["self"], []
        for index, (name, (_, default)) in enumerate(layout.items()):
            known = f"__default_{index}"
            scope[known], scope[f"__set_{index}"] = default, setters[index]
            arguments.append(name if default is REQUIRED else f"{name}={known}")
            values.append(f"{known}.make() if {name} is {known} else {name}" if default.__class__ is _Factory else name)
        if len(values) < _MANY:
            lines = [f"    __set_{index}(self, {value})" for index, value in enumerate(values)]
        else:
            lines = [f"    __exhaust(__map(__call, __setters, __each(self), ({', '.join(values)})))"]
        lines += ["    __after(self)" if after is not None else "    pass"]
        exec("\n".join([f"def __init__({', '.join(arguments)}):", *lines]), scope)  # noqa: S102 - our own fields' names
        return scope["__init__"]

    def _equality(read: Any) -> Any:
        def __eq__(self: Any, other: object) -> bool:  # noqa: N807
            return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

        return __eq__

    def _comparisons(read: Any) -> dict[str, Any]:
        from operator import ge, gt, le, lt

        def compared(by: Any) -> Any:
            return lambda self, other: (
                by(read(self), read(other)) if other.__class__ is self.__class__ else NotImplemented
            )

        return {"__lt__": compared(lt), "__le__": compared(le), "__gt__": compared(gt), "__ge__": compared(ge)}

    class _LateFields:
        """`__dataclass_fields__`, made when somebody asks `dataclasses` about a class."""

        def __get__(self, value: object, cls: type) -> dict[str, Any]:
            from dataclasses import dataclass, field

            own = next(own for own in cls.__mro__ if own in _layouts)
            scope = {"__module__": own.__module__, "__annotations__": own.__annotations__}
            for name, (_, default) in _layouts[own].items():
                if default is not REQUIRED:
                    late = default.__class__ is _Factory
                    scope[name] = field(default_factory=default.make) if late else default
            own.__dataclass_fields__ = dataclass(type(own.__name__, (), scope)).__dataclass_fields__
            return own.__dataclass_fields__

    def _repr(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{self.__class__.__qualname__}({shown})"

    def _refuse_set(self: Any, name: str, value: object) -> None:  # noqa: ARG001
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_delete(self: Any, name: str) -> None:  # noqa: ARG001
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _get_state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in self.__slots__]

    def _set_state(self: Any, state: list[Any]) -> None:
        for name, value in zip(self.__slots__, state, strict=True):
            object.__setattr__(self, name, value)

    _FROZEN = {
        "__setattr__": _refuse_set,
        "__delattr__": _refuse_delete,
        "__getstate__": _get_state,
        "__setstate__": _set_state,
    }


__all__ = ["REQUIRED", "dataclass", "field", "layout_of", "replace"]

REQUIRED: Any = type("Required", (), {"__repr__": lambda _: "REQUIRED"})()
"""Stands for the default of a field that has none."""

_layouts: dict[type, dict[str, tuple[Any, Any]]] = {}


def layout_of(cls: type) -> dict[str, tuple[Any, Any]] | None:
    """The fields of a class that was made here, in order: name → annotation, default. None for any other class."""
    return _layouts.get(cls)
