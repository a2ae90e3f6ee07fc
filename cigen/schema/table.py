"""A table of cig.toml as the readers see it: typed access that never fails.

What is absent or has the wrong type reads as the default: the schema reports wrong types, keys and values, the readers
report what no schema can say, and both look at the same tree in the same run, so that all mistakes show at once.

Owns also where placeholders may stand. Every text is read through a `Scope`, which replaces variables and refuses what
has no meaning at that place.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from cigen.hashing.canonical import canonical_bytes
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic, KeyPath, error
from cigen.model.resources import Pair
from cigen.schema.interpolate import placeholders, substitute
from cigen.schema.source import DEPTH_LIMIT, too_deep

__all__ = [
    "EXPANSION_LIMIT",
    "MISTAKE_LIMIT",
    "EnoughError",
    "Reading",
    "Scope",
    "Table",
    "nearest",
    "show_key",
    "unquoted_number",
]

EXPANSION_LIMIT = 8 * 1024 * 1024
"""Characters that interpolation may make, all texts together: variables that use variables grow without bound."""

MISTAKE_LIMIT = 200
"""Mistakes looked for. Each may search thousands of names for the nearest one."""

_LISTED = 20
"""Names in a hint; more would bury the advice."""


class EnoughError(Exception):
    """So many mistakes were found that looking for more would only cost time."""


@dataclass(slots=True)
class Reading:
    """What is shared while one cig.toml is read."""

    text: bytes = b""
    variables: Mapping[str, str] = field(default_factory=dict)
    providers: frozenset[str] = frozenset()
    found: list[Diagnostic] = field(default_factory=list)
    expanded: int = 0
    asked: list[tuple[str, str, str, KeyPath]] = field(default_factory=list)
    """Values of jobs that conditions ask for: who asks, which job, which value, where."""

    def error(self, code: str, message: str, key: KeyPath, hint: str = "", *, on_key: bool = False) -> None:
        """Note a mistake. Raises EnoughError after the last one of MISTAKE_LIMIT."""
        self.add(error(code, message, hint=hint, key=key, on_key=on_key))

    def add(self, diagnostic: Diagnostic) -> None:
        """Note a mistake that is already worded."""
        self.found.append(diagnostic)
        if len(self.found) >= MISTAKE_LIMIT:
            raise EnoughError


@dataclass(frozen=True, slots=True)
class Scope:
    """Which placeholders besides variables have a meaning.

    axes: of the job's matrix; None where there is no job, so no matrix. any_axis: the job is not known yet.
    inputs: of the template. facts: what a plugin may find out later. verbatim: nothing is replaced or refused.
    """

    axes: tuple[str, ...] | None = None
    any_axis: bool = False
    inputs: Mapping[str, str] | None = None
    facts: bool = True
    verbatim: bool = False

    def resolve(self, text: str, key: KeyPath, reading: Reading) -> str:
        """`text` with variables and inputs replaced; matrix and facts stay for later stages."""
        if "{{" not in text or self.verbatim:
            return text
        result, _ = substitute(text, lambda name: self._lookup(name, reading))
        reading.expanded += len(result)
        if reading.expanded > EXPANSION_LIMIT:
            if reading.expanded - len(result) <= EXPANSION_LIMIT:
                reading.error("SCHEMA_002", f"placeholders make more than {EXPANSION_LIMIT:,} characters of text", key)
            return ""
        for name in placeholders(result):
            self._check(name, key, reading)
        return result

    def _lookup(self, name: str, reading: Reading) -> str | None:
        if name.startswith("inputs.") and self.inputs is not None:
            return self.inputs.get(name.removeprefix("inputs."))
        return reading.variables.get(name)

    def _check(self, name: str, key: KeyPath, reading: Reading) -> None:
        """A placeholder that is still there must be one that a later stage replaces."""
        shown = f"{{{{ {name} }}}}"
        group, dot, rest = name.partition(".")
        if dot and group == "inputs":
            where = "this template has no such input" if self.inputs is not None else "only templates have inputs"
            hint = nearest(rest, self.inputs or (), "Inputs") if self.inputs is not None else ""
            reading.error("SCHEMA_019", f"{shown} has no value: {where}", key, hint)
        elif dot and group == "matrix":
            if self.axes is None:
                if not self.any_axis:
                    inside = key[:1] == ("jobs",)
                    why = "this is the same in every leg" if inside else "a matrix has a value in its job alone"
                    reading.error("SCHEMA_019", f"{shown} cannot stand here: {why}", key)
            elif rest not in self.axes:
                hint = nearest(rest, self.axes, "Axes") if self.axes else "the job has no matrix"
                reading.error(
                    "SCHEMA_019", f"{shown} has no value: the job's matrix has no axis of that name", key, hint
                )
        elif not self.facts:
            hint = nearest(name, reading.variables, "Variables")
            what = (
                "variables and values of the matrix can, and it is neither"
                if self.axes
                else "variables can, and it is none"
            )
            reading.error("SCHEMA_019", f"{shown} cannot stand here: only {what}", key, hint)


class Table:
    """A table, where it stands, and what its texts may hold. `fixed`: variables only (and a template's inputs)."""

    __slots__ = ("at", "data", "reading", "scope")

    def __init__(self, data: object, at: KeyPath, reading: Reading, scope: Scope) -> None:
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.at, self.reading, self.scope = at, reading, scope

    def has(self, key: str) -> bool:
        """Whether the key is there, whatever its value."""
        return key in self.data

    def error(self, code: str, message: str, *key: str | int, hint: str = "", on_key: bool = False) -> None:
        """Note a mistake at a key of this table."""
        self.reading.error(code, message, (*self.at, *key), hint, on_key=on_key)

    def plain(self, key: str, default: str = "") -> str:
        """A text that takes no placeholders: an id, an enum, a duration."""
        value = self.data.get(key)
        return value if isinstance(value, str) else default

    def text(self, key: str, default: str = "", *, fixed: bool = False) -> str:
        """A text."""
        value = self.data.get(key)
        return self._resolve(value, (*self.at, key), fixed) if isinstance(value, str) else default

    def texts(self, key: str, *, fixed: bool = False) -> tuple[str, ...]:
        """A list of texts, or one text in place of a list of one."""
        return tuple([text for text, _ in self.placed(key, fixed=fixed)]) if key in self.data else ()

    def placed(self, key: str, *, fixed: bool = False) -> list[tuple[str, KeyPath]]:
        """As `texts`, each with the path of its own."""
        value = self.data.get(key)
        at = (*self.at, key)
        if isinstance(value, str):
            return [(self._resolve(value, at, fixed), at)]
        if not isinstance(value, list):
            return []
        return [
            (self._resolve(item, (*at, index), fixed), (*at, index))
            for index, item in enumerate(value)
            if isinstance(item, str)
        ]

    def integer(self, key: str, default: int = 0) -> int:
        """A whole number."""
        value = self.data.get(key)
        return value if type(value) is int else default

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.data.get(key)
        return value if isinstance(value, bool) else default

    def table(self, key: str) -> "Table":
        """A table; an empty one if there is none."""
        return Table(self.data.get(key), (*self.at, key), self.reading, self.scope)

    def tables(self, key: str) -> list["Table"]:
        """The tables in a list; of an item that is no table, an empty one, so that positions stay."""
        value = self.data.get(key)
        if not isinstance(value, list):
            return []
        return [Table(item, (*self.at, key, index), self.reading, self.scope) for index, item in enumerate(value)]

    def named(self, key: str) -> Iterator[tuple[str, "Table"]]:
        """The tables of a table of tables, in the order of the file."""
        value = self.data.get(key)
        for name, item in value.items() if isinstance(value, dict) else ():
            yield name, Table(item, (*self.at, key, name), self.reading, self.scope)

    def within(self, scope: Scope) -> "Table":
        """The same table under another scope."""
        return Table(self.data, self.at, self.reading, scope)

    def scalar(self, key: str, default: str = "", *, fixed: bool = False) -> str:
        """A text, whole number or boolean as text."""
        return self._scalar(self.data[key], (*self.at, key), fixed) if key in self.data else default

    def scalars(self, key: str) -> list[str]:
        """A list of them, which takes no placeholders but variables."""
        value = self.data.get(key)
        items = value if isinstance(value, list) else []
        return [self._scalar(item, (*self.at, key, index), True) for index, item in enumerate(items)]

    def pairs(self, key: str) -> tuple[Pair, ...]:
        """A table of scalars, sorted by name: the order of keys means nothing."""
        return self.table(key).own_pairs() if key in self.data else ()

    def own_pairs(self, *, fixed: bool = False) -> tuple[Pair, ...]:
        """This table as a table of scalars."""
        return tuple(Pair(name, self.scalar(name, fixed=fixed)) for name in sorted(self.data))

    def json(self, key: str) -> str:
        """Any value as canonical JSON, its texts interpolated."""
        return _json(self._free(self.data.get(key), (*self.at, key)))

    def free(self, text: str, key: KeyPath) -> str:
        """Any text that may hold what the scope allows."""
        return self._resolve(text, key, False)

    def _resolve(self, text: str, key: KeyPath, fixed: bool) -> str:
        if "{{" not in text:
            return text
        scope = Scope(inputs=self.scope.inputs, facts=False) if fixed else self.scope
        return scope.resolve(text, key, self.reading)

    def _scalar(self, value: object, key: KeyPath, fixed: bool) -> str:
        if isinstance(value, str):
            return self._resolve(value, key, fixed)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int) and value.bit_length() < 64 else ""

    def _free(self, value: Any, key: KeyPath) -> Any:
        """A value that no schema describes, ready for JSON."""
        if len(key) > DEPTH_LIMIT:
            self.reading.add(too_deep(key))
            return None
        if isinstance(value, str):
            return self._resolve(value, key, False)
        if isinstance(value, dict):
            return {name: self._free(item, (*key, name)) for name, item in value.items()}
        if isinstance(value, list):
            return [self._free(item, (*key, index)) for index, item in enumerate(value)]
        if isinstance(value, (bool, int)):
            return value if value.bit_length() < 64 else None
        if isinstance(value, float):
            self.reading.add(unquoted_number(self.reading.text, key))
        elif value is not None:
            self.reading.error("SCHEMA_009", f"{show_key(key)} is a date or a time", key, "quote it")
        return None


