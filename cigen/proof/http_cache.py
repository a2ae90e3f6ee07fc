"""A store in a cache that speaks Bazel's HTTP protocol: `/ac/HASH` and `/cas/HASH`, with GET and PUT.

Owns which objects a record is, and who asks. What is kept is what `remote.py` keeps, so a server that speaks both
protocols has one set of records. A write asks the server to refuse a name that is taken, which some do; elsewhere the
second of two writers at the same moment wins, with a record that proves the same.
"""

import base64
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from cigen.proof.actions import INLINE, action_of, blob_beside, decode_result, encode_result
from cigen.proof.at_once import fetch_all
from cigen.proof.header import given_header
from cigen.proof.objects import Objects
from cigen.proof.reapi_pb2 import ActionResult
from cigen.proof.stores import Each, StoreFaultError, ignore

__all__ = ["HttpStore"]

_OVERHEAD = 1024
"""Bytes of a result beside the record in it, at most."""


class HttpStore:
    """Records as results of actions, one request each."""

    local = False
    singly = True
    listing = None
    denied = ""

    def __init__(self, url: str, budget: float) -> None:
        parts = _parsed(url)
        headers = dict(given_header())
        if "@" in parts.netloc and "authorization" not in headers:
            user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
            headers["authorization"] = "Basic " + base64.b64encode(user).decode("ascii")
        plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._objects = Objects.of_server(plain, budget, headers)

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
        if self.fetch([name], 0):
            return False
        place, result = self._put_blobs(name, data)
        return self._objects.create(place, result)

    def replace(self, name: str, data: bytes) -> None:
        """Plain writes."""
        place, result = self._put_blobs(name, data)
        self._objects.replace(place, result)

    def _put_blobs(self, name: str, data: bytes) -> tuple[str, bytes]:
        """Write the action with all that it names; the place of its result, and the result."""
        kept = action_of(name)
        result, beside = encode_result(data)
        for blob in (kept.folder, kept.command, kept.action, *([beside] if beside else [])):
            self._objects.replace(f"cas/{blob.hash}", blob.data)
        return f"ac/{kept.action.hash}", result.SerializeToString()

    def _get(self, places: Mapping[str, int], each: Each) -> dict[str, bytes]:
        """The contents of those places that exist; empty where one is longer than its number of bytes."""
        return fetch_all(places, lambda place: self._objects.get(place, places[place]), each)


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise StoreFaultError(f"has a URL that is not written {url.partition(':')[0]}://HOST:PORT/PATH")
    return parts
