"""The whole script of a job: what has to stand before its steps, the steps, and what comes after them."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cigen.sdk import Expr, Job, Op, Workflow
from cigen.std.ci.conditions import is_true, names
from cigen.std.ci.inputs import must_be_given
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.outputs import output_variable, read_output
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.shards import shard_files
from cigen.std.provider.buildkite.artifacts import FETCH_BROUGHT, Leaving, fetched_steps
from cigen.std.provider.buildkite.conditions import input_variable
from cigen.std.provider.buildkite.containers import check_machine, has_tools, needs_folder, stop, surroundings
from cigen.std.provider.buildkite.scripts import Block, job_script
from cigen.std.provider.buildkite.shell_tests import bash_test
from cigen.std.provider.buildkite.steps import SETUP_TOOLS, StepScope, block_of
from cigen.std.report import Report

__all__ = ["RAW_MARK", "ScriptScope", "render_script"]

RAW_MARK = "\0raw {}\0"
"""Stands for a script that is not to be escaped."""

_HELPER = '# Runs the script on its standard input.\ncig_script() { "$@" -c "$(cat)"; }'
_READ_ENV = '# shellcheck disable=SC1090\n. "$CIG_ENV"'


@dataclass(frozen=True, slots=True)
class ScriptScope:
    """What a script is rendered within; as in `jobs.JobScope`."""

    sources: Mapping[str, Job]
    """Of a leg, the job that it is a leg of."""
    workflow: Workflow
    artifacts: Mapping[str, Leaving]
    keys: Mapping[str, str]
    ancestors: Mapping[str, tuple[str, ...]]
    report: Report
    last: str = ""
    """The command that ends a job in which all went well."""


def render_script(
    static: StaticJob, late: Expr, confined: Sequence[str], replaced: Mapping[str, str], scope: ScriptScope
) -> str:
    """The job's script. late: what it has to ask before anything else. confined: secrets that only some steps see."""
    job = static.job
    check_machine(job, static.source, scope.report)
    within = StepScope(job, static.source, scope.workflow, scope.artifacts, scope.report, bool(confined), replaced)
    blocks = [block for step in job.steps if (block := block_of(step, within)) is not None]
    blocks += _leave_outputs(job, static.source)
    prelude = [*_asking(job, late, static.source, scope), *_temporary(job)]
    if confined:
        prelude.append(f"# For the steps that want them, and no others.\nexport -n {' '.join(confined)}")
    prelude += surroundings(job, scope.workflow)
    tools = has_tools(job)
    if any("cig_script " in block.script for block in blocks):
        prelude.append(_HELPER)
    if fetched_steps(job, scope.artifacts):
        prelude.append(FETCH_BROUGHT)
    if tools and job.image is None:
        prelude.append(f'eval "${SETUP_TOOLS}"')
    if job.shards is not None and job.shards.files:
        prelude.append(shard_files(job.shards, '"$CIG_TEMP/files"').rstrip("\n"))
    epilogue = stop(job) + ('rm -rf "$CIG_TEMP"\n' if needs_folder(job) else "")
    return job_script(blocks, prelude, epilogue, _READ_ENV if tools and job.image is None else "", scope.last)


def _asking(job: Job, late: Expr, source: str, scope: ScriptScope) -> list[str]:
    """What ends the job before it begins, green, where Buildkite could not know; and what the needed jobs said."""
    lines = [] if job.needs else _answers(scope.workflow)
    if job.run_on == "failure" and job.needs:
        steps = shlex.join(scope.keys[name] for name in scope.ancestors[job.id])
        lines.append(
            f"cig_failed=\nfor cig_step in {steps}; do\n"
            '  case "$(buildkite-agent step get outcome --step "$cig_step")" in\n'
            "    hard_failed | errored) cig_failed=true ;;\n  esac\ndone\n"
            'if [ -z "$cig_failed" ]; then\n  echo "No job before this one failed: nothing to do."\n  exit 0\nfi'
        )
        message = (
            f'job "{source}" starts in any case, asks whether a job before it failed, and ends at once if none did'
        )
        scope.report.info("BUILDKITE_025", message, key=("jobs", source))
    needed = [scope.sources[need] for need in job.needs if need in scope.sources]
    wanted = {(need.id, value) for need in needed for value in _values(need)}
    wanted |= {_needed(name) for name in names(late) if name.startswith("needs.")}
    for need, value in sorted(wanted):
        variable = output_variable(need, value)
        asked = shlex.quote(f"{need}.{value}")
        lines.append(f"{variable}=$(buildkite-agent meta-data get {asked} --default '')\nexport {variable}")
    if not is_true(late):
        lines += _condition(late, source, scope)
    return lines


def _answers(workflow: Workflow) -> list[str]:
    """What fails a job that nothing stands before, where whoever started the build has left an answer out."""
    by_hand = Expr(Op.EQ, args=(Expr(Op.NAME, "event"), Expr(Op.LITERAL, "manual")))
    return [
        f'if {bash_test(by_hand, workflow)} && [ -z "${{{input_variable(one.name)}-}}" ]; then\n'
        f"  echo {shlex.quote(f'{input_variable(one.name)} has to be given.')} >&2\n  exit 1\nfi"
        for one in must_be_given(workflow)
    ]


def _needed(name: str) -> tuple[str, str]:
    """Job and output of `needs.JOB.OUTPUT`."""
    job, _, output = name.removeprefix("needs.").rpartition(".")
    return job, output


def _condition(late: Expr, source: str, scope: ScriptScope) -> list[str]:
    message = (
        f'job "{source}" starts in any case, asks what the jobs before it said, and ends at once if it is not to run'
    )
    scope.report.info("BUILDKITE_025", message, key=("jobs", source, "when"))
    try:
        test = bash_test(late, scope.workflow)
    except CannotExpress as problem:
        said = f'job "{source}": {problem.message}'
        scope.report.error("BUILDKITE_007", said, hint=problem.hint, key=("jobs", source, "when"))
        return []
    return [f'if ! {test}; then\n  echo "Its condition does not hold: nothing to do."\n  exit 0\nfi']


def _values(job: Job | None) -> tuple[str, ...]:
    return job.outputs.values if job is not None and job.outputs is not None else ()


def _temporary(job: Job) -> list[str]:
    """Variables that hold from the first step to the last, and the folder for what they name."""
    lines = []
    if needs_folder(job):
        lines += ["CIG_TEMP=$(mktemp -d)", "export CIG_TEMP"]
    if has_tools(job):
        lines.append('export CIG_ENV="$CIG_TEMP/env" BASH_ENV="$CIG_TEMP/env"\ntouch "$CIG_ENV"')
    if _values(job):
        lines.append('export CIG_OUTPUT="$CIG_TEMP/output"\ntouch "$CIG_OUTPUT"')
    if job.shards is not None:
        lines.append('export CIG_SHARD_INDEX="$BUILDKITE_PARALLEL_JOB" CIG_SHARD_TOTAL="$BUILDKITE_PARALLEL_JOB_COUNT"')
    return lines


def _leave_outputs(job: Job, source: str) -> list[Block]:
    """What tells the jobs that need this one."""
    lines = []
    for name in _values(job):
        key = shlex.quote(f"{source}.{name}")
        lines.append(f"cig_value=$({read_output(name, chr(34) + '$CIG_OUTPUT' + chr(34))})")
        # An empty value is refused, and is what is read where none was set.
        lines.append(f'[ -z "$cig_value" ] || buildkite-agent meta-data set {key} "$cig_value"')
    return [Block("\n".join(lines), isolated=False)] if lines else []
