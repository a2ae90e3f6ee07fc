"""Signatures without the engine: a commit's tree, its cig.toml, the plugins' manifests, and nothing else.

This is what a CI machine runs a thousand times a day. It reads git trees and the two or three blobs it needs, starts no
process of its own but git, and writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cigen.errors import ProjectError
from cigen.hashing.digest import git_blob
from cigen.hashing.fileset import Entry, TreeReader
from cigen.host.discovery import discover_plugins
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.paths import GitId, RepoPath
from cigen.pipeline.dag import find_cycles, has_cycle
from cigen.repo.locate import RepositoryLocation, find_repository
from cigen.repo.objects import open_commit, read_blob
from cigen.repo.worktree import read_worktree
from cigen.rules.context import Context
from cigen.rules.signature import Signatures
from cigen.schema.load import load_config

__all__ = ["Signing", "open_signing"]


@dataclass(frozen=True, slots=True)
class Signing:
    """Everything a plan document is made of. `commit` is empty for a worktree whose HEAD is unborn."""

    text: bytes
    commit: GitId
    tree: GitId
    signatures: Signatures
    diagnostics: tuple[Diagnostic, ...]


def open_signing(start: Path, *, rev: str, worktree: bool, environ: Mapping[str, str]) -> Signing:
    """Compute all signatures of a commit, or of the worktree. Raises ProjectError where there is nothing to read."""
    location = find_repository(start)
    if worktree:
        read = read_worktree(location)
        reader: TreeReader = read
        commit = read.base_commit
        text = read.read_file(_config_entry(read))
    else:
        opened = open_commit(location, rev or "HEAD")
        reader, commit = opened.tree, opened.commit
        text = _blob(location, _config_entry(reader))
    config, found = load_config(text)
    if config is None:
        raise ProjectError(found)
    root = location.worktree or location.git_dir
    plugins, wrong = discover_plugins(root, config.plugins, environ)
    context = Context(
        tool="",
        tree=reader,
        read_file=lambda entry: _blob(location, entry),
        config_text=text,
        config_blob=git_blob(text),
        plugins=plugins,
        asks=None,
        environ=environ,
    )
    signatures = Signatures.of(context, config)
    found = (*found, *wrong, *signatures.diagnostics)
    if has_cycle(config.jobs):
        found = (*found, *find_cycles(config.jobs))
    return Signing(text, commit, reader.root(), signatures, found)


def _config_entry(reader: TreeReader) -> Entry:
    for entry in reader.entries(reader.root()):
        if entry.name == b"cig.toml":
            return Entry(RepoPath(entry.name), entry.mode, entry.id)
    message = "there is no cig.toml at the root of this tree"
    raise ProjectError(error("CLI_004", message, hint="write one with: cig init"))


def _blob(location: RepositoryLocation, entry: Entry) -> bytes:
    content = read_blob(location, entry.id)
    if content is None:
        path = entry.path.decode("utf-8", "replace")
        raise ProjectError(error("CLI_004", f"{path} is not in this clone", hint="fetch it, or check it out"))
    return content
