"""The diagnostics of provider/github: their fixed titles. docs/diagnostics.md explains each."""

import json
from typing import Any

from cigen.std.report import Report

__all__ = ["TITLES", "CannotExpress", "new_report", "read_table"]

TITLES = {
    "GITHUB_001": "Output without a workflow",
    "GITHUB_002": "Workflow without jobs",
    "GITHUB_003": "GitHub does not look here",
    "GITHUB_004": "Runner unknown to GitHub",
    "GITHUB_005": "Tool unknown to provider/github",
    "GITHUB_006": "Option not supported",
    "GITHUB_007": "Condition cannot be expressed",
    "GITHUB_008": "Glob cannot be expressed",
    "GITHUB_009": "Too many matrix jobs",
    "GITHUB_010": "Name not accepted by GitHub",
    "GITHUB_011": "Retry needs a POSIX shell",
    "GITHUB_012": "GitHub expression passed on as text",
    "GITHUB_013": "Raw block no longer applies",
    "GITHUB_014": "Raw block cannot be merged",
    "GITHUB_015": "Step left out",
    "GITHUB_016": "Job is never skipped",
    "GITHUB_017": "Containers need Linux",
    "GITHUB_018": "Service not reachable at localhost",
    "GITHUB_019": "Artifact cannot be fetched",
    "GITHUB_020": "GitHub's limit exceeded",
    "GITHUB_021": "Timeout never reached",
    "GITHUB_022": "Name not usable twice",
    "GITHUB_023": "Path filter left out",
    "GITHUB_024": "One of a group at a time",
    "GITHUB_025": "Approval is a setting of the environment",
    "GITHUB_026": "Workflow cannot be started",
    "GITHUB_027": "Lost machine is not replaced",
    "GITHUB_028": "No timings of files",
}


def new_report() -> Report:
    """An empty report with this plugin's titles."""
    return Report(TITLES)


class CannotExpress(Exception):  # noqa: N818
    """GitHub has no way to say this. The caller knows where it stands in cig.toml and reports it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_table(text: str, what: str) -> dict[str, Any]:
    """The table in a provider's block. Raises CannotExpress: another plugin may have made it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CannotExpress(f"{what} is no table")
    return found
