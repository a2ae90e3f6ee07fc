"""Whether a record proves what a plan asks: the one place that turns bytes from a store into a proof.

Pure but for the arithmetic of the signature. A record counts if it was written for this repository, this job and this
signature, at the reader's tier or above, by a key bound to that tier, and is neither too old nor from the future.
Each doubt is a refusal: `TAMPERED` where somebody or something changed a record, `EXPIRED` and `FLAKY` where it is
sound and still not to be used. Refuses to be asked twice: there is no second way to a proof.
"""

from enum import StrEnum

from cigen.hashing.digest import same
from cigen.model.dataclass import dataclass
from cigen.model.resources import Skipping
from cigen.proof.keys import TrustedKey, verifies
from cigen.proof.record import Record, Sealed, decode

__all__ = ["SKEW", "TIERS", "Doubt", "Reader", "Refusal", "accepted_scopes", "judge"]

TIERS = ("fork", "branch", "protected")
"""From least to most trusted, as in `pipeline/tier.py`; a test holds them to each other."""

SKEW = 300
"""Seconds by which the clock of the machine that wrote a record may be ahead of the reader's."""


class Doubt(StrEnum):
    """Why a record proves nothing; the plan's reason code."""

    TAMPERED = "TAMPERED"
    EXPIRED = "EXPIRED"
    FLAKY = "FLAKY"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is not believed. `why` completes the sentence "the record of JOB …"."""

    doubt: Doubt
    why: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: for which repository, at which tier, trusting whom.

    keys: with none, records count unverified: whoever may write the store is trusted, as on one's own machine.
    max_age: seconds for which a record proves anything.
    """

    repository: str
    tier: str
    keys: tuple[TrustedKey, ...]
    now: int
    max_age: int = Skipping().max_age


def accepted_scopes(tier: str) -> tuple[str, ...]:
    """The scopes whose records a reader of this tier may use, the most trusted first. Forks write none."""
    if tier not in TIERS:
        return ()
    return tuple(scope for scope in ("protected", "branch") if TIERS.index(scope) >= TIERS.index(tier))


def judge(data: bytes, reader: Reader, *, scope: str, job: str, signature: str) -> Record | Refusal:
    """The record, if it proves that `job` succeeded with `signature`.

    scope: of the place in the store that the record was found in.
    """
    try:
        sealed = decode(data)
    except ValueError as fault:
        return Refusal(Doubt.TAMPERED, f"is damaged: {_short(fault)}")
    wrong = _misplaced(sealed.record, reader, scope, job, signature) or _unsealed(sealed, reader)
    if wrong:
        return Refusal(Doubt.TAMPERED, wrong)
    return _usable(sealed.record, reader)


def _misplaced(record: Record, reader: Reader, scope: str, job: str, signature: str) -> str:
    if record.repository != reader.repository:
        return "was written for another repository"
    if record.job != job:
        return "was written for another job"
    if not same(record.signature, signature):
        return "was written for another signature"
    if record.scope != scope or scope not in accepted_scopes(reader.tier):
        return "was written at another trust tier"
    return ""


def _unsealed(sealed: Sealed, reader: Reader) -> str:
    if not reader.keys:
        return ""
    if not sealed.seal:
        return "is not signed"
    if TrustedKey(sealed.record.scope, sealed.key) not in reader.keys:
        return "is signed with a key that is not trusted for its tier"
    return "" if verifies(sealed) else "has a signature that does not fit"


def _usable(record: Record, reader: Reader) -> Record | Refusal:
    if record.created > reader.now + SKEW:
        return Refusal(
            Doubt.TAMPERED, "is from the future: the clock of the machine that wrote it, or of this one, is wrong"
        )
    if record.created <= reader.now - reader.max_age or record.expires <= reader.now:
        return Refusal(Doubt.EXPIRED, "is too old")
    if record.retried:
        return Refusal(Doubt.FLAKY, "is of a run that passed only after it was tried again")
    return record


def _short(fault: ValueError) -> str:
    return "it is not JSON" if type(fault) is not ValueError else str(fault)
