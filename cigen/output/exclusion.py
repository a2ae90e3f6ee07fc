"""Keeping others out while files are written: other `cig` processes, and the signals that would end this one midway.

Imported by `writer.py` alone.
"""

import errno
import fcntl
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from cigen.errors import StoreError
from cigen.model.diagnostics import error

__all__ = ["hold_lock", "signals_deferred"]

_POLL = 0.02
_CANNOT_LOCK = (errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL, errno.ENOSYS)


def hold_lock(root: int, patience: float) -> bool:
    """Lock the repository's root against other writers, until every copy of the descriptor `root` is closed.

    A lock on the folder itself leaves no file behind. False where the file system has no such locks (some network file
    systems): each file is atomic there all the same. Raises StoreError(OUTPUT_007) after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                message = f"another cig has been writing here for {patience:g} seconds"
                hint = "wait for it to end, or end it if it hangs, then run the command again"
                raise StoreError(error("OUTPUT_007", message, hint=hint)) from None
            time.sleep(_POLL)
        except OSError as cause:
            if cause.errno in _CANNOT_LOCK:
                return False
            raise
        else:
            return True


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Ctrl-C, termination and hang-up take effect when the block ends, as they would have before it.

    Only the main thread can say so; elsewhere signals do not interrupt the block in the first place.
    """
    arrived: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    # Ignored stays ignored (nohup); None belongs to code outside Python and cannot be put back.
    before = {n: handler for n, handler in before.items() if handler not in (signal.SIG_IGN, None)}
    try:
        for number in before:
            signal.signal(number, remember)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])
