"""The fingerprint of cig's own code: part of every local key, so that a new version, or an edit, trusts nothing old.

On the null build's path: only `os`, `sys` and xxhash are imported. Files are told apart by size, times and inode; their
content is never read. Signatures do not hold it: an upgrade of cig does not run every job again.
"""

import os

import xxhash

import cigen
import cigen.rules

__all__ = ["tool_fingerprint"]


def tool_fingerprint() -> str:
    """A digest over every file of the installed package, in a fixed order."""
    found: list[str] = [cigen.__version__]
    roots = [os.path.dirname(cigen.__file__)]
    rules = os.path.dirname(cigen.rules.__file__)
    if not rules.startswith(roots[0]):
        roots.append(rules)
    for root in roots:
        _walk(root, found)
    return xxhash.xxh3_128_hexdigest("\0".join(found).encode("utf-8", "surrogateescape"))


def _walk(folder: str, found: list[str]) -> None:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                _walk(entry.path, found)
            else:
                s = entry.stat(follow_symlinks=False)
                found.append(f"{entry.name} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}")
