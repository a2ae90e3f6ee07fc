"""A plan of many jobs looks into packs first, and comes to the same answer as one that does not."""

import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cigen.hashing.manifest import KeyManifest
from cigen.proof.keys import SigningKey, read_signing_key, seal
from cigen.proof.lookup import Answer, Asking
from cigen.proof.packs import MANY, PACK_LIMIT
from cigen.proof.places import GROUPS, pack_place, packed_name, record_folder, record_place
from cigen.proof.record import Record, Sealed, encode
from cigen.proof.stores import Each, StoreFaultError, ignore
from cigen.proof.trust import Doubt, Reader
from cigen.proof.writing import IncompleteError, put

Make = Callable[..., Record]
Fill = Callable[..., dict[str, str]]
REPOSITORY = "github.com/acme/shop"
JOBS = [f"job-{number}" for number in range(MANY + 1)]


class Bucket:
    """Names to bytes, with every question remembered."""

    local = False
    denied = ""
    singly = True

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.questions: list[list[str]] = []
        self.listings: list[list[str]] = []
        self.lists: Callable[[str], bool] = lambda folder: False

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        self.questions.append(list(names))
        found = {name: self.kept[name][: limit + 1] for name in names if name in self.kept}
        for name, data in found.items():
            each(name, data)
        return found

    def listing(self, folders: Sequence[str]) -> dict[str, frozenset[str]]:
        self.listings.append(list(folders))
        return {
            folder: frozenset(name for name in self.kept if name.startswith(folder + "/"))
            for folder in folders
            if self.lists(folder)
        }

    def create(self, name: str, data: bytes) -> bool:
        return self.kept.setdefault(name, data) is data

    def replace(self, name: str, data: bytes) -> None:
        self.kept[name] = data

    def packs(self) -> dict[str, bytes]:
        return {name: data for name, data in self.kept.items() if "/=packs=/" in name}

    def ask(self, reader: Reader, signatures: Mapping[str, str]) -> Answer:
        self.questions.clear()
        self.listings.clear()
        return Asking(lambda: self, reader, 30).records(signatures)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def fill(bucket: Bucket, make_record: Make, reader: Reader, manifest: KeyManifest) -> Fill:
    """Keep a record of each job, as `cig record` of a large plan does; the signatures to ask with."""

    def fill(scope: str = "branch", jobs: Sequence[str] = tuple(JOBS)) -> dict[str, str]:
        key = read_signing_key({"branch": "01", "protected": "02"}[scope] * 32)
        records = [make_record(job=job, scope=scope) for job in jobs]
        for record in records:
            put(bucket, seal(record, key), manifest, reader, among_many=True)
        return {record.job: record.signature for record in records}

    return fill


def is_pack(name: str) -> bool:
    return "/=packs=/" in name


