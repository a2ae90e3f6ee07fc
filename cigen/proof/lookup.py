"""Asking a store for a whole plan, within one budget.

Owns the three seconds: a store that is slower, or fails once, is not asked again, and nothing it said counts. Refuses
to let a store's trouble be an error: the answer says that it is down.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from cigen.hashing.manifest import KeyManifest
from cigen.model.dataclass import dataclass, field
from cigen.proof.packs import MANY, PACK_LIMIT, pack_places, unpacked
from cigen.proof.places import latest_place, packed_name, record_folder, record_place
from cigen.proof.record import LIMIT, Record, decode
from cigen.proof.stores import Each, Store, StoreFaultError, ignore
from cigen.proof.trust import Doubt, Reader, Refusal, accepted_scopes, judge

__all__ = ["BUDGET", "Answer", "Asking", "within"]

BUDGET = 3.0
"""Seconds that a plan waits for its store, all requests together, and what they bring verified."""

MANIFEST_LIMIT = 8 << 20

T = TypeVar("T")


@dataclass(slots=True)
class Answer:
    """What a store said. `trouble` completes the sentence "the store …" where it is down, and nothing else is set."""

    proofs: dict[str, Record] = field(default_factory=dict)
    refusals: dict[str, tuple[Refusal, ...]] = field(default_factory=dict)
    """By plan key; also of jobs that a record of a lower tier proves."""
    trouble: str = ""


class Asking:
    """One plan's questions. `clock` counts seconds."""

    def __init__(
        self,
        store: Callable[[], Store],
        reader: Reader,
        budget: float = BUDGET,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open = store
        self._reader = reader
        self._clock = clock
        self._end = clock() + budget

    def records(self, signatures: Mapping[str, str]) -> Answer:
        """What is proven of these plan keys with these signatures."""
        answer = Answer()
        # The most trusted records first: what they prove is not asked of the others, which halves the requests of a
        # branch that changed little. Packs before all, and what they do not prove as if there were none.
        for look in (self._unpack, self._judge):
            for scope in accepted_scopes(self._reader.tier):
                unproven = {job: signature for job, signature in signatures.items() if job not in answer.proofs}
                try:
                    look(scope, unproven, answer)
                except StoreFaultError as problem:
                    return Answer(trouble=str(problem))
        return answer

    def _unpack(self, scope: str, signatures: Mapping[str, str], answer: Answer) -> None:
        """Add to `answer` what the packs of one scope prove. Their doubts are no answer: the record itself has one."""
        if len(signatures) <= MANY:
            return
        reader = self._reader
        job_of = {packed_name(job, signature): job for job, signature in signatures.items()}
        places = pack_places(reader.repository, scope, signatures)
        proofs: dict[str, Record] = {}

        def weigh(_place: str, pack: bytes) -> None:
            for name, data in unpacked(pack):
                job = job_of.get(name)
                if job is not None:
                    verdict = judge(data, reader, scope=scope, job=job, signature=signatures[job])
                    if isinstance(verdict, Record):
                        proofs[job] = verdict

        self._ask(lambda store: store.fetch(places, PACK_LIMIT, weigh) if store.singly else {})
        answer.proofs |= proofs

    def _judge(self, scope: str, signatures: Mapping[str, str], answer: Answer) -> None:
        """Add to `answer` what the records of one scope say."""
        reader = self._reader
        job_at = {record_place(reader.repository, scope, job, signature): job for job, signature in signatures.items()}
        verdicts: dict[str, Record | Refusal] = {}

        def weigh(place: str, data: bytes) -> None:
            job = job_at[place]
            verdicts[job] = judge(data, reader, scope=scope, job=job, signature=signatures[job])

        # One after another, as they arrive: others are asked for meanwhile, and `cryptography` lets those threads work.
        self._fetch(self._existing(scope, job_at), LIMIT, weigh)
        for job in job_at.values():
            verdict = verdicts.get(job)
            if verdict is None:
                continue
            if isinstance(verdict, Refusal):
                answer.refusals[job] = (*answer.refusals.get(job, ()), verdict)
            else:
                answer.proofs[job] = verdict

    def _existing(self, scope: str, job_at: Mapping[str, str]) -> list[str]:
        """The places without those that the store's listings do not have."""
        if len(job_at) <= MANY:
            return list(job_at)
        folder_of = {place: record_folder(self._reader.repository, scope, job) for place, job in job_at.items()}
        folders = sorted(set(folder_of.values()))
        listed = self._ask(lambda store: store.listing(folders) if store.listing else {})
        return [place for place, folder in folder_of.items() if place in listed.get(folder, (place,))]

    def manifests(self, jobs: Iterable[str]) -> dict[str, tuple[Record, KeyManifest]]:
        """What these jobs were last proven with, to explain with; nothing where the store does not say, or lies."""
        reader = self._reader
        places = {
            (job, scope): latest_place(reader.repository, scope, job)
            for job in jobs
            for scope in accepted_scopes(reader.tier)
        }
        try:
            found = self._fetch(places.values(), MANIFEST_LIMIT)
        except StoreFaultError:
            return {}
        known: dict[str, tuple[Record, KeyManifest]] = {}
        for (job, scope), place in places.items():
            read = _manifest(found.get(place, b""), reader, scope, job)
            if read is not None and (job not in known or read[0].created > known[job][0].created):
                known[job] = read
        return known

    def _fetch(self, places: Iterable[str], limit: int, each: Each = ignore) -> dict[str, bytes]:
        names = list(places)
        if not names:
            return {}
        return self._ask(lambda store: store.fetch(names, limit, each))

    def _ask(self, question: Callable[[Store], T]) -> T:
        # Opening may look for credentials, which may take as long as any request.
        return within(self._end - self._clock(), lambda: question(self._open()))


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns; StoreFaultError where it fails, or has not returned after so many seconds.

    It is then left behind in a thread that nobody waits for: a disk that hangs cannot be interrupted.
    """
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as fault:
            failure.append(fault)

    if seconds > 0:
        thread = threading.Thread(target=run, daemon=True, name="cig-store")
        thread.start()
        thread.join(seconds)
    if outcome:
        return outcome[0]
    if not failure:
        raise StoreFaultError("did not answer in time")
    if isinstance(failure[0], StoreFaultError):
        raise failure[0]
    raise StoreFaultError(f"failed: {type(failure[0]).__name__}: {failure[0]}") from failure[0]


def _manifest(data: bytes, reader: Reader, scope: str, job: str) -> tuple[Record, KeyManifest] | None:
    """A record and the manifest whose hash is the record's signature, which makes the one as true as the other."""
    sealed, _, encoded = data.partition(b"\n")
    try:
        claimed = decode(sealed).record
        verdict = judge(sealed, reader, scope=scope, job=job, signature=claimed.signature)
        if isinstance(verdict, Refusal) and verdict.doubt is Doubt.TAMPERED:
            return None
        manifest = KeyManifest.from_json(encoded)
    except (ValueError, RecursionError):
        return None
    return (claimed, manifest) if manifest.signature() == claimed.signature else None
