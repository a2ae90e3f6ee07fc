"""`cig gate`: the one check that is green exactly when everything was run or proven."""

import sys
from pathlib import Path

from cigen.cli.console import Console
from cigen.cli.options import GateOptions
from cigen.cli.present import gate as present
from cigen.model.diagnostics import error, warning
from cigen.pipeline.gate import Planned, judge_results, read_plan, read_results

__all__ = ["run"]


def run(options: GateOptions, console: Console) -> int:
    """1 unless every job succeeded or was planned as hit or excluded."""
    results = read_results(_results(options, console))
    if results is None:
        message = "the results are not an object of jobs, each with its result"
        hint = 'they look like {"test": {"result": "success"}}'
        return console.report([error("GATE_003", message, hint=hint)])
    found = []
    plan = _plan(options, console)
    if plan is None:
        found.append(warning("GATE_002", "the plan cannot be read, so no job may have been skipped"))
        if not results:
            found.append(error("GATE_003", "there is neither a plan nor a result, so nothing is known to have run"))
    outcomes = judge_results(plan, results)
    found += [error("GATE_001", f'job "{one.name}" is red: {one.why}') for one in outcomes if one.why]
    passed = not any(one.why for one in outcomes) and bool(plan is not None or results)
    console.out(present.gate_json(outcomes, passed=passed) if options.json else present.gate_text(outcomes))
    return console.report(found)


def _plan(options: GateOptions, console: Console) -> tuple[Planned, ...] | None:
    try:
        return read_plan((console.start / options.plan).read_text("utf-8")) if options.plan else None
    except (OSError, ValueError):
        return None


def _results(options: GateOptions, console: Console) -> str:
    try:
        if options.results:
            return Path(console.start, options.results).read_text("utf-8")
        return sys.stdin.buffer.read().decode("utf-8")
    except (OSError, ValueError):
        return ""
