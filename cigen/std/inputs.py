"""What a user hands to a module: a step's `with`, and the module's `settings` under `[plugins]`.

Owns: the check of names and values against what the module accepts, and their reading as text, flags, lists or tables.
The same names serve in both places; a step's own value wins over the setting for all jobs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cigen.sdk import KeyPath, Pair
from cigen.std.report import Report

__all__ = ["INSIDE", "Given", "Input", "Kind", "read_inputs", "read_settings"]


INSIDE = r"(?!/)(?!(?:.*/)?\.\.(?:/|$)).+"
"""What a directory of the repository looks like: not absolute, and without a way out."""


class Kind(Enum):
    """What a value is; the names are those of `[inputs]` in module.toml."""

    STRING = "string"
    BOOLEAN = "boolean"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Input:
    """One accepted input. `choices`: all values there are. `pattern`: what all of a value, or of each item, matches.

    of_step: a step alone may give it, and no setting, since signatures know it by the step.
    """

    kind: Kind = Kind.STRING
    choices: tuple[str, ...] = ()
    pattern: str = ""
    of_step: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """Inputs that passed the check, every one as text, a flag, items or pairs by name."""

    values: Mapping[str, str | bool | tuple[str, ...]]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        """A string input."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else default

    def flag(self, name: str, default: bool) -> bool:
        """A boolean input."""
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else default

    def items(self, name: str) -> tuple[str, ...]:
        """A list input; the `KEY=VALUE` of a table input."""
        value = self.values.get(name, ())
        return value if isinstance(value, tuple) else ()

    def over(self, other: "Given") -> "Given":
        """These, and what only `other` says."""
        return Given({**other.values, **self.values})


def read_inputs(pairs: Sequence[Pair], accepted: Mapping[str, Input], report: Report, code: str, key: KeyPath) -> Given:
    """A step's inputs. `with` holds no lists: several items stand in one text, one a line, or between commas."""
    return _read([(pair.name, pair.value) for pair in pairs], accepted, report, code, key)


def read_settings(
    pairs: Sequence[Pair], accepted: Mapping[str, Input], report: Report, code: str, key: KeyPath
) -> Given:
    """The plugin's settings, whose values are canonical JSON."""
    import json

    given = {pair.name: json.loads(pair.value) for pair in pairs}
    for name in given:
        if name in accepted and accepted[name].of_step:
            hint = f'give it to the steps that it is for: with = {{ {name} = "…" }}'
            report.error(code, f'input "{name}" is no setting of all jobs', hint=hint, key=(*key, name))
    usual = [(name, value) for name, value in given.items() if name not in accepted or not accepted[name].of_step]
    return _read(usual, accepted, report, code, key)


def _read(
    pairs: Sequence[tuple[str, object]], accepted: Mapping[str, Input], report: Report, code: str, key: KeyPath
) -> Given:
    values: dict[str, str | bool | tuple[str, ...]] = {}
    for name, raw in pairs:
        if name not in accepted:
            known = ", ".join(f'"{one}"' for one in sorted(accepted))
            report.error(code, f'there is no input "{name}"', hint=f"accepted inputs: {known}", key=(*key, name))
            continue
        read = _value(raw, accepted[name])
        if isinstance(read, _Wrong):
            report.error(code, f'input "{name}" {read.what}', hint=read.hint, key=(*key, name))
        else:
            values[name] = read
    return Given(values)


@dataclass(frozen=True, slots=True)
class _Wrong:
    what: str
    hint: str


def _value(raw: object, wanted: Input) -> str | bool | tuple[str, ...] | _Wrong:
    if wanted.kind is Kind.BOOLEAN:
        known = {"true": True, "false": False, True: True, False: False}
        flag = known.get(raw) if isinstance(raw, str | bool) else None
        return _Wrong("is neither true nor false", "write true or false") if flag is None else flag
    if wanted.kind is Kind.STRING:
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        if not isinstance(raw, str):
            return _Wrong("is not text", "put it in quotes: a bare 3.10 is the number 3.1")
        return _checked(raw, wanted) or raw
    items = _items(raw, wanted.kind)
    if items is None:
        what = "is not a list of texts" if wanted.kind is Kind.LIST else "is not a table of texts"
        return _Wrong(what, 'write ["a", "b"]' if wanted.kind is Kind.LIST else 'write { NAME = "value" }')
    return next((wrong for item in items if (wrong := _checked(item, wanted))), items)


def _checked(text: str, wanted: Input) -> _Wrong | None:
    if "{{" in text:
        # Decided leg by leg, when the matrix is known.
        return None
    if wanted.choices and text not in wanted.choices:
        listed = ", ".join(f'"{choice}"' for choice in wanted.choices)
        return _Wrong(f'is "{text}", which it cannot be', f"choose one of {listed}")
    if wanted.pattern and not re.fullmatch(wanted.pattern, text):
        return _Wrong(f'is "{text}", which it cannot be', f"it must match {wanted.pattern}")
    return None


def _items(raw: object, kind: Kind) -> tuple[str, ...] | None:
    if isinstance(raw, str) and raw.lstrip()[:1] in ("[", "{"):
        import json

        try:
            raw = json.loads(raw)
        except ValueError:
            return None
    if kind is Kind.TABLE and isinstance(raw, dict):
        raw = [f"{name}={_plain(value)}" for name, value in raw.items()]
    elif isinstance(raw, str):
        lines = raw.splitlines()
        raw = lines[0].split(",") if len(lines) == 1 and kind is Kind.LIST else lines
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        return None
    stripped = tuple(item.strip() for item in raw if item.strip())
    return None if kind is Kind.TABLE and not all("=" in item for item in stripped) else stripped


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