def _json(value: object) -> str:
    return canonical_bytes(value).decode("utf-8")


def unquoted_number(text: bytes, key: KeyPath) -> Diagnostic:
    """The error for a number with a fraction, with the text that was probably meant."""
    # Imported for the message alone.
    from cigen.schema.locate import source_text

    written = source_text(text, key)
    message = f"{show_key(key)} is a number with a fraction, and 3.10 would become 3.1"
    return error("SCHEMA_017", message, hint=f'quote it: "{written}"' if written else "quote it", key=key)


def nearest(name: str, known: Iterable[str], label: str, *, also: tuple[str, ...] = (), whole: bool = False) -> str:
    """A hint: the nearest of the known names, if one is near, and the names themselves.

    also: near, but not listed. whole: list them however many they are.
    """
    names = sorted(set(known))
    near = _closest(name, (*names, *also))
    shown = names if whole else names[:_LISTED]
    listed = ", ".join(f'"{item}"' for item in shown) or "none"
    more = f" and {len(names) - len(shown):,} more" if len(names) > len(shown) else ""
    return (f'did you mean "{near}"? ' if near else "") + f"{label}: {listed}{more}"


@lru_cache(maxsize=16)
def _closest(name: str, names: tuple[str, ...]) -> str:
    # One renamed job of three thousand is missed by all the others, and each search takes a hundredth of a second.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, 1)), "")


def show_key(key: KeyPath) -> str:
    """A key path as one would write it: `jobs.test.needs[0]`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        plain = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
        text += ("." if text else "") + (part if plain else json.dumps(part, ensure_ascii=False))
    return text
