"""One connection to a cache that speaks HTTP, for one request after another.

Owns what an answer has to be: whole, no longer than asked for, and framed beyond doubt, so that no answer is taken for
that of another request. What is not is a fault of the store.
"""

import http.client
import re
from collections.abc import Mapping
from urllib.parse import SplitResult

from cigen.proof.header import without_secret
from cigen.proof.stores import StoreFaultError

__all__ = ["Connection"]

_WRITTEN = frozenset({200, 201, 202, 204})

_REFUSAL = 1024
"""Bytes of what a server says about a write, at most."""

_STATUS = re.compile(rb"HTTP/1\.(\d) (\d{3})(?: [^\r\n]*)?\r?\n")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_LONGEST = 65_536
_MOST_LINES = 100


class Connection:
    """One connection, opened with the first request, and again where the server has closed it."""

    def __init__(self, url: SplitResult, headers: Mapping[str, str], wait: float) -> None:
        self._prefix = url.path.rstrip("/")
        self._headers = headers
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(url.hostname or "", url.port, timeout=wait)
        self._connection.response_class = _Answer

    def __enter__(self) -> "Connection":
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
        status, _ = self._ask("PUT", place, data, condition, _REFUSAL)
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


class _Answer(http.client.HTTPResponse):
    """An answer of whose head only what frames it is read.

    `http.client` itself has `email` read all of it, which takes longer than everything else about a request.
    """

    def begin(self) -> None:
        """As in `http.client`, and stricter."""
        minor, self.status, fields = self._head()
        while self.status < http.client.OK:
            minor, self.status, fields = self._head()
        coding, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
        if coding not in (None, b"chunked") or not (length is None or _LENGTH.fullmatch(length)):
            raise http.client.HTTPException("an answer of which nobody knows where it ends")
        self.chunked, self.chunk_left = coding is not None, None
        self.length = int(length) if length is not None and not self.chunked else None
        if self.status in (http.client.NO_CONTENT, http.client.NOT_MODIFIED):
            self.length = 0
        self.will_close = (
            minor == b"0" or b"close" in fields.get(b"connection", b"") or not (self.chunked or self.length is not None)
        )

    def _head(self) -> tuple[bytes, int, dict[bytes, bytes]]:
        """The version's last digit, the status, and the fields: lower case, one that stands twice joined by commas."""
        line = self.fp.readline(_LONGEST)
        if not line:
            raise http.client.RemoteDisconnected("it hung up")
        status = _STATUS.fullmatch(line)
        if status is None:
            raise http.client.BadStatusLine(line.decode("latin-1"))
        fields: dict[bytes, bytes] = {}
        for _ in range(_MOST_LINES):
            line = self.fp.readline(_LONGEST)
            if line in (b"\r\n", b"\n"):
                return status[1], int(status[2]), fields
            name, colon, value = line.lower().partition(b":")
            if not colon or not line.endswith(b"\n"):
                break
            value = value.strip()
            fields[name] = fields[name] + b"," + value if name in fields else value
        raise http.client.HTTPException("an answer's head that cannot be read")
