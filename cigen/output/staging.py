"""Staging: each new content beside its target, synced, and a second self of what it will replace.

Staged files stand in the target's own folder, as a rename is atomic within one file system only. A killed run may
leave them behind; `is_staged` knows them by name. Imported by `writer.py` alone.
"""

import os
import re
import secrets
from contextlib import suppress

from cigen.errors import StoreError
from cigen.model.dataclass import dataclass
from cigen.output.beneath import cannot_write, read_below

__all__ = ["Place", "discard", "is_staged", "new_name", "stage"]

_STAGED = re.compile(r"\.cig-[0-9a-f]{16}\.tmp")


def new_name() -> str:
    """A name for a staged file that nothing else has."""
    return f".cig-{secrets.token_hex(8)}.tmp"


def is_staged(name: str) -> bool:
    """Whether a file of this name was staged by some run of cig."""
    return _STAGED.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file goes: its folder's descriptor, its name there, and the mode of what it replaces (None: nothing)."""

    path: str
    folder: int
    name: str
    content: bytes
    old: os.stat_result | None


def stage(place: Place, *, keep_old: bool) -> tuple[str, str]:
    """The names of the staged file and of the old one's second self; on failure neither is left."""
    staged = old = ""
    try:
        staged = _write_beside(place.folder, place.content, place.old)
        if keep_old and place.old is not None:
            old = _second_self(place)
    except OSError as cause:
        discard(place.folder, staged)
        raise StoreError(cannot_write(place.path, cause)) from cause
    return staged, old


def _write_beside(folder: int, content: bytes, like: os.stat_result | None) -> str:
    name = new_name()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o666, dir_fd=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if like is not None:
                _take_after(file.fileno(), like)
            os.fsync(file.fileno())
    except BaseException:
        discard(folder, name)
        raise
    return name


def _take_after(descriptor: int, old: os.stat_result) -> None:
    """Owner first: changing it clears bits of the mode. Root rendering in a user's checkout leaves files the user's."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (old.st_uid, old.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)


def _second_self(place: Place) -> str:
    """A second name for the file about to be replaced: a hard link, or a copy where links are refused."""
    name = new_name()
    try:
        os.link(place.name, name, src_dir_fd=place.folder, dst_dir_fd=place.folder, follow_symlinks=False)
    except OSError:
        content = read_below(place.folder, place.name)
        assert content is not None
        return _write_beside(place.folder, content, place.old)
    return name


def discard(folder: int, name: str) -> None:
    """Remove a staged file; an empty name is none."""
    try:
        if name:
            os.unlink(name, dir_fd=folder)
    except OSError:
        return  # it never was, or the disk is failing: what matters has been reported already
