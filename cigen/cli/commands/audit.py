"""`cig audit`: which proofs were tried in a run, and which of them were wrong."""

from cigen.cli.console import Console
from cigen.cli.judging import escapes, read_inputs
from cigen.cli.options import AuditOptions
from cigen.cli.present import gate as present
from cigen.model.diagnostics import error
from cigen.pipeline.gate import judge_results

__all__ = ["run"]


def run(options: AuditOptions, console: Console) -> int:
    """1 if a proof was wrong, or if there is no plan to tell which were tried."""
    plan, results, wrong = read_inputs(options.plan, options.results, console)
    if results is None:
        return console.report(wrong)
    if plan is None:
        return console.report([error("GATE_002", "the plan cannot be read, so nothing tells which proofs were tried")])
    outcomes = judge_results(plan, results)
    console.out(present.audit_json(outcomes) if options.json else present.audit_text(outcomes))
    return console.report(escapes(outcomes))
