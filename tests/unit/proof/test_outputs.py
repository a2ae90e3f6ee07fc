"""Files in a store: S18, and that nothing counts as a job's files but what it left."""

import hashlib
import itertools
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cigen.proof import outputs
from cigen.proof.archive import selection
from cigen.proof.directory import DirectoryStore
from cigen.proof.outputs import (
    FILES,
    PIECE,
    Deadline,
    UnkeptError,
    UnrestoredError,
    keep_files,
    restore_files,
)
from cigen.proof.record import Record
from cigen.proof.stores import Each, StoreFaultError, ignore

Make = Callable[..., Record]
CHOSEN = selection(["dist/**"])
LATER = Deadline(10, lambda: 0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    (root / "dist/x").mkdir(parents=True)
    (root / "dist/x/one").write_text("1")
    # Random, so that no compression makes it one piece.
    (root / "dist/large").write_bytes(os.urandom(2 * PIECE + 10))
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> DirectoryStore:
    return DirectoryStore(folder)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "into"


@pytest.fixture
def record(make_record: Make, store: DirectoryStore, root: Path) -> Record:
    """Of a job that left its files in the store."""
    return make_record(outputs=((FILES, keep_files(store, make_record(), root, CHOSEN, LATER)),))


def pieces(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def same(one: Path, other: Path) -> bool:
    found = [{p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()} for root in (one, other)]
    return found[0] == found[1]


def test_s18_what_a_job_left_comes_back(record: Record, store: DirectoryStore, root: Path, into: Path) -> None:
    restore_files(store, record, into, CHOSEN, LATER)
    assert same(into, root)


def test_they_are_kept_in_pieces_under_their_digests_beside_the_records_of_their_tier(
    record: Record, folder: Path
) -> None:
    found = pieces(folder)
    assert len(found) == 4
    for path in found:
        assert path.parent == folder / "github.com/acme/shop/branch/outputs"
        assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.stat().st_size <= PIECE
    assert record.outputs[0][1].removeprefix("sha256:") in {path.name for path in found}


def test_a_job_that_left_no_such_files_keeps_none(
    make_record: Make, store: DirectoryStore, root: Path, folder: Path
) -> None:
    assert keep_files(store, make_record(), root, selection(["other/**"]), LATER) == ""
    assert not folder.exists()


@pytest.mark.parametrize("which", range(4))
def test_s16_a_piece_with_another_byte_restores_nothing(
    which: int, record: Record, store: DirectoryStore, folder: Path, into: Path
) -> None:
    path = pieces(folder)[which]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(UnrestoredError, match="something else in their place"):
        restore_files(store, record, into, CHOSEN, LATER)
    assert not into.exists()


@pytest.mark.parametrize("which", range(4))
def test_s18_a_piece_that_is_gone_restores_nothing(
    which: int, record: Record, store: DirectoryStore, folder: Path, into: Path
) -> None:
    pieces(folder)[which].unlink()
    with pytest.raises(UnrestoredError, match="does not have them any more"):
        restore_files(store, record, into, CHOSEN, LATER)
    assert not into.exists()


@pytest.mark.parametrize("digest", ["", "sha256:", "sha512:" + "a" * 128, "sha256:../../records/x"])
def test_s16_a_digest_that_is_none_restores_nothing(
    digest: str, make_record: Make, store: DirectoryStore, into: Path
) -> None:
    for listed in (((FILES, digest),), ((f"{FILES}2", "sha256:" + "a" * 64),), ()):
        with pytest.raises(UnrestoredError):
            restore_files(store, make_record(outputs=listed), into, CHOSEN, LATER)


def test_s16_another_list_of_the_same_pieces_restores_nothing(
    record: Record, store: DirectoryStore, folder: Path, into: Path
) -> None:
    """Pieces in another order are other bytes, and the list of them has another digest."""
    name = record.outputs[0][1].removeprefix("sha256:")
    path = next(one for one in pieces(folder) if one.name == name)
    others = [one.name for one in pieces(folder) if one != path]
    for order in itertools.permutations(others):
        text = path.read_text()
        for at, digest in enumerate(others):
            text = text.replace(digest, f"<{at}>")
        for at, digest in enumerate(order):
            text = text.replace(f"<{at}>", digest)
        if text != path.read_text():
            held = path.read_text()
            path.write_text(text)
            with pytest.raises(UnrestoredError):
                restore_files(store, record, into, CHOSEN, LATER)
            path.write_text(held)
    restore_files(store, record, into, CHOSEN, LATER)


def test_a_list_of_a_later_version_restores_nothing(make_record: Make, store: DirectoryStore, into: Path) -> None:
    whole = b'{"pieces":[],"schema":"cig.outputs/1","size":0}'
    wrong = (b"[]", b"{}", b"no", b"[" * 9999, whole.replace(b"/1", b"/2"), whole.replace(b"[]", b"[1]"))
    for text in wrong:
        digest = hashlib.sha256(text).hexdigest()
        store.replace(f"github.com/acme/shop/branch/outputs/{digest}", text)
        with pytest.raises(UnrestoredError, match="does not know"):
            restore_files(store, make_record(outputs=((FILES, f"sha256:{digest}"),)), into, CHOSEN, LATER)


def test_s16_files_of_one_repository_or_tier_are_none_of_another(
    make_record: Make, record: Record, store: DirectoryStore, into: Path
) -> None:
    for change in ({"repository": "github.com/acme/other"}, {"scope": "protected"}):
        with pytest.raises(UnrestoredError, match="any more"):
            restore_files(store, make_record(outputs=record.outputs, **change), into, CHOSEN, LATER)


def test_s16_what_the_job_does_not_leave_is_not_restored(record: Record, store: DirectoryStore, into: Path) -> None:
    with pytest.raises(UnrestoredError, match="which the job does not leave"):
        restore_files(store, record, into, selection(["dist/x/**"]), LATER)


def test_the_same_files_are_kept_once(record: Record, store: DirectoryStore, folder: Path, root: Path) -> None:
    before = {path: path.stat().st_ino for path in pieces(folder)}
    assert keep_files(store, record, root, CHOSEN, LATER) == record.outputs[0][1]
    assert {path: path.stat().st_ino for path in pieces(folder)} == before


def test_a_piece_that_somebody_damaged_is_written_anew(
    record: Record, store: DirectoryStore, folder: Path, root: Path, into: Path
) -> None:
    for path in pieces(folder):
        path.write_bytes(b"garbage")
    keep_files(store, record, root, CHOSEN, LATER)
    restore_files(store, record, into, CHOSEN, LATER)
    assert same(into, root)


def test_what_is_too_large_is_not_kept(
    make_record: Make, store: DirectoryStore, root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "MOST_BYTES", 2 * PIECE)
    with pytest.raises(UnkeptError, match=r"they are more than 4 MiB"):
        keep_files(store, make_record(), root, CHOSEN, LATER)
    assert not folder.exists()


def test_s17_packing_ends_where_it_takes_too_long(
    make_record: Make, store: DirectoryStore, root: Path, folder: Path
) -> None:
    """A job waits for it."""
    asked: list[None] = []

    def clock() -> float:
        asked.append(None)
        return len(asked)

    with pytest.raises(UnkeptError, match="cannot be packed in time"):
        keep_files(store, make_record(), root, CHOSEN, Deadline(2, clock))
    assert not folder.exists()


def test_a_list_of_the_largest_archive_is_still_read() -> None:
    largest = outputs._Pieces(1 << 40, (("a" * 64, PIECE),) * (outputs.MOST_BYTES // PIECE))
    assert len(largest.encode()) <= outputs._LIST_BYTES


def test_files_that_go_away_meanwhile_are_not_kept(
    make_record: Make, store: DirectoryStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "find_files", lambda *_: [b"dist/gone", b"dist/x/one"])
    with pytest.raises(UnkeptError, match="cannot be read: No such file"):
        keep_files(store, make_record(), root, CHOSEN, LATER)


class Ticking:
    """A clock that goes on by a second whenever a store is asked."""

    def __init__(self, store: DirectoryStore) -> None:
        self.local, self.denied, self.now = True, "", 0.0
        self._store = store

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        self.now += 1
        return self._store.fetch(names, limit, each)

    def create(self, name: str, data: bytes) -> bool:
        self.now += 1
        return self._store.create(name, data)

    def replace(self, name: str, data: bytes) -> None:
        self._store.replace(name, data)


def test_s17_neither_waits_longer_than_it_may(record: Record, store: DirectoryStore, root: Path, into: Path) -> None:
    slow = Ticking(store)
    with pytest.raises(StoreFaultError, match="in time"):
        restore_files(slow, record, into, CHOSEN, Deadline(1, lambda: slow.now))
    with pytest.raises(StoreFaultError, match="in time"):
        keep_files(slow, record, root, CHOSEN, Deadline(slow.now + 2, lambda: slow.now))
    restore_files(slow, record, into, CHOSEN, Deadline(slow.now + 2, lambda: slow.now))
    assert same(into, root)


def test_a_disk_that_is_full_restores_nothing(record: Record, store: DirectoryStore, into: Path) -> None:
    into.write_text("in the way")
    with pytest.raises(UnrestoredError, match="cannot be written"):
        restore_files(store, record, into, CHOSEN, LATER)
