"""A store in a bucket: S3 and whatever speaks like it, Google Cloud Storage, Azure.

Owns obstore. Credentials are those that the machine has: variables, instance roles, or the identity of a CI job.
The requests of a plan are under way together, and none is repeated for longer than the plan would wait. They are made
from threads, which cost half of what asyncio does.
"""

import os
import re
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from html import unescape
from typing import Any

from cigen.proof.at_once import fetch_all
from cigen.proof.identity import identity_options
from cigen.proof.stores import Each, StoreFaultError, ignore

__all__ = ["BucketStore"]

AT_ONCE = 64
"""Requests under way, a thread each."""


_TOLD = re.compile(r"<(Code|Message|Details)>([^<>]*)</\1>")
"""The answer's own words, as XML. Amazon's name the right that is missing."""


class BucketStore:
    """Records as objects of a bucket."""

    local = False

    def __init__(self, url: str, budget: float) -> None:
        from obstore.exceptions import BaseError
        from obstore.store import from_url

        self._denials: list[str] = []
        wait = timedelta(seconds=budget)
        # Only whoever names an endpoint of plain HTTP gets one; records are signed, whatever they come through.
        options: Any = {"timeout": wait, "connect_timeout": wait / 2, "allow_http": True}
        backoff = {"init_backoff": wait / 60, "max_backoff": wait / 6, "base": 2}
        retries: Any = {"max_retries": 2, "retry_timeout": wait, "backoff": backoff}
        try:
            given: Any = identity_options(url, os.environ, budget)
            self._store = from_url(url, config=given, client_options=options, retry_config=retries)
        except (BaseError, ValueError) as fault:
            raise StoreFaultError(f"cannot be used: {_said(fault)}") from fault

    @property
    def denied(self) -> str:
        """Amazon and Google say "forbidden" of a name that is absent to whoever may not list the bucket."""
        return min(self._denials, default="")

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        """All names at once; the first failure ends the rest."""
        return fetch_all(names, AT_ONCE, lambda: nullcontext(lambda name: self._get(name, limit)), each)

    def create(self, name: str, data: bytes) -> bool:
        """A conditional write: the bucket itself refuses a name that is taken."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            self._put(name, data, "create")
        except (AlreadyExistsError, PreconditionError):
            return False
        return True

    def replace(self, name: str, data: bytes) -> None:
        """A plain write."""
        self._put(name, data, "overwrite")

    def _put(self, name: str, data: bytes, mode: Any) -> None:
        import obstore
        from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

        try:
            obstore.put(self._store, name, data, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            raise
        except BaseError as fault:
            raise StoreFaultError(f"cannot be written: {_said(fault)}") from fault

    def _get(self, name: str, limit: int) -> bytes | None:
        import obstore
        from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError

        try:
            answer = obstore.get(self._store, name)
            # What is longer is no record, and is not worth the transfer.
            if answer.meta["size"] > limit:
                return b""
            return bytes(answer.bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        except PermissionDeniedError as fault:
            # Any other code, such as that of a wrong signature, is about whoever asks, and not about the name.
            if "<Code>AccessDenied</Code>" not in str(fault):
                raise StoreFaultError(f"cannot be read: {_said(fault)}") from fault
            self._denials.append(_said(fault))
            return None
        except BaseError as fault:
            raise StoreFaultError(f"cannot be read: {_said(fault)}") from fault


def _said(fault: BaseException) -> str:
    """What the server says; else the first line of what the library does, which goes on to repeat the request."""
    told = _TOLD.findall(str(fault).partition("\n\nDebug source")[0])
    if told:
        return unescape(": ".join(text for _, text in told))[:400]
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]
