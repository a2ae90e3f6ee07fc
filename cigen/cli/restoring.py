"""Files of proven jobs that others need, brought from the store to where a planner hands them on.

Owns the folder: `FOLDER/JOB/…` holds what the job's legs left, for those entries of the plan that are `restored`, and
nothing else. Each is fetched as a whole and verified before the plan speaks of it; of what cannot be, the job runs.
"""

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from cigen.cli.deciding import Places
from cigen.cli.signing import Signing
from cigen.hashing.automaton import State
from cigen.hashing.globs import GlobError
from cigen.model.diagnostics import Diagnostic, warning
from cigen.pipeline.expand import matrix_text
from cigen.pipeline.signature import PlannedJob
from cigen.pipeline.skipping import Decision
from cigen.proof.archive import selection
from cigen.proof.outputs import FILES, Deadline, UnrestoredError, restore_files
from cigen.proof.record import Record
from cigen.proof.stores import StoreFaultError, open_store

__all__ = ["Restoring", "kept_files"]

_SECONDS = 60.0
"""That a plan waits for files, all together. What is not here by then is made again."""

_REQUEST_SECONDS = 20.0


class Restoring:
    """The files of one plan. folder: does not exist yet, or is empty. proofs: verified records, by plan key."""

    def __init__(self, folder: Path, url: str, places: Places, proofs: Mapping[str, Record]) -> None:
        self._folder = folder
        self._url = url
        self._places = places
        self._proofs = proofs
        self.diagnostics: list[Diagnostic] = []

    def fetch(self, signing: Signing, decisions: Mapping[str, Decision]) -> frozenset[str]:
        """Bring the files of what would be a hit if nobody wanted them; the entries of which they are here."""
        wanted = [one for one in signing.signatures.planned if self._is_kept(one, decisions)]
        if not wanted:
            return frozenset()
        deadline = Deadline(time.monotonic() + _SECONDS)
        here = set[str]()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if any(self._folder.iterdir()):
                raise StoreFaultError(f"is not asked for files: {self._folder.name}, where they belong, is not empty")
            store = open_store(self._url, self._places.start, _REQUEST_SECONDS)
            for one in wanted:
                chosen = kept_files(one)
                if chosen is None:
                    continue
                try:
                    restore_files(store, self._proofs[one.key], self._staged(one.key), chosen, deadline)
                except UnrestoredError as problem:
                    self._tell(one.key, str(problem))
                else:
                    here.add(one.key)
        except StoreFaultError as problem:
            self._tell(wanted[0].key, f"the store {problem}")
        except OSError as problem:
            self._tell(wanted[0].key, f"there is no place for them: {problem.strerror or problem}")
        return frozenset(here)

    def place(self, planned: Iterable[PlannedJob], decisions: Mapping[str, Decision]) -> frozenset[str]:
        """Leave in the folder the files of restored entries alone, each job's in its own; the entries so placed.

        All of them or none: what could not be moved may be of any leg of its job.
        """
        restored = [one for one in planned if decisions[one.key].restored]
        key = ""
        try:
            for one in restored:
                key = one.key
                _merge(self._staged(key), self._folder / one.job.id)
        except OSError as problem:
            self._tell(key, f"they cannot be put in place: {problem.strerror or problem}")
            shutil.rmtree(self._folder, ignore_errors=True)
            return frozenset()
        shutil.rmtree(self._folder / _STAGE, ignore_errors=True)
        return frozenset(one.key for one in restored)

    def _is_kept(self, one: PlannedJob, decisions: Mapping[str, Decision]) -> bool:
        record = self._proofs.get(one.key)
        return decisions[one.key].reason == "OUTPUTS" and record is not None and FILES in dict(record.outputs)

    def _staged(self, key: str) -> Path:
        return self._folder / _STAGE / key

    def _tell(self, key: str, why: str) -> None:
        self.diagnostics.append(warning("STORE_012", f'the files of job "{key}" are not restored, so it runs: {why}'))


_STAGE = ".fetched"
"""What no job is called."""


def kept_files(one: PlannedJob) -> State | None:
    """The files that an entry of the plan leaves; None where cig cannot tell which they are, or there are none."""
    patterns = one.job.outputs.files if one.job.outputs else ()
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
