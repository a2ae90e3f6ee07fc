"""Names of records in a store. Repository and trust tier come first, so that a bucket's policy can speak of them.

    REPOSITORY/TIER/records/JOB/SIGNATURE    one record, written once
    REPOSITORY/TIER/latest/JOB               the newest record and its signature's key manifest, to explain with
    REPOSITORY/TIER/latest/=packs=/NUMBER    the newest records of some jobs, see `packs.py`
    REPOSITORY/TIER/outputs/DIGEST           files that jobs left, see `outputs.py`

Owns: their spelling. No name leaves the folder that it is in, whatever a repository or a job is called.
"""

import hashlib
import re

__all__ = ["PACKS", "latest_place", "output_place", "pack_place", "packed_name", "record_place"]

PACKS = 64
"""Of each tier. No segment that a job gives is spelled like their folder, and policies speak of `latest` as a whole."""

_PLAIN = re.compile(r"[^A-Za-z0-9._-]")


def record_place(repository: str, scope: str, job: str, signature: str) -> str:
    """Where the record of this job with this signature is."""
    return f"{_folder(repository, scope)}/records/{packed_name(job, signature)}"


def packed_name(job: str, signature: str) -> str:
    """What tells a record from the others of its tier."""
    return f"{_segment(job)}/{_segment(signature)}"


def latest_place(repository: str, scope: str, job: str) -> str:
    """Where the manifest of this job's last proof is."""
    return f"{_folder(repository, scope)}/latest/{_segment(job)}"


def pack_place(repository: str, scope: str, job: str) -> str:
    """Where the pack is that this job belongs to, whatever other jobs there are."""
    number = hashlib.sha256(job.encode("utf-8", "surrogatepass")).digest()[0] % PACKS
    return f"{_folder(repository, scope)}/latest/=packs=/{number:02}"


def output_place(repository: str, scope: str, digest: str) -> str:
    """Where the bytes with this SHA-256 are."""
    return f"{_folder(repository, scope)}/outputs/{_segment(digest)}"


def _folder(repository: str, scope: str) -> str:
    return "/".join([*(_segment(part) for part in repository.split("/")), _segment(scope)])


def _segment(name: str) -> str:
    """Any text as one name: other characters as `=HEX=`, and never only dots."""
    spelled = _PLAIN.sub(lambda found: f"={ord(found[0]):x}=", name)
    return spelled if spelled.strip(".") else f"={spelled}="
