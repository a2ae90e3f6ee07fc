"""The moment of a render: every staged file takes its place, or none does.

One rename is atomic; several are not, and a process killed between two of them would leave a mixture. So for several
files this module runs as a program of its own, in a session of its own, deaf to the signals that end its parent: once
it has been told the whole plan it carries it out, whatever becomes of `cig`, and holds cig's lock until it is through.
What remains is a power cut between two renames; the next render then writes the rest, as the files are not as recorded.

It imports nothing but os, json, signal and sys, and runs without site packages: a few milliseconds. Only `writer.py`
uses it.
"""

import json
import os
import signal
import sys

__all__ = ["Move", "SwapError", "restore", "swap"]

Move = tuple[int, str, str, str]
"""A folder's descriptor, the file's name in it, its staged successor, and its old self (empty: there was none)."""


class SwapError(Exception):
    """The move at `index` failed with `errno`; everything is as it was before."""

    def __init__(self, index: int, errno: int) -> None:
        super().__init__(index, errno)
        self.index = index
        self.errno = errno


def swap(moves: list[Move]) -> None:
    """Put every staged file in its place, then forget the old ones. Raises SwapError after undoing what was done."""
    for index, (folder, name, staged, _) in enumerate(moves):
        try:
            os.rename(staged, name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError as cause:
            restore(moves)
            raise SwapError(index, cause.errno or 0) from cause
    for folder, _, _, old in moves:
        if old:
            _unlink(folder, old)
    for folder in {move[0] for move in moves}:
        # Durability of the names; a file system that cannot sync a folder loses nothing but that.
        try:
            os.fsync(folder)
        except OSError:
            continue


def restore(moves: list[Move]) -> None:
    """Undo the moves that happened: those whose staged file is gone."""
    for folder, name, staged, old in reversed(moves):
        if _exists(folder, staged):
            continue
        if not old:
            _unlink(folder, name)
        elif _exists(folder, old):
            os.rename(old, name, src_dir_fd=folder, dst_dir_fd=folder)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _unlink(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def _main() -> None:
    """Read the plan, one line of JSON, carry it out, answer `[]` or `[index, errno]`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    line = sys.stdin.readline()
    if not line.endswith("\n"):
        return  # cig died while telling the plan: nothing has happened yet, and nothing will
    moves = [(move[0], move[1], move[2], move[3]) for move in json.loads(line)]
    answer: list[int] = []
    try:
        swap(moves)
    except SwapError as failed:
        answer = [failed.index, failed.errno]
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    _main()
