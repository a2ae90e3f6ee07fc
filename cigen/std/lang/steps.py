"""The steps that all languages make alike: caches with their paths on each system, ids, working directories."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cigen.sdk import Cache, CachePart, CacheUse, Job, Matrix, Step
from cigen.std.lang.projects import root_path

__all__ = ["CacheHome", "cache_step", "in_directory", "suffixed", "systems"]


@dataclass(frozen=True, slots=True)
class CacheHome:
    """Where a tool keeps its downloads when nobody tells it otherwise, on each system."""

    linux: str
    macos: str
    windows: str

    def paths(self, job: Job) -> tuple[str, ...]:
        """Those of the systems that the job may run on."""
        known = systems(job)
        named = (("linux", self.linux), ("macos", self.macos), ("windows", self.windows))
        return tuple(dict.fromkeys(path for system, path in named if system in known))


def cache_step(name: str, title: str, paths: Sequence[str], literals: Sequence[str], files: Sequence[str]) -> Step:
    """Restore and save a cache: valid for these literals, exact for the content of these files."""
    parts = (*(CachePart(literal=text) for text in literals), *(CachePart(files=path) for path in files))
    return Step(id=f"cache-{name}", name=title, cache=CacheUse(Cache(name, tuple(paths), parts)))


def in_directory(job: Job, directory: str) -> str:
    """The working directory that a script needs to run in the project's: none where the job is there already."""
    if root_path(job.working_directory) == directory:
        return ""
    return directory.rstrip("/") or "."


def suffixed(name: str, directory: str) -> str:
    """An id that differs between the projects of a repository: `cache-npm`, `cache-npm-web`."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", directory).strip("-").lower()
    return f"{name}-{words}" if words else name


_MATRIX = re.compile(r"\{\{\s*matrix\.([\w-]+)\s*\}\}")


def systems(job: Job) -> frozenset[str]:
    """The systems the job runs on, of linux, macos and windows, as far as the names of its runners tell."""
    matrix = job.matrix
    if job.machine is not None:
        named = [(job.machine.os, job.machine.name)]
    elif matrix is not None and any(leg.runner for leg in matrix.legs):
        named = [(leg.runner.os, leg.runner.name) for leg in matrix.legs if leg.runner]
    else:
        axis = _MATRIX.search(job.runner)
        named = [("", value) for value in _values(matrix, axis[1])] if axis and matrix else []
    return frozenset(_system(os or name) for os, name in named or [("", job.runner)])


def _values(matrix: Matrix, axis: str) -> list[str]:
    listed = [value for one in matrix.axes if one.name == axis for value in one.values]
    return listed + [pair.value for row in matrix.include for pair in row.values if pair.name == axis]


def _system(name: str) -> str:
    """By the name of the runner, as people choose them: `macos-15`, `windows-latest`; all others are Linux."""
    lower = name.lower()
    if "mac" in lower or "darwin" in lower:
        return "macos"
    return "windows" if "win" in lower else "linux"
