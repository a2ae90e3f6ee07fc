"""What a job leaves, kept in the store as its record is written, for plans that restore it.

Only what some job of cig.toml fetches is kept. Whatever goes wrong is told, and the job is recorded without its files.
"""

import time
from pathlib import Path

from cigen.cli.deciding import Places
from cigen.cli.restoring import kept_files
from cigen.cli.signing import Signing
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, warning
from cigen.proof.outputs import FILES, Deadline, UnkeptError, keep_files
from cigen.proof.record import Record
from cigen.proof.stores import GITHUB_CACHE, StoreFaultError, open_store

__all__ = ["keep_outputs"]

_SECONDS = 300.0
"""That a job waits until its files are kept. The CI system's own limit for the step may come first."""

_REQUEST_SECONDS = 60.0


def keep_outputs(record: Record, signing: Signing, url: str, places: Places) -> tuple[Record, list[Diagnostic]]:
    """The record with the digest of the files that its job leaves, which are in the store then, or why it has none."""
    entry = next(one for one in signing.signatures.planned if one.key == record.job)
    jobs = signing.signatures.config.jobs
    if not any(entry.job.id in job.inputs.artifacts for job in jobs if job.inputs):
        return record, []
    chosen = kept_files(entry)
    if chosen is None:
        return record, [_unkept(record.job, "their globs say what only a render knows")]
    if url == GITHUB_CACHE:
        return record, [_unkept(record.job, "GitHub's cache has room for records alone")]
    worktree = places.location.worktree
    assert worktree is not None, "nothing is recorded without one"
    try:
        store = open_store(url, places.start, _REQUEST_SECONDS)
        digest = keep_files(store, record, Path(worktree), chosen, Deadline(time.monotonic() + _SECONDS))
    except StoreFaultError as fault:
        return record, [_unkept(record.job, f"the store {fault}")]
    except UnkeptError as fault:
        return record, [_unkept(record.job, str(fault))]
    return (replace(record, outputs=((FILES, digest),)), []) if digest else (record, [])


def _unkept(job: str, why: str) -> Diagnostic:
    return warning("STORE_012", f'the files that job "{job}" leaves are not kept: {why}')
