"""Names of records in a store. Repository and trust tier come first, so that a bucket's policy can speak of them.

    REPOSITORY/TIER/records/GROUP/JOB/SIGNATURE    one record, written once
    REPOSITORY/TIER/latest/JOB                     the newest record and its signature's key manifest, to explain with
    REPOSITORY/TIER/latest/=packs=/GROUP           the newest records of a group's jobs, see `packs.py`
    REPOSITORY/TIER/outputs/DIGEST                 files that jobs left, see `outputs.py`

A job's group is a number of two digits that its name alone decides, so that few requests tell of many jobs.
Owns: their spelling. No name leaves the folder that it is in, whatever a repository or a job is called.
"""

import hashlib
import re
from functools import cache

__all__ = ["GROUPS", "latest_place", "output_place", "pack_place", "packed_name", "record_folder", "record_place"]

GROUPS = 64
"""Of each tier: as many requests as are ever under way at once."""

_PLAIN = re.compile(r"[^A-Za-z0-9._-]")


def record_place(repository: str, scope: str, job: str, signature: str) -> str:
    """Where the record of this job with this signature is."""
    return f"{record_folder(repository, scope, job)}/{packed_name(job, signature)}"


def record_folder(repository: str, scope: str, job: str) -> str:
    """Where the records of this job's group are."""
    return f"{_folder(repository, scope)}/records/{_group(job)}"


def packed_name(job: str, signature: str) -> str:
    """What tells a record from the others of its group."""
    return f"{_segment(job)}/{_segment(signature)}"


def latest_place(repository: str, scope: str, job: str) -> str:
    """Where the manifest of this job's last proof is."""
    return f"{_folder(repository, scope)}/latest/{_segment(job)}"


def pack_place(repository: str, scope: str, job: str) -> str:
    """Where the pack of this job's group is. No job is spelled like its folder. Policies speak of `latest` alone."""
    return f"{_folder(repository, scope)}/latest/=packs=/{_group(job)}"


def output_place(repository: str, scope: str, digest: str) -> str:
    """Where the bytes with this SHA-256 are."""
    return f"{_folder(repository, scope)}/outputs/{_segment(digest)}"


def _group(job: str) -> str:
    number = hashlib.sha256(job.encode("utf-8", "surrogatepass")).digest()[0] % GROUPS
    return f"{number:02}"


@cache  # of a plan's names, all begin with one of two
def _folder(repository: str, scope: str) -> str:
    return "/".join([*(_segment(part) for part in repository.split("/")), _segment(scope)])


def _segment(name: str) -> str:
    """Any text as one name: other characters as `=HEX=`, and never only dots."""
    spelled = _PLAIN.sub(lambda found: f"={ord(found[0]):x}=", name)
    return spelled if spelled.strip(".") else f"={spelled}="
