"""The diagnostics of provider/circleci: their fixed titles. docs/diagnostics.md explains each."""

from cigen.std.report import Report

__all__ = ["TITLES", "new_report"]

TITLES = {
    "CIRCLECI_001": "Output without a workflow",
    "CIRCLECI_002": "Workflow without jobs",
    "CIRCLECI_003": "CircleCI does not look here",
    "CIRCLECI_004": "Runner unknown to CircleCI",
    "CIRCLECI_005": "Tool cannot be installed",
    "CIRCLECI_006": "Option not supported",
    "CIRCLECI_007": "Condition cannot be expressed",
    "CIRCLECI_008": "Decided in the job",
    "CIRCLECI_009": "CircleCI's limit exceeded",
    "CIRCLECI_010": "Name not accepted by CircleCI",
    "CIRCLECI_011": "Script cannot be wrapped",
    "CIRCLECI_012": "Timeout not enforced",
    "CIRCLECI_013": "Raw block no longer applies",
    "CIRCLECI_014": "Raw block cannot be merged",
    "CIRCLECI_015": "Step left out",
    "CIRCLECI_016": "Job is never skipped",
    "CIRCLECI_017": "Image cannot be used",
    "CIRCLECI_018": "Service is not waited for",
    "CIRCLECI_019": "Artifact cannot be fetched",
    "CIRCLECI_020": "Lives in the project's settings",
    "CIRCLECI_021": "Needs pull request events",
    "CIRCLECI_022": "Trigger not filtered",
    "CIRCLECI_023": "No environments",
    "CIRCLECI_024": "Approval without message or approvers",
    "CIRCLECI_025": "Concurrency only in part",
    "CIRCLECI_026": "No token with permissions",
    "CIRCLECI_027": "Retry only in part",
    "CIRCLECI_028": "Matrix only in part",
    "CIRCLECI_029": "Job never runs",
    "CIRCLECI_030": "Inputs disagree",
    "CIRCLECI_031": "Settings for scripts only",
    "CIRCLECI_032": "Starts another pipeline through the API",
    "CIRCLECI_033": "Runs only when all have failed",
    "CIRCLECI_034": "Does not run without any of its needs",
    "CIRCLECI_035": "Reports by the folder",
    "CIRCLECI_036": "Required input answers itself",
    "CIRCLECI_037": "Name is taken by cig",
    "CIRCLECI_038": "Files are not restored",
}


def new_report() -> Report:
    """An empty report with this plugin's titles."""
    return Report(TITLES)
