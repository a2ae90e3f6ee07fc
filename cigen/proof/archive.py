"""The files that a job leaves, as one stream of bytes: selected, packed, and put back.

Owns which files a job's `outputs.files` name on a disk, and a form of them that says nothing of the machine: sorted,
without times, owners or links, and the same for the same files. A file that a link leads to is packed in its place; of
any other link that is chosen CI systems make different things, so there is no archive then. Refuses to write anything
that the job does not leave: an archive is of the store, and may hold any name.
"""

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from cigen.hashing.automaton import State, start_state
from cigen.hashing.globs import Glob, parse_glob

__all__ = ["ArchiveError", "Writer", "find_files", "pack", "selection", "unpack"]

_LEVEL = 3
"""Of zlib: half of the time of its usual level, for a twentieth more bytes."""


class Writer(Protocol):
    """All that an archive needs of the file that it is written to."""

    def write(self, data: bytes, /) -> object: ...
    def flush(self) -> object: ...


class ArchiveError(Exception):
    """What is wrong with an archive. `str()` completes the sentence "the archive …"."""


def selection(patterns: Iterable[str]) -> State:
    """What `outputs.files` names: files, and folders with all that is in them. Raises GlobError."""
    listed = list(patterns)
    kept = [glob for one in listed if not one.startswith("!") for glob in _with_contents(one)]
    dropped = [glob for one in listed if one.startswith("!") for glob in _with_contents(one[1:])]
    return start_state(kept, dropped)


def find_files(root: Path, chosen: State) -> list[bytes]:
    """Paths of the files below `root` that are chosen, sorted, `/` between names.

    Raises ArchiveError for a link to a folder in which files would be, or to what is no file of the project.
    """
    inside = os.path.realpath(os.fsencode(root))
    return sorted(_find(inside, inside, b"", chosen))


def pack(root: Path, paths: Iterable[bytes], to: Writer) -> int:
    """Write the files at these paths below `root`; how many bytes they are, unpacked.

    Raises OSError, also for a file that changes meanwhile.
    """
    size = 0
    with (
        gzip.GzipFile("", "wb", _LEVEL, to, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in paths:
            with (root / os.fsdecode(path)).open("rb") as file:
                found = os.fstat(file.fileno())
                entry = tarfile.TarInfo(os.fsdecode(path))
                entry.size = found.st_size
                entry.mode = 0o755 if found.st_mode & 0o100 else 0o644
                archive.addfile(entry, file)
                size += entry.size
    return size


def unpack(archive: IO[bytes], into: Path, chosen: State, limit: int) -> None:
    """Write the files of an archive below the folder `into`, in which nobody else writes.

    Raises ArchiveError where it holds anything but files that are chosen, or more than `limit` bytes; OSError.
    """
    try:
        with tarfile.open(fileobj=archive, mode="r|gz") as packed:
            for entry in packed:
                limit -= entry.size
                path = os.fsencode(entry.name)
                if not entry.isreg() or not _is_plain(path) or not chosen.selects_path(path):
                    raise ArchiveError(f'holds "{entry.name}", which the job does not leave')
                if limit < 0:
                    raise ArchiveError("holds more than it says")
                _write(packed.extractfile(entry), into / os.fsdecode(path), entry.mode)
    except (tarfile.TarError, zlib.error, EOFError, ValueError) as fault:
        raise ArchiveError(f"cannot be read: {fault}") from fault


def _with_contents(pattern: str) -> list[Glob]:
    plain = pattern.removeprefix("./").rstrip("/")
    below = [] if plain.endswith("**") else [parse_glob(f"{plain}/**")]
    return [parse_glob(plain), *below]


def _find(root: bytes, folder: bytes, prefix: bytes, state: State) -> Iterator[bytes]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below = state.child(entry.name)
                if not below.dead and (prefix or entry.name != b".git"):
                    yield from _find(root, entry.path, prefix + entry.name + b"/", below)
            elif entry.is_symlink():
                if state.selects(entry.name) or (entry.is_dir() and not state.child(entry.name).dead):
                    if not entry.is_file() or not os.path.realpath(entry.path).startswith(root + b"/"):
                        link = os.fsdecode(prefix + entry.name)
                        raise ArchiveError(f'cannot hold "{link}", a link that leads to no file of the project')
                    yield prefix + entry.name
            elif state.selects(entry.name) and entry.is_file():
                yield prefix + entry.name


def _is_plain(path: bytes) -> bool:
    return all(part not in (b"", b".", b"..") for part in path.split(b"/")) and b"\\" not in path


def _write(content: IO[bytes] | None, path: Path, mode: int) -> None:
    assert content is not None, "only regular files come here"
    path.parent.mkdir(parents=True, exist_ok=True)
    # The legs of a matrix may leave the same file: the last one counts, as it does on the CI systems.
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        while part := content.read(1 << 20):
            file.write(part)
    path.chmod(0o755 if mode & 0o100 else 0o644)
