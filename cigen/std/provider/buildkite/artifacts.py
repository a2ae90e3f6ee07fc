"""Artifacts: what one job leaves and another fetches.

Buildkite knows artifacts by the paths of their files and the step that left them, and keeps paths whole: what is
downloaded to the workspace lies where it was. A name of cig.toml is what connects the two.
"""

import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cigen.sdk import Artifact, Download, Job
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.plans import PLANNER
from cigen.std.ci.problems import CannotExpress

__all__ = [
    "FETCHES",
    "FETCH_BROUGHT",
    "FOLDER",
    "Leaving",
    "download",
    "fetched_steps",
    "find_artifacts",
    "upload_patterns",
]

FETCHES = "CIG_FETCHES"
"""The variable of a step that names the steps whose files it fetches, as far as a plan may bring them: `STEP`, or
`STEP=ENTRY` where the plan calls it something else. A plan turns it into `CIG_RESTORED`: the steps that did not run.
"""

FOLDER = "cig-restored"
"""Above what the planner keeps of such a job: its files are told apart from those of any other."""

FETCH_BROUGHT = f"""\
# Fetches files of a step; those that the plan has brought, in place of a run, are the planner's.
cig_fetch() (
  case " ${{CIG_RESTORED-}} " in
    *" $1 "*) ;;
    *) buildkite-agent artifact download "$3" "$4" --step "$1"; exit ;;
  esac
  cig_brought=$(mktemp -d)
  trap 'rm -rf "$cig_brought"' EXIT
  buildkite-agent artifact download "{FOLDER}/$2/$3" "$cig_brought" --step {PLANNER} &&
    cp -R "$cig_brought/{FOLDER}/$2/." "$4"
)"""

_WILD = re.compile(r"[*?\[{]")


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves an artifact: the keys of their steps, and each one's paths.

    brought: the job, if a plan can bring its files. entries: what the plan calls its steps, by their keys.
    """

    paths: Mapping[str, tuple[str, ...]]
    brought: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)


def find_artifacts(
    jobs: Iterable[StaticJob], keys: Mapping[str, str], brought: Collection[str] = ()
) -> dict[str, Leaving]:
    """All artifacts by name. The legs of a matrix leave one of a name together.

    keys: job id → key of its step. brought: jobs whose files a plan can bring.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    entries: dict[str, dict[str, str]] = {}
    for job in jobs:
        for step in job.job.steps:
            if step.upload is not None:
                key = keys.get(job.job.id, job.job.id)
                left = found.setdefault(step.upload.name, {})
                left[key] = tuple(dict.fromkeys((*left.get(key, ()), *step.upload.paths)))
                entries.setdefault(step.upload.name, {})[key] = job.job.id
    return {
        name: Leaving(paths, name, entries[name]) if name in brought else Leaving(paths)
        for name, paths in found.items()
    }


def fetched_steps(job: Job, known: Mapping[str, Leaving]) -> str:
    """What `FETCHES` says of a job; empty where a plan can bring nothing that it fetches."""
    wanted = dict.fromkeys(step.download.name for step in job.steps if step.download is not None)
    listed = [pair for name in wanted if name in known for pair in known[name].entries.items()]
    return " ".join(key if key == entry else f"{key}={entry}" for key, entry in listed)


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
        each = [_fetch(path, place, steps, leaving.brought) for path in paths]
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


def _fetch(path: str, place: str, steps: list[str], brought: str) -> str:
    step = '"$cig_step"' if len(steps) > 1 else shlex.quote(steps[0])
    patterns = [shlex.quote(one) for one in _patterns(path)]
    if brought:
        tries = [f"cig_fetch {step} {brought} {one} {place}" for one in patterns]
    else:
        tries = [f"buildkite-agent artifact download {one} {place} --step {step}" for one in patterns]
    return " || ".join(tries)


def _root(path: str) -> str:
    """The folder that a path's files are under; `.` for the workspace itself."""
    plain = path.removeprefix("./")
    wild = _WILD.search(plain)
    if wild is None and plain.endswith("/"):
        return plain.rstrip("/")
    return (plain[: wild.start()] if wild else plain).rpartition("/")[0] or "."
