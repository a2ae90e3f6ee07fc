"""The rows of cig.

Owns: the states a render is measured in. Before each round the tree is clean, the index fresh and the last render
recorded; a row that disturbs this brings it back.
"""

import json
import os
import shutil
from pathlib import Path

from manifests import PROVIDERS, cig_toml
from rows import Place, Row

__all__ = ["CIG_ROWS", "CigRow", "settle"]

_CACHE = ".cigen/cache"
_LOCKFILE = "package-lock.json"
_PIN = '"version": "1.0.0",\n      "integrity"'
"""The first entry of the lockfile that a registry would have resolved."""


def settle(place: Place) -> None:
    """Bring index and recorded render up to date with the files as they are."""
    place.run("git", "update-index", "-q", "--really-refresh")
    place.run(place.tools.cig, "render")
    place.run(place.tools.cig, "render")


class CigRow(Row):
    """A `cig render`; `--json` prints which actions it ran and is the proof."""

    def words(self) -> list[str]:
        return [self.place.tools.cig, "render"]

    def proof_words(self) -> list[str]:
        return [*self.words(), "--json"]

    def is_proven(self, output: str) -> bool:
        return self.is_expected(json.loads(output)["executed"])

    def is_expected(self, executed: list[str]) -> bool:
        """Whether these are the actions such a render has to run."""
        return not executed


class RenderNoOp(CigRow):
    """`cig render` when nothing changed since the last one: the null build."""

    name = "cig render, no-op"

    def proof_words(self) -> list[str]:
        # Not --json: only the plain command may take the shortcut.
        return self.words()

    def is_proven(self, output: str) -> bool:
        return output.startswith("Up to date") and output.count("\n") == 1


class _WithoutCache(CigRow):
    """`.cigen/cache` is moved aside, and back afterwards."""

    def prepare(self) -> None:
        (self.place.root / _CACHE).rename(_aside(self.place))

    def restore(self) -> None:
        shutil.rmtree(self.place.root / _CACHE, ignore_errors=True)
        _aside(self.place).rename(self.place.root / _CACHE)


class RenderCold(_WithoutCache):
    """`cig render` of a clean checkout with its outputs committed, and no cache: every stage, every bundled plugin."""

    name = "cig render, cold"

    def is_expected(self, executed: list[str]) -> bool:
        return sum(action.startswith("signature:") for action in executed) == self.place.jobs


class RenderFour(_WithoutCache):
    """`cig render` of the same jobs for four CI systems, without a cache and with nothing rendered before."""

    name = "cig render, cold, four systems"

    def prepare(self) -> None:
        super().prepare()
        (self.place.root / "cig.toml").write_text(cig_toml(self.place.packages, PROVIDERS))

    def restore(self) -> None:
        self.place.run("git", "checkout", "-q", "--", ".")
        self.place.run("git", "clean", "-fdq", "--", ".circleci", ".buildkite", "ci")
        super().restore()

    def is_expected(self, executed: list[str]) -> bool:
        fragments = [action for action in executed if action.startswith("fragment:")]
        workflows = {package.workflow for package in self.place.packages}
        return len(fragments) == 3 * len(workflows) + 1


class ComputeSignatures(_WithoutCache):
    """`cig compute-signatures` of a clean checkout without a cache: what a CI machine runs."""

    name = "cig compute-signatures"

    def words(self) -> list[str]:
        return [self.place.tools.cig, "compute-signatures"]

    def proof_words(self) -> list[str]:
        return self.words()

    def is_proven(self, output: str) -> bool:
        jobs = json.loads(output)["jobs"]
        return len(jobs) == self.place.jobs and all(job["signature"] for job in jobs.values())


class Plan(CigRow):
    """`cig plan` right after a render, with its cache."""

    name = "cig plan"

    def words(self) -> list[str]:
        return [self.place.tools.cig, "plan"]

    def proof_words(self) -> list[str]:
        return self.words()

    def is_proven(self, output: str) -> bool:
        return bool(output)


class _WithFile(CigRow):
    """One file is changed, and put back afterwards, with the render that this asks for."""

    def path(self) -> Path:
        """The file: a source of the last package, which no other package needs."""
        return self.place.root / self.place.packages[-1].folder / "src/part0/file0.ts"

    def change(self, path: Path) -> None:
        """Do to the file what the row is about."""
        raise NotImplementedError

    def prepare(self) -> None:
        self.place.edits += 1
        self.change(self.path())

    def restore(self) -> None:
        self.place.run("git", "checkout", "-q", "--", str(self.path()))
        settle(self.place)


class RenderEdited(_WithFile):
    """`cig render` after one source file of one package was edited."""

    name = "cig render, one file edited"

    def change(self, path: Path) -> None:
        with path.open("a") as file:
            file.write(f"// edit {self.place.edits}\n")

    def is_expected(self, executed: list[str]) -> bool:
        mine = f"signature:{self.place.packages[-1].name}-"
        return bool(executed) and all(action.startswith(mine) for action in executed)


class RenderTouched(_WithFile):
    """`cig render` after one source file got a new time stamp and nothing else."""

    name = "cig render, one file touched"

    def change(self, path: Path) -> None:
        os.utime(path)


class RenderLockfile(_WithFile):
    """`cig render` after the root lockfile moved one dependency: a plugin reads it, so all jobs depend on it."""

    name = "cig render, one lockfile edited"

    def path(self) -> Path:
        return self.place.root / _LOCKFILE

    def change(self, path: Path) -> None:
        path.write_text(path.read_text().replace(_PIN, _PIN.replace("1.0.0", f"1.0.{self.place.edits}"), 1))

    def is_expected(self, executed: list[str]) -> bool:
        signatures = sum(action.startswith("signature:") for action in executed)
        return "detect:lang/node" in executed and signatures == self.place.jobs


def _aside(place: Place) -> Path:
    return place.root.with_name(place.root.name + ".aside")


CIG_ROWS: tuple[type[Row], ...] = (
    RenderNoOp,
    ComputeSignatures,
    Plan,
    RenderCold,
    RenderFour,
    RenderEdited,
    RenderTouched,
    RenderLockfile,
)
