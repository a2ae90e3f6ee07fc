"""Which Python a project wants: `.python-version`, the tool files, `runtime.txt`, then what its manifest requires.

Owns: their spellings and their order. A version is what setup tools take: `3.12`, `3.12.1`, `pypy3.10`, `3.13t`.
"""

import re

from cigen.sdk import Fact, Location
from cigen.std.declared import DeclaredFiles
from cigen.std.lang.language import Language, declared_version, report_disagreement
from cigen.std.lang.python.manifest import Manifest
from cigen.std.lang.ranges import ANY, Range, choose, may_satisfy, parse_python
from cigen.std.report import Report

__all__ = ["PYTHON", "normal_version", "python_version", "tested_versions"]

_LINES = ("3.13", "3.12", "3.11", "3.10", "3.9", "3.8", "3.7", "3.14")

_MATRIX = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
"""Released, and not so old that the newest installers refuse them."""

_CPYTHON = re.compile(
    r"(?:c?python[-@]?|cp)?(\d+(?:\.\d+){0,2})((?:-dev|(?:a|b|rc|-(?:alpha|beta|rc)\.?)\d+)?t?)(?:-[a-z].*)?"
)
_COMPACT = re.compile(r"(?:cp|python)?(3)(\d{1,2})(t?)")
_PYPY = re.compile(r"pypy[-@]?(\d+\.\d+)(?:[-v.]+\d.*)?")
_LOCK_REQUIRES = re.compile(r"""(?m)^(?:requires-python|requires_python|python-versions)\s*=\s*["']([^"'\n]*)["']""")


def normal_version(text: str) -> str:
    """A version as written in a version file, as setup tools take it; empty if it is none.

    uv writes `cpython-3.12.1-linux-x86_64-gnu`, pyenv `pypy3.10-7.3.15`, Heroku `python-3.12.1`.
    """
    name = text.strip().lower()
    pypy = _PYPY.fullmatch(name)
    if pypy:
        return f"pypy{pypy[1]}"
    if re.fullmatch(r"(?:graalpy|miniconda|miniforge|mambaforge|anaconda)[\w.+-]*", name):
        return name if name.startswith("graalpy") else ""
    compact = _COMPACT.fullmatch(name)
    if compact and len(compact[2]) <= 2 and "." not in name:
        return f"{compact[1]}.{compact[2]}{compact[3]}"
    found = _CPYTHON.fullmatch(name)
    return found[1] + found[2] if found else _of_range(name)


PYTHON = Language(
    tool="python",
    title="Python",
    prefix="PYTHON",
    names=("python",),
    files=(".python-version",),
    lines=_LINES,
    example="3.12",
    normal=normal_version,
    last="runtime.txt",
)


def python_version(files: DeclaredFiles, directory: str, manifest: Manifest, report: Report) -> Fact | None:
    """The version of the project in `directory`, and the file that says so."""
    allowed, source = _allowed(files, directory, manifest, report)
    found = declared_version(PYTHON, files, directory, report)
    if found is not None:
        report_disagreement(PYTHON, found, allowed, source, manifest.requires or "see its requires-python", report)
        return found
    if allowed is not None:
        # What the classifiers name is what the authors run.
        tested = tuple(minor for minor in manifest.classifiers if may_satisfy(minor, allowed) and minor in _LINES)
        version = choose(allowed, (*tested, *_LINES))
        return Fact("python_version", version, source) if version else None
    if manifest.classifiers:
        # One that is not released yet would be found nowhere.
        released = (minor for minor in manifest.classifiers if minor in _LINES)
        return Fact("python_version", next(released, manifest.classifiers[0]), manifest.path)
    return None


def tested_versions(manifest: Manifest) -> tuple[Fact, ...]:
    """For `cig init`: the versions that a distribution says it is for, oldest first, if they are several."""
    allowed = parse_python(manifest.requires) if manifest.requires else ANY
    named = (minor for minor in _MATRIX if minor in manifest.classifiers)
    versions = [minor for minor in named if allowed is None or may_satisfy(minor, allowed)]
    if len(versions) < 2 or not manifest.buildable:
        return ()
    return (Fact("python_tested_versions", " ".join(versions), manifest.path),)


def _of_range(text: str) -> str:
    """uv allows a requirement in `.python-version`: `>=3.11`."""
    allowed = parse_python(text) if text[:1] in "<>=~!^" else None
    return choose(allowed, _LINES) if allowed is not None else ""


def _allowed(files: DeclaredFiles, directory: str, manifest: Manifest, report: Report) -> tuple[Range | None, str]:
    """What the manifest allows, else what the lockfile was made for."""
    if manifest.requires:
        allowed = parse_python(manifest.requires)
        if allowed is not None and allowed.intervals:
            return allowed, manifest.requires_source
        report.warning(
            "PYTHON_002",
            f'"{manifest.requires_source}" requires Python "{manifest.requires[:40]}", which no version satisfies',
            hint="write a requirement such as >=3.10",
            at=Location(manifest.requires_source),
        )
    for name in ("uv.lock", "poetry.lock", "pdm.lock"):
        text = files.text(directory + name, lockfile=True)
        # Every package of a Poetry lockfile has such a line too; the project's own stands in the table at the end.
        found = _LOCK_REQUIRES.search(text, text.rfind("\n[metadata]") if name == "poetry.lock" else 0)
        allowed = parse_python(found[1]) if found else None
        if allowed is not None and allowed.intervals:
            return allowed, directory + name
    return None, ""
