"""A pack holds what plans will most likely ask for, and is never more than a copy."""

from collections.abc import Callable

import pytest

from cigen.proof import packs
from cigen.proof.keys import SigningKey, seal
from cigen.proof.packs import KEPT, pack_places, packed, unpacked
from cigen.proof.places import GROUPS, latest_place, pack_place, packed_name
from cigen.proof.record import Record, encode
from cigen.proof.trust import SKEW

Make = Callable[..., Record]


@pytest.fixture
def add(key: SigningKey, now: int) -> Callable[..., bytes]:
    def add(pack: bytes, *records: Record) -> bytes:
        for record in records:
            pack = packed(pack, record, encode(seal(record, key)), now)
        return pack

    return add


def names(pack: bytes) -> list[str]:
    return [name for name, data in unpacked(pack) if data]


def name(record: Record) -> str:
    return packed_name(record.job, record.signature)


def test_what_is_packed_is_what_was_recorded(
    add: Callable[..., bytes], make_record: Make, key: SigningKey, now: int
) -> None:
    records = [make_record(job=job) for job in ("b", "a\n ü", "c")]
    pack = add(b"", *records)
    assert {name: data for name, data in unpacked(pack) if data} == {
        name(record): encode(seal(record, key)) for record in records
    }
    assert pack == add(b"", *reversed(records))
    assert pack == add(pack, records[0])


def test_a_record_takes_the_place_of_one_with_its_name(add: Callable[..., bytes], make_record: Make) -> None:
    old, new = make_record(url="old"), make_record(url="new", created=make_record().created - 1)
    pack = add(b"", make_record(job="other"), old, new)
    assert len(names(pack)) == 2
    assert b'"url":"new"' in pack
    assert b'"url":"old"' not in pack


def test_of_a_job_the_newest_stay_and_the_one_that_is_added(add: Callable[..., bytes], make_record: Make) -> None:
    other = make_record(job="other", created=1)
    of_job = [make_record(signature=f"cs1:{age:064x}", created=make_record().created - age) for age in range(KEPT + 2)]
    pack = add(b"", other, *of_job)
    # The oldest came last, and stays as long as nothing newer comes.
    assert sorted(names(pack)) == sorted(map(name, [other, *of_job[: KEPT - 1], of_job[-1]]))
    assert sorted(names(add(pack, of_job[0]))) == sorted(map(name, [other, *of_job[: KEPT - 1], of_job[-1]]))
    assert sorted(names(add(pack, of_job[KEPT - 1]))) == sorted(map(name, [other, *of_job[:KEPT]]))


@pytest.mark.parametrize(
    "changes",
    [{"expires": 1_800_000_000}, {"created": 1_800_000_000 + SKEW + 1}, {"repository": "x/y"}, {"scope": "protected"}],
)
def test_what_nobody_would_believe_goes(
    changes: dict[str, object], add: Callable[..., bytes], make_record: Make
) -> None:
    gone, kept = make_record(job="gone", **changes), make_record(job="kept")
    pack = add(b"", gone)
    assert names(pack) == [name(gone)]
    assert names(add(pack, kept)) == [name(kept)]


def test_what_is_no_record_of_its_name_goes(add: Callable[..., bytes], make_record: Make) -> None:
    record, kept = make_record(), make_record(job="kept")
    data = add(b"", record).partition(b" ")[2]
    for rubbish in (b"x", b"\xff\xff", b"moved/cs1 " + data, name(record).encode() + b" {}", b"\n\n \n" * 99):
        assert names(add(rubbish + b"\n", kept)) == [name(kept)]


def test_a_pack_is_no_longer_than_anybody_reads(
    add: Callable[..., bytes], make_record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_record(job="first", created=9)
    one = len(add(b"", first))
    monkeypatch.setattr(packs, "PACK_LIMIT", 3 * one + one // 2)
    others = [make_record(job=f"job-{number}", created=10 + number) for number in range(5)]
    pack = add(b"", *others, first)
    assert len(pack) <= packs.PACK_LIMIT
    assert names(pack) == sorted(map(name, [first, *others[-2:]]))


def test_packs_stand_beside_every_job(make_record: Make) -> None:
    jobs = [f"job-{number}" for number in range(2000)]
    places = pack_places("a/b", "branch", jobs)
    assert len(places) == GROUPS
    assert places == sorted(places)
    assert pack_place("a/b", "branch", "job-7") in places
    assert pack_places("a/b", "branch", ["job-7"]) == [pack_place("a/b", "branch", "job-7")]
    assert not {pack_place("a/b", "protected", job) for job in jobs} & set(places)
    folder = latest_place("a/b", "branch", "x").removesuffix("x")
    assert all(place.startswith(folder) for place in places)
    for job in ("=packs=", "=packs=/07", "packs", "=packs=/=2e="):
        assert not latest_place("a/b", "branch", job).startswith(f"{folder}=packs=")
