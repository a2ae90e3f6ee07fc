"""A store in a cache that speaks Bazel's HTTP protocol: `/ac/HASH` and `/cas/HASH`, with GET and PUT.

Owns the connections: some, kept open, each asking for one name after another. What is kept is what `remote.py` keeps,
so a server that speaks both protocols has one set of records. A write asks the server to refuse a name that is taken,
which some do; elsewhere the second of two writers at the same moment wins, with a record that proves the same.
"""

import base64
import http.client
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import SplitResult, unquote, urlsplit

from cigen.proof.actions import INLINE, action_of, blob_beside, decode_result, encode_result
from cigen.proof.at_once import fetch_all
from cigen.proof.header import given_header, without_secret
from cigen.proof.reapi_pb2 import ActionResult
from cigen.proof.stores import Each, StoreFaultError, ignore

__all__ = ["HttpStore"]

AT_ONCE = 64
"""Connections."""

_OVERHEAD = 1024
"""Bytes of a result beside the record in it, at most."""

_WRITTEN = frozenset({200, 201, 202, 204})


class HttpStore:
    """Records as results of actions, one request each."""

    local = False
    denied = ""

    def __init__(self, url: str, budget: float) -> None:
        self._url = _parsed(url)
        self._wait = budget
        self._headers = dict(given_header())
        if "@" in self._url.netloc and "authorization" not in self._headers:
            user = f"{unquote(self._url.username or '')}:{unquote(self._url.password or '')}".encode()
            self._headers["authorization"] = "Basic " + base64.b64encode(user).decode("ascii")

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        """All names, as fast as the connections go; the first failure ends the rest."""
        name_at = {f"ac/{action_of(name).action.hash}": name for name in names}
        found: dict[str, bytes] = {}
        beside: dict[str, str] = {}
        sizes: dict[str, int] = {}

        def take(place: str, data: bytes) -> None:
            # What is no result is a record that is damaged.
            result = decode_result(data) or ActionResult()
            digest = blob_beside(result, limit)
            name = name_at[place]
            if digest is None:
                found[name] = result.stdout_raw[: limit + 1]
                each(name, found[name])
            else:
                beside[name] = f"cas/{digest.hash}"
                sizes[beside[name]] = digest.size_bytes

        self._get(dict.fromkeys(name_at, INLINE + _OVERHEAD), take)
        blobs = self._get(sizes, ignore)
        for name, place in beside.items():
            if place in blobs:
                found[name] = blobs[place]
                each(name, found[name])
        return found

    def create(self, name: str, data: bytes) -> bool:
        """Look, then write, and have the server look again if it can."""
        return not self.fetch([name], 0) and self._write(name, data, {"If-None-Match": "*"})

    def replace(self, name: str, data: bytes) -> None:
        """Plain writes."""
        self._write(name, data, {})

    def _write(self, name: str, data: bytes, condition: Mapping[str, str]) -> bool:
        """The action with all that it names, then its result; False where the condition does not hold."""
        kept = action_of(name)
        result, beside = encode_result(data)
        with _Connection(self._url, self._headers, self._wait) as connection:
            for blob in (kept.folder, kept.command, kept.action, *([beside] if beside else [])):
                connection.put(f"cas/{blob.hash}", blob.data, {})
            return connection.put(f"ac/{kept.action.hash}", result.SerializeToString(), condition)

    def _get(self, places: dict[str, int], each: Each) -> dict[str, bytes]:
        """The contents of those places that exist; empty where one is longer than its number of bytes."""

        @contextmanager
        def opened() -> Iterator[Callable[[str], bytes | None]]:
            with _Connection(self._url, self._headers, self._wait) as connection:
                yield lambda place: connection.get(place, places[place])

        return fetch_all(places, AT_ONCE, opened, each)


class _Connection:
    """One connection, opened with the first request, and again where the server has closed it."""

    def __init__(self, url: SplitResult, headers: Mapping[str, str], wait: float) -> None:
        self._prefix = url.path.rstrip("/")
        self._headers = headers
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(url.hostname or "", url.port, timeout=wait)

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, place: str, most: int) -> bytes | None:
        """The content; None where there is none, and nothing of one that is longer."""
        status, content = self._ask("GET", place, None, {}, most)
        if status == http.client.NOT_FOUND:
            return None
        if status != http.client.OK:
            raise StoreFaultError(f"cannot be read: it answers {status}")
        return content if len(content) <= most else b""

    def put(self, place: str, data: bytes, condition: Mapping[str, str]) -> bool:
        """Whether it is written; False where the server says that the condition does not hold."""
        status, _ = self._ask("PUT", place, data, condition, _OVERHEAD)
        if status not in _WRITTEN and not (condition and status == http.client.PRECONDITION_FAILED):
            raise StoreFaultError(f"cannot be written: it answers {status}")
        return status in _WRITTEN

    def _ask(
        self, method: str, place: str, data: bytes | None, headers: Mapping[str, str], most: int
    ) -> tuple[int, bytes]:
        """The status, and one byte more than `most` of the content where there are as many."""
        try:
            self._connection.request(method, f"{self._prefix}/{place}", data, {**self._headers, **headers})
            response = self._connection.getresponse()
            content = response.read(most + 1)
            if len(content) <= most and response.length:
                raise StoreFaultError("failed: an answer ended in the middle")
            if not response.isclosed():
                # The rest of it would be taken for the next answer.
                self._connection.close()
        except (OSError, http.client.HTTPException) as fault:
            raise StoreFaultError(f"failed: {without_secret(str(fault)) or type(fault).__name__}") from fault
        return response.status, content


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise StoreFaultError(f"has a URL that is not written {url.partition(':')[0]}://HOST:PORT/PATH")
    return parts
