"""Key manifests: the same components give the same key, and any other gives another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.canonical import canonical_bytes
from cigen.hashing.manifest import LISTING, Component, Difference, KeyManifest, diff

TEXT = st.text(max_size=5)
COMPONENTS = st.dictionaries(st.tuples(TEXT, TEXT), TEXT, max_size=6).map(
    lambda found: [Component(kind, name, value) for (kind, name), value in found.items()]
)


def test_golden_keys() -> None:
    manifest = KeyManifest((Component("file", "a", "git:100644:00"), Component("env", "CI", "true")))
    assert manifest.to_json() == b'[["env","CI","true"],["file","a","git:100644:00"]]'
    assert manifest.key() == "xxh3:77f8d132a64bbb0a918a65ad4b716d2a"
    assert manifest.signature() == "cs1:d3086239c3284b6bd34da89309be0a0b8da544fa0c591d0d65b1def378c03165"


@given(COMPONENTS, st.randoms())
def test_the_order_of_components_does_not_matter(components, random) -> None:
    shuffled = components.copy()
    random.shuffle(shuffled)
    assert KeyManifest(tuple(shuffled + shuffled)) == KeyManifest(tuple(components))


@given(COMPONENTS, st.lists(st.sampled_from([Component(LISTING, name, 'a\0"b') for name in ("", "x")]), max_size=2))
def test_a_listing_is_spelled_like_any_component(components, listings) -> None:
    manifest = KeyManifest((*components, *listings))
    assert manifest.to_json() == canonical_bytes(manifest.components)


@given(COMPONENTS, COMPONENTS)
def test_keys_and_signatures_agree_with_equality(one, other) -> None:
    left, right = KeyManifest(tuple(one)), KeyManifest(tuple(other))
    assert (left.key() == right.key()) == (left == right)
    assert (left.signature() == right.signature()) == (left == right)
    assert (diff(left, right) == ()) == (left == right)


@given(COMPONENTS)
def test_a_manifest_survives_its_json(components) -> None:
    manifest = KeyManifest(tuple(components))
    assert KeyManifest.from_json(manifest.to_json()) == manifest


def test_a_component_is_not_another_one_with_its_parts_moved() -> None:
    assert KeyManifest((Component("a", "b", "cd"),)).key() != KeyManifest((Component("a", "bc", "d"),)).key()


def test_the_difference_names_what_changed_came_and_went() -> None:
    old = KeyManifest((Component("env", "A", "1"), Component("env", "B", "1"), Component("file", "f", "x")))
    new = KeyManifest((Component("env", "A", "2"), Component("file", "f", "x"), Component("env", "C", "")))
    assert diff(old, new) == (
        Difference("env", "A", "1", "2"),
        Difference("env", "B", "1", None),
        Difference("env", "C", None, ""),
    )


FILES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2"]), max_size=4)


@given(FILES, FILES)
def test_the_difference_of_two_listings_is_that_of_their_files(was: dict[str, str], now: dict[str, str]) -> None:
    def manifest(files: dict[str, str]) -> KeyManifest:
        rows = "\0".join(f"{id} {path}" for path, id in sorted(files.items()))
        return KeyManifest((Component("env", "A", "1"), *([Component(LISTING, "", rows)] if files else [])))

    assert diff(manifest(was), manifest(now)) == tuple(
        Difference("file", path, was.get(path), now.get(path)) for path in "abcd" if was.get(path) != now.get(path)
    )


def test_two_values_for_one_component_are_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="two values"):
        KeyManifest((Component("env", "A", "1"), Component("env", "A", "2")))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b'[["a","b"]]', b'[["a","b",1]]', b'[["a","b","c"],["a","b","d"]]', b"\xff"]
)
def test_a_damaged_manifest_is_a_value_error(data) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- json's own is one
        KeyManifest.from_json(data)
