"""A row of the table: one command, the state it is run in, and the proof that it does what the row says.

Owns: what every row has in common, and the rows of git, turbo and nx. cig's are in `cig_rows.py`. A row leaves the
repository as it found it, outside the measured part.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installs import Tools
from measure import output_of
from shape import JOBS, Package

__all__ = ["PEER_ROWS", "Place", "Row"]


@dataclass(slots=True)
class Place:
    """The repository a row is run in. `edits` counts, so that each edit differs from all before."""

    root: Path
    packages: tuple[Package, ...]
    tools: Tools
    edits: int = 0

    @property
    def jobs(self) -> int:
        """Jobs of cig, tasks of turbo and nx."""
        return len(self.packages) * len(JOBS)

    def run(self, *words: str) -> str:
        """Run something that is not measured."""
        return output_of(words, self.root, self.tools.environ)


class Row:
    """A command to measure. `name` is how targets and `--only` know it."""

    name: str

    def __init__(self, place: Place) -> None:
        self.place = place

    def set_up(self) -> None:
        """Fill whatever the command keeps between runs. Once for a repository."""

    def words(self) -> list[str]:
        """The command line."""
        raise NotImplementedError

    def environ(self) -> Mapping[str, str]:
        """Its environment."""
        return self.place.tools.environ

    def prepare(self) -> None:
        """Bring about the state the row is about. Not measured."""

    def restore(self) -> None:
        """Undo `prepare` and whatever the command did. Not measured."""

    def proof_words(self) -> list[str]:
        """A command that does the same and prints enough for `is_proven`."""
        return self.words()

    def is_proven(self, output: str) -> bool:
        """Whether the output shows that the row measures what it says. Asked once, before measuring."""
        raise NotImplementedError


class GitStatus(Row):
    """`git status` of a clean worktree whose index is fresh: what every ratio is taken against."""

    name = "git status"

    def words(self) -> list[str]:
        return ["git", "status"]

    def is_proven(self, output: str) -> bool:
        return "working tree clean" in output


class GitLsTree(Row):
    """`git ls-tree -r HEAD`: every tracked path with its blob id, from the object database alone."""

    name = "git ls-tree -r HEAD"

    def words(self) -> list[str]:
        return ["git", "ls-tree", "-r", "HEAD"]

    def is_proven(self, output: str) -> bool:
        return output.count("\n") >= len(self.place.packages)


class TurboWarm(Row):
    """`turbo run build test lint --dry=json`, run before in the same state.

    Hashes the inputs of every task, by the same globs as cig's jobs. It is called as its native binary: the script that
    npm installs starts node first, which costs some 40 ms more.
    """

    name = "turbo --dry, warm"

    def words(self) -> list[str]:
        return [self.place.tools.turbo, "run", *(job.name for job in JOBS), "--dry=json"]

    def is_proven(self, output: str) -> bool:
        tasks = json.loads(output)["tasks"]
        return len(tasks) == self.place.jobs and all(task["inputs"] for task in tasks)


class TurboCold(TurboWarm):
    """The same without `.turbo`, which holds all that turbo keeps beside the worktree."""

    name = "turbo --dry, cold"

    def prepare(self) -> None:
        shutil.rmtree(self.place.root / ".turbo", ignore_errors=True)


class NxCached(Row):
    """`nx run-many` of all tasks, each a cache hit, without the daemon.

    nx has no dry run that hashes. The tasks are `true` and have no outputs: what is measured is its graph and hashes.
    """

    name = "nx run-many, cached"

    def set_up(self) -> None:
        self.place.run(*self.words())

    def words(self) -> list[str]:
        return [*self.place.tools.nx, "run-many", "-t", *(job.name for job in JOBS), "--outputStyle=static"]

    def is_proven(self, output: str) -> bool:
        return f"{self.place.jobs}/{self.place.jobs} hit" in output


class NxAffected(Row):
    """`nx show projects --affected` by one changed file, without the daemon: its graph, no hashes of tasks."""

    name = "nx show affected"

    def words(self) -> list[str]:
        changed = f"{self.place.packages[-1].folder}/src/index.ts"
        return [*self.place.tools.nx, "show", "projects", "--affected", f"--files={changed}"]

    def is_proven(self, output: str) -> bool:
        return self.place.packages[-1].name in output


class _Daemon(Row):
    """A row of nx with its daemon running: started and asked once before, stopped after, so that it disturbs no other.

    The daemon's own time and memory are in no figure.
    """

    def environ(self) -> Mapping[str, str]:
        return {**self.place.tools.environ, "NX_DAEMON": "true"}

    def prepare(self) -> None:
        output_of([*self.place.tools.nx, "show", "projects"], self.place.root, self.environ())

    def restore(self) -> None:
        output_of([*self.place.tools.nx, "daemon", "--stop"], self.place.root, self.environ())


class NxCachedDaemon(_Daemon, NxCached):
    """`nx run-many` of all tasks, each a cache hit, with the daemon."""

    name = "nx run-many, cached, daemon"


class NxAffectedDaemon(_Daemon, NxAffected):
    """`nx show projects --affected` by one changed file, with the daemon."""

    name = "nx show affected, daemon"


PEER_ROWS: tuple[type[Row], ...] = (
    GitStatus,
    GitLsTree,
    TurboWarm,
    TurboCold,
    NxCached,
    NxAffected,
    NxCachedDaemon,
    NxAffectedDaemon,
)
