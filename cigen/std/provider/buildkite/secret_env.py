"""Secrets: which of the agent's secrets a job gets as variables, and which of its steps see them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cigen.sdk import Job, Secret
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import read_own
from cigen.std.report import Report

__all__ = ["Secrets", "is_secret_name", "job_secrets", "secret_settings"]

_NAME = re.compile(r"(?!buildkite|bk)[A-Z][A-Z0-9_]{0,254}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the job's step says of them. `confined`: some step must not see them all."""

    value: Value
    plugins: tuple[Value, ...]
    names: tuple[str, ...]
    confined: bool


def job_secrets(job: Job, source: str, defined: Iterable[Secret], report: Report) -> Secrets:
    """All secrets that some step of the job wants. One from a plugin is left to it."""
    wanted = list(dict.fromkeys(name for step in job.steps for name in step.secrets))
    if job.image is not None and job.image.password:
        wanted.append(job.image.password)
    settings = {secret.name: secret_settings(secret, report) for secret in defined}
    plugins: list[Value] = []
    given: dict[str, Value] = {}
    for name in dict.fromkeys(wanted):
        own = settings.get(name, {})
        if "plugin" in own:
            plugins += [own["plugin"]] if own["plugin"] not in plugins else []
            continue
        secret = own.get("name", name)
        if not isinstance(secret, str) or not is_secret_name(secret):
            message = f'"{secret}", which job "{source}" wants, cannot be the name of a secret on Buildkite'
            hint = f'[secrets.{name}] buildkite = {{ name = "…" }}: letters, digits and _, not beginning with bk'
            report.error("BUILDKITE_010", message, hint=hint, key=("jobs", source, "secrets"))
        else:
            given[name] = secret
    value: Value = [*given] if all(name == secret for name, secret in given.items()) else given
    scripts = [step for step in job.steps if step.run or step.tool]
    confined = bool(wanted) and any(set(step.secrets) != set(wanted) for step in scripts)
    return Secrets(value, tuple(plugins), tuple(dict.fromkeys(wanted)), confined)


def secret_settings(secret: Secret, report: Report) -> dict[str, Any]:
    """What cig.toml says of the secret for Buildkite alone."""
    key = ("secrets", secret.name)
    what = f'what secret "{secret.name}" is on Buildkite'
    return read_own(secret.settings, "buildkite", what, report, "BUILDKITE_014", key)


def is_secret_name(name: str) -> bool:
    """Whether Buildkite takes it."""
    return _NAME.fullmatch(name) is not None
