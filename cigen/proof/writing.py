"""Putting a record into a store: once, and never in the place of one that is good.

Owns what happens where a name is taken: a record that still proves the job stays as it is, so that two writers agree;
one that is too old, damaged or of a flaky run gives way, and so does one that cannot say where the job's files are.
"""

from cigen.hashing.manifest import KeyManifest
from cigen.proof.places import latest_place, record_place
from cigen.proof.record import LIMIT, Sealed, encode
from cigen.proof.stores import Store, StoreFaultError
from cigen.proof.trust import Reader, Refusal, judge

__all__ = ["UnexplainedError", "put"]


class UnexplainedError(StoreFaultError):
    """The record is kept, and what its signature was computed from is not."""


def put(store: Store, sealed: Sealed, manifest: KeyManifest, reader: Reader) -> None:
    """Keep a record and what its signature was computed from. reader: the writer, reading.

    Raises StoreFaultError where the record is not known to be kept: an answer may be lost, and what it was about done.
    Raises UnexplainedError where it is.
    """
    record, data = sealed.record, encode(sealed)
    assert len(data) <= LIMIT, "a record that nobody would read"
    name = record_place(record.repository, record.scope, record.job, record.signature)
    if not store.create(name, data) and not _stands(store, name, sealed, reader):
        store.replace(name, data)
    latest = latest_place(record.repository, record.scope, record.job)
    try:
        store.replace(latest, data + b"\n" + manifest.to_json())
    except StoreFaultError as fault:
        raise UnexplainedError(str(fault)) from fault


def _stands(store: Store, name: str, sealed: Sealed, reader: Reader) -> bool:
    record = sealed.record
    found = store.fetch([name], LIMIT).get(name, b"")
    verdict = judge(found, reader, scope=record.scope, job=record.job, signature=record.signature)
    return not isinstance(verdict, Refusal) and (not record.outputs or verdict.outputs == record.outputs)
