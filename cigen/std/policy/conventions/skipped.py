"""The rules about jobs that may be skipped because their files did not change: what else could have changed?"""

import re
from collections.abc import Callable

from cigen.sdk import Graph, Job, Runner
from cigen.std.policy.conventions.variables import given_to_later_steps, read_variables
from cigen.std.report import Report

__all__ = ["SKIPPING_RULES"]


def _may_be_skipped(job: Job) -> bool:
    declares = (job.skip_if and job.skip_if.paths_unmodified) or (job.inputs and job.inputs.files)
    return bool(declares) and not job.effects


_DEPLOYS = re.compile(r"(?:^|[-_])(?:deploy|deployment|publish|promote|rollout)(?=$|[-_])")


def deployments_have_effects(graph: Graph, report: Report) -> None:
    """A job that changes the world must not be skipped because its files did not change: the world may have."""
    for job in graph.jobs:
        if not _may_be_skipped(job):
            continue
        if job.environment is not None:
            why = f'deploys to "{job.environment.name}"'
        elif _DEPLOYS.search(job.id.lower()):
            why = "deploys, by its name"
        else:
            continue
        report.warning(
            "CONVENTIONS_003",
            f'job "{job.id}" {why}, and may be skipped because its files did not change',
            hint="set effects = true: then it always runs",
            key=("jobs", job.id),
        )


_PLUMBING = re.compile(
    r"CIG_(?!INPUT_)\w+|CI|HOME|PATH|PWD|OLDPWD|USER|LOGNAME|SHELL|HOSTNAME|IFS|OPTARG|OPTIND|LINENO|PPID|E?UID|RANDOM"
    r"|SECONDS|TE?MP(?:DIR)?|LANG|LC_\w+|TERM|BASH\w*|OSTYPE|HOSTTYPE|MACHTYPE|SHLVL|PIPESTATUS|FUNCNAME|REPLY|XDG_\w+"
    r"|GITHUB_(?:OUTPUT|ENV|PATH|STEP_SUMMARY|STATE|WORKSPACE|ACTION_PATH)|RUNNER_(?:TEMP|TOOL_CACHE|WORKSPACE)"
    r"|WORKSPACE|BUILDKITE_BUILD_CHECKOUT_PATH|CIRCLE_WORKING_DIRECTORY"
)
"""Where things are, and what the shell itself counts: no reason to test again."""


def variables_are_inputs(graph: Graph, report: Report) -> None:
    """A variable that a script reads and no signature holds: another value, and the job is skipped all the same."""
    shared = {workflow.id: {pair.name for pair in workflow.env} for workflow in graph.workflows}
    for job in graph.jobs:
        if not _may_be_skipped(job):
            continue
        unknown = _undeclared(job, shared.get(job.workflow, set()))
        if unknown:
            listed = ", ".join(unknown)
            report.warning(
                "CONVENTIONS_007",
                f'job "{job.id}" may be skipped, and reads {listed}, of which nothing is in its signature',
                hint=f'add inputs.env = ["{unknown[0]}"], or set it under env',
                key=("jobs", job.id),
            )


def _undeclared(job: Job, shared: set[str]) -> list[str]:
    known = shared | {pair.name for pair in job.env} | {*job.secrets}
    known.update(job.inputs.env if job.inputs else ())
    known.update(job.skip_if.env if job.skip_if else ())
    found: set[str] = set()
    for step in (*job.steps, *job.cleanup):
        if step.run is None:
            continue
        own = known | {pair.name for pair in step.env} | {*step.secrets}
        read = read_variables(step.run.script, step.shell or job.shell)
        found.update(name for name in read if name not in own and not _PLUMBING.fullmatch(name))
        known |= given_to_later_steps(step.run.script)
    return sorted(found)


def fixed_machines(graph: Graph, report: Report) -> None:
    """A label that moves on to another machine, with other tools in it, leaves the signature as it was."""
    for job in graph.jobs:
        if not _may_be_skipped(job):
            continue
        for label in sorted({label for machine in _machines(job) for label in _moving_labels(machine)}):
            report.warning(
                "CONVENTIONS_002",
                f'job "{job.id}" may be skipped, and runs on "{label}", which becomes another machine unnoticed',
                hint="name a version, as in ubuntu-24.04",
                key=("jobs", job.id),
            )


_MOVING_LABEL = re.compile(r'"([\w./-]+(?:-latest|:(?:latest|current|default|edge|stable)))"')


def _machines(job: Job) -> set[Runner]:
    legs = job.matrix.legs if job.matrix else ()
    return {machine for machine in (job.machine, *(leg.runner for leg in legs)) if machine is not None}


def _moving_labels(machine: Runner) -> list[str]:
    """Of a machine that cig.toml defines: what the names of built-in ones stand for is the provider's choice."""
    return [label for block in machine.settings for label in _MOVING_LABEL.findall(block.json)]


SKIPPING_RULES: tuple[Callable[[Graph, Report], None], ...] = (
    fixed_machines,
    deployments_have_effects,
    variables_are_inputs,
)
