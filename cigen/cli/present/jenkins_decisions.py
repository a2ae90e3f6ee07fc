"""A plan as a Jenkinsfile asks for it: what it says of each entry, by plan key."""

import json
from collections.abc import Mapping
from typing import Any

from cigen.pipeline.skipping import is_skipped

__all__ = ["jenkins_text"]


def jenkins_text(jobs: Mapping[str, Mapping[str, Any]]) -> str:
    """One object, an entry a line: `decision`, `reason`, `signature`, `skip`, and `url`, the run that proved it; where
    files of it were brought, `restored`, the job that they are called by.

    A Jenkinsfile leaves out what has `skip`, and nothing else; a text that was cut off is no object.
    """
    lines = [f"{json.dumps(key)}: {json.dumps(_entry(job), sort_keys=True)}" for key, job in sorted(jobs.items())]
    listed = ",\n".join(lines)
    return f"{{\n{listed}\n}}\n" if listed else "{}\n"


def _entry(job: Mapping[str, Any]) -> dict[str, Any]:
    restored = {"restored": job["job"]} if job.get("restored") is True else {}
    return {
        "decision": job["decision"],
        "reason": job["reason"],
        "signature": job["signature"],
        "skip": is_skipped(job["decision"], job["reason"]),
        "url": job.get("proved_by", {}).get("url", ""),
        **restored,
    }
