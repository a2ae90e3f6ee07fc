"""Opening files below the repository's root, one folder at a time, following no symbolic link.

A link in any parent, or at the path itself, could lead a write out of the repository: a render then would overwrite
whatever the link's author chose. So each folder is opened from its parent's descriptor with O_NOFOLLOW, and everything
afterwards happens relative to that descriptor: nothing can be swapped underneath between a check and its use.

Raises StoreError with OUTPUT_003 (something else stands there), OUTPUT_004 (a link) or OUTPUT_005 (the system refused).
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cigen.errors import StoreError
from cigen.model.diagnostics import Diagnostic, Location, error
from cigen.output.confine import unsafe_reason

__all__ = ["cannot_write", "open_folder", "open_root", "read_below", "standing_at"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a pipe put there after the look at what stands there must not hang the open.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HINTS = {
    errno.ENOSPC: "free some space on that disk, then run the command again",
    errno.EDQUOT: "free some of your disk quota, then run the command again",
    errno.EROFS: "mount that file system writable, or render somewhere else",
    errno.EACCES: "give yourself write permission on the file's folder",
    errno.EPERM: "give yourself write permission on the file's folder",
}


@contextmanager
def open_root(root: Path) -> Iterator[int]:
    """A descriptor of the repository's root. The root itself may be reached through links."""
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as cause:
        raise StoreError(cannot_write(".", cause)) from cause
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_folder(root: int, path: str, made: list[str] | None) -> int | None:
    """A descriptor of the folder that holds `path`, None if it does not exist.

    made: None never creates a folder; else missing folders are created and their paths appended, outermost first.
    The caller closes the descriptor.
    """
    assert not unsafe_reason(path), path
    folder = os.dup(root)
    done: list[str] = []
    try:
        for part in path.split("/")[:-1]:
            done.append(part)
            inner = _enter(folder, part, "/".join(done), made)
            if inner is None:
                os.close(folder)
                return None
            os.close(folder)
            folder = inner
    except BaseException:
        os.close(folder)
        raise
    return folder


def _enter(folder: int, part: str, path: str, made: list[str] | None) -> int | None:
    try:
        return os.open(part, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if made is None:
            return None
    except OSError as cause:
        raise StoreError(_refused(folder, part, path, cause)) from cause
    try:
        os.mkdir(part, dir_fd=folder)
        made.append(path)
        return os.open(part, _FOLDER, dir_fd=folder)
    except OSError as cause:
        raise StoreError(_refused(folder, part, path, cause)) from cause


def standing_at(folder: int, name: str, path: str) -> os.stat_result | None:
    """What stands at `name`: a regular file, or None for nothing. Anything else is an error naming `path`."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise StoreError(cannot_write(path, cause)) from cause
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(_not_a_file(path, found.st_mode))
    return found


def read_below(root: int, path: str) -> bytes | None:
    """The bytes of the file at `path`, None if there is none."""
    folder = open_folder(root, path, None)
    if folder is None:
        return None
    try:
        name = path.rpartition("/")[2]
        if standing_at(folder, name, path) is None:
            return None
        with open(os.open(name, _FILE, dir_fd=folder), "rb") as file:
            return file.read()
    except OSError as cause:
        diagnostic = error("OUTPUT_005", f"{path} cannot be read: {_why(cause)}", location=Location(path))
        raise StoreError(diagnostic) from cause
    finally:
        os.close(folder)


def cannot_write(path: str, cause: OSError) -> Diagnostic:
    """OUTPUT_005 in the words of `cause`."""
    hint = _HINTS.get(cause.errno or 0, "")
    return error("OUTPUT_005", f"{path} cannot be written: {_why(cause)}", hint=hint, location=Location(path))


def _refused(folder: int, part: str, path: str, cause: OSError) -> Diagnostic:
    """Why a folder could not be entered: ELOOP and ENOTDIR both may mean a link, and systems differ in which."""
    if cause.errno in (errno.ENOTDIR, errno.ELOOP):
        try:
            mode = os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode
        except OSError:
            return cannot_write(path, cause)
        if not stat.S_ISDIR(mode):
            return _not_a_file(path, mode) if stat.S_ISLNK(mode) else _not_a_folder(path)
    return cannot_write(path, cause)


def _not_a_file(path: str, mode: int) -> Diagnostic:
    if stat.S_ISLNK(mode):
        message = f"{path} is a symbolic link; cig writes through none, as it may lead out of the repository"
        return error("OUTPUT_004", message, hint="remove the link", location=Location(path))
    what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
    hint = "remove it, or choose another path in [[outputs]]"
    return error("OUTPUT_003", f"{path} is {what}", hint=hint, location=Location(path))


def _not_a_folder(path: str) -> Diagnostic:
    hint = "remove it, or choose another path in [[outputs]]"
    return error("OUTPUT_003", f"{path} is a file, and an output lies below it", hint=hint, location=Location(path))


def _why(cause: OSError) -> str:
    # strerror is the C library's text and may be translated: name the usual causes ourselves, in one language.
    number = cause.errno or 0
    return _REASONS.get(number) or f"the system says {errno.errorcode.get(number, number)}"


_REASONS = {
    0: "what was replacing it was ended from outside",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EFBIG: "it would be larger than files may be here",
    errno.ENAMETOOLONG: "its name is too long for this file system",
    errno.ENOENT: "there is no such folder",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a parent of it is no folder",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.EIO: "the disk reported an error",
}
