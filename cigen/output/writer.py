"""Writing files into the repository: all of them, or none.

Every new content is first written and synced beside its target; then the targets are replaced in one go (`swap.py`),
under a lock, with signals put off. Whatever fails before that leaves nothing behind but what was there. A killed run
leaves staged files (`.cig-….tmp`) at most; the next write into the folder sweeps them away.

This is the only module that writes CI files. It takes any path that is safe below the root, cig's own files included:
which paths a provider may claim is `confine.check_output_path`'s judgement. Nothing is written, created or locked where
every file already has its content, so a render that changes nothing works on a read-only disk.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cigen.errors import StoreError
from cigen.output import swap
from cigen.output.beneath import cannot_write, open_folder, open_root, read_below, standing_at
from cigen.output.exclusion import hold_lock, signals_deferred
from cigen.output.staging import Place, discard, is_staged, new_name, stage

__all__ = ["write_files", "write_named"]

_PATIENCE = 10.0


def write_files(root: Path, files: Sequence[tuple[str, bytes]], *, patience: float = _PATIENCE) -> None:
    """Make each (path, content) true below `root`. Raises StoreError with nothing changed.

    patience: seconds to wait for another cig that is writing.
    """
    assert len({path for path, _ in files}) == len(files), "two contents for one path"
    with open_root(root) as top:
        if not _differing(top, files) and not _leftovers(top, files):
            return
        locked = hold_lock(top, patience)
        with signals_deferred():
            if locked:
                _sweep(top, files)
            if differing := _differing(top, files):
                _replace(top, differing)


def write_named(path: Path, content: bytes) -> None:
    """Write one file that the user named on the command line, wherever it is. Raises StoreError."""
    staged = path.parent / new_name()
    try:
        # A link or a device (`--trace /dev/stderr`) is what the user named: it is written through, not replaced.
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(content)
            return
        staged.write_bytes(content)
        staged.replace(path)
    except OSError as cause:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise StoreError(cannot_write(str(path), cause)) from cause


def _differing(top: int, files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [(path, content) for path, content in files if read_below(top, path) != content]


def _leftovers(top: int, files: Sequence[tuple[str, bytes]]) -> list[str]:
    """Staged files of a killed run, in the folders of `files`."""
    found: list[str] = []
    for parent in sorted({path.rpartition("/")[0] for path, _ in files}):
        folder = open_folder(top, f"{parent}/x" if parent else "x", None)
        if folder is not None:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries if is_staged(entry.name))
            os.close(folder)
            found += [f"{parent}/{name}" if parent else name for name in names]
    return found


def _sweep(top: int, files: Sequence[tuple[str, bytes]]) -> None:
    for path in _leftovers(top, files):
        folder = open_folder(top, path, None)
        if folder is not None:
            discard(folder, path.rpartition("/")[2])
            os.close(folder)


def _replace(top: int, files: Sequence[tuple[str, bytes]]) -> None:
    made: list[str] = []
    done = False
    try:
        with _places(top, files, made) as places:
            moves: list[swap.Move] = []
            try:
                for place in places:
                    staged, old = stage(place, keep_old=len(places) > 1)
                    moves.append((place.folder, place.name, staged, old))
                _swap(top, places, moves)
                done = True
            finally:
                for folder, _, staged, old in () if done else moves:
                    discard(folder, staged)
                    discard(folder, old)
    finally:
        if not done:
            _remove_folders(top, made)


@contextmanager
def _places(top: int, files: Sequence[tuple[str, bytes]], made: list[str]) -> Iterator[list[Place]]:
    """Open every folder before looking at any file, so that `a` and `a/b` collide before anything is written."""
    folders: dict[str, int] = {}
    try:
        for path, _ in files:
            parent = path.rpartition("/")[0]
            if parent not in folders:
                folder = open_folder(top, path, made)
                assert folder is not None
                folders[parent] = folder
        yield [_place(folders, path, content) for path, content in files]
    finally:
        for folder in folders.values():
            os.close(folder)


def _place(folders: dict[str, int], path: str, content: bytes) -> Place:
    parent, _, name = path.rpartition("/")
    return Place(path, folders[parent], name, content, standing_at(folders[parent], name, path))


def _swap(top: int, places: Sequence[Place], moves: list[swap.Move]) -> None:
    failed: swap.SwapError | None = None
    if len(moves) == 1 or not sys.executable:
        try:
            swap.swap(moves)
        except swap.SwapError as cause:
            failed = cause
    else:
        failed = _swap_apart(top, moves)
    if failed is not None:
        raise StoreError(cannot_write(places[failed.index].path, OSError(failed.errno, ""))) from failed


def _swap_apart(top: int, moves: list[swap.Move]) -> swap.SwapError | None:
    """Run `swap.py` as a process that outlives this one. It keeps `top`, hence the lock, open."""
    command = [sys.executable, "-I", "-S", swap.__file__]
    descriptors = {top, *(move[0] for move in moves)}
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=sorted(descriptors),
            start_new_session=True,
        )
        answer, _ = child.communicate((json.dumps(moves) + "\n").encode())
    except OSError as cause:
        swap.restore(moves)
        return swap.SwapError(0, cause.errno or 0)
    try:
        failed = json.loads(answer)
    except ValueError:
        # It was killed. What it did can be seen by what is left.
        swap.restore(moves)
        return swap.SwapError(0, 0)
    return swap.SwapError(failed[0], failed[1]) if failed else None


def _remove_folders(top: int, made: list[str]) -> None:
    for path in reversed(made):
        folder = open_folder(top, path, None)
        if folder is not None:
            try:
                os.rmdir(path.rpartition("/")[2], dir_fd=folder)
            except OSError:
                return  # somebody put something into it
            finally:
                os.close(folder)
