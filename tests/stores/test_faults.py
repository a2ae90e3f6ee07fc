"""What no store can bring about, for each kind of store: a hit by a record that proves something else, or nothing."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from records import MANIFEST, NOW, READER, SIGNING, asked, name_of, record

from cigen.proof.http_cache import HttpStore
from cigen.proof.keys import read_signing_key, seal
from cigen.proof.record import Record, Sealed, encode
from cigen.proof.remote import RemoteStore
from cigen.proof.stores import Store, StoreFaultError
from cigen.proof.trust import SKEW, Doubt
from cigen.proof.writing import put

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once

OTHER = read_signing_key("02" * 32)
SIGNATURE = str(MANIFEST.signature())
Change = Callable[[Record], Sealed]


@pytest.fixture(params=["casd", "bazel-remote", "bazel-remote over HTTP"])
def store(request: pytest.FixtureRequest) -> Store:
    server = request.getfixturevalue(request.param.partition(" ")[0].replace("-", "_"))
    if "HTTP" in request.param:
        return HttpStore(f"http://127.0.0.1:{server.http}", 30)
    return RemoteStore(server.url, 30)


@pytest.fixture
def job(tmp_path: Path) -> str:
    """A plan key of this test alone."""
    return tmp_path.name


def changed(**changes: Any) -> Change:
    return lambda good: seal(record(good.job, **changes), SIGNING)


DOUBTS: dict[str, tuple[Change, Doubt]] = {
    "of another repository": (changed(repository="github.com/acme/other"), Doubt.TAMPERED),
    "of another signature": (changed(signature="cs1:" + "0" * 64), Doubt.TAMPERED),
    "of another tier": (changed(scope="protected"), Doubt.TAMPERED),
    "of another job": (lambda good: seal(record("deploy"), SIGNING), Doubt.TAMPERED),
    "signed with another key": (lambda good: seal(good, OTHER), Doubt.TAMPERED),
    "not signed": (Sealed, Doubt.TAMPERED),
    "changed after it was signed": (
        lambda good: Sealed(record(good.job, url="x"), SIGNING.public, seal(good, SIGNING).seal),
        Doubt.TAMPERED,
    ),
    "from the future": (changed(created=NOW + SKEW + 1), Doubt.TAMPERED),
    "expired": (changed(expires=NOW), Doubt.EXPIRED),
    "of a second try": (changed(retried=1), Doubt.FLAKY),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_s16_a_record_that_is_not_that_of_the_job_proves_nothing_and_gives_way(
    name: str, store: Store, job: str
) -> None:
    make, doubt = DOUBTS[name]
    good = record(job)
    store.replace(name_of(good), encode(make(good)))
    answer = asked(store, job)
    assert answer.proofs == {}
    assert [one.doubt for one in answer.refusals[job]] == [doubt]
    put(store, seal(good, SIGNING), MANIFEST, READER)
    assert asked(store, job).proofs == {job: good}


def test_a_clock_that_is_a_little_ahead_is_no_doubt(store: Store, job: str) -> None:
    good = record(job, created=NOW + SKEW)
    put(store, seal(good, SIGNING), MANIFEST, READER)
    assert asked(store, job).proofs == {job: good}


def test_of_writers_at_the_same_moment_one_stays_whole(store: Store, job: str) -> None:
    written = [record(job, url=f"https://ci.example.org/{number}") for number in range(8)]
    failures: list[BaseException] = []

    def write(one: Record) -> None:
        try:
            put(store, seal(one, SIGNING), MANIFEST, READER)
        except BaseException as fault:
            failures.append(fault)

    threads = [threading.Thread(target=write, args=(one,)) for one in written]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert asked(store, job).proofs[job] in written


def test_a_server_that_was_killed_is_a_fault_whatever_is_asked(start_bazel_remote: Callable[[], Any]) -> None:
    server = start_bazel_remote()
    stores: list[Store] = [HttpStore(f"http://127.0.0.1:{server.http}", 5), RemoteStore(server.url, 5)]
    for store in stores:
        store.replace("a", b"1")
    server.process.kill()
    server.process.wait()
    for store in stores:
        with pytest.raises(StoreFaultError):
            store.fetch(["a"], 10)
        with pytest.raises(StoreFaultError):
            store.create("b", b"")
        with pytest.raises(StoreFaultError):
            store.replace("a", b"")
