"""`cig gate` and `cig audit`: what became of each job, and of the proofs that were tried."""

from collections.abc import Sequence

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.pipeline.gate import Outcome

__all__ = ["audit_json", "audit_text", "gate_json", "gate_text"]


def gate_text(outcomes: Sequence[Outcome]) -> str:
    """A line a job: its name, how it ended, what the plan said, and the run that proved it, a tab between them."""
    return "".join(
        "\t".join(one_line(part) for part in (one.name, one.result, one.decision, one.url) if part) + "\n"
        for one in outcomes
    )


def gate_json(outcomes: Sequence[Outcome], *, passed: bool) -> str:
    """`cig.gate/1`: docs/cli.md."""
    jobs = {
        one.name: {"result": one.result, "decision": one.decision, "why": one.why, "url": one.url} for one in outcomes
    }
    escapes = [one.name for one in outcomes if one.escaped]
    return document_text("cig.gate/1", {"passed": passed, "jobs": jobs, "escapes": escapes})


def audit_text(outcomes: Sequence[Outcome]) -> str:
    """A line for each proof that was tried, and how many there were."""
    tried = [one for one in outcomes if one.audited]
    escaped = sum(one.escaped for one in tried)
    lines = [
        "\t".join(one_line(part) for part in (one.name, "escaped" if one.escaped else one.result, one.url) if part)
        for one in tried
    ]
    proofs = "1 proof" if len(tried) == 1 else f"{len(tried)} proofs"
    return "\n".join([*lines, f"{proofs} tried, {escaped or 'none'} wrong."]) + "\n"


def audit_json(outcomes: Sequence[Outcome]) -> str:
    """`cig.audit/1`: docs/cli.md."""
    tried = [one for one in outcomes if one.audited]
    jobs = {one.name: {"result": one.result, "escaped": one.escaped, "url": one.url} for one in tried}
    escapes = [one.name for one in tried if one.escaped]
    return document_text("cig.audit/1", {"audited": len(tried), "escapes": escapes, "jobs": jobs})
