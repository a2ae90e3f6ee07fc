"""A child process with `os` alone: `subprocess` costs the null build more to import than git takes to start.

Owns the descriptors and the pid of one git process whose output is wanted. A child that fails has no output.
"""

import os

from cigen.repo.commands import GIT, git_environment

__all__ = ["GitChild"]

_KILL = 9
_IN_MEMORY = hasattr(os, "memfd_create")
"""On Linux the child writes to memory. A pipe, as elsewhere, is full after 64 KB, and the child would wait for us."""


class GitChild:
    """A git command running in `directory` while the caller does something else."""

    def __init__(self, directory: str, arguments: tuple[str, ...]) -> None:
        self._read_end, write_end = _sink()
        try:
            self._pid = os.posix_spawnp(
                GIT[0],
                (GIT[0], "-C", directory, *GIT[1:], *arguments),
                git_environment(),
                file_actions=(
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, write_end, 1),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ),
            )
        except OSError:
            os.close(self._read_end)
            raise
        finally:
            os.close(write_end)

    def output(self) -> bytes | None:
        """Everything it prints, once it has ended; None when it failed."""
        parts = []
        failed = _IN_MEMORY and self._wait()
        if _IN_MEMORY:
            os.lseek(self._read_end, 0, os.SEEK_SET)
        while part := os.read(self._read_end, 1 << 24):
            parts.append(part)
        os.close(self._read_end)
        return None if failed or (not _IN_MEMORY and self._wait()) else b"".join(parts)

    def abandon(self) -> None:
        """Stop it; nobody wants its output."""
        os.kill(self._pid, _KILL)
        self._wait()
        os.close(self._read_end)

    def _wait(self) -> int:
        return os.waitpid(self._pid, 0)[1]


def _sink() -> tuple[int, int]:
    """Where to read from and where the child writes to."""
    if not _IN_MEMORY:
        return os.pipe()
    end = os.memfd_create("git")
    return end, os.dup(end)
