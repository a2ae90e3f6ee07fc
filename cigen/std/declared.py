"""The files a plugin declared, read as what they claim to be.

Owns: the step from bytes that anyone may have written to text, JSON or TOML. A file that is not what its name says is
reported once, by name, and then counts as empty: one broken file never stops a plugin from seeing the others.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from cigen.sdk import File, Location, RepoSnapshot
from cigen.std.report import Report

__all__ = ["DeclaredFiles", "table", "text_of"]

SIZE_LIMIT = 2 * 1024 * 1024
"""A hand-written file is never this large. Lockfiles, which are, are read without a limit of their own."""

_SYMLINK = 0o120000
_PLACE = re.compile(r"line (\d+),? column (\d+)")
_CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)


class DeclaredFiles:
    """A snapshot's files by path. `code`: the diagnostic that says a file cannot be read as what it should be."""

    def __init__(self, snapshot: RepoSnapshot, report: Report, code: str) -> None:
        self._files = {file.path: file for file in snapshot.files}
        self._report = report
        self._code = code
        self._texts: dict[str, str | None] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def first(self, paths: Iterable[str]) -> str:
        """The first of the paths that exists, or nothing."""
        return next((path for path in paths if path in self._files), "")

    def text(self, path: str, *, lockfile: bool = False) -> str:
        """The file's text, without a byte order mark; empty if there is no such file or it is not text."""
        if path not in self._texts:
            file = self._files.get(path)
            self._texts[path] = self._decode(file, lockfile) if file else None
        return self._texts[path] or ""

    def json(self, path: str) -> dict[str, Any]:
        """The object in a JSON file; empty if there is none."""
        text = self.text(path)
        if not text.strip():
            return {}
        import json

        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as problem:
            self.refuse(path, "is not JSON", problem)
            return {}
        if not isinstance(document, dict):
            self.refuse(path, "does not hold a JSON object")
            return {}
        return document

    def toml(self, path: str) -> dict[str, Any]:
        """The table in a TOML file; empty if there is none."""
        text = self.text(path)
        if not text.strip():
            return {}
        import tomllib

        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as problem:
            self.refuse(path, "is not TOML", problem)
            return {}

    def refuse(self, path: str, what: str, problem: Exception | None = None) -> None:
        """Report that a file is not what its name says. `problem`: the parser's, for the place it stands at."""
        self._report.warning(
            self._code,
            f'"{path}" {what}; nothing in it is taken into account',
            hint=f"correct {path}",
            at=_place(path, problem),
        )

    def _decode(self, file: File, lockfile: bool) -> str | None:
        if file.mode == _SYMLINK:
            # The content of a symbolic link is a path, and where it leads was not declared.
            return None
        if len(file.content) > SIZE_LIMIT and not lockfile:
            self.refuse(file.path, f"is {len(file.content):,} bytes long, more than such a file ever is")
            return None
        text = _decoded(file.content)
        if text is None:
            self.refuse(file.path, "is not text")
        elif _CONFLICT.search(text):
            self.refuse(file.path, "holds the marks of an unresolved merge conflict")
            text = None
        return text


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What `echo 3.3.0 > .ruby-version` makes in Windows PowerShell.
        encoding = "utf-16"
    elif b"\0" in content:
        return None
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None


def _place(path: str, problem: Exception | None) -> Location:
    """Where the parser stopped. Its wording differs between Pythons; the place, which both parsers name, does not."""
    found = _PLACE.search(str(problem)) if problem else None
    return Location(path, int(found[1]), int(found[2])) if found else Location(path)


def table(value: object) -> dict[str, Any]:
    """The value if it is a table with text keys, else an empty one: a document's shape is never taken on trust."""
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """The value if it is text, without surrounding space, else nothing."""
    return value.strip() if isinstance(value, str) else ""
