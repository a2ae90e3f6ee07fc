"""Frozen values as protobuf messages and back, by name.

Owns: the rule that a class of `cigen.model` and the message of the same name have the same fields, and what the
differences between the two worlds mean: an enum's 0 is "not given", a field of a message that is left out is the
class's default, an index in a key path is written `[0]`. Refuses, with ValueError: an unknown enum value, a message
without an enum that the class requires, a value with two fields of a `oneof`. A message is built from one nested dict,
in C, in one go.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn, TypeVar, cast

from google.protobuf.message import Message

from cigen.model.shape import Field, Kind, define, draft, shape
from cigen.plugin.v1 import plugin_pb2

__all__ = ["from_message", "message_class", "prepare_reading", "prepare_writing", "to_message"]

T = TypeVar("T")
Convert = Callable[[Any], Any]

_INDEX = re.compile(r"\[(0|[1-9][0-9]*)\]")


def message_class(cls: type) -> type[Message]:
    """The generated class that mirrors a class of `cigen.model`."""
    return cast("type[Message]", getattr(plugin_pb2, cls.__name__))


def to_message(value: Any) -> Message:
    """The message of a value. What is at its default is left out, unless it is not what a reader would assume."""
    cls = value.__class__
    return message_class(cls)(**_writer(cls)(value))


def from_message(cls: type[T], message: Message) -> T:
    """The value of a message. Raises ValueError for one that no value corresponds to."""
    reader = _reader(cast(Any, cls))
    return cast(T, reader(message))


def prepare_reading(cls: Any) -> None:
    """Build the conversion from messages to a class, and to all it holds, before it is needed."""
    _reader(cls)


def prepare_writing(cls: Any) -> None:
    """Build the conversion from a class, and from all it holds, before it is needed."""
    _writer(cls)


@cache
def _writer(cls: Any) -> Convert:
    scope: dict[str, Any] = {"key": _key_text}
    lines = ["def write(value):", "    data = {}"]
    fields = message_class(cls).DESCRIPTOR.fields_by_name
    for field in shape(cls):
        lines.append(f"    item = value.{field.name}")
        # Scalars that the .proto marks `optional` are always sent: a plugin in another language knows no defaults.
        always = fields[field.name].has_presence and field.kind is Kind.SCALAR
        if not always:
            lines.append(f"    if {'item' if field.required and field.type is str else _given(field)}:")
        lines.append(f"    {'' if always else '    '}data[{field.name!r}] = {_written(cls, field, scope)}")
    for oneof in message_class(cls).DESCRIPTOR.oneofs:
        if len(oneof.fields) > 1:
            scope["oneof"], scope["refuse"] = {field.name for field in oneof.fields}, _refuse_several
            lines.append(f"    if len(oneof & data.keys()) > 1: refuse({cls.__name__!r}, oneof & data.keys())")
    return define("write", [*lines, "    return data"], scope)


def _refuse_several(name: str, given: set[str]) -> NoReturn:
    # Protobuf would keep the last one and say nothing.
    raise ValueError(f"{name}: only one of {', '.join(sorted(given))} may be given")


def _given(field: Field) -> str:
    """Whether the message must hold the field: an enum always, as its 0 is no value; the rest unless empty."""
    if field.kind is Kind.ENUM or (field.kind is Kind.VALUE and not field.many):
        return "item is not None"
    return "item"


def _written(cls: type, field: Field, scope: dict[str, Any]) -> str:
    one = "item"
    if field.kind is Kind.VALUE:
        # A class that holds itself has no writer yet: it is looked up when called.
        scope[f"write_{field.name}"] = (lambda item: _writer(cls)(item)) if field.type is cls else _writer(field.type)
        one = f"write_{field.name}(item)"
    elif field.kind is Kind.ENUM:
        scope[f"numbers_{field.name}"] = {member: number for number, member in _members(field.type).items()}
        one = f"numbers_{field.name}[item]"
    elif field.kind is Kind.KEY:
        one = "key(item)"
    return f"[{one} for item in item]" if field.many and one != "item" else one


@cache
def _reader(cls: Any) -> Convert:
    descriptors = message_class(cls).DESCRIPTOR.fields_by_name
    rows = {descriptors[f.name]: (f.name, _item_reader(cls, f)) for f in shape(cls)}
    required = [f for f in shape(cls) if f.required]
    new = draft(cls)

    def read(message: Any) -> Any:
        value = new()
        given = message.ListFields()
        for descriptor, item in given:
            name, convert = rows[descriptor]
            setattr(value, name, item if convert is None else convert(item))
        if required and len(given) < len(rows):
            names = {descriptor.name for descriptor, _ in given}
            for field in required:
                if field.name not in names:
                    setattr(value, field.name, _absent(cls, field))
        value.__class__ = cls
        return value

    return read


def _absent(cls: type, field: Field) -> Any:
    """What a field that must be given is when the message leaves it out: protobuf writes no zeros."""
    if field.kind is Kind.ENUM:
        raise ValueError(f"{cls.__name__}.{field.name} is not given")
    if field.many:
        return ()
    if field.kind is Kind.VALUE:
        return from_message(field.type, message_class(field.type)())
    return field.type()


def _item_reader(cls: type, field: Field) -> Convert | None:
    one: Convert | None = None
    if field.kind is Kind.VALUE:
        one = (lambda item: _reader(cls)(item)) if field.type is cls else _reader(field.type)
    elif field.kind is Kind.ENUM:
        one = _enum_reader(f"{cls.__name__}.{field.name}", field.type)
    elif field.kind is Kind.KEY:
        one = _key_part
    elif field.type is float:
        one = _short_float
    if not field.many:
        return one
    return tuple if one is None else _tuple_reader(one)


def _tuple_reader(one: Convert) -> Convert:
    return lambda items: tuple([one(item) for item in items])


def _enum_reader(where: str, cls: Any) -> Convert:
    members = _members(cls)

    def read_enum(number: int) -> Any:
        member = members.get(number)
        if member is None:
            raise ValueError(f"{where}: {number} is no {cls.__name__}")
        return member

    return read_enum


@cache
def _members(cls: Any) -> dict[int, Any]:
    """Number → member: `PLACEMENT_SETUP` is `Placement.SETUP`, `MERGE_STRATEGY_MERGE` is `MergeStrategy.MERGE`."""
    prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).upper()
    numbers = plugin_pb2.DESCRIPTOR.enum_types_by_name[cls.__name__].values_by_name
    return {numbers[f"{prefix}_{member.name}"].number: member for member in cls}


def _key_text(part: str | int) -> str:
    return part if isinstance(part, str) else f"[{part}]"


def _key_part(text: str) -> str | int:
    index = _INDEX.fullmatch(text)
    return int(index[1]) if index else text


def _short_float(number: float) -> float:
    """The decimal that was meant: protobuf's floats have 32 bits, in which 0.9 is 0.8999999761581421."""
    return float(f"{number:.6g}")
