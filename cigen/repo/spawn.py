"""A child process with `os` alone: `subprocess` costs the null build more to import than git takes to start.

Owns the descriptors and the pid of one git process whose output is wanted. A child that fails has no output.
"""

import os

from cigen.repo.commands import GIT, git_environment

__all__ = ["GitChild"]

_KILL = 9


class GitChild:
    """A git command running in `directory` while the caller does something else."""

    def __init__(self, directory: str, arguments: tuple[str, ...]) -> None:
        self._read_end, write_end = os.pipe()
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
        while part := os.read(self._read_end, 1 << 20):
            parts.append(part)
        return b"".join(parts) if self._wait() == 0 else None

    def abandon(self) -> None:
        """Stop it; nobody wants its output."""
        os.kill(self._pid, _KILL)
        self._wait()

    def _wait(self) -> int:
        os.close(self._read_end)
        return os.waitpid(self._pid, 0)[1]
