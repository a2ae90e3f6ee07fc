"""`cache`: volumes of Buildkite's hosted agents, mounted where the cached directories are.

A volume has a name and no key: it is found again by the literal parts of a cache's key, not by the content of files.
Other agents take no notice, and a job is right without.
"""

import posixpath
import re
from collections.abc import Sequence

from cigen.sdk import Cache, Job
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
    _check_container(job, caches, report)
    words = [word for cache in caches for word in (cache.id, *(part.literal for part in cache.parts if part.literal))]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-")
    return {"name": name, "paths": [escaped(path) for cache in caches for path in cache.paths]}


def _check_container(job: Job, caches: Sequence[Cache], report: Report) -> None:
    """A container sees the workspace, and beside it what its own options mount.

    To mount the rest would hide what the image has in that place, and where `~` is only the image knows.
    """
    if job.image is None:
        return
    for cache in caches:
        unseen = [path for path in cache.paths if _outside(path) and path not in job.image.options]
        if unseen:
            listed = ", ".join(f'"{path}"' for path in unseen)
            message = f'containers have the workspace alone: they do not see {listed}, which cache "{cache.id}" keeps'
            hint = "have the tool keep it in the workspace, or mount it: image.options"
            report.warning("BUILDKITE_028", message, hint=hint, key=("caches", cache.id))


def _outside(path: str) -> bool:
    return path.startswith(("/", "~", "$")) or posixpath.normpath(path).split("/")[0] == ".."
