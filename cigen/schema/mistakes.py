"""What the schema has against a tree, in words. jsonschema finds it; it is imported for nothing else.

The schema has no `anyOf`: where a key takes a text or a table, `type` lists both and the other keywords each speak of
one type. So every error is about one value and one rule, and needs no guessing at what was meant. Three keywords of our
own help: `x-expected` says a pattern in words, `x-code` gives its errors a code of their own, and `x-provider` marks
tables whose unknown keys are names of providers.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from itertools import chain, islice
from typing import Any, Protocol

from cigen.model.diagnostics import Diagnostic, KeyPath, error
from cigen.schema.document import deref, load_schema, node_at
from cigen.schema.table import MISTAKE_LIMIT, nearest, show_key, unquoted_number

__all__ = ["explain", "validator"]

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


class _Error(Protocol):
    """The part of jsonschema's ValidationError that is used here."""

    validator: str
    validator_value: Any
    instance: Any
    schema: dict[str, Any]
    absolute_path: Any
    absolute_schema_path: Any


@cache
def validator() -> Any:
    """jsonschema's validator of draft 7 with the two changes that make it agree with the generated one.

    An integer is no float, and `$` in a pattern is the end and not also the place before a last line break.
    """
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(_: Any, expected: str, instance: Any, __: Any) -> Iterator[Any]:
        if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", expected), instance):
            yield ValidationError("does not match")

    checker = Draft7Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    made: Any = extend(Draft7Validator, {"pattern": pattern}, type_checker=checker)  # type: ignore[no-untyped-call]
    return made(load_schema())


def explain(tree: dict[str, Any], text: bytes) -> Iterator[Diagnostic]:
    """One diagnostic for each rule that the tree breaks, in no particular order; of a broken megabyte not all."""
    errors = validator().iter_errors(tree)
    told = chain.from_iterable(_diagnose(found, tuple(found.absolute_path), text) for found in errors)
    return islice(told, MISTAKE_LIMIT // 2 + 1)


def _diagnose(found: _Error, key: KeyPath, text: bytes) -> Iterator[Diagnostic]:
    rule = found.validator
    if "propertyNames" in found.absolute_schema_path:
        expected = found.schema["x-expected"]
        message = f"{_shown(found.instance)} cannot be a key of {show_key(key) or 'cig.toml'}: it must be {expected}"
        yield error("SCHEMA_010", message, key=(*key, found.instance), on_key=True)
    elif rule == "additionalProperties":
        yield from _unknown_keys(found, key)
    elif rule == "required":
        yield from _missing_keys(found, key)
    elif rule == "type":
        yield _wrong_type(found, key, text)
    elif rule == "enum":
        hint = nearest(found.instance, found.validator_value, "Accepted") if isinstance(found.instance, str) else ""
        yield error("SCHEMA_010", f"{show_key(key)} cannot be {_shown(found.instance)}", hint=hint, key=key)
    elif rule in ("minItems", "minProperties"):
        kind = "list" if rule == "minItems" else "table"
        yield error("SCHEMA_012", f"{show_key(key)} is an empty {kind}", hint="leave it out, or fill it", key=key)
    else:
        yield _outside(found, key)


def _unknown_keys(found: _Error, key: KeyPath) -> Iterator[Diagnostic]:
    known = found.schema.get("properties", {})
    for name in found.instance:
        if name not in known:
            yield _unknown_key(name, key, known)


def _unknown_key(name: str, key: KeyPath, known: dict[str, Any]) -> Diagnostic:
    message = f'{_table(key)} has no key "{name}"'
    hint = nearest(name, known, "Accepted keys", whole=True)
    return error("SCHEMA_007", message, hint=hint, key=(*key, name), on_key=True)


def _table(key: KeyPath) -> str:
    if not key:
        return "cig.toml"
    return show_key(key) if isinstance(key[-1], int) else f"[{show_key(key)}]"


def _missing_keys(found: _Error, key: KeyPath) -> Iterator[Diagnostic]:
    for name in found.validator_value:
        if name not in found.instance:
            means = found.schema["properties"][name].get("description", "")
            yield error("SCHEMA_008", f'{_table(key)} has no "{name}"', hint=f"{name}: {means}", key=key)


def _wrong_type(found: _Error, key: KeyPath, text: bytes) -> Diagnostic:
    wanted = found.validator_value if isinstance(found.validator_value, list) else [found.validator_value]
    if isinstance(found.instance, float) and {"string", "integer"} & set(wanted):
        return unquoted_number(text, key)
    parent = node_at(key[:-1])
    if deref(found.schema).get("x-provider") and key[-1] not in parent.get("properties", {}):
        return _unknown_key(str(key[-1]), key[:-1], parent.get("properties", {}))
    names = [_TYPES[kind] for kind in wanted]
    message = f"{show_key(key) or 'cig.toml'} must be {_either(names)}, not {_kind(found.instance)}"
    return error("SCHEMA_009", message, hint=_conversion(found.instance, wanted), key=key)


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _conversion(value: object, wanted: list[str]) -> str:
    if isinstance(value, str):
        if "boolean" in wanted and value in ("true", "false"):
            return f"write {value} without quotes"
        if "integer" in wanted and value.isdecimal():
            return f"write {value} without quotes"
        return f'write ["{value}"]' if wanted == ["array"] and value.isprintable() and '"' not in value else ""
    if "string" in wanted and isinstance(value, (bool, int, date, time)):
        return "quote it"
    return ""


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    for kind, name in ((str, "a text"), (int, "a number"), (float, "a number"), (list, "a list"), (dict, "a table")):
        if isinstance(value, kind):
            return name
    return "a date and time" if isinstance(value, datetime) else "a date or a time"


def _outside(found: _Error, key: KeyPath) -> Diagnostic:
    """A pattern or a range."""
    code = found.schema.get("x-code", "SCHEMA_010")
    expected = found.schema.get("x-expected")
    if expected is None:
        low, high = found.schema.get("minimum"), found.schema.get("maximum")
        expected = f"{low} or more" if high is None else f"{low} to {high}"
    if isinstance(found.instance, str) and not found.instance:
        return error("SCHEMA_012", f"{show_key(key)} is an empty text", hint=f"expected: {expected}", key=key)
    message = f"{show_key(key)} cannot be {_shown(found.instance)}"
    return error(code, message, hint=f"expected: {expected}", key=key)


def _shown(value: object) -> str:
    """A value in a message: short, on one line."""
    if isinstance(value, (dict, list)):
        return _kind(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    short = text if len(text) <= 60 else f"{text[:57]}…"
    return f'"{short}"' if isinstance(value, str) else short
