"""The worktree as a tree: the commit's tree with the worktree's changes on top.

Owns the joining of what git reports: ids of files as git would store them, ids of submodules, and the content that
belongs to an id. pygit2 is imported where it is needed: most runs read nothing with it. A submodule that is not clean
gets an id made of its commit and its content, which no commit has: it equals itself and nothing that was ever proven.
"""

import json
import os
from pathlib import Path

from cigen.errors import ProjectError
from cigen.hashing.canonical import canonical_bytes
from cigen.hashing.digest import EMPTY_TREE, GITLINK, SYMLINK, TreeEntry, git_blob
from cigen.hashing.fileset import Entry, TreeReader, path_text
from cigen.hashing.globs import shown
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import error
from cigen.model.paths import GitId, RepoPath
from cigen.repo.commands import STATUS
from cigen.repo.evidence import status_of
from cigen.repo.git import run_git
from cigen.repo.listing import CommitTree
from cigen.repo.locate import RepositoryLocation, find_repository
from cigen.repo.overlay import OverlayTree
from cigen.repo.status import CACHE_DIRECTORY, Status, parse_status

__all__ = ["Worktree", "WorktreeRecord", "read_worktree", "rebuild"]


@dataclass(frozen=True, slots=True)
class WorktreeRecord:
    """Enough to build the same tree again later, as long as git keeps the base's objects."""

    base_tree: GitId
    overrides: tuple[Entry, ...] = ()
    """Sorted by path; mode 0 and an empty id: deleted."""

    def to_json(self) -> bytes:
        """Canonical JSON."""
        rows = [[path_text(entry.path), entry.mode, entry.id] for entry in self.overrides]
        return canonical_bytes({"base_tree": self.base_tree, "overrides": rows})

    @classmethod
    def from_json(cls, data: bytes) -> "WorktreeRecord":
        """What `to_json` wrote; ValueError for anything else."""
        try:
            value = json.loads(data)
            rows = [(p.encode("utf-8", "surrogateescape"), int(mode), str(i)) for p, mode, i in value["overrides"]]
            overrides = tuple(Entry(RepoPath(path), mode, GitId(entry_id)) for path, mode, entry_id in rows)
            return cls(GitId(str(value["base_tree"])), overrides)
        except (AttributeError, KeyError, TypeError) as fault:
            raise ValueError("not the record of a worktree") from fault


class Worktree:
    """A TreeReader of the worktree as it was when it was read; ids are those a commit of it would have."""

    def __init__(
        self,
        location: RepositoryLocation,
        base_commit: GitId,
        tree: OverlayTree,
        base: TreeReader,
        dirty_submodules: tuple[RepoPath, ...],
    ) -> None:
        self.location = location
        self.base_commit = base_commit
        """Empty while HEAD is unborn."""
        self.base = base
        """The commit's own tree; an empty one while HEAD is unborn."""
        self.overrides = tree.overrides
        self.dirty_submodules = dirty_submodules
        """Submodules, and repositories in no index, with changes of their own: their ids equal no commit's."""
        self._tree = tree

    def root(self) -> GitId:
        """The id of the top directory."""
        return self._tree.root()

    def entries(self, tree: GitId) -> tuple[TreeEntry, ...]:
        """What stands in a directory."""
        return self._tree.entries(tree)

    def files_ending(self, directory: bytes, endings: tuple[bytes, ...]) -> bytes | None:
        """As `hashing.trees.Listed` says."""
        return self._tree.files_ending(directory, endings)

    def record(self) -> WorktreeRecord:
        """For `rebuild`."""
        return WorktreeRecord(self.base.root(), self.overrides)

    def read_file(self, entry: Entry) -> bytes:
        """The content whose id the entry carries, as git stores it; ProjectError REPO_010 when it cannot be had.

        The worktree's own bytes are taken when they hash to the id, so nothing that was edited since is ever returned.
        """
        raw = _read_raw(self.location.require_worktree() / os.fsdecode(entry.path), entry.mode)
        if raw is not None:
            if git_blob(raw) == entry.id:
                return raw
            from cigen.repo.staging import lfs_pointer

            for content in (raw.replace(b"\r\n", b"\n"), lfs_pointer(raw)):
                if git_blob(content) == entry.id:
                    return content
        from cigen.repo.objects import read_blob

        stored = read_blob(self.location, entry.id)
        if stored is None:
            message = f"The content of {shown(entry.path)} is not what it was when the worktree was read."
            hint = "If it was not edited just now: commit it, so that its filters have been applied."
            raise ProjectError(error("REPO_010", message, hint=hint))
        return stored


def read_worktree(
    location: RepositoryLocation, evidence: tuple[object, ...] = (), known: CommitTree | None = None
) -> Worktree:
    """Read the worktree. `evidence`, collected just now, spares a second `git status`; empty evidence does no harm.

    known: a commit read before, which spares another reading if it is the one the worktree stands on.
    """
    status = parse_status(status_of(evidence) or run_git(location.require_worktree(), STATUS))
    if known is not None and known.commit == status.commit:
        base = known.tree
    else:
        from cigen.repo.objects import open_commit, open_tree

        # A repository of a format that cannot be read is found out here, before git is asked in terms of another one.
        base = open_commit(location, status.commit).tree if status.commit else open_tree(location, EMPTY_TREE)
    files = _changed_files(location, status) if status.changed else []
    repositories = [_repository_entry(location, path) for path in status.repositories]
    overrides = [entry for entry in files if not entry.path.startswith(CACHE_DIRECTORY)]
    overrides += [entry for entry, _ in repositories]
    return Worktree(
        location,
        status.commit,
        OverlayTree(base, overrides),
        base,
        tuple(sorted(entry.path for entry, dirty in repositories if dirty)),
    )


def _changed_files(location: RepositoryLocation, status: Status) -> list[Entry]:
    from cigen.repo.staging import staged_overrides  # a clean worktree needs nothing of it

    return staged_overrides(location, status)


def rebuild(location: RepositoryLocation, record: WorktreeRecord) -> TreeReader:
    """The tree that a record stands for."""
    from cigen.repo.objects import open_tree

    return OverlayTree(open_tree(location, record.base_tree), record.overrides)


def _repository_entry(location: RepositoryLocation, path: RepoPath) -> tuple[Entry, bool]:
    """What a submodule's or an embedded repository's entry is, and whether it has changes of its own."""
    directory = location.require_worktree() / os.fsdecode(path)
    try:
        inner = find_repository(directory)
        if inner.worktree != directory.resolve():
            raise ProjectError(error("REPO_001", f"There is no repository in {shown(path)}."))
        content = read_worktree(inner)
    except ProjectError:  # unreadable: like nothing that was ever seen
        return Entry(path, GITLINK, git_blob(b"unreadable repository\0" + os.urandom(20))), True
    if content.base_commit and not content.overrides:
        return Entry(path, GITLINK, content.base_commit), False
    state = f"dirty repository\0{content.base_commit}\0{content.root()}"
    return Entry(path, GITLINK, git_blob(state.encode())), True


def _read_raw(file: Path, mode: int) -> bytes | None:
    """The bytes on disk, or where a link points; None when nothing of that kind is there."""
    try:
        if mode == SYMLINK:
            return os.fsencode(file.readlink())
        return None if file.is_symlink() else file.read_bytes()
    except OSError:
        return None
