"""A pipeline in several files, where one upload may not hold all of it.

`.buildkite/pipeline.yml` is the file; its parts are `.buildkite/pipeline.2.yml` and so on, outputs of their own. The
first file's first step uploads the others. Where that file makes a plan, its jobs stand in `pipeline.full.yml` beside
it, and its step uploads all of them. Steps are dealt out so that none waits for one of a later part: a step that
depends on one that is not there yet would never run.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cigen.sdk.yaml import Value
from cigen.std.provider.buildkite.limits import JOBS_PER_UPLOAD

__all__ = ["Steps", "deal", "full_path", "part_of", "part_path", "upload_step"]

_PART = re.compile(r"(.+)\.([1-9]\d*)(\.[a-z]+)")


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps that stay together, and how many jobs they are."""

    stage: str
    steps: tuple[dict[str, Value], ...]
    jobs: int


def part_of(path: str) -> tuple[str, int]:
    """The path of a part's first file, and which part it is, counted from 1."""
    found = _PART.fullmatch(path)
    number = int(found[2]) if found else 1
    return (f"{found[1]}{found[3]}", number) if found and number > 1 else (path, 1)


def part_path(path: str, number: int) -> str:
    """Where a part stands."""
    if number == 1:
        return path
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}.{number}{dot}{suffix}" if dot else f"{path}.{number}"


def full_path(path: str) -> str:
    """Where the jobs of a pipeline stand whose first file makes a plan of them."""
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}.full{dot}{suffix}" if dot else f"{path}.full"


def deal(steps: Sequence[Steps]) -> list[list[Steps]]:
    """The steps, in the order given, in as few parts as hold them. The first has one more step: it uploads the rest."""
    total = sum(one.jobs for one in steps)
    if total <= JOBS_PER_UPLOAD:
        return [list(steps)]
    parts: list[list[Steps]] = [[]]
    used = 1
    for one in steps:
        if used + one.jobs > JOBS_PER_UPLOAD and parts[-1]:
            parts.append([])
            used = 0
        parts[-1].append(one)
        used += one.jobs
    return parts


def upload_step(paths: Sequence[str], agents: Mapping[str, Value]) -> dict[str, Value]:
    """The step that adds the other parts to the build, in order."""
    uploads = [f"buildkite-agent pipeline upload {shlex.quote(path)}" for path in paths]
    found: dict[str, Value] = {"label": "Upload the rest", "key": "upload"}
    if agents:
        found["agents"] = dict(agents)
    found["command"] = uploads[0] if len(uploads) == 1 else "".join(f"{line}\n" for line in ["set -e", *uploads])
    return found
