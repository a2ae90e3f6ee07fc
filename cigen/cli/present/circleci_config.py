"""A configuration as CircleCI is to continue a pipeline with, from a plan document and the file that `cig render`
wrote.
"""

from collections.abc import Mapping
from typing import Any

from cigen.formats.circleci import Configuration, find_restorable, fit_to_plan, take_apart
from cigen.pipeline.skipping import is_skipped

__all__ = ["CONFIG", "Configuration", "circleci_text", "find_restorable", "take_apart"]

CONFIG = ".circleci/config.yml"
"""The file that is read if none is named."""


def circleci_text(document: Mapping[str, Any], configuration: Configuration, sums: Mapping[str, str]) -> str:
    """The configuration without the jobs that the plan skips.

    sums: of what is there of those that are restored, by plan key.

    Raises YamlError for what is no such file, LookupError for files that are not there.
    """
    jobs = document["jobs"]
    restored = {key for key, job in jobs.items() if job.get("restored")}
    if restored - set(sums):
        raise LookupError(f'the plan restores files of "{min(restored - set(sums))}", which are not here')
    skipped = [key for key, job in jobs.items() if key not in restored and is_skipped(job["decision"], job["reason"])]
    return fit_to_plan(configuration, jobs, skipped, {key: sums[key] for key in restored})
