"""Frozen values as JSON and back: how the outputs of stages are stored and compared.

Owns: the JSON form of a value. A field at its default is left out, a tuple is a list, bytes are base64, an enum is its
value. Refuses: what does not fit: a key that the class does not know, a value of another type, a missing field. It
gives JSON-able data, not text: `hashing` owns canonical bytes.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from cigen.model.shape import Field, Kind, define, draft, shape

__all__ = ["from_json", "to_json"]

T = TypeVar("T")
Convert = Callable[[Any], Any]


def to_json(value: Any) -> dict[str, Any]:
    """The fields of a frozen value that are not at their defaults, ready for `json.dumps`."""
    data: dict[str, Any] = (_writers.get(value.__class__) or _writer(value.__class__))(value)
    return data


def from_json(cls: type[T], data: Any) -> T:
    """The value that `to_json` made `data` from. Raises ValueError for data that it cannot have made."""
    reader: Convert = _reader(cast(Any, cls))
    return cast(T, reader(data))


_writers: dict[type, Convert] = {}


def _writer(cls: Any) -> Convert:
    # Of the classes that a field may hold none is looked at before there is such a value: most jobs have few of them.
    scope: dict[str, Any] = {"b64": lambda content: b64encode(content).decode("ascii"), "to_json": to_json}
    lines = ["def write(value):", "    data = {}"]
    for field in shape(cls):
        lines.append(f"    item = value.{field.name}")
        if not field.required:
            lines.append(f"    if {field.given('item')}:")
        lines.append(f"        data[{field.name!r}] = {_written(field)}")
        if field.required:
            lines[-1] = lines[-1].removeprefix("    ")
    write = _writers[cls] = define("write", [*lines, "    return data"], scope)
    return write


def _written(field: Field) -> str:
    one = "item"
    if field.kind is Kind.VALUE:
        one = "to_json(item)"
    elif field.kind is Kind.ENUM:
        one = "item.value"
    elif field.type is bytes:
        one = "b64(item)"
    elif field.type is float:
        one = "repr(item)"
    if not field.many:
        return one
    return "list(item)" if one == "item" else f"[{one} for item in item]"


@cache
def _reader(cls: Any) -> Convert:
    readers = {f.name: _item_reader(cls, f) for f in shape(cls)}
    required = [f.name for f in shape(cls) if f.required]
    new = draft(cls)

    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise ValueError(f"{cls.__name__}: expected an object, not {type(data).__name__}")
        value = new()
        for name, item in data.items():
            reader = readers.get(name)
            if reader is None:
                raise ValueError(f"{cls.__name__} has no field {name!r}; it has {', '.join(sorted(readers))}")
            setattr(value, name, reader(item))
        for name in required:
            if name not in data:
                raise ValueError(f"{cls.__name__}: missing {name}")
        value.__class__ = cls
        return value

    return read


def _item_reader(cls: type, field: Field) -> Convert:
    where = f"{cls.__name__}.{field.name}"
    one = _one_reader(where, cls, field)
    if not field.many:
        return one

    def read_list(items: Any) -> tuple[Any, ...]:
        if type(items) is not list:
            raise ValueError(f"{where}: expected a list, not {type(items).__name__}")
        return tuple([one(item) for item in items])

    return read_list


def _one_reader(where: str, cls: type, field: Field) -> Convert:
    if field.kind is Kind.VALUE:
        return (lambda item: from_json(cls, item)) if field.type is cls else _reader(field.type)
    if field.kind is Kind.ENUM:
        return _enum_reader(where, field.type)
    if field.type is bytes:
        return _bytes_reader(where)
    if field.type is float:
        return _float_reader(where)
    types = {str, int} if field.kind is Kind.KEY else {field.type}

    def read_scalar(item: Any) -> Any:
        if type(item) not in types:
            raise ValueError(f"{where}: expected {field.type.__name__}, not {type(item).__name__}")
        return item

    return read_scalar


def _enum_reader(where: str, members: Any) -> Convert:
    by_value = {member.value: member for member in members}

    def read_enum(item: Any) -> Any:
        if type(item) is not str or item not in by_value:
            raise ValueError(f"{where}: expected one of {', '.join(by_value)}, not {item!r}")
        return by_value[item]

    return read_enum


def _float_reader(where: str) -> Convert:
    def read_float(item: Any) -> float:
        # As text: canonical JSON has no floats, since two languages do not agree on how to write one.
        if type(item) is not str:
            raise ValueError(f"{where}: expected a number as text, not {type(item).__name__}")
        return float(item)

    return read_float


def _bytes_reader(where: str) -> Convert:
    def read_bytes(item: Any) -> bytes:
        if type(item) is not str:
            raise ValueError(f"{where}: expected base64 text, not {type(item).__name__}")
        try:
            return b64decode(item, validate=True)
        except ValueError as why:
            raise ValueError(f"{where}: {why}") from None

    return read_bytes
