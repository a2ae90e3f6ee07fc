"""What `git status --porcelain=v2 -z` says, as values.

Owns the parsing, and which of its paths need hashing. `.cigen/cache/` is left out here, whatever the ignore rules say:
cig writes it while it reads.
"""

from cigen.hashing.digest import GITLINK
from cigen.model.dataclass import dataclass
from cigen.model.paths import GitId, RepoPath

__all__ = ["CACHE_DIRECTORY", "Status", "parse_status"]

CACHE_DIRECTORY = b".cigen/cache/"


@dataclass(frozen=True, slots=True)
class Status:
    """How the worktree differs from the commit, by what has to be done about it."""

    commit: GitId
    """Empty while HEAD is unborn."""
    changed: bool
    """Whether index or worktree differ from the commit at all."""
    files: tuple[RepoPath, ...]
    """Files and links whose worktree state is not the index's, or that are in no index: to be hashed."""
    removed: tuple[RepoPath, ...]
    """Paths of the index that the worktree does not have."""
    repositories: tuple[RepoPath, ...]
    """Submodules that are not at the index's commit or not clean, and repositories that are in no index."""


def parse_status(output: bytes) -> Status:
    """The meaning of git's output; an unknown kind of record is our own mistake."""
    commit = ""
    changed = False
    files: list[RepoPath] = []
    removed: list[RepoPath] = []
    repositories: list[RepoPath] = []
    for record in output.split(b"\0"):
        kind = record[:1]
        if kind == b"#":
            if record.startswith(b"# branch.oid "):
                commit = record[len(b"# branch.oid ") :].decode().replace("(initial)", "")
        elif kind == b"?":
            path = record[2:]
            if not path.startswith(CACHE_DIRECTORY):
                (repositories if path.endswith(b"/") else files).append(RepoPath(path.rstrip(b"/")))
        elif kind in (b"1", b"u"):
            state, mode, path = _tracked(record)
            changed = True
            if state != "." and not path.startswith(CACHE_DIRECTORY):
                kind_of_path = removed if mode == 0 else repositories if mode == GITLINK else files
                kind_of_path.append(path)
        else:
            assert kind in (b"", b"!"), record
    changed = changed or bool(files or repositories)
    return Status(GitId(commit), changed, tuple(files), tuple(removed), tuple(repositories))


def _tracked(record: bytes) -> tuple[str, int, RepoPath]:
    """(state of the worktree, its mode, path); an unmerged path's worktree is never what the index says."""
    if record[:1] == b"u":
        *fields, path = record.split(b" ", 10)
        return "U", int(fields[6], 8), RepoPath(path)
    *fields, path = record.split(b" ", 8)
    return chr(fields[1][1]), int(fields[5], 8), RepoPath(path)
