"""Secrets, as environment variables of the steps that need them and of no others."""

import re

from cigen.sdk import Job, Step
from cigen.sdk.yaml import Value
from cigen.std.report import Report

__all__ = ["render_secrets"]

_NAME = re.compile(r"(?!GITHUB_)[A-Z_][A-Z0-9_]*", re.IGNORECASE)


def render_secrets(step: Step, job: Job, report: Report) -> dict[str, Value]:
    """A variable for each secret; what the step's own `env` says of the same name wins."""
    own = {pair.name for pair in step.env}
    found: dict[str, Value] = {}
    for name in step.secrets:
        if name != "GITHUB_TOKEN" and not _NAME.fullmatch(name):
            message = f'"{name}", which job "{job.id}" wants, cannot be the name of a secret on GitHub'
            hint = "letters, digits and _, not beginning with a digit or with GITHUB_"
            report.error("GITHUB_010", message, hint=hint, key=("jobs", job.id, "secrets"))
        elif name not in own:
            found[name] = f"${{{{ secrets.{name} }}}}"
    return found
