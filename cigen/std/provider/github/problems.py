"""The diagnostics of provider/github: their fixed titles. docs/diagnostics.md explains each."""

from cigen.std.report import Report

__all__ = ["TITLES", "new_report"]

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
