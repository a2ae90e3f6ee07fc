"""A configuration as CircleCI is to continue a pipeline with, from a plan document and the file that `cig render`
wrote.
"""

from collections.abc import Mapping
from typing import Any

from cigen.formats.circleci import fit_to_plan
from cigen.pipeline.skipping import is_skipped

__all__ = ["CONFIG", "circleci_text"]

CONFIG = ".circleci/config.yml"
"""The file that is read if none is named."""


def circleci_text(document: Mapping[str, Any], text: str) -> str:
    """`text` without the jobs that the plan skips. Raises YamlError for a text that is no such file."""
    jobs = document["jobs"]
    skipped = [key for key, job in jobs.items() if is_skipped(job["decision"], job["reason"])]
    return fit_to_plan(text, jobs, skipped)
