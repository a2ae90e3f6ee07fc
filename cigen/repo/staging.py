"""What git would store if everything in the worktree were committed now, without storing anything.

Owns the copied index: git itself hashes the changed files into a copy of the index (`update-index --info-only`), so
that line ends, filters, encodings, file modes and links are treated as `git add --all` treats them, and then says how
that copy differs from the commit. LFS pointers are computed here, with or without git-lfs. The repository's own index
and objects are not written.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from cigen.errors import ProjectError
from cigen.hashing.digest import EMPTY_TREE, git_blob
from cigen.hashing.fileset import Entry
from cigen.model.diagnostics import error
from cigen.model.paths import GitId, RepoPath
from cigen.repo.git import run_git
from cigen.repo.locate import RepositoryLocation
from cigen.repo.overlay import DELETED
from cigen.repo.status import Status

__all__ = ["lfs_pointer", "staged_overrides"]

_LFS_SPEC = b"version https://git-lfs.github.com/spec/v1\n"
_MAX_POINTER = 1024
_HASH = ("--info-only", "--add", "--replace", "--remove")
"""A file replaces a folder in the index, as `git add` has it: where a folder became a link that leads to itself in the
end, git's status does not say that what was in it is gone.
"""


def staged_overrides(location: RepositoryLocation, status: Status) -> list[Entry]:
    """How the commit's tree differs from what is staged plus the status' changed files; repositories are left out."""
    worktree = location.require_worktree()
    if not status.files and not status.removed:
        return _difference(worktree, status, {})
    try:
        with tempfile.TemporaryDirectory(prefix="cigen-") as scratch:
            index = Path(scratch) / "index"
            own = location.git_dir / "index"
            if own.exists():
                shutil.copy2(own, index)  # its time too: git trusts no entry that is as new as the index
            environment = {"GIT_INDEX_FILE": str(index)}
            for options, paths in ((("--force-remove",), status.removed), (_HASH, status.files)):
                arguments = ("update-index", *options, "-z", "--stdin")
                if paths:
                    run_git(worktree, arguments, stdin=_lines(paths), environment=environment)
            found = _difference(worktree, status, environment)
    except OSError as fault:
        message = f"The worktree's changes could not be hashed: {fault.strerror}."
        raise ProjectError(error("REPO_009", message, hint="Is there space in the temporary folder?")) from fault
    pointers = _lfs_pointers(worktree, status.files)
    return [entry._replace(id=pointers.get(entry.path, entry.id)) for entry in found]


def lfs_pointer(content: bytes) -> bytes:
    """What git-lfs stores in git for a file: a pointer, unless the file is one already or is empty."""
    if not content or (content.startswith(_LFS_SPEC) and len(content) < _MAX_POINTER):
        return content
    return _pointer(hashlib.sha256(content).hexdigest(), len(content))


def _difference(worktree: Path, status: Status, environment: dict[str, str]) -> list[Entry]:
    arguments = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none")
    output = run_git(worktree, (*arguments, status.commit or EMPTY_TREE), environment=environment)
    fields = output.split(b"\0")
    found = []
    for meta, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, blob, _ = meta.decode().split(" ")
        entry_id = "" if int(mode, 8) == DELETED else blob
        found.append(Entry(RepoPath(path), int(mode, 8), GitId(entry_id)))
    return found


def _lfs_pointers(worktree: Path, files: tuple[RepoPath, ...]) -> dict[RepoPath, GitId]:
    """The ids of the pointers of those files that `.gitattributes` gives to LFS."""
    output = run_git(worktree, ("check-attr", "-z", "--stdin", "filter"), stdin=_lines(files))
    fields = output.split(b"\0")
    found = {}
    for path, value in zip(fields[0::3], fields[2::3], strict=False):
        file = worktree / os.fsdecode(path)
        if value == b"lfs" and file.is_file() and not file.is_symlink():
            found[RepoPath(path)] = git_blob(_pointer_of(file))
    return found


def _pointer_of(file: Path) -> bytes:
    size = file.stat().st_size
    if size < _MAX_POINTER:
        return lfs_pointer(file.read_bytes())
    with file.open("rb") as content:
        return _pointer(hashlib.file_digest(content, "sha256").hexdigest(), size)


def _pointer(digest: str, size: int) -> bytes:
    return _LFS_SPEC + f"oid sha256:{digest}\nsize {size}\n".encode()


def _lines(paths: tuple[RepoPath, ...]) -> bytes:
    return b"".join(path + b"\0" for path in paths)
