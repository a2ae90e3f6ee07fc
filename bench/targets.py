"""What cig is to reach, as ratios of rows measured in the same round, and whether it does.

Owns: the targets and the arithmetic of ratios. A ratio is the median over the rounds of one round's quotient: noise
that lasts longer than a round hits both sides.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["GROWTH", "MEMORY_LIMIT", "MEMORY_ROW", "TARGETS", "Target", "paired", "verdict"]


@dataclass(frozen=True, slots=True)
class Target:
    """`of` against `against`, both names of rows. `must` and `aim`: size → largest ratio."""

    of: str
    against: str
    must: Mapping[str, float]
    aim: Mapping[str, float]


TARGETS = (
    Target("cig render, no-op", "git status", {"10k": 1.5, "100k": 0.9}, {"10k": 1.2, "100k": 0.6}),
    Target("cig render, no-op", "turbo --dry, warm", {"10k": 0.25, "100k": 0.25}, {"10k": 0.12, "100k": 0.07}),
    Target("cig compute-signatures", "git status", {"10k": 4, "100k": 1.2}, {"10k": 2, "100k": 1}),
    Target("cig render, cold", "turbo --dry, cold", {"10k": 1.5}, {"10k": 1.0}),
    Target("cig render, one lockfile edited", "cig render, cold", {"10k": 0.5}, {"10k": 0.3}),
    Target("cig compute-signatures", "git ls-tree -r HEAD", {"97k": 4}, {"97k": 4}),
    Target("cig compute-signatures", "turbo --dry, warm", {"97k": 0.15}, {"97k": 0.15}),
    Target("cig render, cold, four systems", "turbo --dry, cold", {"33k": 4}, {"33k": 3}),
    Target("20 handshakes", "20 python -c pass", {"10k": 1.5}, {"10k": 1.0}),
)

MEMORY_ROW = "cig render, no-op"
MEMORY_LIMIT = 60_000_000

GROWTH = (("10k", "100k"), ("33k", "167k"))
"""Sizes to compare: linear is at most as many times the time as there are times the files, jobs and packages."""


def paired(of: Sequence[float], against: Sequence[float]) -> list[float]:
    """The quotients of the rounds, sorted."""
    return sorted(a / b for a, b in zip(of, against, strict=True))


def verdict(measured: float, must: float, aim: float | None) -> str:
    """How a ratio does."""
    if aim is not None and measured <= aim:
        return "aim met"
    return "met" if measured <= must else "NOT MET"


def median(values: Sequence[float]) -> float:
    """The middle of the values."""
    return statistics.median(values)
