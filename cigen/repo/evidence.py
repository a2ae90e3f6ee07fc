"""Evidence that a worktree is unchanged, for the null build. (Interface first.)

Imports `os` and `sys` only. A false "unchanged" is the one unforgivable mistake: whatever cannot be told is a change.
"""

__all__ = ["collect_evidence", "evidence_holds", "find_git"]


def find_git(start: str) -> tuple[str, str, str] | None:
    """(worktree, git dir, common dir) of the repository around `start`, worktree empty when bare; None without one."""
    raise NotImplementedError


def collect_evidence(worktree: str, git_dir: str, common_dir: str, clock: str) -> tuple[object, ...]:
    """What must stay as it is for the worktree to be unchanged; a tuple for `marshal`. Call it before reading the tree.

    `clock` is a file of the caller's own on the worktree's filesystem, below a directory that is no input; it is
    created and touched, to read the filesystem's clock. An empty tuple says that no evidence can be had: it never holds.
    """
    raise NotImplementedError


def evidence_holds(evidence: tuple[object, ...], worktree: str) -> bool:
    """Whether the worktree is provably what it was when the evidence was collected."""
    raise NotImplementedError
