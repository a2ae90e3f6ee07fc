"""requirements files: which of them a pipeline installs, and what they name.

Owns: the usual names of such files and their `-r` lines. Everything else on a line is pip's affair.
"""

import re
from collections.abc import Iterable

from cigen.std.declared import DeclaredFiles

__all__ = ["chosen_requirements", "distribution", "installs_itself", "required_names", "with_includes"]

_BASE = ("requirements.txt", "requirements/base.txt", "requirements/requirements.txt", "requirements/main.txt")
_TOOLS = (
    "requirements-dev.txt",
    "requirements_dev.txt",
    "dev-requirements.txt",
    "dev_requirements.txt",
    "requirements-test.txt",
    "requirements_test.txt",
    "requirements-tests.txt",
    "test-requirements.txt",
    "test_requirements.txt",
    "requirements/dev.txt",
    "requirements/development.txt",
    "requirements/local.txt",
    "requirements/test.txt",
    "requirements/tests.txt",
    "requirements/testing.txt",
    "tests/requirements.txt",
    "test/requirements.txt",
)
"""What development and tests need, the first that exists; it often includes the base."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ITSELF = re.compile(r"(?:(?:-e|--editable)[ =]?\s*)?\./?(?:\[[^\]]*\])?(?:\s*[;#].*)?")
_INCLUDE = re.compile(r"(?:-r|--requirement)[ =]?\s*(\S+)")


def distribution(requirement: str) -> str:
    """The normalised name (PEP 503) that a requirement begins with: `Ruff[x]>=0.4 ; …` is `ruff`."""
    found = _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", found[0].rstrip("-_.")).lower() if found else ""


def chosen_requirements(files: DeclaredFiles, directory: str) -> tuple[str, ...]:
    """Paths of the files to install together, none of which includes another."""
    base = files.first(directory + name for name in _BASE)
    tools = files.first(directory + name for name in _TOOLS)
    included = with_includes(files, [tools]) if tools else []
    return tuple(path for path in (base if base not in included else "", tools) if path)


def installs_itself(files: DeclaredFiles, paths: Iterable[str]) -> bool:
    """Whether one of these files, or of those that they include, names the project: `-e .[socks]`."""
    lines = (line.strip() for path in with_includes(files, paths) for line in files.text(path).splitlines())
    return any(_ITSELF.fullmatch(line) for line in lines)


def required_names(files: DeclaredFiles, paths: Iterable[str]) -> frozenset[str]:
    """Names of the distributions that these files and the files they include name."""
    names = set()
    for path in with_includes(files, paths):
        for line in files.text(path).splitlines():
            names.add(distribution(line.partition("#")[0]))
    return frozenset(names - {""})


def with_includes(files: DeclaredFiles, paths: Iterable[str]) -> list[str]:
    """The files and those that they include, each once."""
    found: list[str] = []
    waiting = [path for path in paths if path]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found.append(path)
        folder = path.rpartition("/")[0]
        for line in files.text(path).splitlines():
            include = _INCLUDE.match(line.strip())
            if include:
                waiting.append(_joined(folder, include[1]))
    return found


def _joined(folder: str, path: str) -> str:
    parts = folder.split("/") if folder else []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
