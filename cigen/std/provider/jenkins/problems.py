"""The diagnostics of provider/jenkins: their fixed titles. docs/diagnostics.md explains each."""

import json
from typing import Any

from cigen.std.report import Report

__all__ = ["TITLES", "CannotExpress", "new_report", "read_table"]

TITLES = {
    "JENKINS_001": "Output without a workflow",
    "JENKINS_002": "Workflow without jobs",
    "JENKINS_003": "Runner unknown to Jenkins",
    "JENKINS_004": "Tool unknown to provider/jenkins",
    "JENKINS_005": "Option without meaning on Jenkins",
    "JENKINS_006": "Condition cannot be expressed on Jenkins",
    "JENKINS_007": "Glob cannot be expressed on Jenkins",
    "JENKINS_008": "Trigger cannot be expressed on Jenkins",
    "JENKINS_009": "Step left out on Jenkins",
    "JENKINS_010": "Raw block no longer applies on Jenkins",
    "JENKINS_011": "Raw block not understood",
    "JENKINS_012": "Artifact not left by any job",
    "JENKINS_013": "Needs a POSIX shell on Jenkins",
    "JENKINS_014": "Job is never skipped on Jenkins",
    "JENKINS_015": "Limit of the Java virtual machine",
    "JENKINS_016": "Concurrency weaker on Jenkins",
    "JENKINS_017": "Secret of another kind",
    "JENKINS_018": "Empty variable is unset on Jenkins",
    "JENKINS_019": "Environment is a name only",
    "JENKINS_020": "Legs archive to one place",
}


def new_report() -> Report:
    """An empty report with this plugin's titles."""
    return Report(TITLES)


class CannotExpress(Exception):  # noqa: N818
    """Jenkins has no way to say this. The caller knows where it stands in cig.toml and reports it."""

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
