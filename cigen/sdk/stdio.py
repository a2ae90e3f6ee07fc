"""Standard input and output of a plugin, taken away before any of its code can write to them.

Owns: descriptors 0 and 1, which are the connection to the core. Once taken, 0 is empty and 1 is standard error, so that
a stray `print`, an `os.write(1, …)` or a child process that talks cannot break the protocol.
"""

import os
import sys

from cigen.wire import PLUGIN_MARK

__all__ = ["take_when_started_by_core", "taken_streams"]

_taken: list[tuple[int, int]] = []


def take_when_started_by_core() -> None:
    """Called when `cigen.sdk` is imported: in a process that the core started, 0 and 1 are taken then and there."""
    # Popped, so that the plugin's own children are ordinary processes.
    if os.environ.pop(PLUGIN_MARK, ""):
        _take()


def taken_streams() -> tuple[int, int]:
    """The descriptors to read requests from and to write answers to. Once; they belong to the caller."""
    if not _taken:
        _take()
    return _taken.pop()


def _take() -> None:
    from fcntl import F_DUPFD_CLOEXEC, fcntl

    _taken.append((fcntl(0, F_DUPFD_CLOEXEC, 3), fcntl(1, F_DUPFD_CLOEXEC, 3)))
    empty = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    if sys.stdout is not None:
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
