"""A record: what one successful run of one job says about itself, and its one encoding.

Owns the canonical bytes that are signed, and the strict reading of what a store gave back. Refuses to say whether a
record is to be believed: `trust.py` does.
"""

import json
from typing import Any

from cigen.hashing.canonical import canonical_bytes
from cigen.model.dataclass import dataclass

__all__ = ["LIMIT", "Record", "Sealed", "decode", "encode", "payload"]

SCHEMA = "cig.record/1"
LIMIT = 65_536
"""Bytes of an encoded record. A store that answers with more answers with something else."""

_TEXTS = ("repository", "scope", "job", "signature", "url", "ref", "commit")
_NUMBERS = ("created", "expires", "retried")
_FIELDS = frozenset((*_TEXTS, *_NUMBERS, "outputs", "schema"))


@dataclass(frozen=True, slots=True)
class Record:
    """One successful run. `scope`: the tier it ran at; `job`: a plan key; `created`, `expires`: seconds since 1970.

    outputs: (name, digest) of what it left behind. retried: how often it had failed before it passed.
    """

    repository: str
    scope: str
    job: str
    signature: str
    url: str
    ref: str
    commit: str
    created: int
    expires: int
    retried: int = 0
    outputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record as it is kept. `key`: the public key, in hex, it claims to be signed with; both empty: unsigned."""

    record: Record
    key: str = ""
    seal: str = ""


def payload(record: Record) -> bytes:
    """What is signed: no other document of cig begins like it."""
    return SCHEMA.encode() + b"\0" + canonical_bytes(_fields(record))


def encode(sealed: Sealed) -> bytes:
    """The bytes that a store keeps."""
    return canonical_bytes({"record": _fields(sealed.record), "key": sealed.key, "seal": sealed.seal})


def decode(data: bytes) -> Sealed:
    """The record that `encode` wrote; ValueError for anything else, down to a field that is missing or one too many."""
    if len(data) > LIMIT:
        raise ValueError("it is too long")
    try:
        whole = json.loads(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(whole, dict) or whole.keys() != {"record", "key", "seal"}:
        raise ValueError("it is no record")
    fields, key, seal = whole["record"], whole["key"], whole["seal"]
    if not isinstance(key, str) or not isinstance(seal, str) or not isinstance(fields, dict):
        raise ValueError("it is no record")
    sealed = Sealed(_record(fields), key, seal)
    if encode(sealed) != data:
        raise ValueError("it is spelled in another way than cig spells it")
    return sealed


def _fields(record: Record) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(record, name) for name in (*_TEXTS, *_NUMBERS)}
    return {**fields, "outputs": record.outputs, "schema": SCHEMA}


def _record(fields: dict[str, Any]) -> Record:
    if fields.keys() != _FIELDS or fields["schema"] != SCHEMA:
        raise ValueError(f"it is no {SCHEMA}")
    if not all(isinstance(fields[name], str) for name in _TEXTS):
        raise ValueError("a text is missing")
    if not all(type(fields[name]) is int for name in _NUMBERS):
        raise ValueError("a number is missing")
    rows = fields["outputs"]
    if not isinstance(rows, list) or not all(_is_output(row) for row in rows):
        raise ValueError("its outputs are not names and digests")
    values = {name: fields[name] for name in (*_TEXTS, *_NUMBERS)}
    return Record(**values, outputs=tuple((row[0], row[1]) for row in rows))


def _is_output(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(part, str) for part in row)
