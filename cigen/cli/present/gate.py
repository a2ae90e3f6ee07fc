"""`cig gate`: what became of each job."""

from collections.abc import Sequence

from cigen.cli.glyphs import one_line
from cigen.cli.present.document import document_text
from cigen.pipeline.gate import Outcome

__all__ = ["gate_json", "gate_text"]


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
    return document_text("cig.gate/1", {"passed": passed, "jobs": jobs})
