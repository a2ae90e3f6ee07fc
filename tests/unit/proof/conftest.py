"""A record, the keys it is signed with, and a reader who believes it."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.hashing.manifest import Component, KeyManifest
from cigen.proof.keys import SigningKey, TrustedKey, read_signing_key
from cigen.proof.record import Record
from cigen.proof.trust import Reader

NOW = 1_800_000_000
MANIFEST = KeyManifest((Component("scheme", "", "cs1"), Component("files", "", "git:100644:" + "a" * 40 + " src/a")))
SIGNATURE = str(MANIFEST.signature())


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def manifest() -> KeyManifest:
    return MANIFEST


@pytest.fixture
def make_record() -> Callable[..., Record]:
    def make(**changes: Any) -> Record:
        fields: dict[str, Any] = {
            "repository": "github.com/acme/shop",
            "scope": "branch",
            "job": "test-ruby3.3",
            "signature": SIGNATURE,
            "url": "https://ci.example.org/1",
            "ref": "main",
            "commit": "c" * 40,
            "created": NOW - 60,
            "expires": NOW + 3600,
        }
        return Record(**{**fields, **changes})

    return make


@pytest.fixture
def key() -> SigningKey:
    return read_signing_key("01" * 32)


@pytest.fixture
def reader(key: SigningKey) -> Reader:
    keys = (TrustedKey("branch", key.public), TrustedKey("protected", read_signing_key("02" * 32).public))
    return Reader("github.com/acme/shop", "branch", keys, NOW)
