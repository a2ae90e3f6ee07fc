"""Files of proven jobs that others need, brought from the store to where a planner hands them on.

Owns the folder: `FOLDER/JOB/…` holds what the job's legs left, for those entries of the plan that are `restored`, and
nothing else. Each is fetched as a whole and verified before the plan speaks of it; of what cannot be, the job runs.
"""

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from cigen.cli.deciding import HandingOn, Places
from cigen.hashing.automaton import State
from cigen.hashing.globs import GlobError
from cigen.model.diagnostics import Diagnostic, warning
from cigen.pipeline.expand import matrix_text
from cigen.pipeline.signature import PlannedJob
from cigen.pipeline.skipping import Decision
from cigen.proof.archive import selection
from cigen.proof.outputs import FILES, Deadline, UnrestoredError, restore_files
from cigen.proof.record import Record
from cigen.proof.stores import Store, StoreFaultError, open_store

__all__ = ["Restoring", "kept_files"]

_SECONDS = 60.0
"""That a plan waits for files, all together. What is not here by then is made again."""

_REQUEST_SECONDS = 20.0

Decide = Callable[[frozenset[str]], Mapping[str, Decision]]
"""The plan, if the files of these entries are here."""


class Restoring:
    """The files of one plan. The folder does not exist yet, or is empty. proofs: verified records, by plan key."""

    def __init__(self, handing_on: HandingOn, url: str, places: Places, proofs: Mapping[str, Record]) -> None:
        self._folder = handing_on.folder
        self._by_leg = handing_on.by_leg
        self._url = url
        self._places = places
        self._proofs = {key: proofs[key] for key in handing_on.keys if key in proofs}
        self.diagnostics: list[Diagnostic] = []

    def fetch(self, planned: Sequence[PlannedJob], decide: Decide) -> frozenset[str]:
        """Bring the files of what would be a hit if nobody wanted them; the entries of which they are here.

        Backwards: a job whose files are here needs nobody else's.
        """
        here, tried = frozenset[str](), set[str]()
        deadline = Deadline(time.monotonic() + _SECONDS)
        store = None
        try:
            while wanted := self._next(planned, decide(here), tried):
                tried.add(wanted.key)
                store = store or self._opened()
                if self._bring(wanted, store, deadline):
                    here |= {wanted.key}
        except StoreFaultError as problem:
            self._tell_all(f"the store {problem}")
        except OSError as problem:
            self._tell_all(f"there is no place for them: {problem.strerror or problem}")
        return here

    def place(self, planned: Iterable[PlannedJob], decisions: Mapping[str, Decision]) -> frozenset[str]:
        """Leave in the folder the files of restored entries alone, each job's in its own; the entries so placed.

        All of them or none: what could not be moved may be of any leg of its job.
        """
        restored = [one for one in planned if decisions[one.key].restored]
        key = ""
        try:
            for one in restored:
                key = one.key
                _merge(self._staged(key), self._folder / (key if self._by_leg else one.job.id))
        except OSError as problem:
            self._tell(key, f"they cannot be put in place: {problem.strerror or problem}")
            shutil.rmtree(self._folder, ignore_errors=True)
            return frozenset()
        shutil.rmtree(self._folder / _STAGE, ignore_errors=True)
        return frozenset(one.key for one in restored)

    def _next(
        self, planned: Sequence[PlannedJob], decisions: Mapping[str, Decision], tried: Collection[str]
    ) -> PlannedJob | None:
        """The last entry that runs for its files alone, and has not been tried."""
        for one in reversed(planned):
            record = self._proofs.get(one.key) if decisions[one.key].reason == "OUTPUTS" else None
            if record is not None and FILES in dict(record.outputs) and one.key not in tried:
                return one
        return None

    def _opened(self) -> Store:
        self._folder.mkdir(parents=True, exist_ok=True)
        if any(self._folder.iterdir()):
            raise StoreFaultError(f"is not asked for files: {self._folder.name}, where they belong, is not empty")
        return open_store(self._url, self._places.start, _REQUEST_SECONDS)

    def _bring(self, one: PlannedJob, store: Store, deadline: Deadline) -> bool:
        chosen = kept_files(one)
        if chosen is None:
            return False
        try:
            restore_files(store, self._proofs[one.key], self._staged(one.key), chosen, deadline)
        except UnrestoredError as problem:
            self._tell(one.key, str(problem))
            return False
        return True

    def _staged(self, key: str) -> Path:
        return self._folder / _STAGE / key

    def _tell(self, key: str, why: str) -> None:
        self.diagnostics.append(warning("STORE_012", f'the files of job "{key}" are not restored, so it runs: {why}'))

    def _tell_all(self, why: str) -> None:
        self.diagnostics.append(warning("STORE_012", f"no more files of proven jobs are restored, so they run: {why}"))


_STAGE = ".fetched"
"""What no job is called."""


def kept_files(one: PlannedJob) -> State | None:
    """The files that an entry of the plan leaves; None where cig cannot tell which they are, or there are none.

    None also without a checkout: no CI system records such a job, so none hands on what it left.
    """
    patterns = one.job.outputs.files if one.job.outputs else ()
    if one.job.checkout is not None and one.job.checkout.disabled:
        return None
    if one.leg is not None:
        patterns = tuple(matrix_text(pattern, one.leg) for pattern in patterns)
    if not patterns or any("{{" in pattern for pattern in patterns):
        return None
    try:
        return selection(patterns)
    except GlobError:
        return None


def _merge(source: Path, target: Path) -> None:
    """Move all files of one folder into another, over those that are there already."""
    for place, _, names in os.walk(source):
        within = target / Path(place).relative_to(source)
        within.mkdir(parents=True, exist_ok=True)
        for name in names:
            Path(place, name).replace(within / name)
