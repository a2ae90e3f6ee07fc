"""Objects of a bucket, or of a server that takes and gives files: names to bytes, through obstore.

Owns obstore, and what it says when something goes wrong. Refuses to know what the bytes are, and to ask for many at
once: `at_once.py` does, from threads, which cost half of what asyncio does.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from html import unescape
from typing import Any

from cigen.proof.header import without_secret
from cigen.proof.stores import StoreFaultError

__all__ = ["ForbiddenError", "Objects"]

_ANSWER = re.compile(r"<(Code|Message|Details)>([^<>]*)</\1>")
"""What a bucket answers, as XML. Amazon's names the right that is missing."""

_STATUS = re.compile(r"status code: (\d{3})")
_CAUSE = re.compile(r'InvalidCertificate\(\s*(?:Other\(\s*|OtherError\(\s*)*(\w+)|message: "([^"]*)"')
"""What is behind a failed connection: of rustls, or of the operating system."""


class ForbiddenError(StoreFaultError):
    """A name that may not be read. code: of the answer; empty where it has none."""

    def __init__(self, said: str, code: str) -> None:
        self.said, self.code = said, code
        super().__init__(f"cannot be read: {said}")


class Objects:
    """Everything below one URL. `of_bucket` and `of_server` make one."""

    def __init__(self, store: Any, creating: Callable[[], Any], mode: Any) -> None:
        self._store = store
        self._creating = creating
        self._mode = mode

    @classmethod
    def of_bucket(cls, url: str, seconds: float, config: Mapping[str, str]) -> "Objects":
        """A bucket. A request that fails is made again within the seconds. Raises StoreFaultError."""
        from obstore.store import from_url

        given: Any = config
        store = _opened(lambda **options: from_url(url, config=given, **options), seconds, again=2)
        return cls(store, lambda: store, "create")

    @classmethod
    def of_server(cls, url: str, seconds: float, headers: Mapping[str, str]) -> "Objects":
        """A server of HTTP, with these headers in each request, none of which is made again. Raises StoreFaultError."""
        from obstore.store import HTTPStore

        def opened(headers: Mapping[str, str]) -> Any:
            return _opened(lambda **options: HTTPStore.from_url(url, **options), seconds, headers=headers)

        # To obstore no plain server refuses a name that is taken. Some do, if the request says so.
        return cls(opened(headers), lambda: opened({**headers, "if-none-match": "*"}), "overwrite")

    def get(self, name: str, limit: int) -> bytes | None:
        """The content; None where there is none, nothing of one that is longer. Raises StoreFaultError."""
        import obstore
        from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError

        try:
            answer = obstore.get(self._store, name)
            # What is longer is no record, and is not worth the transfer.
            return b"" if answer.meta["size"] > limit else bytes(answer.bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        except PermissionDeniedError as fault:
            code = next((text for name, text in _ANSWER.findall(str(fault)) if name == "Code"), "")
            raise ForbiddenError(_said(fault), code) from fault
        except (BaseError, OSError) as fault:
            raise StoreFaultError(f"cannot be read: {_said(fault)}") from fault

    def listing(self, folder: str, most: int) -> frozenset[str] | None:
        """Every name below a folder; None where there are more, or it cannot be listed, for whatever reason."""
        import obstore
        from obstore.exceptions import BaseError

        found = set[str]()
        try:
            for page in obstore.list(self._store, folder + "/", chunk_size=most + 1):
                found.update(one["path"] for one in page)
                if len(found) > most:
                    return None
        except (BaseError, OSError):
            # Each system says in its own way that listing is forbidden. If the store is down, names cannot be read.
            return None
        return frozenset(found)

    def create(self, name: str, data: bytes) -> bool:
        """Write under a name that is free; False where the server says that it is taken. Raises StoreFaultError."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            self._put(self._creating(), name, data, self._mode)
        except StoreFaultError as fault:
            if isinstance(fault.__cause__, AlreadyExistsError | PreconditionError):
                return False
            raise
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Write, whatever is there. Raises StoreFaultError."""
        self._put(self._store, name, data, "overwrite")

    def _put(self, store: Any, name: str, data: bytes, mode: Any) -> None:
        import obstore
        from obstore.exceptions import BaseError

        try:
            obstore.put(store, name, data, mode=mode, use_multipart=False)
        except (BaseError, OSError) as fault:
            raise StoreFaultError(f"cannot be written: {_said(fault)}") from fault


def _opened(make: Callable[..., Any], seconds: float, again: int = 0, headers: Mapping[str, str] | None = None) -> Any:
    from obstore.exceptions import BaseError

    wait = timedelta(seconds=seconds)
    # Only whoever names an endpoint of plain HTTP gets one; records are signed, whatever they come through.
    options: Any = {"timeout": wait, "connect_timeout": wait / 2, "allow_http": True}
    options |= {"default_headers": dict(headers)} if headers else {}
    backoff = {"init_backoff": wait / 60, "max_backoff": wait / 6, "base": 2}
    try:
        return make(
            client_options=options,
            retry_config={"max_retries": again, "retry_timeout": wait, "backoff": backoff},
        )
    except (BaseError, ValueError) as fault:
        raise StoreFaultError(f"cannot be used: {_said(fault)}") from fault


def _said(fault: BaseException) -> str:
    """What the server says; else the answer's status, or why there is none. Never how long that took."""
    told, _, source = str(fault).strip().partition("\n\nDebug source")
    answers = _ANSWER.findall(told)
    if answers:
        return unescape(": ".join(text for _, text in answers))[:400]
    status, cause = _STATUS.search(told), _CAUSE.search(source)
    if status:
        return f"it answers {status[1]}"
    if cause:
        return f"its certificate is not valid: {cause[1]}" if cause[1] else without_secret(cause[2])
    first = (told.splitlines() or [""])[0]
    return without_secret(first.rpartition(" - ")[2]) or type(fault).__name__
