"""The rules: each looks at the graph or the files and yields what it finds.

Owns: what is worth a warning. A rule speaks only where the pipeline will do something other than its author means, and
names one thing to do; matters of taste have no rule.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from cigen.sdk import Expr, Fragment, Graph, Job, Location, Op, Step, Workflow
from cigen.std.policy.conventions.skipped import SKIPPING_RULES
from cigen.std.report import Report

__all__ = ["FILE_RULES", "GRAPH_RULES", "TITLES"]

TITLES = {
    "CONVENTIONS_001": "Job ids in two styles",
    "CONVENTIONS_002": "Floating image",
    "CONVENTIONS_003": "Deployment that may be skipped",
    "CONVENTIONS_004": "Secrets on pull requests",
    "CONVENTIONS_005": "Write permission for all jobs",
    "CONVENTIONS_006": "Action not pinned to a commit",
    "CONVENTIONS_007": "Variable that is no input",
    "CONVENTIONS_008": "Axis of systems on one machine",
}


def one_style_of_job_ids(graph: Graph, report: Report) -> None:
    """`build-image` or `build_image`, but not both: whoever names a job elsewhere has to guess which."""
    own = [job.id for job in graph.jobs if not job.owner]
    dashed, underscored = ([job for job in own if mark in job] for mark in ("-", "_"))
    if not dashed or not underscored:
        return
    style, odd = ("-", sorted(underscored)) if len(dashed) >= len(underscored) else ("_", sorted(dashed))
    listed = ", ".join(f'"{job}"' for job in odd)
    report.warning(
        "CONVENTIONS_001",
        f"most job ids are written with {'dashes' if style == '-' else 'underscores'}, but not {listed}",
        hint=f'rename "{odd[0]}" to "{re.sub("[-_]", style, odd[0])}"',
        key=("jobs", odd[0]),
    )


def fixed_images(graph: Graph, report: Report) -> None:
    """An image without a tag, or `latest`, is another one tomorrow: the job breaks, or is skipped and should not be."""
    for job in graph.jobs:
        named = [("image", job.image.image)] if job.image else []
        named += [(f"services.{service.name}", service.image) for service in job.services]
        for where, image in named:
            if _floats(image):
                report.warning(
                    "CONVENTIONS_002",
                    f'job "{job.id}" uses the image "{image}", which changes whenever its author pushes',
                    hint="name a version, as in postgres:17, or a digest",
                    key=("jobs", job.id, *where.split(".")[:1]),
                )


def _floats(image: str) -> bool:
    name = image.rpartition("/")[2]
    if not image or "@" in image or "{{" in name:
        return False
    _, colon, tag = name.partition(":")
    return not colon or tag in _MOVING


_MOVING = frozenset({"latest", "stable", "current", "edge", "lts", "nightly", "rolling", "next", "main", "master"})
_EVERYWHERE = frozenset({"GITHUB_TOKEN"})
"""A pull request from a fork has it too."""


def no_secrets_on_pull_requests(graph: Graph, report: Report) -> None:
    """A pull request from a fork gets no secrets: the step that needs one fails there, for no fault of its author."""
    triggered = {workflow.id for workflow in graph.workflows if _on_pull_requests(workflow)}
    known = {job.id: job for job in graph.jobs}
    for job in graph.jobs:
        if job.workflow not in triggered or _is_guarded(job, known):
            continue
        secrets = sorted({secret for step in job.steps for secret in _unguarded(step)} - _EVERYWHERE)
        if secrets:
            listed = ", ".join(secrets)
            report.warning(
                "CONVENTIONS_004",
                f'job "{job.id}" needs {listed} and runs on pull requests, where a fork has no secrets',
                hint="add when = \"event != 'pull_request'\" to the job or to the step that needs them",
                key=("jobs", job.id),
            )


def _on_pull_requests(workflow: Workflow) -> bool:
    return workflow.triggers is not None and workflow.triggers.pull_request is not None


def _is_guarded(job: Job, known: Mapping[str, Job]) -> bool:
    """Whether its condition speaks of events, or that of a job without which it does not run."""
    waiting, seen = [job], {job.id}
    while waiting:
        one = waiting.pop()
        if _speaks_of_events(one.when):
            return True
        needs = [need for need in one.needs if need in known and need not in seen] if one.run_on == "success" else []
        seen.update(needs)
        waiting += [known[need] for need in needs]
    return False


def _unguarded(step: Step) -> tuple[str, ...]:
    return () if _speaks_of_events(step.when) else step.secrets


def _speaks_of_events(condition: Expr | None) -> bool:
    """Whether the condition was written with the event in mind: it names the event, the branch or the tag."""
    waiting: list[Expr] = [condition] if condition is not None else []
    while waiting:
        node = waiting.pop()
        if node.op is Op.NAME and node.value in ("event", "branch", "tag", "default_branch"):
            return True
        waiting.extend(node.args)
    return False


def permissions_where_needed(graph: Graph, report: Report) -> None:
    """What one job needs all jobs get, every action and every script of theirs included."""
    for workflow in graph.workflows:
        jobs = [job for job in graph.jobs if job.workflow == workflow.id]
        scopes = sorted(pair.name for pair in workflow.permissions if pair.value == "write")
        if scopes and len(jobs) > 1:
            report.warning(
                "CONVENTIONS_005",
                f'every job of workflow "{workflow.id}" may write {", ".join(scopes)}',
                hint=f"move {scopes[0]} to the permissions of the jobs that need it",
                key=("permissions",),
            )


_USES = re.compile(r"""^(\s*(?:-\s+)?uses:\s*)["']?([\w.-]+/[\w./-]+)@([^\s"'#]+)""")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def pinned_actions(rendered: Iterable[Fragment], report: Report) -> None:
    """A tag can be moved to other code, and has been: a commit cannot."""
    for file in rendered:
        if not file.path.startswith(".github/"):
            continue
        for number, line, action, ref in _actions(file.content):
            if not _COMMIT.fullmatch(ref):
                column = line.index(action) + 1
                report.warning(
                    "CONVENTIONS_006",
                    f"{action}@{ref} is whatever its tag or branch points at on the day",
                    hint="write the commit, and the version behind it as a comment",
                    at=Location(file.path, number, column, len(action) + 1 + len(ref)),
                )


def _actions(content: str) -> Iterator[tuple[int, str, str, str]]:
    for number, line in enumerate(content.splitlines(), 1):
        found = _USES.match(line)
        if found:
            yield number, line, found[2], found[3]


_SYSTEMS = frozenset({"linux", "linux-arm64", "macos", "windows"})


def machines_of_axes(graph: Graph, report: Report) -> None:
    """An axis of operating systems chooses the machine where `runner` says so, and else is a word like any other."""
    for job in graph.jobs:
        legs = job.matrix.legs if job.matrix else ()
        machines = {leg.runner or job.machine for leg in legs}
        if job.matrix is None or len(machines) != 1:
            continue
        said = repr(replace(job, matrix=None))
        for axis in job.matrix.axes:
            if len(axis.values) < 2 or not _SYSTEMS.issuperset(axis.values) or f"matrix.{axis.name}" in said:
                continue
            machine = next(iter(machines))
            where = f'"{machine.name}"' if machine else "one machine"
            report.warning(
                "CONVENTIONS_008",
                f'every leg of job "{job.id}" runs on {where}, whatever its axis "{axis.name}" says',
                hint=f'runner = "{{{{ matrix.{axis.name} }}}}" has each leg run where it says',
                key=("jobs", job.id, "matrix", axis.name),
            )


GRAPH_RULES: tuple[Callable[[Graph, Report], None], ...] = (
    one_style_of_job_ids,
    fixed_images,
    machines_of_axes,
    *SKIPPING_RULES,
    no_secrets_on_pull_requests,
    permissions_where_needed,
)
FILE_RULES: tuple[Callable[[Iterable[Fragment], Report], None], ...] = (pinned_actions,)
