"""What a folder holds, as one SHA-256 that a shell can work out, too.

    find . -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum

Owns by what files that a plan has brought are known again, wherever they have been meanwhile.
"""

import hashlib
import os
from pathlib import Path

__all__ = ["folder_sum"]


def folder_sum(folder: Path) -> str:
    """The sum, in hexadecimal digits. Raises OSError, also for a folder that is not there."""
    return hashlib.sha256(b"".join(sorted(_lines(os.fsencode(folder))))).hexdigest()


def _lines(folder: bytes, within: bytes = b".") -> list[bytes]:
    found: list[bytes] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = within + b"/" + entry.name
            if entry.is_dir(follow_symlinks=False):
                found += _lines(entry.path, path)
            else:
                with open(entry.path, "rb") as file:
                    found.append(hashlib.file_digest(file, "sha256").hexdigest().encode() + b"  " + path + b"\n")
    return found
