"""Signatures without the engine: a commit's tree, its cig.toml, the plugins' manifests, and nothing else.

This is what a CI machine runs a thousand times a day. It reads git trees and the two or three blobs it needs, starts no
process of its own but git, and writes nothing.
"""

import os
import stat
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from cigen.errors import ProjectError
from cigen.hashing.digest import SYMLINK, git_blob
from cigen.hashing.fileset import Entry, TreeReader
from cigen.host.discovery import discover_plugins
from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.paths import GitId, RepoPath
from cigen.pipeline.order import has_cycle
from cigen.repo.listing import CommitListing
from cigen.repo.locate import RepositoryLocation
from cigen.rules.context import Context
from cigen.rules.signature import Signatures
from cigen.schema.load import load_config

__all__ = ["Signing", "sign_commit", "sign_worktree"]


@dataclass(frozen=True, slots=True)
class Signing:
    """Everything a plan document is made of. `commit` is empty for a worktree whose HEAD is unborn."""

    text: bytes
    commit: GitId
    tree: GitId
    signatures: Signatures
    diagnostics: tuple[Diagnostic, ...]


class _Loaded(NamedTuple):
    """A cig.toml, and what it says."""

    text: bytes
    config: Config | None
    found: tuple[Diagnostic, ...]


def _loaded(text: bytes) -> _Loaded:
    return _Loaded(text, *load_config(text))


def sign_worktree(location: RepositoryLocation, environ: Mapping[str, str]) -> Signing:
    """All signatures of the worktree as it is. Raises ProjectError where there is nothing to read."""
    from cigen.repo.worktree import read_worktree

    read = read_worktree(location)
    return _sign(location, read, read.base_commit, read.read_file, environ)


def sign_commit(
    location: RepositoryLocation, rev: str, environ: Mapping[str, str], listing: CommitListing | None = None
) -> Signing:
    """All signatures of a commit. Raises ProjectError where there is nothing to read.

    listing: of the same commit, if it was begun already.
    """
    listing = listing or CommitListing(location, rev)
    # While git lists: the worktree's cig.toml is most often that of the commit.
    likely = _loaded(_in_worktree(location, b"cig.toml"))
    read = listing.read()
    if read is None:
        from cigen.repo.objects import open_commit

        read = open_commit(location, rev)
    return _sign(location, read.tree, read.commit, partial(_content, location), environ, likely)


def _sign(
    location: RepositoryLocation,
    reader: TreeReader,
    commit: GitId,
    read_file: Callable[[Entry], bytes],
    environ: Mapping[str, str],
    likely: _Loaded | None = None,
) -> Signing:
    entry = _config_entry(reader)
    if likely is None or not _is_content(entry, likely.text):
        likely = _loaded(read_file(entry))
    text, config, found = likely
    if config is None:
        raise ProjectError(found, text)
    root = location.worktree or location.git_dir
    discovered = discover_plugins(root, config.plugins, environ)
    context = Context(
        tool="",
        tree=reader,
        read_file=read_file,
        config_text=text,
        config_blob=git_blob(text),
        plugins=discovered.plugins,
        asks=None,
        environ=environ,
        unread=discovered.unread,
    )
    signatures = Signatures.of(context, config)
    found = (*found, *discovered.diagnostics, *signatures.diagnostics)
    planned = {one.job.id for one in signatures.planned}
    if any(job.id not in planned for job in config.jobs) and has_cycle(config.jobs):
        from cigen.pipeline.dag import find_cycles

        found = (*found, *find_cycles(config.jobs))
    return Signing(text, commit, reader.root(), signatures, found)


def _config_entry(reader: TreeReader) -> Entry:
    for entry in reader.entries(reader.root()):
        if entry.name == b"cig.toml":
            return Entry(RepoPath(entry.name), entry.mode, entry.id)
    message = "there is no cig.toml at the root of this tree"
    raise ProjectError(error("CLI_004", message, hint="write one with: cig init"))


def _in_worktree(location: RepositoryLocation, path: bytes) -> bytes:
    """What the file there holds; nothing where there is none that can be read."""
    if location.worktree is None:
        return b""
    try:
        place = location.worktree / os.fsdecode(path)
        return place.read_bytes() if stat.S_ISREG(place.lstat().st_mode) else b""
    except OSError:
        return b""


def _is_content(entry: Entry, content: bytes) -> bool:
    return entry.mode != SYMLINK and git_blob(content) == entry.id


def _content(location: RepositoryLocation, entry: Entry) -> bytes:
    """A file's content; from the worktree if that is the file's, which is cheaper to find out."""
    content = _in_worktree(location, entry.path)
    if _is_content(entry, content):
        return content
    from cigen.repo.objects import read_blob

    stored = read_blob(location, entry.id)
    if stored is None:
        path = entry.path.decode("utf-8", "replace")
        raise ProjectError(error("CLI_004", f"{path} is not in this clone", hint="fetch it, or check it out"))
    return stored