def test_what_packs_prove_is_not_asked_for_again(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("protected")
    answer = bucket.ask(reader, signatures)
    assert answer.proofs.keys() == signatures.keys()
    (question,) = bucket.questions
    assert len(question) <= GROUPS
    assert all(map(is_pack, question))


def test_what_they_do_not_prove_is_asked_for_by_itself(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("branch")
    forgotten = JOBS[:3]
    for job in forgotten:
        del bucket.kept[pack_place(REPOSITORY, "branch", job)]
    lost = [job for job in JOBS if pack_place(REPOSITORY, "branch", job) not in bucket.kept]
    answer = bucket.ask(reader, {**signatures, "never": "cs1:" + "0" * 64})
    assert answer.proofs.keys() == signatures.keys()
    protected, branch, *singly = bucket.questions
    assert all(map(is_pack, [*protected, *branch]))
    unproven = {**dict.fromkeys(lost, signatures[JOBS[0]]), "never": "cs1:" + "0" * 64}
    assert [set(question) for question in singly] == [
        {record_place(REPOSITORY, scope, job, signature) for job, signature in unproven.items()}
        for scope in ("protected", "branch")
    ]


def test_of_few_jobs_each_is_asked_for_at_once(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("protected", JOBS[:MANY])
    assert bucket.ask(reader, signatures).proofs.keys() == signatures.keys()
    assert bucket.questions == [[record_place(REPOSITORY, "protected", job, signatures[job]) for job in JOBS[:MANY]]]


def test_a_store_that_answers_many_names_at_once_has_no_packs(
    bucket: Bucket, fill: Fill, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bucket, "singly", False)
    signatures = fill("protected")
    assert bucket.packs() == {}
    assert bucket.ask(reader, signatures).proofs.keys() == signatures.keys()
    assert [any(map(is_pack, question)) for question in bucket.questions] == [False]


def test_plans_of_few_jobs_write_none(
    bucket: Bucket, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    put(bucket, seal(make_record(), key), manifest, reader)
    assert (len(bucket.kept), bucket.packs()) == (2, {})


def test_what_passed_only_when_tried_again_is_not_packed(
    bucket: Bucket, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    put(bucket, seal(make_record(retried=1), key), manifest, reader, among_many=True)
    assert (len(bucket.kept), bucket.packs()) == (2, {})


def test_of_two_records_of_a_name_the_one_that_stands_is_packed(
    bucket: Bucket, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    first = seal(make_record(url="first", outputs=(("files", "sha256:" + "a" * 64),)), key)
    for one in (first, seal(make_record(url="second"), key)):
        put(bucket, one, manifest, reader, among_many=True)
    (pack,) = bucket.packs().values()
    assert pack == packed_name(first.record.job, first.record.signature).encode() + b" " + encode(first) + b"\n"


def test_a_pack_that_cannot_be_written_is_told_and_the_record_is_kept(
    bucket: Bucket, make_record: Make, key: SigningKey, reader: Reader, manifest: KeyManifest
) -> None:
    replace = bucket.replace

    def only_records(name: str, data: bytes) -> None:
        if is_pack(name):
            raise StoreFaultError("cannot be written")
        replace(name, data)

    bucket.replace = only_records  # type: ignore[method-assign]
    with pytest.raises(IncompleteError) as told:
        put(bucket, seal(make_record(), key), manifest, reader, among_many=True)
    assert told.value.missing == "the copy of its record that plans of many jobs find first is"
    assert len(bucket.kept) == 2


@pytest.mark.parametrize(
    "changes",
    [{"repository": "x/y"}, {"scope": "protected"}, {"job": "job-1"}, {"signature": "cs1:" + "1" * 64}, {"expires": 1}],
)
def test_s16_a_pack_holds_nothing_that_would_not_be_believed_in_its_own_place(
    changes: dict[str, object], bucket: Bucket, make_record: Make, key: SigningKey, reader: Reader
) -> None:
    wanted = {job: make_record(job=job).signature for job in JOBS}
    name = packed_name("job-0", wanted["job-0"]).encode()
    signed = encode(seal(make_record(**{"job": "job-0", **changes}), key))
    for line in (signed, encode(Sealed(make_record(job="job-0"))), signed[:-2], b"", b"{}"):
        bucket.kept[pack_place(REPOSITORY, "branch", "job-0")] = name + b" " + line + b"\n"
        answer = bucket.ask(reader, wanted)
        assert (answer.proofs, answer.refusals, answer.trouble) == ({}, {}, "")


def test_s16_a_pack_of_one_tier_is_none_of_another(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("branch")
    for name in list(bucket.packs()):
        bucket.kept[name.replace("/branch/", "/protected/")] = bucket.kept.pop(name)
    for name in [name for name in bucket.kept if "/records/" in name]:
        del bucket.kept[name]
    assert bucket.ask(reader, signatures).proofs == {}


def test_what_a_pack_makes_doubtful_is_told_of_the_record_itself(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("branch")
    bucket.kept = {name: data for name, data in bucket.kept.items() if is_pack(name)}
    place = record_place(REPOSITORY, "branch", "job-0", signatures["job-0"])
    bucket.kept[place] = b"{}"
    bucket.kept[pack_place(REPOSITORY, "branch", "job-0")] = b"job-0/ {}\n"
    answer = bucket.ask(reader, signatures)
    assert "job-0" not in answer.proofs
    assert [refusal.doubt for refusal in answer.refusals["job-0"]] == [Doubt.TAMPERED]


def test_s17_a_store_that_fails_at_the_packs_proves_nothing(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("protected")
    fetch = bucket.fetch

    def fail(names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        assert limit == PACK_LIMIT
        fetch(names, limit, each)
        raise StoreFaultError("is down")

    bucket.fetch = fail  # type: ignore[method-assign]
    answer = bucket.ask(reader, signatures)
    assert (answer.trouble, answer.proofs) == ("is down", {})
    assert len(bucket.questions) == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_packs_hold_the_answer_is_that_of_the_records(
    data: st.DataObject, make_record: Make, reader: Reader, manifest: KeyManifest
) -> None:
    bucket = Bucket()
    proven = data.draw(st.lists(st.sampled_from(JOBS), unique=True, max_size=9))
    for job in proven:
        scope = data.draw(st.sampled_from(["branch", "protected"]))
        # The wrong tier's key now and then.
        key = read_signing_key(data.draw(st.sampled_from(["01", "01", "02"])) * 32)
        put(bucket, seal(make_record(job=job, scope=scope), key), manifest, reader, among_many=True)
    signatures = {job: make_record().signature for job in JOBS}
    for name, pack in bucket.packs().items():
        lines = pack.split(b"\n")
        damage = data.draw(st.sampled_from(["none", "gone", "cut", "mixed", "bytes"]))
        if damage == "gone":
            del bucket.kept[name]
        elif damage == "cut":
            bucket.kept[name] = pack[: data.draw(st.integers(0, len(pack)))]
        elif damage == "mixed":  # records under each other's names
            heads = [re.sub(rb" .*", b"", line) for line in lines]
            bodies = data.draw(st.permutations([line.partition(b" ")[2] for line in lines]))
            bucket.kept[name] = b"\n".join(a + b" " + b for a, b in zip(heads, bodies, strict=True))
        elif damage == "bytes":
            bucket.kept[name] = data.draw(st.binary(max_size=200))
    with_packs = bucket.ask(reader, signatures)
    for name in bucket.packs():
        del bucket.kept[name]
    assert bucket.ask(reader, signatures) == with_packs


def test_what_a_listing_does_not_have_is_not_asked_for(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = fill("branch")
    bucket.lists = lambda folder: True
    kept = record_place(REPOSITORY, "branch", "job-7", "cs1:" + "1" * 64)
    bucket.kept[kept] = b"{}"
    answer = bucket.ask(reader, dict.fromkeys(signatures, "cs1:" + "1" * 64))
    assert answer.proofs == {}
    assert [refusal.doubt for refusal in answer.refusals["job-7"]] == [Doubt.TAMPERED]
    *packs, one = bucket.questions
    assert one == [kept]
    assert all(is_pack(name) for question in packs for name in question)
    assert [{folder.rpartition("/")[0] for folder in asked} for asked in bucket.listings] == [
        {f"{REPOSITORY}/protected/records"},
        {f"{REPOSITORY}/branch/records"},
    ]
    assert all(len(asked) <= GROUPS for asked in bucket.listings)


def test_of_a_folder_that_is_not_listed_every_name_is_asked_for(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    signatures = {**fill("branch"), **dict.fromkeys((f"new-{number}" for number in range(MANY + 1)), "cs1:" + "1" * 64)}
    for name in bucket.packs():
        del bucket.kept[name]
    for lists in (lambda folder: False, lambda folder: folder[-1] in "02468", lambda folder: True):
        bucket.lists = lists
        assert bucket.ask(reader, signatures).proofs.keys() == set(JOBS)
        wanted = {record_folder(REPOSITORY, "branch", job): 0 for job in signatures}
        assert bucket.questions[-1] == [
            place
            for place in (record_place(REPOSITORY, "branch", *one) for one in signatures.items())
            if place in bucket.kept or not lists(place.rsplit("/", 2)[0])
        ]
        assert set(bucket.listings[1]) == set(wanted)


def test_of_few_jobs_nothing_is_listed(bucket: Bucket, fill: Fill, reader: Reader) -> None:
    bucket.lists = lambda folder: True
    assert bucket.ask(reader, fill("branch", JOBS[:MANY])).proofs.keys() == set(JOBS[:MANY])
    assert bucket.listings == []
