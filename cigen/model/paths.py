"""Names that are not just strings: plugin ids, digests, repository paths.

`NewType`s, so that mypy tells them apart and nothing is paid at run time.
"""

from typing import NewType

__all__ = ["Digest", "GitId", "PluginId", "RepoPath"]

PluginId = NewType("PluginId", str)
"""`kind/name`, as in `provider/github` or `lang/ruby`."""

Digest = NewType("Digest", str)
"""A hash with its scheme: `sha256:…`, `xxh3:…`, `git:…`, `cs1:…`. An unknown scheme equals nothing."""

GitId = NewType("GitId", str)
"""A git object id in hexadecimal: of a blob, of a tree, or of the commit a submodule points at."""

RepoPath = NewType("RepoPath", bytes)
"""A path from the repository's root, `/`-separated, as git's own bytes: not every file name is UTF-8."""
