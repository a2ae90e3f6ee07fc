"""S17: one budget for the whole plan. A store that fails, dies or hangs proves nothing and is not asked again."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cigen.hashing.manifest import Component, KeyManifest
from cigen.proof.directory import DirectoryStore
from cigen.proof.keys import SigningKey, read_signing_key, seal
from cigen.proof.lookup import Asking, within
from cigen.proof.places import latest_place, record_place
from cigen.proof.record import Record, Sealed, encode
from cigen.proof.stores import Each, Store, StoreFaultError, ignore
from cigen.proof.trust import Doubt, Reader
from cigen.proof.writing import put

Make = Callable[..., Record]


class Fake:
    """A store that does what a test says, and counts how often it is asked."""

    local = True
    denied = ""
    singly = False
    listing = None

    def __init__(self, answer: Callable[[Sequence[str]], dict[str, bytes]]) -> None:
        self.answer, self.asked = answer, 0

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        self.asked += 1
        found = self.answer(names)
        for name, data in found.items():
            each(name, data)
        return found

    def create(self, name: str, data: bytes) -> bool:
        raise AssertionError

    replace = create  # type: ignore[assignment]


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


def asking(store: Store, reader: Reader, budget: float = 30) -> Asking:
    return Asking(lambda: store, reader, budget)


def test_what_is_on_record_is_proven_and_nothing_else(
    store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    record = make_record()
    put(store, seal(record, key), manifest, reader)
    answer = asking(store, reader).records({record.job: record.signature, "other": record.signature})
    assert answer.proofs == {record.job: record}
    assert (answer.refusals, answer.trouble) == ({}, "")


def test_all_jobs_are_one_question_for_each_tier(reader: Reader) -> None:
    fake = Fake(lambda names: {})
    asking(fake, reader).records({f"job{number}": "cs1:" + "0" * 64 for number in range(1000)})
    assert fake.asked == 2


def test_what_the_protected_tier_proves_is_not_asked_of_the_branches(
    make_record: Make, reader: Reader, manifest: KeyManifest
) -> None:
    records = [make_record(job=f"job{number}", scope="protected" if number else "branch") for number in range(3)]
    keys = {"branch": "01" * 32, "protected": "02" * 32}
    kept = {
        record_place(one.repository, one.scope, one.job, one.signature): encode(
            seal(one, read_signing_key(keys[one.scope]))
        )
        for one in records
    }
    questions: list[list[str]] = []

    def answer(names: Sequence[str]) -> dict[str, bytes]:
        questions.append(list(names))
        return {name: kept[name] for name in names if name in kept}

    found = asking(Fake(answer), reader).records({one.job: one.signature for one in records})
    assert found.proofs == {one.job: one for one in records}
    assert found.refusals == {}
    assert [len(names) for names in questions] == [3, 1]
    assert questions[1] == [record_place("github.com/acme/shop", "branch", "job0", records[0].signature)]


def test_s17_a_store_that_fails_at_the_second_tier_proves_nothing_of_the_first(
    make_record: Make, reader: Reader
) -> None:
    record = make_record(scope="protected")
    place = record_place(record.repository, "protected", record.job, record.signature)

    def answer(names: Sequence[str]) -> dict[str, bytes]:
        if place not in names:
            raise StoreFaultError("is down")
        return {place: encode(seal(record, read_signing_key("02" * 32)))}

    asked = asking(Fake(answer), reader).records({record.job: record.signature, "other": record.signature})
    assert (asked.trouble, asked.proofs) == ("is down", {})


def test_s16_a_damaged_record_is_told_although_another_tier_proves_the_job(
    store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    record = make_record()
    put(store, seal(record, key), manifest, reader)
    store.create(record_place(record.repository, "protected", record.job, record.signature), b"{}")
    answer = asking(store, reader).records({record.job: record.signature})
    assert answer.proofs == {record.job: record}
    assert [refusal.doubt for refusal in answer.refusals[record.job]] == [Doubt.TAMPERED]


def test_s16_a_record_moved_to_another_jobs_place_is_refused(
    store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader
) -> None:
    record = make_record()
    store.create(record_place(record.repository, "branch", "deploy", record.signature), encode(seal(record, key)))
    answer = asking(store, reader).records({"deploy": record.signature})
    assert answer.proofs == {}
    assert [refusal.doubt for refusal in answer.refusals["deploy"]] == [Doubt.TAMPERED]


@pytest.mark.parametrize("fault", [StoreFaultError("is down"), OSError("gone"), RuntimeError("x"), KeyError("x")])
def test_s17_a_store_that_fails_proves_nothing(fault: Exception, reader: Reader) -> None:
    def fail(names: Sequence[str]) -> dict[str, bytes]:
        raise fault

    answer = asking(Fake(fail), reader).records({"test": "cs1:" + "0" * 64})
    assert answer.trouble
    assert (answer.proofs, answer.refusals) == ({}, {})


class Dying(Fake):
    """Tells what it has, and then dies its death."""

    def __init__(self, kept: dict[str, bytes], death: Callable[[], object]) -> None:
        super().__init__(lambda names: kept)
        self.death = death

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        found = super().fetch(names, limit, each)
        self.death()
        return found


def test_s17_what_a_store_told_before_it_failed_or_hung_proves_nothing(make_record: Make, reader: Reader) -> None:
    record = make_record(scope="protected")
    place = record_place(record.repository, record.scope, record.job, record.signature)
    kept = {place: encode(seal(record, read_signing_key("02" * 32)))}
    jobs = {record.job: record.signature}
    assert asking(Dying(kept, lambda: None), reader).records(jobs).proofs == {record.job: record}

    def fail() -> None:
        raise StoreFaultError("died")

    told, hanging = threading.Event(), threading.Event()

    def hang() -> None:
        told.set()
        hanging.wait()

    failed = asking(Dying(kept, fail), reader).records(jobs)
    assert (failed.trouble, failed.proofs, failed.refusals) == ("died", {}, {})
    try:
        hung = asking(Dying(kept, hang), reader, budget=0.2).records(jobs)
        assert told.wait(30)
        assert (hung.trouble, hung.proofs, hung.refusals) == ("did not answer in time", {}, {})
    finally:
        hanging.set()


def test_s17_a_store_that_tells_what_nobody_asked_proves_nothing(make_record: Make, reader: Reader) -> None:
    record = make_record()
    found = asking(Fake(lambda names: {"other": b""}), reader).records({record.job: record.signature})
    assert found.trouble
    assert found.proofs == {}


def test_s17_a_store_that_hangs_is_left_behind(reader: Reader) -> None:
    hanging = threading.Event()

    def hang(names: Sequence[str]) -> dict[str, bytes]:
        hanging.wait()
        return {}

    try:
        asked = asking(Fake(hang), reader, budget=0.01)
        began = time.monotonic()
        assert asked.records({"test": "cs1:" + "0" * 64}).trouble == "did not answer in time"
        assert time.monotonic() - began < 2
    finally:
        hanging.set()


def test_s17_the_budget_is_one_for_all_questions(reader: Reader) -> None:
    fake, clock = Fake(lambda names: {}), [0.0]
    asked = Asking(lambda: fake, reader, 3, clock=lambda: clock[0])
    clock[0] = 3.0
    assert asked.records({"test": "cs1:" + "0" * 64}).trouble == "did not answer in time"
    assert asked.manifests(["test"]) == {}
    assert fake.asked == 0


def test_work_in_time_gives_its_result() -> None:
    assert within(30, lambda: 7) == 7


def test_the_last_proofs_manifest_is_believed_only_if_its_hash_is_the_signature(
    store: DirectoryStore, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    record = make_record(expires=1)
    put(store, seal(record, key), manifest, reader)
    assert asking(store, reader).manifests([record.job]) == {record.job: (record, manifest)}
    other = KeyManifest((*manifest.components, Component("env", "HOME", "")))
    name = latest_place(record.repository, "branch", record.job)
    for data in (
        encode(seal(record, key)) + b"\n" + other.to_json(),
        encode(Sealed(record)) + b"\n" + manifest.to_json(),
        encode(seal(record, key)) + b"\n" + manifest.to_json()[:-1],
        encode(seal(record, key)),
        b"",
        b"[" * 60_000,
    ):
        store.replace(name, data)
        assert asking(store, reader).manifests([record.job]) == {}
