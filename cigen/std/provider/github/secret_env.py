"""Secrets, as environment variables of the steps that need them and of no others."""

import re
from collections.abc import Iterable, Mapping

from cigen.sdk import Job, KeyPath, Secret, Step
from cigen.sdk.yaml import Value
from cigen.std.ci.blocks import read_own
from cigen.std.report import Report

__all__ = ["render_secret", "render_secrets", "secret_names"]

_NAME = re.compile(r"(?!GITHUB_)[A-Z_][A-Z0-9_]*", re.IGNORECASE)


def secret_names(secrets: Iterable[Secret], report: Report) -> dict[str, str]:
    """What GitHub calls a secret, where cig.toml says that it has another name there."""
    found = {}
    for secret in secrets:
        key = ("secrets", secret.name, "github")
        what = f'what secret "{secret.name}" is on GitHub'
        table = read_own(secret.settings, "github", what, report, "GITHUB_014", key)
        if "name" in table:
            found[secret.name] = str(table["name"])
        for other in sorted(set(table) - {"name"}):
            message = f'secret "{secret.name}" has "{other}" for GitHub; only "name" means something there'
            report.warning("GITHUB_006", message, key=(*key, other))
    return found


def render_secrets(step: Step, job: Job, names: Mapping[str, str], report: Report) -> dict[str, Value]:
    """A variable for each secret; what the step's own `env` says of the same name wins."""
    own = {pair.name for pair in step.env}
    wanted = {name: render_secret(name, job, names, report) for name in step.secrets}
    return {name: value for name, value in wanted.items() if value and name not in own}


def render_secret(name: str, job: Job, names: Mapping[str, str], report: Report) -> str:
    """The expression that yields the secret; empty for a name that GitHub refuses, which the report then tells."""
    known = names.get(name, name)
    if known == "GITHUB_TOKEN" or _NAME.fullmatch(known):
        return f"${{{{ secrets.{known} }}}}"
    message = f'"{known}", which job "{job.id}" wants, cannot be the name of a secret on GitHub'
    hint = "letters, digits and _, not beginning with a digit or with GITHUB_"
    key: KeyPath = ("secrets", name, "github") if name in names else ("jobs", job.id, "secrets")
    report.error("GITHUB_010", message, hint=hint, key=key)
    return ""
