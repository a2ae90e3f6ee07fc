"""Canonical bytes: one spelling for one value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.canonical import canonical_bytes, spell_long

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (None, b"null"),
        ([True, False, 0, -7, 10**30], b"[true,false,0,-7,1000000000000000000000000000000]"),
        ({"b": 1, "a": {"z": [], "é": {}}}, '{"a":{"z":[],"é":{}},"b":1}'.encode()),
        (("a", ("b",)), b'["a",["b"]]'),
        ('quo"te \\ \n \x00 \u2028 😀', b'"quo\\"te \\\\ \\n \\u0000 \xe2\x80\xa8 \xf0\x9f\x98\x80"'),
        ("caf\udce9/\udcff", b'"caf\\udce9/\\udcff"'),
    ],
)
def test_the_spelling_never_changes(value, spelling) -> None:
    assert canonical_bytes(value) == spelling


@given(st.text() | st.text('a/é\0\x01\x1f\x7f"\\ \udce9'))
def test_a_long_text_is_spelled_like_any_other(text) -> None:
    assert spell_long(text) == canonical_bytes(text)


@given(VALUES)
def test_a_value_survives_its_spelling(value) -> None:
    assert json.loads(canonical_bytes(value)) == value


@given(VALUES, VALUES)
def test_different_values_are_spelled_differently(one, other) -> None:
    def exact(value: object) -> object:
        if isinstance(value, dict):
            return {key: exact(inner) for key, inner in value.items()}
        return [exact(inner) for inner in value] if isinstance(value, list) else (type(value), value)

    assert (canonical_bytes(one) == canonical_bytes(other)) == (exact(one) == exact(other))


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_matter(value) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


def test_a_byte_that_is_not_utf8_differs_from_the_character_it_could_stand_for() -> None:
    assert canonical_bytes(b"\xc3\xa9".decode()) != canonical_bytes("\udcc3\udca9")


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), b"bytes", {1: "a"}, {None: 1}, {"a", "b"}, object(), {"deep": [{"er": 0.5}]}],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_single_spelling_is_refused(value) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(value)
