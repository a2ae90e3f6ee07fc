"""Putting a record into a store: once, and never in the place of one that is good.

Owns what happens where a name is taken: a record that still proves the job stays as it is, so that two writers agree;
one that is too old, damaged or of a flaky run gives way, and so does one that cannot say where the job's files are.
"""

from cigen.hashing.manifest import KeyManifest
from cigen.proof.packs import PACK_LIMIT, packed
from cigen.proof.places import latest_place, pack_place, record_place
from cigen.proof.record import LIMIT, Record, Sealed, encode
from cigen.proof.stores import Store, StoreFaultError
from cigen.proof.trust import Reader, Refusal, judge

__all__ = ["IncompleteError", "put"]


class IncompleteError(StoreFaultError):
    """The record is kept, and something beside it is not. missing: what that is, to begin a sentence with."""

    def __init__(self, missing: str, fault: StoreFaultError) -> None:
        self.missing = missing
        super().__init__(str(fault))


def put(store: Store, sealed: Sealed, manifest: KeyManifest, reader: Reader, *, among_many: bool = False) -> None:
    """Keep a record and what its signature was computed from. reader: the writer, reading.

    among_many: plans ask for so many records that they look into packs first. Raises StoreFaultError where the record
    is not known to be kept: an answer may be lost, and what it was about done. Raises IncompleteError where it is.
    """
    record, data = sealed.record, encode(sealed)
    assert len(data) <= LIMIT, "a record that nobody would read"
    name = record_place(record.repository, record.scope, record.job, record.signature)
    standing = (record, data) if store.create(name, data) else _standing(store, name, sealed, reader)
    if standing is None:
        store.replace(name, data)
        standing = record, data
    latest = latest_place(record.repository, record.scope, record.job)
    try:
        store.replace(latest, data + b"\n" + manifest.to_json())
    except StoreFaultError as fault:
        raise IncompleteError("what explains the next run is", fault) from fault
    if among_many and store.singly and not standing[0].retried:
        _pack(store, *standing, reader.now)


def _standing(store: Store, name: str, sealed: Sealed, reader: Reader) -> tuple[Record, bytes] | None:
    """The record that has the name already, if it does what this one would, and its encoding."""
    record = sealed.record
    found = store.fetch([name], LIMIT).get(name, b"")
    verdict = judge(found, reader, scope=record.scope, job=record.job, signature=record.signature)
    if isinstance(verdict, Refusal) or (record.outputs and verdict.outputs != record.outputs):
        return None
    return verdict, found


def _pack(store: Store, record: Record, data: bytes, now: int) -> None:
    """Read, then write: what another writer adds meanwhile is lost to the pack, and found in its own place."""
    place = pack_place(record.repository, record.scope, record.job)
    try:
        pack = store.fetch([place], PACK_LIMIT).get(place, b"")
        store.replace(place, packed(pack, record, data, now))
    except StoreFaultError as fault:
        raise IncompleteError("the copy of its record that plans of many jobs find first is", fault) from fault
