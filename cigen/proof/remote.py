"""A store in the action cache of a Remote Execution API server: bazel-remote, Buildbarn, BuildBuddy, BuildGrid, casd.

Owns what travels. Which actions are known at all is one question; the results of those are asked for all at once; what
a server did not send along is read in batches. The API has no conditional write: a name is looked at first, and of two
writers at the same moment the second one's record stays, which proves the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import uuid4

from cigen.proof import reapi_pb2 as api
from cigen.proof.actions import Blob, action_of, blob_beside, digest_of, encode_result
from cigen.proof.header import given_header, without_secret
from cigen.proof.stores import Each, StoreFaultError, ignore
from cigen.wire.client import import_grpc

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["RemoteStore"]

_CACHE = "/build.bazel.remote.execution.v2.ActionCache/"
_BLOBS = "/build.bazel.remote.execution.v2.ContentAddressableStorage/"
_STREAM = "/google.bytestream.ByteStream/"

BATCH = 2 << 20
"""Bytes in one message: half of what every server takes."""

T = TypeVar("T")


class RemoteStore:
    """Records as results of actions."""

    local = False
    singly = False
    listing = None
    denied = ""

    def __init__(self, url: str, budget: float) -> None:
        parts = _parsed(url)
        self._grpc = import_grpc()
        self._instance = unquote(parts.path.strip("/"))
        self._wait = budget
        self._metadata = given_header()
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        target = f"dns:///{host}:{parts.port or 443}"
        # A request that failed is not made again: the plan does not wait, and runs everything.
        options = [("grpc.enable_retries", 0), ("grpc.primary_user_agent", "cig")]
        if parts.scheme == "grpcs":
            trusted = self._grpc.ssl_channel_credentials()
            self._channel = self._grpc.secure_channel(target, trusted, options)
        else:
            self._channel = self._grpc.insecure_channel(target, options)

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        """All names at once; the first failure ends the rest."""
        digests = {name: digest_of(action_of(name).action) for name in names}
        missing = self._missing(digests.values())
        known = [name for name in names if digests[name].hash not in missing]
        requests = [
            api.GetActionResultRequest(instance_name=self._instance, action_digest=digests[name], inline_stdout=True)
            for name in known
        ]
        results = self._all(f"{_CACHE}GetActionResult", requests, api.ActionResult.FromString, may_lack=True)
        found: dict[str, bytes] = {}
        beside: dict[str, api.Digest] = {}
        for name, result in zip(known, results, strict=True):
            if result is None:
                continue
            digest = blob_beside(result, limit)
            if digest is None:
                found[name] = result.stdout_raw[: limit + 1]
                each(name, found[name])
            else:
                beside[name] = digest
        blobs = self._read({digest.hash: digest for digest in beside.values()})
        for name, digest in beside.items():
            if digest.hash in blobs:
                found[name] = blobs[digest.hash]
                each(name, found[name])
        return found

    def create(self, name: str, data: bytes) -> bool:
        """Look, then write."""
        if self.fetch([name], 0):
            return False
        self.replace(name, data)
        return True

    def replace(self, name: str, data: bytes) -> None:
        """The action with all that it names, then its result."""
        kept = action_of(name)
        result, beside = encode_result(data)
        self._upload([kept.folder, kept.command, kept.action, *([beside] if beside else [])])
        request = api.UpdateActionResultRequest(
            instance_name=self._instance, action_digest=digest_of(kept.action), action_result=result
        )
        self._all(f"{_CACHE}UpdateActionResult", [request], api.ActionResult.FromString)

    def _missing(self, digests: Iterable[Any]) -> set[str]:
        requests = [
            api.FindMissingBlobsRequest(instance_name=self._instance, blob_digests=some)
            for some in _batches(digests, lambda digest: digest.ByteSize(), BATCH)
        ]
        answers = self._all(f"{_BLOBS}FindMissingBlobs", requests, api.FindMissingBlobsResponse.FromString)
        return {digest.hash for answer in answers if answer for digest in answer.missing_blob_digests}

    def _upload(self, blobs: Sequence[Blob]) -> None:
        small = [blob for blob in blobs if len(blob.data) <= BATCH]
        requests = [
            api.BatchUpdateBlobsRequest(
                instance_name=self._instance,
                requests=[api.BatchUpdateBlobsRequest.Request(digest=digest_of(blob), data=blob.data) for blob in some],
            )
            for some in _batches(small, lambda blob: len(blob.data), BATCH)
        ]
        for answer in self._all(f"{_BLOBS}BatchUpdateBlobs", requests, api.BatchUpdateBlobsResponse.FromString):
            for one in answer.responses if answer else ():
                if one.status.code:
                    raise StoreFaultError(f"cannot be written: {without_secret(one.status.message)}")
        for blob in blobs:
            if len(blob.data) > BATCH:
                self._write_stream(blob)

    def _write_stream(self, blob: Blob) -> None:
        prefix = f"{self._instance}/" if self._instance else ""
        name = f"{prefix}uploads/{uuid4()}/blobs/{blob.hash}/{len(blob.data)}"
        requests = [
            api.WriteRequest(
                resource_name=name if at == 0 else "",
                write_offset=at,
                finish_write=at + BATCH >= len(blob.data),
                data=blob.data[at : at + BATCH],
            ).SerializeToString()
            for at in range(0, len(blob.data), BATCH)
        ]
        method = self._channel.stream_unary(f"{_STREAM}Write", None, api.WriteResponse.FromString)
        self._told(lambda: method(iter(requests), timeout=self._wait, metadata=self._metadata))

    def _read(self, digests: Mapping[str, Any]) -> dict[str, bytes]:
        """Blobs by hash; those that are not there any more are left out."""
        small = [digest for digest in digests.values() if digest.size_bytes <= BATCH]
        requests = [
            api.BatchReadBlobsRequest(instance_name=self._instance, digests=some)
            for some in _batches(small, lambda digest: digest.size_bytes, BATCH)
        ]
        answers = self._all(f"{_BLOBS}BatchReadBlobs", requests, api.BatchReadBlobsResponse.FromString)
        blobs = {
            one.digest.hash: one.data
            for answer in answers
            for one in (answer.responses if answer else ())
            if not one.status.code
        }
        for digest in digests.values():
            if digest.size_bytes > BATCH:
                blobs[digest.hash] = self._read_stream(digest)
        return blobs

    def _read_stream(self, digest: Any) -> bytes:
        prefix = f"{self._instance}/" if self._instance else ""
        request = api.ReadRequest(resource_name=f"{prefix}blobs/{digest.hash}/{digest.size_bytes}")
        method = self._channel.unary_stream(f"{_STREAM}Read", None, api.ReadResponse.FromString)

        def read() -> bytes:
            parts: list[bytes] = []
            for answer in method(request.SerializeToString(), timeout=self._wait, metadata=self._metadata):
                parts.append(answer.data)
                if sum(map(len, parts)) > digest.size_bytes:
                    return b""
            return b"".join(parts)

        return self._told(read)

    def _all(
        self, path: str, requests: Sequence["Message"], decode: Callable[[bytes], T], *, may_lack: bool = False
    ) -> list[T | None]:
        """The answers to all requests, under way together; None for what the server does not have."""
        method = self._channel.unary_unary(path, None, decode)
        wait, metadata = self._wait, self._metadata
        calls = [method.future(one.SerializeToString(), timeout=wait, metadata=metadata) for one in requests]
        lacking = self._grpc.StatusCode.NOT_FOUND if may_lack else None
        answers: list[T | None] = []
        try:
            for call in calls:
                failed = call.exception() is not None
                answers.append(None if failed and call.code() == lacking else self._told(call.result))
        finally:
            for call in calls[len(answers) :]:
                call.cancel()
        return answers

    def _told(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except self._grpc.RpcError as fault:
            code = fault.code().name.lower().replace("_", " ")
            raise StoreFaultError(f"failed: {code}: {without_secret(fault.details() or '')}") from None


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise StoreFaultError("has a URL that cannot be read") from None
    if "@" in parts.netloc:
        raise StoreFaultError("has a name or a password in its URL: CIG_STORE_HEADER is the place for them")
    if not parts.hostname or (port is None and parts.scheme == "grpc") or parts.query or parts.fragment:
        raise StoreFaultError("has a URL that is not written grpc://HOST:PORT or grpc://HOST:PORT/INSTANCE")
    return parts


def _batches(items: Iterable[T], weight: Callable[[T], int], most: int) -> Iterator[list[T]]:
    """The items in lists of at most `most` together, each with one item at least."""
    batch: list[T] = []
    held = 0
    for item in items:
        if batch and held + weight(item) > most:
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += weight(item)
    if batch:
        yield batch
