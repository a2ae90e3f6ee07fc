"""Secrets: the contexts that hold them, for the jobs that need them.

A secret is a variable of every script of a job that has its context; one without a context is a variable of the
project, which every job has. Nothing of either stands in the file but a context's name.
"""

from collections.abc import Sequence

from cigen.sdk import Job, Secret
from cigen.std.ci.blocks import read_own
from cigen.std.report import Report

__all__ = ["find_contexts", "job_contexts"]


def find_contexts(secrets: Sequence[Secret], report: Report) -> dict[str, tuple[str, ...]]:
    """Secret → the contexts that hold it."""
    found: dict[str, tuple[str, ...]] = {}
    for secret in secrets:
        key = ("secrets", secret.name, "circleci")
        what = f'what secret "{secret.name}" is on CircleCI'
        table = read_own(secret.settings, "circleci", what, report, "CIRCLECI_014", key)
        given = table.get("context", ())
        names = [given] if isinstance(given, str) else list(given) if isinstance(given, list) else []
        found[secret.name] = tuple(str(name) for name in names if name)
        others = sorted(set(table) - {"context"})
        if others:
            message = f'secret "{secret.name}" has "{others[0]}" for CircleCI; only "context" means something there'
            report.warning("CIRCLECI_006", message, key=(*key, others[0]))
    return found


def job_contexts(job: Job, known: dict[str, tuple[str, ...]], report: Report) -> list[str]:
    """The contexts of a job. Secrets that have none are told: somebody must put them into the project's settings."""
    wanted = [*job.secrets, *(name for step in job.steps for name in step.secrets)]
    if job.image is not None and job.image.password:
        wanted.append(job.image.password)
    for name in dict.fromkeys(wanted):
        if not known.get(name):
            message = f'"{name}", which jobs want, must be a variable of the project on CircleCI, or stand in a context'
            hint = f'[secrets.{name}] circleci = {{ context = "…" }}, or Project Settings, Environment Variables'
            report.info("CIRCLECI_020", message, hint=hint, key=("secrets", name))
    return list(dict.fromkeys(context for name in wanted for context in known.get(name, ())))
