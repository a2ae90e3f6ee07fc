"""Which jobs need not run: the decision itself.

Pure. A job is a hit if it may be skipped at all, nothing forces it, a record proves it, and nobody needs what only a
run of it would leave behind. Everything else runs; there is no other way to a hit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from cigen.hashing.manifest import Difference
from cigen.model.dataclass import dataclass, replace
from cigen.pipeline.expand import declared_globs
from cigen.pipeline.signature import PlannedJob

__all__ = ["Decision", "Finding", "Proof", "decide", "is_skipped", "reason_for"]

_KINDS = (
    ("DEFINITION", frozenset({"scheme", "definition", "matrix"})),
    ("FILES", frozenset({"files", "file", "absent", "reads"})),
    ("ENV", frozenset({"env"})),
    ("TOOL", frozenset({"plugin", "settings"})),
    ("UPSTREAM", frozenset({"upstream"})),
)
"""From what the job's own author changed to what others did."""


_SKIPPED = frozenset({"SKIP_ENV", "SKIP_BRANCH"})


@dataclass(frozen=True, slots=True)
class Proof:
    """What proved a job: the page of the run, its ref, when (UTC), and the tier it ran at."""

    url: str
    ref: str
    at: str
    tier: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the store knows of one entry. `doubt`: why a record that is there proves nothing.

    differs: from the last proof of the job; None where there is none.
    """

    proof: Proof | None = None
    doubt: str = ""
    differs: tuple[Difference, ...] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """decision: run, hit or forced. `proof` for a hit alone."""

    decision: str
    reason: str
    proof: Proof | None = None
    differs: tuple[Difference, ...] = ()


def decide(
    planned: Sequence[PlannedJob],
    findings: Mapping[str, Finding],
    forced: Callable[[PlannedJob], str],
    unasked: str = "",
) -> dict[str, Decision]:
    """A decision for each entry, by plan key.

    planned: every dependency before its dependants. unasked: why no store was asked, as a reason code.
    """
    decisions = {one.key: _alone(one, findings.get(one.key, Finding()), forced(one), unasked) for one in planned}
    # Backwards: a job that must run for its output may need another's.
    for one in reversed(planned):
        if decisions[one.key].decision == "hit" and _is_wanted(one, planned, decisions):
            decisions[one.key] = replace(decisions[one.key], decision="run", reason="OUTPUTS", proof=None)
    return decisions


def is_skipped(decision: str, reason: str) -> bool:
    """Whether it is the plan that skips the job: a job that its own condition leaves out is left out by that alone."""
    return decision == "hit" or (decision == "excluded" and reason in _SKIPPED)


def reason_for(differs: Iterable[Difference] | None) -> str:
    """The reason code for what changed since the last proof."""
    kinds = {one.kind for one in differs or ()}
    return next((reason for reason, of in _KINDS if kinds & of), "NO_RECORD")


def _alone(planned: PlannedJob, finding: Finding, forced: str, unasked: str) -> Decision:
    differs = finding.differs or ()
    if forced:
        return Decision("forced", forced, differs=differs)
    reason = unasked or _never(planned) or finding.doubt
    if reason:
        return Decision("run", reason, differs=differs)
    if finding.proof is None:
        return Decision("run", reason_for(finding.differs), differs=differs)
    return Decision("hit", "PROVEN", finding.proof)


def _never(planned: PlannedJob) -> str:
    """Why no record could ever prove this job; empty where one can."""
    job = planned.job
    if job.effects or job.trigger is not None:
        return "EFFECTS"
    if job.run_on != "success":
        return "RUN_ON"
    return "" if declared_globs(job) else "NO_INPUTS"


def _is_wanted(producer: PlannedJob, planned: Sequence[PlannedJob], decisions: Mapping[str, Decision]) -> bool:
    """Whether a job that runs takes files or values from this one, which nothing but a run of it makes."""
    outputs = producer.job.outputs
    if outputs is None or not (outputs.files or outputs.values):
        return False
    for one in planned:
        if decisions[one.key].decision == "hit":
            continue
        fetched = one.job.inputs is not None and producer.job.id in one.job.inputs.artifacts
        if fetched or (outputs.values and producer.job.id in one.job.needs):
            return True
    return False
