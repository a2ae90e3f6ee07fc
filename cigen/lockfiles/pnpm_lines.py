"""The text of pnpm's lockfile, as pnpm writes it and no other way: sections, the entries of a table, names and values.

Owns the grammar. Each line is whole in itself but for the block of a long message, so that indentation alone tells what
belongs to what. Refuses all else that YAML has and pnpm does not use: a YAML reader could see something else in it.
"""

import re
from collections.abc import Iterator

from cigen.lockfiles.reading import Untold

__all__ = ["dependencies", "documents", "entries", "sections"]

_STRANGE = re.compile("[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SINGLE, _DOUBLE = r"'(?:[^'\n]|'')*+'", r'"(?:[^"\\\n]|\\[^\n])*+"'
_FIRST = r"[^\s\-?:,\[\]{}#&*!|=<>'\"%@`]"
_PLAIN = rf"{_FIRST}(?:[^\s:]|:(?=\S)| (?=[^\s#:]))*+"
_IN_FLOW = rf"{_FIRST}(?:[^\s:,\[\]{{}}]|:(?=[^\s,\[\]{{}}])| (?=[^\s#:,\[\]{{}}]))*+"
_SCALAR, _FLOW_SCALAR = rf"(?:{_PLAIN}|{_SINGLE}|{_DOUBLE})", rf"(?:{_IN_FLOW}|{_SINGLE}|{_DOUBLE})"
_PAIR = rf"(?:{_IN_FLOW}|{_SINGLE}): {_FLOW_SCALAR}"
_FLOW = rf"(?:\{{(?:{_PAIR}(?:, {_PAIR})*+)?\}}|\[(?:{_FLOW_SCALAR}(?:, {_FLOW_SCALAR})*+)?\])"
_KEY = rf"(?:{_PLAIN}|{_SINGLE}):"
_BLOCK = r" {4}[A-Za-z]+: [|>]-?\n {6}\S[^\n]*(?:\n(?: {6}[^\n]*)?(?=\n))*+"
_VALUE = rf"(?:{_SCALAR}|{_FLOW})"
_LINE = rf"(?:  )*+(?:- (?:{_KEY}(?: {_VALUE})?(?=\n)|{_VALUE})|{_KEY}(?: {_VALUE})?)"
_TEXT = re.compile(rf"(?>(?>{_BLOCK}|{_LINE}|)\n)*+")

_SECTION = re.compile(r"^(?=\S)", re.MULTILINE)
_ENTRY = re.compile(r"^(?=  \S)", re.MULTILINE)
_SECTION_NAME = re.compile(r"([A-Za-z]+):[ \n]")
_ENTRY_NAME = re.compile(rf"  ({_PLAIN}|{_SINGLE}):(?: \{{\}})?$", re.MULTILINE)

_NAME = rf"(?:{_PLAIN}|{_SINGLE})"
_IMPORTED = rf" {{6}}{_NAME}:\n {{8}}specifier: {_SCALAR}\n {{8}}version: {_NAME}"
_SHAPES = {
    "importers": rf"(?:(?:dev|optional)D|d)ependencies:(?:\n{_IMPORTED})++|dependenciesMeta:(?:\n {{6}}.+)++"
    rf"|publishDirectory: {_SCALAR}",
    "snapshots": rf"(?:optionalD|d)ependencies:(?:\n {{6}}{_NAME}: {_NAME})++"
    rf"|transitivePeerDependencies:(?:\n {{6}}- {_SCALAR})++|(?:optional|patched): true",
}
_SHAPE = {name: re.compile(rf"  {_NAME}:(?: \{{\}}|(?:\n {{4}}(?:{shape}))++)") for name, shape in _SHAPES.items()}
_DEPENDENCY = {
    "importers": re.compile(rf"^ {{6}}({_NAME}):\n {{8}}specifier: .*\n {{8}}version: ({_NAME})$", re.MULTILINE),
    "snapshots": re.compile(rf"^ {{6}}({_NAME}): ({_NAME})$", re.MULTILINE),
}

_NO_TEXT = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n|[-+]?\.(?:inf|nan)|0[box][0-9a-f_]+|\d{4}-\d\d?-\d\d?.*"
    r"|[-+]?[0-9][0-9_]*(?:(?::[0-9_]+)*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?)|[-+]?\.[0-9_]+(?:e[-+]?[0-9]+)?",
    re.IGNORECASE | re.ASCII,
)
"""Plain scalars that some reader takes for something else than text."""


def documents(content: str) -> tuple[str, str]:
    """The document about pnpm itself that may stand before the lockfile, and the lockfile."""
    before, main = "", content
    if content.startswith("---\n"):
        before, _, main = content.removeprefix("---\n").partition("\n---\n")
    if _STRANGE.search(content) or not _TEXT.fullmatch(before) or not _TEXT.fullmatch(main):
        raise Untold
    return before, main


def sections(document: str) -> dict[str, str]:
    """The text of each key at the top, from its name on."""
    return _named(_SECTION.split(document), _SECTION_NAME)


def entries(section: str) -> dict[str, str]:
    """The text of each key of a table, below the line with the table's own name; of no section there are none."""
    header, *found = _ENTRY.split(section)
    if section and not header.rstrip("\n").endswith(":"):
        raise Untold
    return _named(["", *found], _ENTRY_NAME)


def dependencies(table: str, entry: str) -> Iterator[tuple[str, str]]:
    """The names that an importer or a snapshot gives its dependencies, and what each refers to."""
    if not _SHAPE[table].fullmatch(entry):
        raise Untold
    for name, reference in _DEPENDENCY[table].findall(entry):
        yield _unquoted(name), _unquoted(reference)


def _unquoted(scalar: str) -> str:
    """The text that a name stands for."""
    if scalar.startswith("'"):
        return scalar[1:-1].replace("''", "'")
    if _NO_TEXT.fullmatch(scalar):
        raise Untold
    return scalar


def _named(texts: list[str], pattern: re.Pattern[str]) -> dict[str, str]:
    before, *texts = texts
    found: dict[str, str] = {}
    for text in texts:
        match = pattern.match(text)
        name = _unquoted(match[1]) if match else ""
        if before.strip("\n") or not name or name in found:
            raise Untold
        found[name] = text.rstrip("\n")
    return found
