"""Files that several legs of a job leave at one place for a job that fetches them: there is room for one of each.

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
    """One for each job whose legs leave a file in common, as far as spelling tells, that another job fetches."""
    takers: dict[str, str] = {}
    for job in jobs:
        for step in job.steps:
            if step.download is not None:
                takers.setdefault(step.download.name, job.id)
    found = (_check(job, job.matrix, takers[job.id]) for job in jobs if job.matrix and job.id in takers)
    return [one for one in found if one is not None]


def _check(job: Job, matrix: Matrix, taker: str) -> Diagnostic | None:
    files = [(index, path) for index, path in enumerate(job.outputs.files if job.outputs else ()) if path[:1] != "!"]
    # A file that is named is told before what wildcards might select.
    for index, path in sorted(files, key=lambda one: _SEVERAL.search(one[1].replace("{{", "")) is not None):
        legs: dict[str, list[str]] = {}
        for leg in matrix.legs:
            legs.setdefault(matrix_text(path, leg), []).append(leg.key)
        same = next(((own, keys) for own, keys in legs.items() if len(keys) > 1), None)
        if same is not None:
            return _told(job, index, *same, taker)
    return None


def _told(job: Job, index: int, path: str, keys: list[str], taker: str) -> Diagnostic:
    key: KeyPath = () if job.owner else ("jobs", job.id, "outputs", "files", index)
    more = f" and {len(keys) - 2:,} more" if len(keys) > 2 else ""
    who = f'"{keys[0]}" and "{keys[1]}"{more}, legs of job "{job.id}",'
    depends = f'whose copy job "{taker}" gets depends on the CI system'
    hint = "name the file after the leg, by values of the matrix"
    if _SEVERAL.search(path) is None:
        return warning("DAG_022", f'{who} leave "{path}": {depends}', hint=hint, key=key)
    message = f'{who} leave files of "{path}": of one that several have, {depends}'
    return replace(warning("DAG_022", message, hint=hint, key=key), level=Level.INFO)
