"""Digests carry their scheme; ids are git's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.hashing.digest import EMPTY_TREE, FILE, TREE, TreeEntry, git_blob, git_tree, same, sha256, xxh3


def test_golden_digests() -> None:
    assert sha256(b"cigen") == "sha256:f101d5611676a1a947d35d96420cb1765207afff43f1cfe64118e4ec20479b0b"
    assert xxh3(b"cigen") == "xxh3:06191422b4cf0131a779676d301df075"
    assert git_blob(b"what is up, doc?") == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"
    assert git_tree([]) == EMPTY_TREE


def test_a_tree_sorts_a_directory_as_if_its_name_ended_in_a_slash() -> None:
    blob, tree = git_blob(b""), EMPTY_TREE
    entries = [TreeEntry(b"a", TREE, tree), TreeEntry(b"a.b", FILE, blob), TreeEntry(b"a0", FILE, blob)]
    assert git_tree(entries) == git_tree(reversed(entries)) == "6c5eb816ec8cace4aaf30d9245ab712256f64058"


@given(st.binary())
def test_equal_bytes_are_the_same_and_others_are_not(data) -> None:
    for digest in (sha256, xxh3):
        assert same(digest(data), digest(data))
        assert not same(digest(data), digest(data + b"\0"))
    assert not same(sha256(data), xxh3(data))


@pytest.mark.parametrize(
    "digest",
    [
        "",
        ":",
        "sha256:",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha256:" + "0" * 63,
        "sha256:" + "g" * 64,
        "sha256:" + "A" * 64,
        "cs2:" + "0" * 64,
        "0" * 64,
    ],
)
def test_an_unknown_scheme_or_a_damaged_digest_equals_nothing_not_even_itself(digest) -> None:
    assert not same(digest, digest)
