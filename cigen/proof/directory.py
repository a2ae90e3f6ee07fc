"""A store in a folder of this machine, or of a disk that machines share.

Owns: files that are there whole or not at all, and a first writer that wins. A reader never waits for a file that is
no file: a pipe in its place is a miss that says so.
"""

import errno
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from cigen.proof.stores import Each, StoreFaultError, ignore

__all__ = ["DirectoryStore"]

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})


class DirectoryStore:
    """Records as files."""

    local = True
    singly = False
    listing = None
    denied = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        """The contents of those names that exist. A folder that does not exist yet is an empty store."""
        found = {}
        for name in names:
            try:
                data = _read(self._folder / name, limit)
            except OSError as fault:
                raise StoreFaultError(f"cannot be read: {fault.strerror}") from fault
            if data is not None:
                found[name] = data
                each(name, data)
        return found

    def create(self, name: str, data: bytes) -> bool:
        """Link a complete file to the name, which only one writer can."""
        try:
            written = self._beside(name, data)
            try:
                os.link(written, self._folder / name)
            except FileExistsError:
                return False
            finally:
                written.unlink()
        except OSError as fault:
            raise StoreFaultError(f"cannot be written: {fault.strerror}") from fault
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Rename a complete file to the name."""
        try:
            written = self._beside(name, data)
            try:
                written.replace(self._folder / name)
            except OSError:
                written.unlink(missing_ok=True)
                raise
        except OSError as fault:
            raise StoreFaultError(f"cannot be written: {fault.strerror}") from fault

    def _beside(self, name: str, data: bytes) -> Path:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{secrets.token_hex(8)}")
        try:
            with beside.open("xb") as file:
                file.write(data)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        return beside


def _read(path: Path, limit: int) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        if fault.errno in _ABSENT:
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        # What is no file holds no record, and reading it might never end.
        os.close(descriptor)
        return b""
    with open(descriptor, "rb") as file:
        return file.read(limit + 1)
