"""What a generated monorepo consists of: packages, which of them need which, and the inputs of their jobs.

Owns: the one graph that cig, turbo and nx are all given. Refuses: their file formats (`manifests.py`) and the disk
(`repository.py`). Everything follows from the number of files; nothing is random.
"""

from dataclasses import dataclass

__all__ = ["JOBS", "SIZES", "WORKFLOW_PACKAGES", "JobKind", "Package", "packages"]

SIZES = {"1k": (10, 1), "10k": (100, 1), "33k": (334, 1), "97k": (334, 3), "100k": (1_000, 1), "167k": (1_667, 1)}
"""Packages, and about how many hundred files each has, by the name of the size.

Each package has three jobs: 33k is 1,000 jobs, 167k 5,000, and 97k is 1,000 jobs on three times the files of 33k.
"""

WORKFLOW_PACKAGES = 25
"""Packages that share a workflow: GitHub takes files of up to 500 KB, which 75 jobs are well below."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A job that every package has. `local` globs count from the package, `shared` files from the root."""

    name: str
    local: tuple[str, ...]
    shared: tuple[str, ...]
    needs_own: tuple[str, ...] = ()
    """Jobs of the same package."""
    needs_upstream: tuple[str, ...] = ()
    """Jobs of the packages that this one needs."""


JOBS = (
    JobKind(
        "build",
        ("src/**", "package.json", "tsconfig.json"),
        ("package-lock.json", "tsconfig.base.json"),
        needs_upstream=("build",),
    ),
    JobKind(
        "test",
        ("src/**", "test/**", "package.json", "tsconfig.json"),
        ("package-lock.json", "tsconfig.base.json"),
        needs_own=("build",),
    ),
    # Globs that no directory's id answers: every file below has to be looked at.
    JobKind("lint", ("src/**/*.ts", "test/**/*.ts", "package.json"), ("eslint.config.js",)),
)


@dataclass(frozen=True, slots=True)
class Package:
    """A workspace package. `needs`: packages of the same workflow that it depends on. `files`: in hundreds, about."""

    name: str
    workflow: int
    needs: tuple[str, ...]
    files: int = 1

    @property
    def folder(self) -> str:
        """Its folder, from the root."""
        return f"packages/{self.name}"


def packages(count: int, files: int = 1) -> tuple[Package, ...]:
    """`count` packages in the order of their names.

    Within a workflow, package n needs the packages n // 2 and n // 3: a graph some five levels deep, in which the first
    ones have many dependants, as a repository's basic libraries do.
    """
    result = []
    for index in range(count):
        first = index - index % WORKFLOW_PACKAGES
        place = index - first
        needs = sorted({first + place // 2, first + place // 3} - {index}) if place else []
        result.append(Package(_name(index), index // WORKFLOW_PACKAGES, tuple(map(_name, needs)), files))
    return tuple(result)


def _name(index: int) -> str:
    return f"p{index:04d}"
