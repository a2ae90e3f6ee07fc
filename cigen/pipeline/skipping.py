"""Which jobs need not run: the decision itself.

Pure. A job is a hit if it may be skipped at all, nothing forces it, a record proves it, no plugin objects, it is not
one that is tried to see whether proofs are true, and nobody needs what only a run of it would leave behind. Beside
hits, a plan skips what `skip_if.env` and `skip_if.branch` ask for. Everything else runs, or is the CI system's affair;
there is no other way to a skip.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from cigen.hashing.manifest import Difference
from cigen.model.dataclass import dataclass, replace
from cigen.model.machines import is_windows
from cigen.model.resources import Job, Runner
from cigen.pipeline.exclusion import NATIVE, PLANNED
from cigen.pipeline.globs import declared_globs
from cigen.pipeline.signature import PlannedJob

__all__ = [
    "Circumstances",
    "Decision",
    "Finding",
    "Proof",
    "decide",
    "is_skipped",
    "never_proven",
    "proven",
    "reason_for",
]

_KINDS = (
    ("DEFINITION", frozenset({"scheme", "definition", "matrix"})),
    ("FILES", frozenset({"files", "file", "absent", "reads"})),
    ("ENV", frozenset({"env"})),
    ("TOOL", frozenset({"plugin", "settings"})),
    ("UPSTREAM", frozenset({"upstream"})),
)
"""From what the job's own author changed to what others did."""


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
class Circumstances:
    """What bears on a plan beside the records. All by plan key.

    excluded: why a job has no part in this run, from `exclusion.py`. forced: why an entry must run, or empty.
    unasked: why no store was asked, as a reason code. audited: entries that run although they are proven. objections:
    what a plugin has against a hit, in its words. restored: proven entries whose files are at hand for whoever fetches
    them.
    """

    excluded: Mapping[str, str]
    forced: Callable[[PlannedJob], str]
    unasked: str = ""
    audited: Collection[str] = frozenset()
    objections: Mapping[str, str] | None = None
    restored: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """decision: run, hit, excluded or forced. `proof`: of a hit, and where the reason is AUDIT or PREFLIGHT.

    note: what plugins have against a hit, or who needs what the job leaves. restored: of a hit that a job which runs
    takes files from; whoever asked for the plan hands them on.
    """

    decision: str
    reason: str
    proof: Proof | None = None
    differs: tuple[Difference, ...] = ()
    note: str = ""
    restored: bool = False


def is_skipped(decision: str, reason: str) -> bool:
    """Whether the plan itself keeps the job from running. What the CI system leaves out is none of the plan's."""
    return decision == "hit" or (decision == "excluded" and reason in PLANNED)


def decide(
    planned: Sequence[PlannedJob], findings: Mapping[str, Finding], circumstances: Circumstances
) -> dict[str, Decision]:
    """A decision for each entry, by plan key. planned: every dependency before its dependants."""
    decisions = {one.key: _alone(one, findings.get(one.key, Finding()), circumstances) for one in planned}
    # Backwards: a job that must run for its output may need another's.
    for one in reversed(planned):
        found = decisions[one.key]
        wanted = _wanted(one, planned, decisions) if is_skipped(found.decision, found.reason) else None
        if wanted is None:
            continue
        if not wanted.values and found.decision == "hit" and one.key in circumstances.restored:
            decisions[one.key] = replace(found, restored=True)
        else:
            decisions[one.key] = replace(found, decision="run", reason="OUTPUTS", proof=None, note=wanted.by)
    return decisions


def proven(decisions: Mapping[str, Decision]) -> list[str]:
    """Plan keys that only a plugin's objection is left to decide about: hits, and what would be one but is audited."""
    return [key for key, one in decisions.items() if one.decision == "hit" or one.reason == "AUDIT"]


def reason_for(differs: Iterable[Difference] | None) -> str:
    """The reason code for what changed since the last proof."""
    kinds = {one.kind for one in differs or ()}
    return next((reason for reason, of in _KINDS if kinds & of), "NO_RECORD")


def _alone(planned: PlannedJob, finding: Finding, circumstances: Circumstances) -> Decision:
    key, differs = planned.key, finding.differs or ()
    excluded, forced = circumstances.excluded.get(key, ""), circumstances.forced(planned)
    if excluded in NATIVE:
        return Decision("excluded", excluded)
    if forced and planned.job.run_on != "failure":
        return Decision("forced", forced, differs=differs)
    always = _runs_always(planned.job)
    if excluded and not always:
        return Decision("excluded", excluded)
    machine = planned.leg.runner if planned.leg else planned.job.machine
    reason = always or circumstances.unasked or _unprovable(planned.job, machine) or finding.doubt
    if reason:
        return Decision("run", reason, differs=differs)
    if finding.proof is None:
        return Decision("run", reason_for(finding.differs), differs=differs)
    if circumstances.objections and key in circumstances.objections:
        return Decision("run", "PREFLIGHT", finding.proof, note=circumstances.objections[key])
    if key in circumstances.audited:
        return Decision("run", "AUDIT", finding.proof)
    return Decision("hit", "PROVEN", finding.proof)


def never_proven(job: Job, machine: Runner | None) -> str:
    """Why no plan ever calls the job, or a leg of it, on that machine proven; empty where one may."""
    return _runs_always(job) or _unprovable(job, machine)


def _runs_always(job: Job) -> str:
    """Why no plan may skip this job, for whatever reason; empty where one may."""
    if job.run_on != "success":
        # Which of the two, the gate must know: nobody can force a job that waits for a failure.
        return "ON_FAILURE" if job.run_on == "failure" else "RUN_ON"
    return "EFFECTS" if job.effects or job.trigger is not None else ""


def _unprovable(job: Job, machine: Runner | None) -> str:
    """Why no record could ever prove this job; empty where one can."""
    if job.shards is not None:
        # One shard's success is not the job's, and no machine sees all of them.
        return "SHARDS"
    if not declared_globs(job):
        return "NO_INPUTS"
    # What cannot run there can put nothing on record.
    return "WINDOWS" if is_windows(machine) else ""


@dataclass(frozen=True, slots=True)
class _Want:
    """What jobs that run take from another. `by`: plan key of the first. `values`: which nothing but a run makes."""

    by: str
    values: bool


def _wanted(producer: PlannedJob, planned: Sequence[PlannedJob], decisions: Mapping[str, Decision]) -> _Want | None:
    outputs = producer.job.outputs
    if outputs is None or not (outputs.files or outputs.values):
        return None
    fetched = None
    for one in planned:
        if decisions[one.key].decision in ("hit", "excluded"):
            continue
        if outputs.values and producer.job.id in one.job.needs:
            return _Want(one.key, values=True)
        if fetched is None and one.job.inputs is not None and producer.job.id in one.job.inputs.artifacts:
            fetched = _Want(one.key, values=False)
    return fetched
