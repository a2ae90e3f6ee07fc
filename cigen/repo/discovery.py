"""Finding the repository around a directory, as git does, with `os` alone: the null build pays for nothing else.

Owns the walk upwards. `GIT_DIR` and its like are not obeyed: `cig` reads the repository it stands in, also from a hook.
"""

# Importing pathlib would cost the null build more than the walk itself.
# ruff: noqa: PTH112, PTH113, PTH118, PTH120

import os

__all__ = ["find_git"]


def find_git(start: str) -> tuple[str, str, str] | None:
    """(worktree, git dir, common dir) of the repository around `start`; the worktree is empty in a bare repository.

    None where there is no repository, and where a `.git` file points at none: git would not look further up either.
    """
    here = os.path.realpath(start)
    while True:
        dot_git = os.path.join(here, ".git")
        if os.path.isfile(dot_git):
            found = _follow(dot_git)
            return None if found is None else (here, *found)
        for worktree, git_dir in ((here, dot_git), ("", here)):
            common = _common_dir(git_dir)
            if common is not None:
                return worktree, git_dir, common
        parent = os.path.dirname(here)
        if parent == here:
            return None
        here = parent


def _follow(dot_git: str) -> tuple[str, str] | None:
    """(git dir, common dir) that the file `.git` of a submodule or a linked worktree points at."""
    content = _first_line(dot_git)
    if not content.startswith("gitdir:"):
        return None
    git_dir = os.path.realpath(os.path.join(os.path.dirname(dot_git), content[len("gitdir:") :].strip()))
    common = _common_dir(git_dir)
    return None if common is None else (git_dir, common)


def _common_dir(git_dir: str) -> str | None:
    """Where objects and refs are, if `git_dir` is a git directory at all."""
    if not os.path.lexists(os.path.join(git_dir, "HEAD")):
        return None
    shared = _first_line(os.path.join(git_dir, "commondir"))
    common = os.path.realpath(os.path.join(git_dir, shared)) if shared else git_dir
    complete = os.path.isdir(os.path.join(common, "objects")) and os.path.isdir(os.path.join(common, "refs"))
    return common if complete else None


def _first_line(path: str) -> str:
    """Empty also where no path can be: no path has a NUL in it."""
    try:
        with open(path, "rb") as file:
            line = file.readline().rstrip(b"\r\n")
    except OSError:
        return ""
    return "" if b"\0" in line else os.fsdecode(line)
