"""A store in a bucket: S3 and whatever speaks like it, Google Cloud Storage, Azure.

Owns what a bucket's answers mean. Credentials are those that the machine has: variables, instance roles, or the
identity of a CI job. The requests of a plan are under way together, and none is repeated for longer than the plan
would wait.
"""

import os
from collections.abc import Sequence

from cigen.proof.at_once import fetch_all
from cigen.proof.identity import identity_options
from cigen.proof.objects import ForbiddenError, Objects
from cigen.proof.stores import Each, ignore

__all__ = ["BucketStore"]

PAGE = 1000
"""Names that a bucket tells in one answer. To ask for those that are wanted takes less time than for a second page."""


class BucketStore:
    """Records as objects of a bucket."""

    local = False
    singly = True

    def __init__(self, url: str, budget: float) -> None:
        self._denials: list[str] = []
        self._objects = Objects.of_bucket(url, budget, identity_options(url, os.environ, budget))

    @property
    def denied(self) -> str:
        """Amazon and Google say "forbidden" of a name that is absent to whoever may not list the bucket."""
        return min(self._denials, default="")

    def fetch(self, names: Sequence[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        """All names at once; the first failure ends the rest."""
        return fetch_all(names, lambda name: self._get(name, limit), each)

    def listing(self, folders: Sequence[str]) -> dict[str, frozenset[str]]:
        """All folders at once."""
        return fetch_all(folders, lambda folder: self._objects.listing(folder, PAGE), ignore)

    def create(self, name: str, data: bytes) -> bool:
        """A conditional write: the bucket itself refuses a name that is taken."""
        return self._objects.create(name, data)

    def replace(self, name: str, data: bytes) -> None:
        """A plain write."""
        self._objects.replace(name, data)

    def _get(self, name: str, limit: int) -> bytes | None:
        try:
            return self._objects.get(name, limit)
        except ForbiddenError as refusal:
            # Any other code, such as that of a wrong signature, is about whoever asks, and not about the name.
            if refusal.code != "AccessDenied":
                raise
            self._denials.append(refusal.said)
            return None
