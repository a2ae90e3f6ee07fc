"""Ed25519 keys: reading them, sealing a record, checking a seal.

Owns `cryptography`, which is loaded when there is a key to use and not before. A key is bound to a scope: one that
is trusted for `branch` says nothing about a record of `protected`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cigen.proof.record import Record, Sealed, payload

__all__ = [
    "SigningKey",
    "TrustedKey",
    "UnusableKeyError",
    "read_signing_key",
    "read_trusted_keys",
    "scopes_of",
    "seal",
    "signing_scope",
    "trusted_keys",
    "verifies",
]

_HEX = re.compile(r"[0-9a-f]{64}")
SCOPES = ("protected", "branch")
"""The tiers that records are written at. Forks write none."""


class UnusableKeyError(ValueError):
    """A key that is configured and cannot be used. Says why, and never shows the key."""


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key, as its 32 bytes, and the public key that belongs to it, in hex."""

    secret: bytes
    public: str

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key, in hex, and the scope whose records it may sign."""

    scope: str
    public: str


def trusted_keys(
    environ: Mapping[str, str], tier: str, listed: Sequence[str] = (), *, local: bool, claimed: bool = False
) -> tuple[TrustedKey, ...]:
    """The keys that a run of this tier trusts; none where it needs none. Raises UnusableKeyError.

    listed: those that cig.toml names; `CIG_STORE_TRUST` adds to them, and takes none away. A fork's cig.toml is the
    fork's own, and has no say. local: whether the store is on this machine. There a run of tier `branch` does without
    keys, and no other does. claimed: only cig.toml says that the run is of this tier. Its own key counts then for what
    it is listed for and for nothing else: two claims are no better than one.
    """
    found = list(read_trusted_keys(" ".join(listed))) if listed and tier in SCOPES else []
    if "CIG_STORE_TRUST" in environ:
        found += read_trusted_keys(environ["CIG_STORE_TRUST"])
    if "CIG_STORE_KEY" in environ:
        own = read_signing_key(environ["CIG_STORE_KEY"])
        # Whoever can sign for a tier trusts what was signed so, and for that tier alone. A key that is listed counts
        # for what it is listed for: that of the branches proves nothing to a protected run because that run has it.
        if tier in SCOPES and not claimed and not scopes_of(own.public, found):
            found.append(TrustedKey(tier, own.public))
    if not found and not (local and tier == "branch"):
        raise UnusableKeyError("there is none to verify records with")
    return tuple(found)


def read_signing_key(given: str) -> SigningKey:
    """The key that `CIG_STORE_KEY` names: 64 hexadecimal digits, or the path of a file that holds them, or PEM."""
    text = given.strip()
    if not _HEX.fullmatch(text.lower()):
        text = _content(text)
    if text.startswith("-----BEGIN"):
        return _from_secret(_pem(text))
    if not _HEX.fullmatch(text.lower()):
        raise UnusableKeyError("it is neither 64 hexadecimal digits nor a file that holds them")
    return _from_secret(bytes.fromhex(text))


def read_trusted_keys(given: str) -> tuple[TrustedKey, ...]:
    """The keys that `CIG_STORE_TRUST` lists: `protected:HEX branch:HEX`, parted by spaces or commas."""
    found = []
    for word in given.replace(",", " ").split():
        scope, _, public = word.partition(":")
        if scope not in SCOPES or not _HEX.fullmatch(public.lower()):
            raise UnusableKeyError("each key is written protected:HEX or branch:HEX, with 64 hexadecimal digits")
        found.append(TrustedKey(scope, public.lower()))
    if not found:
        raise UnusableKeyError("it lists no key")
    return tuple(found)


def scopes_of(public: str, listed: Iterable[TrustedKey]) -> frozenset[str]:
    """What a key is listed for; nothing for one that is not listed."""
    return frozenset(key.scope for key in listed if key.public == public)


def signing_scope(tier: str, scopes: Collection[str], *, claimed: bool = False) -> str:
    """The scope that a run of this tier signs for with a key that is listed for `scopes`. Raises UnusableKeyError.

    The key of a higher tier signs nothing: that this run has it means that whoever may start such runs has it. That of
    a lower tier signs for that one. claimed: as for `trusted_keys`.
    """
    if claimed and not scopes:
        raise UnusableKeyError(f'it is not listed, and nothing but cig.toml says that this run is of tier "{tier}"')
    above = [scope for scope in SCOPES[: SCOPES.index(tier)] if scope in scopes]
    if above:
        raise UnusableKeyError(f'it is listed for tier "{above[0]}", and this run is of tier "{tier}"')
    return next((scope for scope in SCOPES if scope in scopes), tier)


def seal(record: Record, key: SigningKey) -> Sealed:
    """The record, signed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.from_private_bytes(key.secret).sign(payload(record))
    return Sealed(record, key.public, made.hex())


def verifies(sealed: Sealed) -> bool:
    """Whether the seal is that of the key which the record names. Says nothing about whose key that is."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(sealed.key))
        key.verify(bytes.fromhex(sealed.seal), payload(sealed.record))
    except (ValueError, InvalidSignature):
        return False
    return True


def _content(path: str) -> str:
    if not path:
        raise UnusableKeyError("it is empty")
    try:
        return Path(path).read_text("ascii").strip()
    except (OSError, ValueError):
        raise UnusableKeyError("it is neither 64 hexadecimal digits nor a file that can be read") from None


def _pem(text: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text.encode(), password=None)
    except Exception as fault:  # the library names a dozen reasons, some of them its own classes
        raise UnusableKeyError("its file holds no private key that can be read") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise UnusableKeyError("its file holds a key of another kind than ed25519")
    return key.private_bytes_raw()


def _from_secret(secret: bytes) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return SigningKey(secret, Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex())
