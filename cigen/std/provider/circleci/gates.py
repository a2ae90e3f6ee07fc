"""When a job runs: filters, and what it has to ask itself.

A job that does not run takes those that need it along, on every system. CircleCI leaves a job that was filtered out of
the `requires` of others, so each job states the conditions of all it needs besides its own. What a filter cannot say, a
step decides at once: the job starts, ends green, and its dependants do the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cigen.sdk import Expr, Job
from cigen.sdk.yaml import Value
from cigen.std.ci.conditions import FALSE, TRUE, all_of, conjuncts, fold, is_false, is_true, names
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.outputs import output_variable, read_output
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.circleci.artifacts import ROOT
from cigen.std.provider.circleci.conditions import (
    BRANCH,
    EVENT,
    SOURCE,
    TAG,
    ConditionScope,
    equals,
    expression,
    is_static,
    logic,
    lower,
    shell_test,
)
from cigen.std.provider.circleci.triggers import Start
from cigen.std.report import Report

__all__ = ["Gate", "find_gates", "read_outputs", "usual_filters"]

_TAG_RUN = {BRANCH: "", EVENT: "push", SOURCE: "webhook"}


@dataclass(frozen=True, slots=True)
class Gate:
    """`filters` of the job, and the steps that end it. `condition`: all of it. `asks`: other jobs' outputs it needs."""

    condition: Expr
    filters: Value = None
    steps: list[Value] = field(default_factory=list)

    @property
    def asks(self) -> frozenset[str]:
        """The jobs whose outputs its steps ask for."""
        return frozenset(name.split(".")[1] for name in names(self.condition) if name.startswith("needs."))


def find_gates(
    jobs: Sequence[StaticJob], scopes: Mapping[str, ConditionScope], start: Start, report: Report
) -> dict[str, Gate]:
    """Each job's gate, by plan key."""
    own = {one.job.id: _own(one, scopes[one.job.id], report) for one in jobs}
    by_id = {one.job.id: one.job for one in jobs}
    whole: dict[str, Expr] = {}
    for one in jobs:
        _inherit(one.job.id, by_id, own, whole)
    return {one.job.id: _gate(one, whole[one.job.id], start, report) for one in jobs}


def _own(one: StaticJob, scope: ConditionScope, report: Report) -> Expr:
    if one.job.when is None:
        return TRUE
    try:
        return lower(one.job.when, scope)
    except CannotExpress as problem:
        message = f'job "{one.source}": {problem.message}'
        report.error("CIRCLECI_007", message, hint=problem.hint, key=("jobs", one.source, "when"))
        return TRUE


def _inherit(start: str, jobs: Mapping[str, Job], own: Mapping[str, Expr], whole: dict[str, Expr]) -> None:
    """Depth first without recursion: a chain of jobs may be long."""
    waiting = [start]
    while waiting:
        name = waiting[-1]
        job = jobs[name]
        above = [need for need in job.needs if need in jobs] if job.run_on == "success" else []
        missing = [need for need in above if need not in whole and need not in waiting]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        whole[name] = all_of([*(whole.get(need, TRUE) for need in above), own[name]])


def _gate(one: StaticJob, condition: Expr, start: Start, report: Report) -> Gate:
    if is_false(condition):
        return Gate(FALSE)
    filtered: list[Expr] = []
    left: list[Expr] = []
    for part in conjuncts(condition):
        (filtered if _expressible(part) else left).append(part)
    steps = _halts(one, left, report) if left else []
    if not filtered:
        return Gate(condition, usual_filters(start), steps)
    told = all_of(filtered)
    at_tag = fold(all_of([start.condition, told]), _TAG_RUN.get)
    if not start.tags and not is_false(at_tag):
        # An expression is asked for tags too, which no other filter lets in unasked.
        told = all_of([told, equals(TAG, "")])
    return Gate(condition, expression(told), steps)


def usual_filters(start: Start) -> Value:
    """Filters of a job without a condition: tags are let in only where they are named."""
    if not start.tags:
        return None
    tags: Value = {"only": "/.*/"}
    return {"branches": {"ignore": "/.*/"}, "tags": tags} if start.only_tags else {"tags": tags}


def _expressible(expr: Expr) -> bool:
    if not is_static(expr):
        return False
    try:
        expression(expr)
    except CannotExpress:
        return False
    return True


def _halts(one: StaticJob, conditions: Sequence[Expr], report: Report) -> list[Value]:
    message = f'job "{one.source}" starts, asks whether it is to run, and ends green if not: no filter can tell before'
    report.info("CIRCLECI_008", message, key=("jobs", one.source, "when"))
    early = all_of(part for part in conditions if is_static(part))
    late = all_of(part for part in conditions if not is_static(part))
    steps: list[Value] = []
    if not is_true(early):
        halt: Value = {"run": {"name": "Not to run here", "command": "circleci-agent step halt"}}
        steps.append({"unless": {"condition": logic(early), "steps": [halt]}})
    if not is_true(late):
        test, values = shell_test(late)
        run: dict[str, Value] = {
            "name": "Ask whether to run",
            "command": f"if ! {test}; then\n  circleci-agent step halt\nfi\n",
        }
        if values:
            run["environment"] = values
        steps.append({"run": run})
    return steps


def read_outputs(jobs: Mapping[str, Sequence[str]]) -> Value:
    """The step that makes what other jobs said known to all later ones. jobs: job → names of its outputs."""
    lines = []
    for job, outputs in jobs.items():
        for name in outputs:
            value = read_output(name, f"{ROOT}/outputs/{job}/*")
            lines.append(f'printf \'export {output_variable(job, name)}=%q\\n\' "$({value})" >> "$BASH_ENV"')
    return {"run": {"name": "Read what other jobs said", "command": "\n".join(lines) + "\n"}}
