"""Why a path is kept out of the repository: the ignore rule that names it.

Asks git, for a message; nothing is selected by the answer. Refuses the user's own ignore file: another's would differ.
"""

from collections.abc import Sequence
from functools import partial

from cigen.errors import ProjectError
from cigen.model.paths import RepoPath
from cigen.repo.git import run_git
from cigen.repo.locate import RepositoryLocation

__all__ = ["ignore_rules"]

_ASK = ("-c", "core.excludesFile=", "check-ignore", "--verbose", "--stdin", "-z")


def ignore_rules(location: RepositoryLocation, paths: Sequence[RepoPath]) -> dict[RepoPath, str]:
    """Path → the rule that ignores it (`.gitignore:3`), of those that have one. Empty where git does not tell."""
    if location.worktree is None or not paths:
        return {}
    try:
        # Git also fails where it has nothing to say.
        printed = run_git(location.worktree, _ASK, stdin=b"".join([path + b"\0" for path in paths]))
    except ProjectError:
        return {}
    fields = printed.split(b"\0")[:-1]
    rows = zip(*(iter(fields),) * 4, strict=True)
    show = partial(bytes.decode, encoding="utf-8", errors="backslashreplace")
    # A rule that begins with `!` keeps a path in.
    return {
        RepoPath(path): f"{show(source)}:{show(line)}" for source, line, rule, path in rows if not rule.startswith(b"!")
    }
