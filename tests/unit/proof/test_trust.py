"""S16, S20, S5: what makes a record a proof, and everything that does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cigen.hashing.canonical import canonical_bytes
from cigen.model.dataclass import replace
from cigen.model.resources import Skipping
from cigen.pipeline import tier as tiers
from cigen.proof import trust
from cigen.proof.keys import SigningKey, TrustedKey, read_signing_key, seal
from cigen.proof.record import LIMIT, Record, Sealed, decode, encode
from cigen.proof.trust import Doubt, Reader, Refusal, accepted_scopes, judge

Make = Callable[..., Record]


def verdict(sealed: Sealed | bytes, reader: Reader, **asked: str) -> Record | Doubt:
    record = decode(sealed).record if isinstance(sealed, bytes) else sealed.record
    place = {"scope": record.scope, "job": record.job, "signature": record.signature, **asked}
    data = sealed if isinstance(sealed, bytes) else encode(sealed)
    found = judge(data, reader, **place)
    return found.doubt if isinstance(found, Refusal) else found


def test_a_record_that_is_signed_for_its_tier_is_a_proof(make_record: Make, key: SigningKey, reader: Reader) -> None:
    record = make_record(outputs=(("app.tar", "sha256:" + "0" * 64),))
    assert verdict(seal(record, key), reader) == record


def test_s16_a_reader_accepts_its_own_tier_and_those_above() -> None:
    assert accepted_scopes("protected") == ("protected",)
    assert accepted_scopes("branch") == ("protected", "branch")
    assert accepted_scopes("fork") == ("protected", "branch")
    assert accepted_scopes("other") == ()
    assert trust.TIERS == tiers.TIERS


@pytest.mark.parametrize("scope", ["branch", "fork", ""])
def test_s16_no_record_of_a_lower_tier_reaches_a_protected_reader(
    scope: str, make_record: Make, key: SigningKey, reader: Reader
) -> None:
    assert verdict(seal(make_record(scope=scope), key), replace(reader, tier="protected")) is Doubt.TAMPERED


def test_s16_a_key_signs_for_the_scope_it_is_bound_to_and_no_other(
    make_record: Make, key: SigningKey, reader: Reader
) -> None:
    assert verdict(seal(make_record(scope="protected"), key), reader) is Doubt.TAMPERED
    other = read_signing_key("02" * 32)
    assert isinstance(verdict(seal(make_record(scope="protected"), other), reader), Record)
    assert verdict(seal(make_record(), other), reader) is Doubt.TAMPERED


def test_s16_a_record_copied_to_the_place_of_another_tier_proves_nothing(
    make_record: Make, key: SigningKey, reader: Reader
) -> None:
    assert verdict(seal(make_record(), key), reader, scope="protected") is Doubt.TAMPERED


def test_s16_an_unsigned_record_proves_nothing_where_there_is_a_key(make_record: Make, reader: Reader) -> None:
    assert verdict(Sealed(make_record()), reader) is Doubt.TAMPERED
    assert isinstance(verdict(Sealed(make_record()), replace(reader, keys=())), Record)


def test_s16_the_key_of_a_stranger_proves_nothing(make_record: Make, reader: Reader) -> None:
    assert verdict(seal(make_record(), read_signing_key("03" * 32)), reader) is Doubt.TAMPERED


@pytest.mark.parametrize(
    "asked",
    [{"job": "test-ruby3.4"}, {"signature": "cs1:" + "0" * 64}, {"signature": "xx1:" + "0" * 64}, {"signature": ""}],
)
def test_s16_a_record_replayed_for_another_question_proves_nothing(
    asked: dict[str, str], make_record: Make, key: SigningKey, reader: Reader
) -> None:
    assert verdict(seal(make_record(), key), reader, **asked) is Doubt.TAMPERED


def test_a_signature_of_an_unknown_scheme_equals_not_even_itself(
    make_record: Make, key: SigningKey, reader: Reader
) -> None:
    for unknown in ("cs2:" + "0" * 64, "cs1:" + "0" * 63, "cs1:", ""):
        assert verdict(seal(make_record(signature=unknown), key), reader) is Doubt.TAMPERED


@pytest.mark.parametrize("changes", [{"seal": "zz"}, {"seal": ""}, {"seal": "00" * 64}, {"key": ""}, {"key": "00"}])
def test_s16_a_seal_or_a_key_that_is_none_proves_nothing(
    changes: dict[str, str], make_record: Make, key: SigningKey, reader: Reader
) -> None:
    assert verdict(replace(seal(make_record(), key), **changes), reader) is Doubt.TAMPERED
    strange = replace(seal(make_record(), key), key="00")
    assert verdict(strange, replace(reader, keys=(TrustedKey("branch", "00"),))) is Doubt.TAMPERED


def test_s16_a_record_of_another_repository_proves_nothing(make_record: Make, key: SigningKey, reader: Reader) -> None:
    assert verdict(seal(make_record(repository="github.com/acme/other"), key), reader) is Doubt.TAMPERED


FIELDS: dict[str, Any] = {
    "repository": "github.com/acme/shop2",
    "scope": "protected",
    "job": "other",
    "signature": "cs1:" + "1" * 64,
    "url": "https://elsewhere",
    "ref": "x",
    "commit": "d" * 40,
    "created": 1_799_999_999,
    "expires": 1_900_000_000,
    "retried": 0,
    "outputs": (("a", "sha256:" + "1" * 64),),
}


@pytest.mark.parametrize("name", FIELDS)
def test_s16_every_field_is_under_the_signature(name: str, make_record: Make, key: SigningKey, reader: Reader) -> None:
    sealed = seal(make_record(retried=1), key)
    changed = replace(sealed, record=replace(sealed.record, **{name: FIELDS[name]}))
    everyone = replace(reader, repository=changed.record.repository)
    assert verdict(changed, everyone) is Doubt.TAMPERED


def test_a_record_truncated_anywhere_is_damaged(make_record: Make, key: SigningKey, reader: Reader) -> None:
    whole = encode(seal(make_record(), key))
    asked = {"scope": "branch", "job": "test-ruby3.3", "signature": make_record().signature}
    for length in range(len(whole)):
        found = judge(whole[:length], reader, **asked)
        assert isinstance(found, Refusal)
        assert found.doubt is Doubt.TAMPERED


def _changed(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        whole = json.loads(data)
        change(whole)
        return canonical_bytes(whole)

    return apply


WRONG: dict[str, Callable[[bytes], bytes]] = {
    "a field more": _changed(lambda whole: whole["record"].update(extra="")),
    "a field less": _changed(lambda whole: whole["record"].pop("url")),
    "another schema": _changed(lambda whole: whole["record"].update(schema="cig.record/2")),
    "true for a number": _changed(lambda whole: whole["record"].update(retried=False)),
    "text for a number": _changed(lambda whole: whole["record"].update(expires="9")),
    "a number for a text": _changed(lambda whole: whole["record"].update(job=1)),
    "an output of one": _changed(lambda whole: whole["record"].update(outputs=[["a"]])),
    "outputs as a table": _changed(lambda whole: whole["record"].update(outputs={})),
    "no seal": _changed(lambda whole: whole.pop("seal")),
    "a record that is a list": _changed(lambda whole: whole.update(record=[])),
    "other spaces": lambda data: data.replace(b":", b": ", 1),
    "a name that stands twice": lambda data: data.replace(b'"key":', b'"key":"","key":', 1),
    "something behind it": lambda data: data + b" ",
    "a list": lambda data: b"[" + data + b"]",
    "nested too deeply": lambda data: b"[" * 60_000,
    "too long": _changed(lambda whole: whole["record"].update(url="x" * LIMIT)),
    "no UTF-8": lambda data: data.replace(b"main", b"ma\xffn"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_spelled_as_cig_spells_it_is_damaged(
    name: str, make_record: Make, key: SigningKey, reader: Reader
) -> None:
    data = WRONG[name](encode(seal(make_record(), key)))
    trusting = replace(reader, keys=())
    found = judge(data, trusting, scope="branch", job="test-ruby3.3", signature=make_record().signature)
    assert isinstance(found, Refusal)
    assert found.doubt is Doubt.TAMPERED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"expires": 0}, None),
        ({"expires": -1}, None),
        ({"expires": 1}, "proof"),
        ({"created": -Skipping().max_age}, None),
        ({"created": -Skipping().max_age + 1}, "proof"),
    ],
)
def test_s20_a_record_expires(
    changes: dict[str, int], expected: str | None, make_record: Make, key: SigningKey, reader: Reader, now: int
) -> None:
    times = {name: now + value for name, value in changes.items()}
    found = verdict(seal(make_record(**times), key), reader)
    assert isinstance(found, Record) if expected else found is Doubt.EXPIRED


def test_a_clock_may_be_a_little_ahead_and_no_more(
    make_record: Make, key: SigningKey, reader: Reader, now: int
) -> None:
    assert isinstance(verdict(seal(make_record(created=now + trust.SKEW), key), reader), Record)
    assert verdict(seal(make_record(created=now + trust.SKEW + 1), key), reader) is Doubt.TAMPERED


def test_s5_a_run_that_passed_when_tried_again_is_not_reused(
    make_record: Make, key: SigningKey, reader: Reader
) -> None:
    assert verdict(seal(make_record(retried=1), key), reader) is Doubt.FLAKY
