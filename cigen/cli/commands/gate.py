"""`cig gate`: the one check that is green exactly when everything was run or proven."""

from cigen.cli.console import Console
from cigen.cli.judging import escapes, read_inputs
from cigen.cli.options import GateOptions
from cigen.cli.present import gate as present
from cigen.model.diagnostics import error, warning
from cigen.pipeline.gate import judge_results

__all__ = ["run"]


def run(options: GateOptions, console: Console) -> int:
    """1 unless every job succeeded or was planned as hit or excluded."""
    plan, results, wrong = read_inputs(options.plan, options.results, console)
    if results is None:
        return console.report(wrong)
    found = []
    if plan is None:
        found.append(warning("GATE_002", "the plan cannot be read, so no job may have been skipped"))
        if not results:
            found.append(error("GATE_003", "there is neither a plan nor a result, so nothing is known to have run"))
    outcomes = judge_results(plan, results, workflow=options.workflow, excluded=options.excluded)
    found += [error("GATE_001", f'job "{one.name}" is red: {one.why}') for one in outcomes if one.why]
    found += escapes(outcomes)
    passed = not any(one.why for one in outcomes) and bool(plan is not None or results)
    console.out(present.gate_json(outcomes, passed=passed) if options.json else present.gate_text(outcomes))
    return console.report(found)
