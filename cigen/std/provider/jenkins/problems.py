"""The diagnostics of provider/jenkins: their fixed titles. docs/diagnostics.md explains each."""

from cigen.std.report import Report

__all__ = ["TITLES", "new_report"]

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
