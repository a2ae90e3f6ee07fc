"""Files that several legs or shards of a job leave at one place for a job that fetches them, with room for one of each.

Pure. Which copy stays is each CI system's affair: the leg that ends last, the last by name, or whichever is unpacked
last. A pattern with wildcards may well select other files in each leg, so it is mentioned and no more.
"""

import re
from collections.abc import Sequence

from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, KeyPath, Level, warning
from cigen.model.resources import Job, Matrix
from cigen.pipeline.expand import matrix_text

__all__ = ["check_leaving"]

_SEVERAL = re.compile(r"[*?\[{]|/\Z")
"""What a path holds that does not name one file."""


def check_leaving(jobs: Sequence[Job]) -> list[Diagnostic]:
    """One for each job whose legs or shards leave a file in common, as far as its name tells, that another fetches."""
    takers: dict[str, str] = {}
    for job in jobs:
        for step in job.steps:
            if step.download is not None:
                takers.setdefault(step.download.name, job.id)
    found = []
    for job in jobs:
        if job.id in takers:
            of_legs = _check_legs(job, job.matrix, takers[job.id]) if job.matrix else None
            found.append(of_legs or _check_shards(job, takers[job.id]))
    return [one for one in found if one is not None]


def _files(job: Job) -> list[tuple[int, str]]:
    """What the job leaves, each with its place in cig.toml; what names one file before what has wildcards."""
    files = [(index, path) for index, path in enumerate(job.outputs.files if job.outputs else ()) if path[:1] != "!"]
    return sorted(files, key=lambda one: _is_of_several(one[1]))


def _is_of_several(path: str) -> bool:
    return _SEVERAL.search(path.replace("{{", "")) is not None


def _check_shards(job: Job, taker: str) -> Diagnostic | None:
    """Of wildcards there is nothing to tell: no path of cig.toml can name the shard, so they are what is right."""
    if job.shards is None or job.shards.count < 2:
        return None
    index, path = next(iter(_files(job)), (0, "*"))
    if _is_of_several(path):
        return None
    message = f'each of the {job.shards.count} shards of job "{job.id}" leaves "{path}": whose copy job "{taker}" gets'
    hint = "write it under a name with $CIG_SHARD_INDEX, and give outputs.files a wildcard in its place"
    return warning("DAG_022", f"{message} depends on the CI system", hint=hint, key=_key(job, index))


def _check_legs(job: Job, matrix: Matrix, taker: str) -> Diagnostic | None:
    for index, path in _files(job):
        legs: dict[str, list[str]] = {}
        for leg in matrix.legs:
            legs.setdefault(matrix_text(path, leg), []).append(leg.key)
        same = next(((own, keys) for own, keys in legs.items() if len(keys) > 1), None)
        if same is not None:
            return _told(job, index, *same, taker)
    return None


def _told(job: Job, index: int, path: str, keys: list[str], taker: str) -> Diagnostic:
    key = _key(job, index)
    more = f" and {len(keys) - 2:,} more" if len(keys) > 2 else ""
    who = f'"{keys[0]}" and "{keys[1]}"{more}, legs of job "{job.id}",'
    depends = f'whose copy job "{taker}" gets depends on the CI system'
    hint = "name the file after the leg, by values of the matrix"
    if _SEVERAL.search(path) is None:
        return warning("DAG_022", f'{who} leave "{path}": {depends}', hint=hint, key=key)
    message = f'{who} leave files of "{path}": of one that several have, {depends}'
    return replace(warning("DAG_022", message, hint=hint, key=key), level=Level.INFO)


def _key(job: Job, index: int) -> KeyPath:
    return () if job.owner else ("jobs", job.id, "outputs", "files", index)
