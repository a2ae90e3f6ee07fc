"""The gate: whether everything was run or proven, from the plan and from how the jobs ended.

Pure. A job that was skipped counts only if the plan itself called it a hit or excluded, if it only runs after a
failure, or if whoever asks says that the CI system left it out by a condition that no plan could know. A plan that
cannot be read calls nothing so. Every name that is red is told, and so is every proof that was wrong: an escape.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

from cigen.model.dataclass import dataclass

__all__ = ["Outcome", "Planned", "judge_results", "plain_id", "read_plan", "read_results"]

SCHEMA = "cig.plan/1"
_SKIPPABLE = frozenset({"hit", "excluded"})
_AFTER_FAILURE = "ON_FAILURE"
"""The reason of jobs that run only where one before them failed, which the gate does not overlook."""
_AUDITED = "AUDIT"


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan says of one entry."""

    key: str
    job: str
    id: str
    decision: str
    reason: str = ""
    url: str = ""
    workflow: str = ""

    @property
    def may_be_skipped(self) -> bool:
        """Whether nobody needs to have run it."""
        return self.decision in _SKIPPABLE or self.reason == _AFTER_FAILURE


@dataclass(frozen=True, slots=True)
class Outcome:
    """One job, or one leg, at the gate. `result` is `absent` where none was given. `why` is empty where it passes.

    audited: it ran to try its proof. escaped: it failed, so the proof was wrong.
    """

    name: str
    decision: str
    result: str
    why: str = ""
    url: str = ""
    audited: bool = False
    escaped: bool = False


def plain_id(key: str) -> str:
    """A plan key where a CI system wants an identifier: GitHub's job ids hold no dot."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", key)


def read_plan(text: str) -> tuple[Planned, ...] | None:
    """The entries of a plan document; None for one that is truncated, damaged or of another version."""
    document = _object(text)
    jobs = document.get("jobs") if document else None
    if document is None or document.get("schema") != SCHEMA or not isinstance(jobs, dict):
        return None
    entries = []
    for key, entry in sorted(jobs.items()):
        if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("job", "decision")):
            return None
        proof = entry.get("proved_by")
        url = proof.get("url") if isinstance(proof, dict) else ""
        reason = entry.get("reason", "")
        workflow = str(entry.get("workflow", ""))
        entries.append(
            Planned(key, entry["job"], plain_id(key), entry["decision"], str(reason), str(url or ""), workflow)
        )
    return tuple(entries)


def read_results(text: str) -> dict[str, str] | None:
    """Job → result, of GitHub's `toJSON(needs)` or its like; None for anything else."""
    document = _object(text)
    if document is None:
        return None
    results = {}
    for name, entry in document.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("result"), str):
            return None
        results[name] = entry["result"]
    return results


def judge_results(
    plan: Sequence[Planned] | None,
    results: Mapping[str, str],
    *,
    workflow: str = "",
    excluded: Collection[str] = (),
) -> tuple[Outcome, ...]:
    """Every job's outcome, sorted by name. plan: None where it could not be read: then nothing may be skipped.

    workflow: the one whose jobs are judged, of a plan that holds several. excluded: names of jobs that the CI system
    left out by a condition of the run; whether they may be absent, and nothing else, is left to it.
    """
    entries = [entry for entry in plan or () if not workflow or entry.workflow in ("", workflow)]
    named = _names(entries)
    absent = {*excluded, *(entry.key for name in excluded for entry in named.get(name, ()))}
    found = [_outcome(name, result, named.get(name, ()), absent) for name, result in results.items()]
    covered = {entry.key for name in results for entry in named.get(name, ())}
    for entry in entries:
        if entry.key not in covered:
            fine = entry.may_be_skipped or entry.key in absent
            why = "" if fine else "the plan has it run, and there is no result of it"
            found.append(Outcome(entry.key, entry.decision, "absent", why, entry.url))
    return tuple(sorted(found, key=lambda outcome: outcome.name))


def _outcome(name: str, result: str, meant: Sequence[Planned], absent: Collection[str]) -> Outcome:
    decisions = sorted({entry.decision for entry in meant})
    urls = sorted({entry.url for entry in meant if entry.url})
    ran = [entry for entry in meant if not entry.may_be_skipped]
    # Where one leg is audited and another is not, the result does not tell which of them failed.
    audited = bool(ran) and all(entry.reason == _AUDITED for entry in ran) and result not in ("skipped", "cancelled")
    return Outcome(
        name,
        ", ".join(decisions) or "unplanned",
        result,
        _objection(name, result, meant, absent),
        urls[0] if len(urls) == 1 else "",
        audited,
        audited and result == "failure",
    )


def _objection(name: str, result: str, meant: Sequence[Planned], absent: Collection[str]) -> str:
    if result == "success":
        return ""
    if result != "skipped":
        return f"its result is {json.dumps(result)}"
    if name in absent:
        return ""
    if not meant:
        return "it was skipped, and the plan does not know it"
    running = [entry.key for entry in meant if not entry.may_be_skipped and entry.key not in absent]
    return f"it was skipped, though the plan has {', '.join(running)} run" if running else ""


def _names(entries: Sequence[Planned]) -> dict[str, Sequence[Planned]]:
    """The entries that a result is about: by plan key, else by id, else all legs of a job."""
    names: dict[str, Sequence[Planned]] = {}
    for spelled in (attrgetter("key"), attrgetter("id"), attrgetter("job"), lambda entry: plain_id(entry.job)):
        meant: dict[str, list[Planned]] = {}
        for entry in entries:
            meant.setdefault(spelled(entry), []).append(entry)
        names = {**meant, **names}
    return names


def _object(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
