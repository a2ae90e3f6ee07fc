"""Objects of a bucket, or of a server that takes and gives files: names to bytes, through obstore.

Owns obstore, and what it says when something goes wrong. Refuses to know what the bytes are, and to ask for many at
once: `at_once.py` does, from threads, which cost half of what asyncio does.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any, cast

from cigen.model.dataclass import dataclass
from cigen.proof.header import without_secret
from cigen.proof.stores import StoreFaultError

__all__ = ["ForbiddenError", "Objects", "Patience"]

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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take, in seconds, and how often it is made again within that time."""

    seconds: float
    again: int = 0


class Objects:
    """Everything below one URL."""

    def __init__(
        self, url: str, patience: Patience, config: Mapping[str, Any] | None = None, headers: Mapping[str, str] = {}
    ) -> None:
        """config: of the bucket. headers: of each request. Raises StoreFaultError."""
        from obstore.exceptions import BaseError
        from obstore.store import HTTPStore, from_url

        wait = timedelta(seconds=patience.seconds)
        # Only whoever names an endpoint of plain HTTP gets one; records are signed, whatever they come through.
        options: Any = {"timeout": wait, "connect_timeout": wait / 2, "allow_http": True}
        options |= {"default_headers": dict(headers)} if headers else {}
        backoff = {"init_backoff": wait / 60, "max_backoff": wait / 6, "base": 2}
        retries: Any = {"max_retries": patience.again, "retry_timeout": wait, "backoff": backoff}
        try:
            self._store: Any = (
                HTTPStore.from_url(url, client_options=options, retry_config=retries)
                if config is None
                else from_url(url, config=cast(Any, config), client_options=options, retry_config=retries)
            )
        except (BaseError, ValueError) as fault:
            raise StoreFaultError(f"cannot be used: {_said(fault)}") from fault

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

    def put(self, name: str, data: bytes, *, free: bool = False) -> bool:
        """Write; False where the name was to be free and is not, or a condition in the headers does not hold.

        Raises StoreFaultError.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

        try:
            obstore.put(self._store, name, data, mode="create" if free else "overwrite", use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            return False
        except (BaseError, OSError) as fault:
            raise StoreFaultError(f"cannot be written: {_said(fault)}") from fault
        return True


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
