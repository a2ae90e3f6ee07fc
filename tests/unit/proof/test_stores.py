"""The folder as a store, the names in it, the choice by URL, and putting a record where one may be already."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.manifest import KeyManifest
from cigen.proof.directory import DirectoryStore
from cigen.proof.keys import SigningKey, seal
from cigen.proof.places import latest_place, record_place
from cigen.proof.record import LIMIT, Record, Sealed, decode, encode
from cigen.proof.stores import StoreFaultError, open_store, shown_url
from cigen.proof.trust import Reader
from cigen.proof.writing import IncompleteError, put

Make = Callable[..., Record]


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


def test_a_folder_that_is_not_there_is_an_empty_store(store: DirectoryStore) -> None:
    assert store.fetch(["a/b"], 10) == {}


def test_what_was_written_is_read(store: DirectoryStore) -> None:
    assert store.create("a/b", b"1")
    store.replace("a/c", b"2")
    assert store.fetch(["a/b", "a/c", "a/d", "a/b/c"], 10) == {"a/b": b"1", "a/c": b"2"}


def test_a_name_that_is_taken_keeps_what_it_has(store: DirectoryStore, tmp_path: Path) -> None:
    assert store.create("a", b"1")
    assert not store.create("a", b"2")
    assert store.fetch(["a"], 10) == {"a": b"1"}
    store.replace("a", b"3")
    assert store.fetch(["a"], 10) == {"a": b"3"}
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["a"]


def test_of_many_writers_one_creates(store: DirectoryStore) -> None:
    created: list[bytes] = []
    threads = [
        threading.Thread(target=lambda own=own: created.append(own) if store.create("a", own) else None)
        for own in (b"%d" % number for number in range(8))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.fetch(["a"], 10) == {"a": created[0]}
    assert len(created) == 1


def test_no_more_than_the_limit_is_read(store: DirectoryStore) -> None:
    store.replace("a", b"x" * 100)
    assert store.fetch(["a"], 10) == {"a": b"x" * 11}


def test_a_pipe_or_a_folder_in_the_place_of_a_record_is_none_and_nobody_waits(
    store: DirectoryStore, tmp_path: Path
) -> None:
    (tmp_path / "store/folder").mkdir(parents=True)
    os.mkfifo(tmp_path / "store/pipe")
    assert store.fetch(["pipe", "folder"], 10) == {"pipe": b"", "folder": b""}


def test_a_disk_that_refuses_is_a_fault_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = DirectoryStore(tmp_path / "file")
    with pytest.raises(StoreFaultError):
        store.create("a", b"1")
    with pytest.raises(StoreFaultError):
        store.replace("a", b"1")
    with pytest.raises(StoreFaultError):
        DirectoryStore(tmp_path).fetch(["x" * 5_000], 10)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    real = Path.open

    def full(path: Path, *arguments: str) -> object:
        file = real(path, *arguments)
        file.close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StoreFaultError, match="No space left"):
        DirectoryStore(folder).create("a", b"1")
    assert list(folder.iterdir()) == []


def test_a_store_is_chosen_by_its_url(tmp_path: Path) -> None:
    open_store("kept", tmp_path, 1).replace("a", b"1")
    assert (tmp_path / "kept/a").read_bytes() == b"1"
    with_spaces = tmp_path / "a folder"
    open_store(with_spaces.as_uri(), tmp_path, 1).replace("a", b"2")
    assert (with_spaces / "a").read_bytes() == b"2"


@pytest.mark.parametrize("url", ["file://host/x", "file://", "grpc://host", "ftp://x/y", "://x"])
def test_a_url_that_means_nothing_is_a_fault(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreFaultError):
        open_store(url, tmp_path, 1)


def test_a_url_is_shown_without_its_secrets() -> None:
    assert shown_url("s3://key:secret@bucket/path?token=x#y") == "s3://bucket/path"
    assert shown_url("folder/kept") == "folder/kept"
    assert shown_url("http://key:secret@[::1") == "http://…"


texts = st.text(max_size=20)


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_no_two_records_share_a_name_and_none_leaves_its_folder(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    for repository, job, signature in (one, other):
        for place in (record_place(repository, "branch", job, signature), latest_place(repository, "branch", job)):
            assert not place.startswith("/")
            assert all(part.strip(".") for part in place.split("/"))
            assert "\\" not in place
            assert "\0" not in place
    if one != other:
        assert record_place(one[0], "branch", *one[1:]) != record_place(other[0], "branch", *other[1:])


def _kept(store: DirectoryStore, record: Record) -> Sealed:
    name = record_place(record.repository, record.scope, record.job, record.signature)
    return decode(store.fetch([name], LIMIT)[name])


def test_a_record_that_is_good_stays(
    store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    first, second = seal(make_record(), key), seal(make_record(url="https://ci.example.org/2"), key)
    put(store, first, manifest, reader)
    put(store, second, manifest, reader)
    assert _kept(store, first.record) == first


@pytest.mark.parametrize("bad", ["expired", "flaky", "damaged", "forged"])
def test_a_record_that_proves_nothing_gives_way(
    bad: str, store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    good = seal(make_record(), key)
    changes = {"expired": {"expires": 1}, "flaky": {"retried": 2}}.get(bad, {})
    old = encode(Sealed(make_record()) if bad == "forged" else seal(make_record(**changes), key))
    name = record_place(good.record.repository, "branch", good.record.job, good.record.signature)
    assert store.create(name, old[:-1] if bad == "damaged" else old)
    put(store, good, manifest, reader)
    assert _kept(store, good.record) == good


class _Breaking:
    """A store in a folder that fails at some writes, before or after it has done them."""

    def __init__(self, kept: DirectoryStore, *, creates: bool = True, replaces: bool = True) -> None:
        self._kept, self._creates, self._replaces = kept, creates, replaces
        self.local, self.denied, self.singly, self.fetch = True, "", True, kept.fetch

    def create(self, name: str, data: bytes) -> bool:
        made = self._kept.create(name, data)
        if not self._creates:
            raise StoreFaultError("lost its answer")
        return made

    def replace(self, name: str, data: bytes) -> None:
        if not self._replaces:
            raise StoreFaultError("cannot be written")
        self._kept.replace(name, data)


def test_a_record_that_is_kept_without_what_explains_it_is_told_from_one_that_may_not_be(
    store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    good = seal(make_record(), key)
    with pytest.raises(StoreFaultError) as lost:
        put(_Breaking(store, creates=False), good, manifest, reader)
    assert not isinstance(lost.value, IncompleteError)
    with pytest.raises(IncompleteError, match="cannot be written") as kept:
        put(_Breaking(store, replaces=False), good, manifest, reader)
    assert kept.value.missing == "what explains the next run is"
    assert _kept(store, good.record) == good
