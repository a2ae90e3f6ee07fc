"""What a store is: names to bytes, and nothing else. It is not asked what a record is worth.

Owns the interface, and the choice by URL. Refuses any URL that it does not know, before anything is asked of it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

__all__ = [
    "GITHUB_CACHE",
    "TRAVELLING",
    "Each",
    "Store",
    "StoreFaultError",
    "ignore",
    "open_folder",
    "open_store",
    "shown_url",
]

BUCKETS = frozenset({"s3", "gs", "az"})

GITHUB_CACHE = "github-cache"
"""The store that a rendered workflow restores from GitHub's cache, and saves there."""

TRAVELLING = ".cigen/cache/proofs"
"""Where it stands meanwhile, below the workspace: no part of any tree, and the same path in every job."""


Each = Callable[[str, bytes], None]
"""Told a name and its content."""


def ignore(_name: str, _data: object) -> None:
    """For whoever waits for all contents."""


class StoreFaultError(Exception):
    """A store that cannot be used, or not now. `str()` completes the sentence "the store …"."""


class Store(Protocol):
    """Where records are kept. Every method raises StoreFaultError where the store does not do as it is told."""

    local: bool
    """On this machine: whoever can write it could as well change the checkout."""

    singly: bool
    """Each name is a request of its own, so that many records had better be in few objects."""

    @property
    def denied(self) -> str:
        """What it said where it did not tell an absent name from a forbidden one, which counts as absent."""
        ...

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        """The contents of those names that exist, at most `limit` + 1 bytes of each.

        each: called with each name and its content as soon as it is here.
        """
        ...

    @property
    def listing(self) -> Callable[[Sequence[str]], Mapping[str, frozenset[str]]] | None:
        """By folder, every name below it, but for folders that hold more than is told at once. None: it has none."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Write under a name that is free, and only whole; False where it is taken."""
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Write under a name, whatever is there."""
        ...


def open_store(url: str, start: Path, budget: float) -> Store:
    """The store of a URL or a folder's path, relative to `start`. budget: seconds for each request."""
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme in ("", "file"):
        from cigen.proof.directory import DirectoryStore

        return DirectoryStore(open_folder(url, start))
    if scheme in BUCKETS:
        from cigen.proof.bucket import BucketStore

        return BucketStore(url, budget)
    if scheme in ("grpc", "grpcs"):
        from cigen.proof.remote import RemoteStore

        return RemoteStore(url, budget)
    if scheme in ("http", "https"):
        from cigen.proof.http_cache import HttpStore

        return HttpStore(url, budget)
    known = "folders, github-cache, file, s3, gs, az, grpc, grpcs, http and https"
    raise StoreFaultError(f"is of a kind that this version of cig does not know; it knows {known}")


def open_folder(url: str, start: Path) -> Path:
    """The folder that a URL or a path names; StoreFaultError for any other store."""
    if url == GITHUB_CACHE:
        return Path(os.environ.get("GITHUB_WORKSPACE") or start, TRAVELLING)
    if "://" not in url:
        return start / url
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise StoreFaultError("is no folder")
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise StoreFaultError("is a file:// URL without a path: write file:///folder")
    return Path(unquote(parts.path))


def shown_url(url: str) -> str:
    """A URL without the name and the password in it, and without its query: a plan is read by everybody."""
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://…"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
