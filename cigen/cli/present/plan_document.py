"""The plan document, `cig.plan/1`, in the forms it is printed in. docs/cli.md describes it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cigen.pipeline.skipping import Decision

__all__ = ["MOST_BYTES", "decision_fields", "lines_text", "plan_text"]

_ENCODER = json.JSONEncoder(sort_keys=True)
MOST_DIFFERS = 20
MOST_BYTES = 200_000


def decision_fields(decision: "Decision") -> dict[str, Any]:
    """What an entry of the plan says of its decision."""
    differs = [{"component": d.kind, "name": d.name, "was": d.was, "now": d.now} for d in decision.differs]
    fields: dict[str, Any] = {
        "decision": decision.decision,
        "reason": decision.reason,
        "differs": differs[:MOST_DIFFERS],
    }
    if len(differs) > MOST_DIFFERS:
        fields["differs_more"] = len(differs) - MOST_DIFFERS
    if decision.note:
        fields["note"] = decision.note
    if decision.restored:
        fields["restored"] = True
    if decision.proof is not None:
        proof = decision.proof
        fields["proved_by"] = {"url": proof.url, "ref": proof.ref, "at": proof.at, "tier": proof.tier}
    return fields


def plan_text(document: Mapping[str, Any], limit: int = MOST_BYTES) -> str:
    """Sorted and ASCII, one line a job. What is too long for a CI system to hand on loses, in this order and until it
    fits: the differences, all of a proof but its link, the proofs and notes. What decides is never left out.
    """
    text = _spelled(document)
    for shorten in (_without_differences, _with_links, _bare):
        if len(text) <= limit:
            break
        jobs = {key: shorten(job) for key, job in document["jobs"].items()}
        if jobs != document["jobs"]:
            document = {**document, "jobs": jobs}
            text = _spelled(document)
    return text


def lines_text(jobs: Mapping[str, Mapping[str, Any]]) -> str:
    """For a person and for `cut`: plan key, decision, reason, the run that proved it, and the note, a tab between
    them.
    """
    from cigen.cli.glyphs import one_line

    rows = []
    for key, job in sorted(jobs.items()):
        url, note = job.get("proved_by", {}).get("url", ""), one_line(job.get("note", ""))
        rows.append("\t".join((key, job["decision"], job["reason"], url, note)).rstrip("\t") + "\n")
    return "".join(rows)


def _spelled(document: Mapping[str, Any]) -> str:
    # `json` indents in Python, which a thousand jobs would feel.
    rest = {name: value for name, value in document.items() if name != "jobs"}
    spell = _ENCODER.encode
    jobs = ",\n  ".join([f"{spell(key)}: {spell(job)}" for key, job in sorted(document["jobs"].items())])
    return f'{{\n"jobs": {{\n  {jobs}\n}},\n' + spell(rest)[1:-1] + "\n}\n"


def _without_differences(job: Mapping[str, Any]) -> dict[str, Any]:
    count = len(job["differs"]) + job.get("differs_more", 0)
    return {**job, "differs": [], **({"differs_more": count} if count else {})}


def _with_links(job: Mapping[str, Any]) -> dict[str, Any]:
    proof = job.get("proved_by")
    return {**job, "proved_by": {"url": proof["url"]}} if proof else dict(job)


def _bare(job: Mapping[str, Any]) -> dict[str, Any]:
    return {name: job[name] for name in ("decision", "job", "reason", "restored", "signature") if name in job}
