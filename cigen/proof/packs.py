"""Packs: the newest records of some jobs in one object, so that a plan of many jobs asks for few objects.

For stores that are asked for each name by itself. A record stands in its own place, and a copy of it in the pack of
its job's group. Owns: what a pack holds, and how it is spelled. Believes nothing, and is never the last word: what
a pack does not prove is asked for by itself, so one that is lost, old, damaged, or forgot a record that two writers
added at once, costs a request and nothing else. Pure.
"""

from collections.abc import Iterable, Iterator

from cigen.model.dataclass import dataclass
from cigen.proof.places import pack_place, packed_name
from cigen.proof.record import LIMIT, Record, decode
from cigen.proof.trust import SKEW

__all__ = ["MANY", "PACK_LIMIT", "pack_places", "packed", "unpacked"]

MANY = 64
"""Of no more jobs than that, each is asked for by itself: it takes no more requests than packs would."""

PACK_LIMIT = 1 << 20
"""Bytes. A pack of a plan with 3,000 jobs has 130 KB."""

KEPT = 4
"""Records of one job: those of branches that are worked on at the same time, and of a change that is taken back."""


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    data: bytes
    record: Record

    @property
    def rank(self) -> tuple[int, str]:
        return self.record.created, self.name


def pack_places(repository: str, scope: str, jobs: Iterable[str]) -> list[str]:
    """The packs of these jobs' groups, sorted."""
    return sorted({pack_place(repository, scope, job) for job in jobs})


def unpacked(pack: bytes) -> Iterator[tuple[str, bytes]]:
    """What stands in a pack: `packed_name` of a record, and the record as it was encoded, or whatever is there."""
    for line in pack.split(b"\n"):
        name, _, data = line.partition(b" ")
        yield name.decode("ascii", "replace"), data


def packed(pack: bytes, record: Record, data: bytes, now: int) -> bytes:
    """The pack with one more record, of which `data` is the encoding; without what is of no use any more.

    now: seconds since 1970.
    """
    name = packed_name(record.job, record.signature)
    lines = {line.name: line for line in _usable(pack, record.repository, record.scope, now)}
    lines[name] = _Line(name, data, record)
    kept: list[_Line] = []
    of_job: dict[str, int] = {}
    size = 0
    for line in sorted(lines.values(), key=lambda line: (line.name == name, line.rank), reverse=True):
        of_job[line.record.job] = of_job.get(line.record.job, 0) + 1
        size += len(line.name) + len(line.data) + 2
        if of_job[line.record.job] <= KEPT and size <= PACK_LIMIT:
            kept.append(line)
    return b"".join(f"{line.name} ".encode() + line.data + b"\n" for line in sorted(kept, key=lambda line: line.name))


def _usable(pack: bytes, repository: str, scope: str, now: int) -> Iterator[_Line]:
    """Records of this repository and tier under their own names that somebody may still believe."""
    for name, data in unpacked(pack):
        try:
            record = decode(data[: LIMIT + 1]).record
        except ValueError:
            continue
        fitting = (record.repository, record.scope) == (repository, scope)
        named = name == packed_name(record.job, record.signature)
        if fitting and named and record.created <= now + SKEW and record.expires > now:
            yield _Line(name, data, record)
