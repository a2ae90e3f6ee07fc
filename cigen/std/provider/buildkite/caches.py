"""`cache`: volumes of Buildkite's hosted agents, mounted where the cached directories are.

A volume has a name and no key: it is found again by the literal parts of a cache's key, not by the content of files.
Other agents take no notice, and a job is right without.
"""

import re

from cigen.sdk import Job
from cigen.sdk.yaml import Value
from cigen.std.provider.buildkite.texts import escaped
from cigen.std.report import Report

__all__ = ["render_caches"]


def render_caches(job: Job, source: str, report: Report) -> dict[str, Value]:
    """The job's volume, for the directories of all its caches; empty if it has none."""
    caches = [step.cache.cache for step in job.steps if step.cache is not None]
    if not caches:
        return {}
    for cache in caches:
        if not cache.paths:
            message = f'cache "{cache.id}" of job "{source}" has no paths'
            report.error("BUILDKITE_018", message, hint=f"[caches.{cache.id}] paths = […]", key=("caches", cache.id))
    listed = ", ".join(f'"{cache.id}"' for cache in caches)
    message = (
        f'job "{source}" keeps {listed} in a volume of hosted agents, found by name: files in key_parts, fallback and '
        "save change nothing, and agents of your own keep nothing"
    )
    report.info("BUILDKITE_018", message, key=("jobs", source, "caches"))
    words = [word for cache in caches for word in (cache.id, *(part.literal for part in cache.parts if part.literal))]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-")
    return {"name": name, "paths": [escaped(path) for cache in caches for path in cache.paths]}
