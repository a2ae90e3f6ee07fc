"""A configuration as CircleCI is to continue a pipeline with, from a plan document and the file that `cig render`
wrote.
"""

from collections.abc import Mapping
from typing import Any

from cigen.formats.circleci import find_restorable, fit_to_plan
from cigen.pipeline.skipping import is_skipped

__all__ = ["CONFIG", "circleci_text", "find_restorable"]

CONFIG = ".circleci/config.yml"
"""The file that is read if none is named."""


def circleci_text(document: Mapping[str, Any], text: str, sums: Mapping[str, str]) -> str:
    """`text` without the jobs that the plan skips. sums: of what is there of those that are restored, by plan key.

    Raises YamlError for a text that is no such file, LookupError for files that are not there.
    """
    jobs = document["jobs"]
    restored = {key for key, job in jobs.items() if job.get("restored")}
    if restored - set(sums):
        raise LookupError(f'the plan restores files of "{min(restored - set(sums))}", which are not here')
    skipped = [key for key, job in jobs.items() if key not in restored and is_skipped(job["decision"], job["reason"])]
    return fit_to_plan(text, jobs, skipped, {key: sums[key] for key in restored})
