"""A record as a build cache keeps it: the result of an action that was never executed.

The action is made of the record's name alone, so whoever knows the name knows its digest, and a server that looks for
the action and its command finds them. Its standard output is the record. Owns this one encoding, which is the same
over gRPC and over HTTP. Pure.
"""

import hashlib
import re

from google.protobuf.message import DecodeError

from cigen.model.dataclass import dataclass
from cigen.proof.reapi_pb2 import Action, ActionResult, Command, Digest

__all__ = [
    "INLINE",
    "Blob",
    "KeptAction",
    "action_of",
    "blob_beside",
    "blob_of",
    "decode_result",
    "digest_of",
    "encode_result",
]

_HASH = re.compile(r"[0-9a-f]{64}")

INLINE = 65_536
"""Bytes that a result itself carries. What is longer is a blob of its own."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes, and the lower-case SHA-256 that they are kept under."""

    hash: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptAction:
    """An action's blobs, which its result stands on: the action, its command, and the empty folder that it runs in."""

    action: Blob
    command: Blob
    folder: Blob


def blob_of(data: bytes) -> Blob:
    """The bytes with their hash."""
    return Blob(hashlib.sha256(data).hexdigest(), data)


def digest_of(blob: Blob) -> Digest:
    """A blob's digest, as messages have it."""
    return Digest(hash=blob.hash, size_bytes=len(blob.data))


_FOLDER = blob_of(b"")
_FOLDER_DIGEST = digest_of(_FOLDER)


def action_of(name: str) -> KeptAction:
    """The action whose result is the record of that name."""
    # No program is called so: nobody executes it by mistake.
    command = blob_of(Command(arguments=["cig.record/1", name]).SerializeToString(deterministic=True))
    action = Action(command_digest=digest_of(command), input_root_digest=_FOLDER_DIGEST)
    return KeptAction(blob_of(action.SerializeToString(deterministic=True)), command, _FOLDER)


def encode_result(data: bytes) -> tuple[ActionResult, Blob | None]:
    """The result that carries a record, and the blob that has to be kept beside it where the record is long."""
    if len(data) <= INLINE:
        return ActionResult(stdout_raw=data), None
    blob = blob_of(data)
    return ActionResult(stdout_digest=digest_of(blob)), blob


def decode_result(data: bytes) -> ActionResult | None:
    """The result that a server sent as bytes; None where they are none."""
    try:
        result: ActionResult = ActionResult.FromString(data)
    except DecodeError:
        return None
    return result


def blob_beside(result: ActionResult, limit: int) -> Digest | None:
    """The blob that has to be read for the record; None where it came along, or is longer than `limit` or no blob."""
    digest = result.stdout_digest
    wanted = not result.stdout_raw and 0 < digest.size_bytes <= limit and _HASH.fullmatch(digest.hash)
    return digest if wanted else None
