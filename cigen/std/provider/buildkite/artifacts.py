"""Artifacts: what one job leaves and another fetches.

Buildkite knows artifacts by the paths of their files and the step that left them, and keeps paths whole: what is
downloaded to the workspace lies where it was. A name of cig.toml is what connects the two.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cigen.sdk import Artifact, Download
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.problems import CannotExpress

__all__ = ["Leaving", "download", "find_artifacts", "upload_patterns"]

_WILD = re.compile(r"[*?\[{]")


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves an artifact: the keys of their steps, and each one's paths."""

    paths: Mapping[str, tuple[str, ...]]


def find_artifacts(jobs: Iterable[StaticJob], keys: Mapping[str, str]) -> dict[str, Leaving]:
    """All artifacts by name. The legs of a matrix leave one of a name together. keys: job id → key of its step."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for job in jobs:
        for step in job.job.steps:
            if step.upload is not None:
                key = keys.get(job.job.id, job.job.id)
                left = found.setdefault(step.upload.name, {})
                left[key] = tuple(dict.fromkeys((*left.get(key, ()), *step.upload.paths)))
    return {name: Leaving(paths) for name, paths in found.items()}


def upload_patterns(artifact: Artifact) -> list[str]:
    """Globs of Buildkite's that find the artifact's files. Raises CannotExpress."""
    if not artifact.paths:
        raise CannotExpress(f'artifact "{artifact.name}" holds no files')
    return [pattern for path in artifact.paths for pattern in _patterns(path)]


def download(wanted: Download, known: Mapping[str, Leaving]) -> str:
    """Shell that fetches an artifact. Raises CannotExpress for one that no job leaves."""
    leaving = known.get(wanted.name)
    if leaving is None:
        listed = ", ".join(f'"{name}"' for name in sorted(known)) or "none"
        raise CannotExpress(f'no job leaves an artifact "{wanted.name}"', f"artifacts: {listed}")
    lines = []
    place = '"$cig_fetched"' if wanted.path else "."
    if wanted.path:
        lines.append("cig_fetched=$(mktemp -d)")
    for paths in dict.fromkeys(leaving.paths.values()):
        steps = [key for key, own in leaving.paths.items() if own == paths]
        each = [_fetch(path, place, steps) for path in paths]
        if len(steps) > 1:
            lines += [f"for cig_step in {shlex.join(steps)}; do", *(f"  {line}" for line in each), "done"]
        else:
            lines += each
    if wanted.path:
        roots = dict.fromkeys(_root(path) for paths in leaving.paths.values() for path in paths)
        target = shlex.quote(wanted.path)
        lines.append(f"mkdir -p {target}")
        lines += [f'cp -R "$cig_fetched"/{shlex.quote(root)}/. {target}' for root in roots]
    return "\n".join(lines)


def _patterns(path: str) -> tuple[str, ...]:
    if path.startswith("!"):
        raise CannotExpress(f'"{path}" leaves files out, which artifacts on Buildkite cannot', "name the files to keep")
    plain = path.removeprefix("./")
    if plain.endswith("/**"):
        return (f"{plain}/*",)
    if plain.endswith("/"):
        return (f"{plain}**/*",)
    # A file or a folder: only one of the two will be there.
    return (plain,) if _WILD.search(plain) else (plain, f"{plain}/**/*")


def _fetch(path: str, place: str, steps: list[str]) -> str:
    step = '"$cig_step"' if len(steps) > 1 else shlex.quote(steps[0])
    tries = [f"buildkite-agent artifact download {shlex.quote(one)} {place} --step {step}" for one in _patterns(path)]
    return " || ".join(tries)


def _root(path: str) -> str:
    """The folder that a path's files are under; `.` for the workspace itself."""
    plain = path.removeprefix("./")
    wild = _WILD.search(plain)
    if wild is None and plain.endswith("/"):
        return plain.rstrip("/")
    return (plain[: wild.start()] if wild else plain).rpartition("/")[0] or "."
