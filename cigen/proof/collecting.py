"""Bringing records of many jobs together in one folder that stays small.

For stores that travel as a whole, such as a CI system's cache: each job writes into a folder of its own, and at the end
of the run their union becomes the next store. Owns what stays: of two records of a name the better one, nothing that
has expired, and of too many the newest. Believes nothing: what is no record in its own place is left out, and whether
one proves anything is judged by whoever reads it.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from cigen.model.dataclass import dataclass
from cigen.proof.directory import DirectoryStore
from cigen.proof.places import latest_place, record_place
from cigen.proof.record import LIMIT, Record, decode
from cigen.proof.stores import StoreFaultError
from cigen.proof.trust import SKEW

__all__ = ["MOST_BYTES", "MOST_RECORDS", "Collected", "collect"]

MOST_RECORDS = 5_000
MOST_BYTES = 32 << 20
"""Of records and manifests together. CI systems remove what has not been used for long, other caches among it."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How many records were added to the store, how many it holds now, and how many files were left out or removed.

    lost: new records that could not be written. fault: the first reason why any file could not be written or removed.
    """

    added: int
    kept: int
    dropped: int
    lost: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    record: Record
    data: bytes
    new: bool

    @property
    def is_record(self) -> bool:
        return b"\n" not in self.data

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Records before manifests, what passed at once before what did not, the newer before the older."""
        return self.is_record, self.record.retried == 0, self.record.created


def collect(incoming: Path, folder: Path, now: int) -> Collected:
    """Add what is below `incoming` to the store in `folder`: each file that can be. Raises StoreFaultError."""
    best: dict[str, _File] = {}
    there: set[str] = set()
    seen: set[tuple[str, bool]] = set()
    try:
        for root, new in ((folder, False), (incoming, True)):
            for name, data in _files(root):
                seen.add((name, new))
                file = _read(name, data, now, new=new)
                if file is not None and not new:
                    there.add(name)
                if file is not None and (name not in best or file.rank > best[name].rank):
                    best[name] = file
    except OSError as fault:
        raise StoreFaultError(f"cannot be read: {fault.strerror}") from fault
    kept = _newest(best)
    gone = [name for name, new in sorted(seen) if not new and name not in kept]
    failed = _rewrite(folder, gone, [file for file in kept.values() if file.new])
    records = [file for file in kept.values() if file.is_record]
    added = [file for file in records if file.new and file.name not in failed]
    lost = [file for file in records if file.new and file.name in failed]
    return Collected(
        added=len(added),
        # Where a better one could not be written, the one that was there still is.
        kept=len(records) - sum(file.name not in there for file in lost),
        dropped=len({name for name, _ in seen} - kept.keys() - failed.keys()),
        lost=len(lost),
        fault=next(iter(failed.values()), ""),
    )


def _rewrite(folder: Path, gone: Sequence[str], new: Sequence[_File]) -> dict[str, str]:
    """Remove files, which makes room, then write others. What failed of it: name → why."""
    failed = {}
    store = DirectoryStore(folder)
    for name in gone:
        try:
            (folder / name).unlink()
        except OSError as fault:
            failed[name] = f"cannot be written: {fault.strerror}"
    for file in new:
        try:
            store.replace(file.name, file.data)
        except StoreFaultError as fault:
            failed[file.name] = str(fault)
    return failed


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every regular file below a folder by its path from there, sorted; no link is followed."""
    for place, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if not path.is_symlink() and path.is_file():
                with path.open("rb") as file:
                    yield path.relative_to(root).as_posix(), file.read(MOST_BYTES)


def _read(name: str, data: bytes, now: int, *, new: bool) -> _File | None:
    """The record, or the manifest with the record in front of it, if it is one of that name and may still be used."""
    head, parted, _ = data.partition(b"\n")
    try:
        record = decode(head[: LIMIT + 1]).record
    except (ValueError, RecursionError):
        return None
    if parted:
        place = latest_place(record.repository, record.scope, record.job)
    else:
        place = record_place(record.repository, record.scope, record.job, record.signature)
    timely = record.created <= now + SKEW and record.expires > now
    return _File(name, record, data, new) if name == place and timely else None


def _newest(files: dict[str, _File]) -> dict[str, _File]:
    kept: dict[str, _File] = {}
    records = size = 0
    for file in sorted(files.values(), key=lambda file: (file.rank, file.name), reverse=True):
        size += len(file.data)
        records += file.is_record
        if records <= MOST_RECORDS and size <= MOST_BYTES:
            kept[file.name] = file
    return kept
