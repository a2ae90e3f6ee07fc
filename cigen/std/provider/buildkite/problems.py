"""The diagnostics of provider/buildkite: their fixed titles. docs/diagnostics.md explains each."""

from cigen.std.report import Report

__all__ = ["TITLES", "new_report"]

TITLES = {
    "BUILDKITE_001": "Output without a workflow",
    "BUILDKITE_002": "Workflow without jobs",
    "BUILDKITE_003": "Buildkite does not look here",
    "BUILDKITE_004": "Queue guessed",
    "BUILDKITE_005": "Tool unknown to provider/buildkite",
    "BUILDKITE_006": "Option not supported",
    "BUILDKITE_007": "Condition cannot be expressed",
    "BUILDKITE_008": "Pipeline needs more files",
    "BUILDKITE_009": "Buildkite's limit exceeded",
    "BUILDKITE_010": "Name not accepted by Buildkite",
    "BUILDKITE_011": "Retry needs a POSIX shell",
    "BUILDKITE_012": "Event cannot be told apart",
    "BUILDKITE_013": "Raw block no longer applies",
    "BUILDKITE_014": "Raw block cannot be merged",
    "BUILDKITE_015": "Step left out",
    "BUILDKITE_016": "Job is never skipped",
    "BUILDKITE_017": "Agents must have what the job needs",
    "BUILDKITE_018": "Cache kept by place, not by key",
    "BUILDKITE_019": "Artifact cannot be fetched",
    "BUILDKITE_020": "Setting of the pipeline, not of the file",
    "BUILDKITE_021": "Permissions do not apply",
    "BUILDKITE_022": "Environment unknown to Buildkite",
    "BUILDKITE_023": "Concurrency cannot be expressed",
    "BUILDKITE_024": "Inputs are variables of the build",
    "BUILDKITE_025": "Decided once the job has started",
    "BUILDKITE_026": "Retention is a setting of the organization",
    "BUILDKITE_027": "Step timeout needs timeout",
    "BUILDKITE_028": "Container does not see a cache",
    "BUILDKITE_029": "Secret of the store not given to jobs",
}


def new_report() -> Report:
    """An empty report with this plugin's titles."""
    return Report(TITLES)
