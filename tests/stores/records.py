"""A record, who believes it, and what a plan makes of it: what the tests of all cache servers have in common."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cigen.hashing.manifest import Component, KeyManifest
from cigen.proof.keys import TrustedKey, read_signing_key
from cigen.proof.lookup import Answer, Asking
from cigen.proof.places import record_place
from cigen.proof.record import Record
from cigen.proof.stores import Store
from cigen.proof.trust import Reader

__all__ = ["KEY", "MANIFEST", "NOW", "READER", "SIGNING", "Cig", "asked", "decision", "name_of", "record"]

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
KEY = "01" * 32
SIGNING = read_signing_key(KEY)
NOW = 1_800_000_000
MANIFEST = KeyManifest((Component("scheme", "", "cs1"),))
READER = Reader("github.com/acme/shop", "branch", (TrustedKey("branch", SIGNING.public),), NOW)


def record(job: str, **changes: Any) -> Record:
    """A good one, but for the changes."""
    fields: dict[str, Any] = {
        "repository": READER.repository,
        "scope": "branch",
        "job": job,
        "signature": str(MANIFEST.signature()),
        "url": "https://ci.example.org/1",
        "ref": "main",
        "commit": "c" * 40,
        "created": NOW - 60,
        "expires": NOW + 3600,
    }
    return Record(**{**fields, **changes})


def name_of(one: Record) -> str:
    """Where it is kept."""
    return record_place(one.repository, one.scope, one.job, one.signature)


def asked(store: Store, *jobs: str) -> Answer:
    """What the reader believes of these jobs."""
    answer = Asking(lambda: store, READER, 30).records({job: str(MANIFEST.signature()) for job in jobs})
    assert not answer.trouble, answer.trouble
    return answer


def decision(cig: Cig, root: Path, url: str, **variables: str) -> tuple[str, str, str]:
    """The decision about the one job, its reason, its signature."""
    done = cig(root, "compute-signatures", "--store", url, **variables)
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)["jobs"]["test"]
    return job["decision"], job["reason"], job["signature"]
