"""A store in a cache that speaks Bazel's HTTP protocol: `/ac/HASH` and `/cas/HASH`, with GET and PUT.

Owns how obstore is used for it: many requests under way, none made again, and who asks. What is kept is what
`remote.py` keeps, so a server that speaks both protocols has one set of records. A write asks the server to refuse a
name that is taken, which some do; elsewhere the second of two writers at the same moment wins, with a record that
proves the same.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from cigen.proof.actions import INLINE, action_of, blob_beside, decode_result, encode_result
from cigen.proof.at_once import fetch_all
from cigen.proof.header import given_header, without_secret
from cigen.proof.reapi_pb2 import ActionResult
from cigen.proof.stores import Each, StoreFaultError, ignore

__all__ = ["HttpStore"]

AT_ONCE = 64
"""Requests under way, a thread each."""

_OVERHEAD = 1024
"""Bytes of a result beside the record in it, at most."""

_STATUS = re.compile(r"status code: (\d{3})")
_CAUSE = re.compile(r'InvalidCertificate\(\s*(?:Other\(\s*)*(\w+)|message: "([^"]*)"')
"""What is behind a failed connection: of rustls, or of the operating system."""


class HttpStore:
    """Records as results of actions, one request each."""

    local = False
    denied = ""

    def __init__(self, url: str, budget: float) -> None:
        parts = _parsed(url)
        headers = dict(given_header())
        if "@" in parts.netloc and "authorization" not in headers:
            user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
            headers["authorization"] = "Basic " + base64.b64encode(user).decode("ascii")
        self._url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._wait = timedelta(seconds=budget)
        self._headers = headers
        self._store = self._opened({})

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
        for blob in (kept.folder, kept.command, kept.action, *([beside] if beside else [])):
            self._put(self._store, f"cas/{blob.hash}", blob.data)
        to = self._opened(condition) if condition else self._store
        return self._put(to, f"ac/{kept.action.hash}", result.SerializeToString())

    def _opened(self, headers: Mapping[str, str]) -> Any:
        """Requests with these headers and those that say who asks."""
        from obstore.exceptions import BaseError
        from obstore.store import HTTPStore

        options: Any = {"timeout": self._wait, "connect_timeout": self._wait / 2, "allow_http": True}
        options["default_headers"] = {**self._headers, **headers}
        try:
            # A request that failed is not made again: the plan does not wait, and runs everything.
            return HTTPStore.from_url(self._url, client_options=options, retry_config={"max_retries": 0})
        except (BaseError, ValueError) as fault:
            raise StoreFaultError(f"cannot be used: {_said(fault)}") from fault

    def _put(self, store: Any, place: str, data: bytes) -> bool:
        import obstore
        from obstore.exceptions import BaseError, PreconditionError

        try:
            obstore.put(store, place, data, use_multipart=False)
        except PreconditionError:
            return False
        except (BaseError, OSError) as fault:
            raise StoreFaultError(f"cannot be written: {_said(fault)}") from fault
        return True

    def _get(self, places: Mapping[str, int], each: Each) -> dict[str, bytes]:
        """The contents of those places that exist; empty where one is longer than its number of bytes."""
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        def get(place: str) -> bytes | None:
            try:
                answer = obstore.get(self._store, place)
                # What is longer is no record, and is not worth the transfer.
                return b"" if answer.meta["size"] > places[place] else bytes(answer.bytes())
            except (NotFoundError, FileNotFoundError):
                return None
            except (BaseError, OSError) as fault:
                raise StoreFaultError(f"cannot be read: {_said(fault)}") from fault

        return fetch_all(places, AT_ONCE, lambda: nullcontext(get), each)


def _said(fault: BaseException) -> str:
    """The status of the answer, or why there is none, without how long that took."""
    told, _, source = str(fault).strip().partition("\n")
    status, cause = _STATUS.search(told), _CAUSE.search(source)
    if status:
        return f"it answers {status[1]}"
    if cause:
        return f"its certificate is not valid: {cause[1]}" if cause[1] else without_secret(cause[2])
    return without_secret(told.rpartition(" - ")[2]) or type(fault).__name__


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise StoreFaultError(f"has a URL that is not written {url.partition(':')[0]}://HOST:PORT/PATH")
    return parts
