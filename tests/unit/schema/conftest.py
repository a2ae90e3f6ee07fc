"""What the tests of the schema room share: a project to start from, and a writer of TOML in many spellings."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cigen.model.config import Config
from cigen.model.diagnostics import Diagnostic, Location
from cigen.schema.load import load_config
from cigen.schema.locate import locate

HEAD = 'version = "0.2"\nproject.name = "demo"\n'


class Told:
    """What loading a text told: its diagnostics, their codes and their places."""

    def __init__(self, text: str | bytes) -> None:
        self.bytes = text.encode() if isinstance(text, str) else text
        self.config, self.diagnostics = load_config(self.bytes)

    @property
    def codes(self) -> list[str]:
        return [diagnostic.code for diagnostic in self.diagnostics]

    @property
    def only(self) -> Diagnostic:
        assert len(self.diagnostics) == 1, self.diagnostics
        return self.diagnostics[0]

    def place(self, diagnostic: Diagnostic | None = None) -> Location:
        found = diagnostic or self.only
        return found.location or locate(self.bytes, found.key, on_key=found.on_key)

    def marked(self, diagnostic: Diagnostic | None = None) -> str:
        """The characters under the caret."""
        place = self.place(diagnostic)
        line = self.bytes.decode().split("\n")[place.line - 1]
        return line[place.column - 1 : place.column - 1 + place.width]


@pytest.fixture(scope="session")
def load() -> Callable[[str], Config]:
    """`load(text)`: the configuration of a text that must be right; the version and a name are put before it."""

    def load(text: str) -> Config:
        config, diagnostics = load_config((HEAD + text).encode())
        assert config is not None, diagnostics
        assert diagnostics == ()
        return config

    return load


@pytest.fixture(scope="session")
def tell() -> Callable[..., Told]:
    """`tell(text)`: what is said about a text; the version and a name are put before it unless `whole`."""

    def tell(text: str | bytes, *, whole: bool = False) -> Told:
        return Told(text if whole or isinstance(text, bytes) else HEAD + text)

    return tell


@pytest.fixture(scope="session")
def everything() -> str:
    """A cig.toml with every key of the schema."""
    return Path(__file__).with_name("everything.toml").read_text()


@pytest.fixture(scope="session")
def write_toml() -> Callable[..., str]:
    """`write_toml(tree, choose)`: the tree as TOML; `choose(n)` picks one of n spellings, again and again."""
    return _document


Choose = Callable[[int], int]


def _document(tree: dict[str, Any], choose: Choose = lambda n: 0) -> str:
    lines: list[str] = []
    _table(tree, (), lines, choose)
    return (["\n", "\r\n"][choose(2)]).join(lines) + "\n"


def _table(table: dict[str, Any], path: tuple[str, ...], lines: list[str], choose: Choose) -> None:
    """Keys that stand in the table itself, then those that get headers of their own."""
    later: list[tuple[str, Any]] = []
    for key, value in table.items():
        tables = isinstance(value, list) and all(isinstance(item, dict) for item in value)
        if value and ((isinstance(value, dict) and choose(3) == 0) or (tables and choose(2))):
            later.append((key, value))
        else:
            lines.extend(["", "# a comment", "\t# another = [1]"][: choose(4)])
            lines.extend(_assignments((_key(key, choose),), value, choose))
    for key, value in later:
        own = (*path, _key(key, choose))
        dot = [".", " . "][choose(2)]
        for item in value if isinstance(value, list) else [value]:
            lines.append(f"[[{dot.join(own)}]]" if isinstance(value, list) else f"[ {dot.join(own)} ] # x")
            _table(item, own, lines, choose)


def _assignments(key: tuple[str, ...], value: Any, choose: Choose) -> list[str]:
    if isinstance(value, dict) and value and choose(2):
        return [line for name, item in value.items() for line in _assignments((*key, _key(name, choose)), item, choose)]
    space = ["", " ", "\t"][choose(3)]
    comment = ["", " # why"][choose(2)]
    return (f"{'.'.join(key)}{space}={space}{_value(value, choose)}{comment}").split("\n")


def _key(key: str, choose: Choose) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    spelling = choose(3)
    if bare and spelling == 0:
        return key
    if spelling == 1 and "'" not in key and key.isprintable():
        return f"'{key}'"
    return _basic(key)


def _value(value: Any, choose: Choose) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value, choose)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        gap = ["", " ", "\n  ", " # ]\n"][choose(4)]
        return f"[{gap}" + "".join(f"{_value(item, choose)}{gap},{gap}" for item in value) + "]"
    if isinstance(value, dict):
        gap = ["", " ", "\n  "][choose(3)]
        items = (f"{_key(name, choose)} = {_value(item, choose)}" for name, item in value.items())
        return f"{{{gap}" + f",{gap}".join(items) + f"{gap}}}"
    return repr(value)


def _text(text: str, choose: Choose) -> str:
    spelling = choose(4)
    plain = text.replace("\n", "").isprintable() and "'" not in text and not text.startswith("\n")
    if spelling == 1 and plain and "\n" not in text:
        return f"'{text}'"
    if spelling == 2 and plain:
        return f"'''{text}'''"
    if spelling == 3 and plain and '"' not in text and "\\" not in text:
        return f'"""\n{text}"""'
    return _basic(text)


def _basic(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'
