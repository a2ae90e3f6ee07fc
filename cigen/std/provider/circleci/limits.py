"""What CircleCI has no room for. Numbers: its configuration reference and support articles."""

from collections.abc import Iterable, Mapping, Sequence

from cigen.sdk import Budget, Fragment, Graph, Job
from cigen.sdk.yaml import Value, YamlError, read
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.shortfalls import check_lost_machines, check_skipping
from cigen.std.provider.circleci.contexts import find_contexts, job_contexts
from cigen.std.provider.circleci.problems import new_report
from cigen.std.report import Report

__all__ = ["CONTEXTS", "FILE_BYTES", "JOB_MINUTES", "check_contexts", "check_files", "check_jobs", "context_budgets"]

FILE_BYTES = 8 * 1024 * 1024
"""Of the compiled configuration, in which every parameter is filled in."""

CONTEXTS = 100
JOB_MINUTES = 300


def check_files(rendered: Iterable[Fragment], report: Report) -> None:
    """Every configuration as it will be written."""
    for file in rendered:
        if not file.path.startswith(".circleci/"):
            continue
        size = len(file.content.encode("utf-8", "surrogatepass")) + _legs_bytes(file.content)
        if size > FILE_BYTES:
            message = f"{file.path} compiles to about {size:,} bytes; CircleCI takes at most {FILE_BYTES:,}"
            report.error("CIRCLECI_009", message, hint="leave out legs of a matrix, or split the project's pipelines")


def _legs_bytes(content: str) -> int:
    """What the legs of matrices add when CircleCI compiles the file: each is the job once more."""
    if len(content) * 128 < FILE_BYTES:
        return 0
    try:
        document = read(content).root
    except YamlError:
        return 0
    found = 0
    workflows = document.get("workflows") if isinstance(document, Mapping) else None
    jobs = document.get("jobs") if isinstance(document, Mapping) else None
    if not isinstance(workflows, Mapping) or not isinstance(jobs, Mapping):
        return 0
    for workflow in workflows.values():
        for entry in _entries(workflow):
            for name, body in entry.items():
                found += len(repr(jobs.get(name))) * max(_legs(body) - 1, 0)
    return found


def _entries(workflow: Value) -> list[Mapping[str, Value]]:
    entries = workflow.get("jobs") if isinstance(workflow, Mapping) else None
    return [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, Sequence) else []


def _legs(body: Value) -> int:
    matrix = body.get("matrix") if isinstance(body, Mapping) else None
    parameters = matrix.get("parameters") if isinstance(matrix, Mapping) else None
    total = 1
    for values in parameters.values() if isinstance(parameters, Mapping) else ():
        total *= len(values) if isinstance(values, list) else 1
    return total


def check_contexts(contexts: Iterable[str], report: Report) -> None:
    """All contexts of a file."""
    count = len(set(contexts))
    if count > CONTEXTS:
        message = f"the jobs use {count} contexts; CircleCI takes at most {CONTEXTS} in a configuration"
        report.error("CIRCLECI_009", message, hint="keep several secrets in one context", key=("secrets",))


def context_budgets(rendered: Iterable[Fragment], graph: Graph | None) -> tuple[Budget, ...]:
    """How many of its contexts a configuration uses."""
    if graph is None:
        return ()
    known = find_contexts(graph.secrets, new_report())
    used = {context for job in graph.jobs for context in job_contexts(job, known, new_report())}
    return tuple(
        Budget("contexts", len(used), CONTEXTS, file.path) for file in rendered if file.path.startswith(".circleci/")
    )


def check_jobs(jobs: Sequence[StaticJob], sources: Sequence[Job], report: Report, *, planned: bool) -> None:
    """What the jobs of a file cannot be, alone or together. planned: a plan tells which of them are left out."""
    names: dict[str, str] = {}
    for one in jobs:
        first = names.setdefault(one.job.id.casefold(), one.job.id)
        if first != one.job.id:
            message = f'jobs "{first}" and "{one.job.id}" differ in case only, which CircleCI does not tell apart'
            report.error("CIRCLECI_010", message, hint="rename one of them", key=("jobs", one.source))
    for job in sources:
        if job.timeout > JOB_MINUTES:
            message = f'job "{job.id}" may take {job.timeout} minutes, but CircleCI ends every job after {JOB_MINUTES}'
            report.warning("CIRCLECI_012", message, hint="split the job", key=("jobs", job.id, "timeout"))
    if not planned:
        check_skipping(sources, "CircleCI", report, "CIRCLECI_016")
    check_lost_machines(sources, "CircleCI", report, "CIRCLECI_027", "rerun the workflow from failed")
