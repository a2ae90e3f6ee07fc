"""What jobs leave behind, in the store: an archive in pieces, and a list of them whose digest the job's record signs.

    REPOSITORY/TIER/outputs/SHA256    a piece, or a list of pieces

Owns that nothing is taken for a job's files but the bytes that were there when it passed. Every name is the digest of
its content, so a store that holds something else there, or nothing, restores nothing.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from cigen.hashing.automaton import State
from cigen.hashing.canonical import canonical_bytes
from cigen.model.dataclass import dataclass
from cigen.proof.archive import ArchiveError, find_files, pack, unpack
from cigen.proof.lookup import within
from cigen.proof.places import output_place
from cigen.proof.record import Record
from cigen.proof.stores import Store

__all__ = ["FILES", "MOST_BYTES", "PIECE", "Deadline", "UnkeptError", "UnrestoredError", "keep_files", "restore_files"]

FILES = "files"
"""What the record calls the digest of the files; there is nothing else yet that it could hold one of."""

PIECE = 2 << 20
"""Bytes: one message of a build cache."""

MOST_BYTES = 512 * PIECE
"""Of an archive. What is larger is made again."""

_SCHEMA = "cig.outputs/1"
_LIST_BYTES = 65_536
_AT_ONCE = 16
_SHA256 = "sha256:"


class UnkeptError(Exception):
    """Why files are not kept. `str()` completes the sentence "the files of JOB are not kept: …"."""


class UnrestoredError(Exception):
    """Why files are not restored. `str()` completes the sentence "the files of JOB are not restored: …"."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When waiting ends. end: by `clock`, in seconds."""

    end: float
    clock: Callable[[], float] = time.monotonic

    def left(self) -> float:
        """Seconds."""
        return self.end - self.clock()


@dataclass(frozen=True, slots=True)
class _Pieces:
    """An archive in the store. `size`: of what it holds, unpacked. pieces: (SHA-256, bytes) in their order."""

    size: int
    pieces: tuple[tuple[str, int], ...]

    def encode(self) -> bytes:
        return canonical_bytes({"schema": _SCHEMA, "size": self.size, "pieces": self.pieces})


def keep_files(store: Store, record: Record, root: Path, chosen: State, deadline: Deadline) -> str:
    """Keep the chosen files below `root` where the record says; their digest, empty where there are none.

    Raises UnkeptError, and StoreFaultError.
    """
    try:
        paths = find_files(root, chosen)
        if not paths:
            return ""
        with tempfile.TemporaryFile() as packed:
            size = pack(root, paths, _Bounded(packed, deadline))
            packed.seek(0)
            pieces = _keep_pieces(store, record, packed, deadline)
    except ArchiveError as fault:
        raise UnkeptError(f"an archive {fault}") from fault
    except OSError as fault:
        raise UnkeptError(f"they cannot be read: {fault.strerror or fault}") from fault
    return _SHA256 + _keep(store, record, _Pieces(size, tuple(pieces)).encode(), deadline)


def restore_files(store: Store, record: Record, into: Path, chosen: State, deadline: Deadline) -> None:
    """Put the files that the record's job left below the folder `into`; on failure some of them may be there.

    Raises UnrestoredError, and StoreFaultError. The caller has verified the record.
    """
    listed = _digest(record)
    if not listed:
        raise UnrestoredError("none are kept")
    kept = _decode(_fetch(store, record, [listed], _LIST_BYTES, deadline)[0])
    try:
        with tempfile.TemporaryFile() as packed:
            for at in range(0, len(kept.pieces), _AT_ONCE):
                some = kept.pieces[at : at + _AT_ONCE]
                for piece in _fetch(store, record, [digest for digest, _ in some], PIECE, deadline):
                    packed.write(piece)
            packed.seek(0)
            unpack(packed, into, chosen, kept.size)
    except ArchiveError as fault:
        raise UnrestoredError(f"the archive {fault}") from fault
    except OSError as fault:
        raise UnrestoredError(f"they cannot be written: {fault.strerror or fault}") from fault


class _Bounded:
    """A file for an archive that is given up as soon as it is too large or too late: a job waits for it."""

    def __init__(self, file: IO[bytes], deadline: Deadline) -> None:
        self._file = file
        self._deadline = deadline

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > MOST_BYTES:
            raise UnkeptError(f"packed they are more than {MOST_BYTES >> 20} MiB")
        if self._deadline.left() <= 0:
            raise UnkeptError("they cannot be packed in time")
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def _keep_pieces(store: Store, record: Record, packed: IO[bytes], deadline: Deadline) -> list[tuple[str, int]]:
    pieces = []
    while piece := packed.read(PIECE):
        pieces.append((_keep(store, record, piece, deadline), len(piece)))
    return pieces


def _keep(store: Store, record: Record, data: bytes, deadline: Deadline) -> str:
    """Keep some bytes under their digest, which is the answer."""
    digest = hashlib.sha256(data).hexdigest()
    name = output_place(record.repository, record.scope, digest)

    def put() -> None:
        # A name that is taken holds this, unless somebody has damaged it.
        if not store.create(name, data) and store.fetch([name], len(data)).get(name) != data:
            store.replace(name, data)

    within(deadline.left(), put)
    return digest


def _fetch(store: Store, record: Record, digests: Sequence[str], limit: int, deadline: Deadline) -> list[bytes]:
    """The contents of these digests, each what it is called."""
    names = {output_place(record.repository, record.scope, digest): digest for digest in digests}
    found = within(deadline.left(), lambda: store.fetch(list(names), limit))
    for name, digest in names.items():
        if name not in found:
            raise UnrestoredError("the store does not have them any more")
        if hashlib.sha256(found[name]).hexdigest() != digest:
            raise UnrestoredError("the store has something else in their place")
    return [found[output_place(record.repository, record.scope, digest)] for digest in digests]


def _digest(record: Record) -> str:
    listed = dict(record.outputs).get(FILES, "")
    return listed.removeprefix(_SHA256) if listed.startswith(_SHA256) else ""


def _decode(data: bytes) -> _Pieces:
    """The list that was kept. It is what the record says; a later version of cig may have written it."""
    try:
        given = json.loads(data)
        if given["schema"] != _SCHEMA:
            raise ValueError(given["schema"])
        return _Pieces(int(given["size"]), tuple((str(digest), int(size)) for digest, size in given["pieces"]))
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise UnrestoredError("their list is of a form that this version of cig does not know") from fault
