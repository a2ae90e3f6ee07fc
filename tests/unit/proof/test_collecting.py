"""The union of many jobs' records in one folder: the better of two, nothing that has expired, and not too many."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cigen.hashing.manifest import KeyManifest
from cigen.proof import collecting
from cigen.proof.collecting import Collected, collect
from cigen.proof.directory import DirectoryStore
from cigen.proof.keys import SigningKey, seal
from cigen.proof.lookup import Asking
from cigen.proof.places import latest_place, record_place
from cigen.proof.record import Record, Sealed, encode
from cigen.proof.stores import StoreFaultError
from cigen.proof.trust import Reader
from cigen.proof.writing import put

Make = Callable[..., Record]


def place(record: Record) -> str:
    return record_place(record.repository, record.scope, record.job, record.signature)


def write(folder: Path, *records: Record) -> None:
    for record in records:
        DirectoryStore(folder).replace(place(record), encode(Sealed(record)))


def kept(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


def test_the_records_of_two_jobs_prove_both(
    store: Path, incoming: Path, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    records = [make_record(job=job) for job in ("a", "b", "c")]
    put(DirectoryStore(store), seal(records[0], key), manifest, reader)
    for record in records[1:]:
        put(DirectoryStore(incoming), seal(record, key), manifest, reader)
    assert collect(incoming, store, reader.now) == Collected(2, 3, 0)
    asking = Asking(lambda: DirectoryStore(store), reader, 30)
    assert asking.records({one.job: one.signature for one in records}).proofs == {one.job: one for one in records}
    assert set(asking.manifests(["a", "b", "c"])) == {"a", "b", "c"}
    assert collect(incoming, store, reader.now) == Collected(0, 3, 0)


def test_of_two_records_of_a_name_the_better_one_stays(
    store: Path, incoming: Path, make_record: Make, now: int
) -> None:
    def url(there: Record, comes: Record) -> str:
        write(store, there)
        write(incoming, comes)
        collect(incoming, store, now)
        return "new" if (store / place(there)).read_bytes() == encode(Sealed(comes)) else "old"

    assert url(make_record(created=now - 9), make_record(created=now - 5)) == "new"
    assert url(make_record(created=now - 5), make_record(created=now - 9)) == "old"
    assert url(make_record(created=now - 9), make_record(created=now - 5, retried=1)) == "old"
    assert url(make_record(created=now - 5, retried=1), make_record(created=now - 9)) == "new"
    assert url(make_record(expires=now), make_record(created=now - 99_999)) == "new"


def test_what_has_expired_or_comes_from_the_future_goes(
    store: Path, incoming: Path, make_record: Make, now: int
) -> None:
    good, old, early = make_record(), make_record(job="old", expires=now), make_record(job="early", created=now + 301)
    for folder in (store, incoming):
        write(folder, good, old, early)
    assert collect(incoming, store, now) == Collected(0, 1, 2)
    assert kept(store) == {place(good)}


def test_the_newest_stay_where_there_are_too_many(
    store: Path, incoming: Path, make_record: Make, manifest: KeyManifest, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "MOST_RECORDS", 4)
    records = [make_record(job=f"job{age}", created=now - age) for age in range(8)]
    write(store, *records[::2])
    write(incoming, *records[1::2])
    assert collect(incoming, store, now) == Collected(2, 4, 4)
    assert kept(store) == {place(record) for record in records[:4]}


def test_manifests_go_before_records_where_they_are_too_long(
    store: Path, incoming: Path, make_record: Make, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [make_record(job=f"job{age}", created=now - age) for age in range(3)]
    write(incoming, *records)
    latest = [latest_place(record.repository, record.scope, record.job) for record in records]
    for name, record in zip(latest, records, strict=True):
        DirectoryStore(incoming).replace(name, encode(Sealed(record)) + b"\n" + b"x" * 1000)
    monkeypatch.setattr(collecting, "MOST_BYTES", sum(len(encode(Sealed(record))) + 1200 for record in records))
    collect(incoming, store, now)
    assert kept(store) == {*map(place, records), *latest[:2]}


def test_s16_what_is_no_record_in_its_own_place_is_left_out(
    store: Path, incoming: Path, make_record: Make, now: int, tmp_path: Path
) -> None:
    good, other = make_record(), make_record(job="other")
    write(incoming, good)
    (incoming / place(other)).parent.mkdir(parents=True)
    (incoming / place(other)).write_bytes(encode(Sealed(good)))
    (incoming / "readme").write_text("{}")
    (incoming / "empty").write_text("")
    (incoming / "deep").write_text("[" * 60_000)
    (tmp_path / "outside").write_bytes(encode(Sealed(make_record(job="linked"))))
    linked = incoming / place(make_record(job="linked"))
    linked.parent.mkdir(parents=True)
    linked.symlink_to(tmp_path / "outside")
    os.mkfifo(incoming / "pipe")
    assert collect(incoming, store, now) == Collected(1, 1, 4)
    assert kept(store) == {place(good)}


def test_what_nobody_wrote_is_no_mistake(store: Path, incoming: Path, now: int) -> None:
    assert collect(incoming, store, now) == Collected(0, 0, 0)


def test_a_disk_that_refuses_is_a_fault_of_the_store(
    tmp_path: Path, incoming: Path, make_record: Make, now: int
) -> None:
    write(incoming, make_record(job="a"), make_record(job="b"))
    (tmp_path / "file").write_text("")
    done = collect(incoming, tmp_path / "file", now)
    assert (done.added, done.kept, done.dropped, done.lost) == (0, 0, 0, 2)
    assert done.fault == "cannot be written: Not a directory"


def test_what_can_be_collected_is_where_one_record_cannot_be_written(
    store: Path, incoming: Path, make_record: Make, now: int
) -> None:
    """And what was in its place, or was to go, is counted as what is still there."""
    expired, stays = make_record(job="old", expires=now), make_record(job="d")
    bad, good, late = (make_record(job=job) for job in ("a", "b", "c"))
    write(store, expired, stays)
    write(incoming, bad, good, late)
    (store / place(bad)).mkdir(parents=True)
    done = collect(incoming, store, now)
    assert done == Collected(2, 3, 1, lost=1, fault="cannot be written: Is a directory")
    assert kept(store) == {place(one) for one in (good, late, stays)}


def test_where_a_better_record_cannot_be_written_the_old_one_counts(
    store: Path, incoming: Path, make_record: Make, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreFaultError("cannot be written: No space left on device")

    write(store, make_record(created=now - 9))
    write(incoming, make_record(created=now - 5), make_record(job="other"))
    monkeypatch.setattr(DirectoryStore, "replace", refuse)
    assert collect(incoming, store, now) == Collected(
        0, 1, 0, lost=2, fault="cannot be written: No space left on device"
    )


def test_what_cannot_be_removed_is_told_and_is_not_counted_as_dropped(
    store: Path, incoming: Path, make_record: Make, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    write(store, make_record(expires=now))
    monkeypatch.setattr(Path, "unlink", refuse)
    assert collect(incoming, store, now) == Collected(0, 0, 0, fault="cannot be written: Read-only file system")


def test_what_cannot_be_read_is_a_fault_before_anything_is_written(
    store: Path, incoming: Path, make_record: Make, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    write(incoming, make_record())
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StoreFaultError, match="cannot be read: Input/output error"):
        collect(incoming, store, now)
    assert not store.exists()
