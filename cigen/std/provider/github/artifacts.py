"""Artifacts: what one job leaves and another fetches.

Owns: names and places. An artifact's name is taken once in a run, so a matrix job leaves one for each leg; a second
attempt replaces its own. GitHub forgets the folder that all files have in common: a download puts them back under it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from cigen.sdk import Artifact, Download, Job
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.globs import ALONE, file_patterns, literal, search_root
from cigen.std.provider.github.pins import uses
from cigen.std.provider.github.proof_cache import HANDED_OVER
from cigen.std.provider.github.restoring import FOLDER, left_name, restored_name, restored_prefix
from cigen.std.provider.github.texts import SPECIAL, has_placeholder, render_text

__all__ = ["Artifacts", "Leaving", "find_artifacts"]

_FORBIDDEN = re.compile(r"[\":<>|*?\r\n\\/]")
_WIDEST_PATTERN = 2000


@dataclass(frozen=True, slots=True)
class Leaving:
    """An artifact that a job leaves. `names`: what it is called, one for each leg. `suffix`: what a leg appends."""

    job: str
    artifact: Artifact
    suffix: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Artifacts:
    """All artifacts of a workflow, by their names in cig.toml, and those that some job fetches into place.

    restored: those that the planner may leave in the place of their job, or of some of its legs.
    """

    left: Mapping[str, Leaving]
    fetched: frozenset[str]
    restored: frozenset[str] = frozenset()

    def render_upload(self, artifact: Artifact) -> dict[str, Value]:
        """`uses` and `with` of the step. Raises CannotExpress for a name that GitHub refuses."""
        leaving = self.left[artifact.name]
        for name in leaving.names:
            if _FORBIDDEN.search(name) or not name:
                raise CannotExpress(f'"{name}" cannot be the name of an artifact', 'leave out " : < > | * ? \\ and /')
        given: dict[str, Value] = {"name": render_text(artifact.name) + leaving.suffix, "path": self._paths(artifact)}
        if artifact.kind == "files" and artifact.when == "success":
            given["if-no-files-found"] = "error"
        return _upload(given, artifact)

    def render_restored(self, name: str) -> dict[str, Value]:
        """The same for the planner, which leaves what a proven job left: the same files, to be put into the same place.

        Raises CannotExpress where that place differs from leg to leg.
        """
        leaving = self.left[name]
        parts = [part for part in _place(leaving.artifact).split("/") if part not in ("", ".")]
        given: dict[str, Value] = {
            "name": left_name(name) if leaving.suffix else render_text(name),
            # A folder as a whole: GitHub leaves out its name, as it does that of the folder that a job's files share.
            "path": "/".join([FOLDER, name, *(re.sub(r"[*?\[]", r"[\g<0>]", part) for part in parts)]),
            "if-no-files-found": "error",
        }
        return _upload(given, leaving.artifact)

    def asks_plan(self, job: Job) -> bool:
        """Whether the job fetches what may come from the planner under a name that speaks of it."""
        names = {step.download.name for step in job.steps if step.download is not None}
        return any(name in self.restored and self.left[name].suffix for name in names)

    def render_download(self, download: Download) -> dict[str, Value]:
        """`uses` and `with` of the step. Raises CannotExpress for an artifact that no job leaves."""
        leaving = self.left.get(download.name)
        if leaving is None:
            listed = ", ".join(f'"{name}"' for name in sorted(self.left)) or "none"
            raise CannotExpress(f'no job leaves an artifact "{download.name}"', f"artifacts: {listed}")
        given: dict[str, Value] = {}
        if len(leaving.names) == 1 and not leaving.suffix:
            given["name"] = render_text(download.name)
        else:
            given["pattern"] = self._pattern(leaving)
            given["merge-multiple"] = True
        path = render_text(download.path) or _place(leaving.artifact)
        if path:
            given["path"] = path
        return {"uses": uses("actions/download-artifact"), "with": given}

    def _paths(self, artifact: Artifact) -> Value:
        if not artifact.paths:
            raise CannotExpress(f'artifact "{artifact.name}" holds no files')
        patterns = [one for path in artifact.paths for one in file_patterns(path)]
        included = [pattern for pattern in patterns if not pattern.startswith("!")]
        comment = ""
        if artifact.name in self.fetched and len(included) == 1 and search_root(included[0]) is None:
            # GitHub would count from the folder itself if it is one, and from its parent if it is a file.
            patterns[patterns.index(included[0])] = _as_pattern(included[0])
            comment = "a pattern, so that the name stays"
        texts = [render_text(pattern) for pattern in patterns]
        text = texts[0] if len(texts) == 1 else "".join(f"{one}\n" for one in texts)
        return Commented(text, comment) if comment else text

    def _pattern(self, leaving: Leaving) -> str:
        """A pattern for the artifacts of all legs and no other."""
        common = re.split(r"\$\{\{", render_text(leaving.artifact.name) + leaving.suffix)[0]
        others = [name for other in self.left.values() if other is not leaving for name in other.names]
        others += [HANDED_OVER, *map(restored_prefix, self.restored)]
        names = leaving.names if any(name.startswith(common) for name in others) else (f"{common}*",)
        if leaving.artifact.name in self.restored:
            names = (restored_name(leaving.artifact.name), *names)
        # Braces around one name would be part of it.
        listed = f"{{{','.join(names)}}}" if len(names) > 1 else names[0]
        if len(listed) > _WIDEST_PATTERN:
            raise CannotExpress(
                f'no pattern finds the {len(leaving.names)} artifacts "{leaving.artifact.name}" and no others',
                "rename the job whose artifacts begin with the same letters",
            )
        return listed


def find_artifacts(
    jobs: Iterable[Job], leg_names: Mapping[str, str], restored: Collection[str] = frozenset()
) -> Artifacts:
    """What the jobs leave and fetch. leg_names: job id → the text with expressions that names a leg.

    restored: jobs whose files the planner may leave.
    """
    left: dict[str, Leaving] = {}
    fetched: set[str] = set()
    for job in jobs:
        for step in job.steps:
            if step.download is not None and not step.download.path:
                fetched.add(step.download.name)
            if step.upload is not None:
                left.setdefault(step.upload.name, _leaving(job, step.upload, leg_names.get(job.id, "")))
    return Artifacts(left, frozenset(fetched), frozenset(left.keys() & restored))


def _upload(given: dict[str, Value], artifact: Artifact) -> dict[str, Value]:
    if artifact.retention_days:
        given["retention-days"] = artifact.retention_days
    if any(part.startswith(".") and part.strip(".") for path in artifact.paths for part in path.split("/")):
        given["include-hidden-files"] = True
    given["overwrite"] = True
    return {"uses": uses("actions/upload-artifact"), "with": given}


def _leaving(job: Job, artifact: Artifact, leg_name: str) -> Leaving:
    if job.matrix is None:
        return Leaving(job.id, artifact, "", (artifact.name,))
    if has_placeholder(artifact.name):
        return Leaving(job.id, artifact, "", tuple(_filled(render_text(artifact.name), job)))
    suffix = leg_name.removeprefix(job.id) if leg_name.startswith(f"{job.id}-") else f"-{leg_name}"
    if leg_name.startswith(f"{job.id}-"):
        return Leaving(job.id, artifact, suffix, tuple(_filled(artifact.name + suffix, job)))
    return Leaving(job.id, artifact, suffix, tuple(f"{artifact.name}-{leg.key}" for leg in job.matrix.legs))


def _filled(text: str, job: Job) -> Iterable[str]:
    for leg in job.matrix.legs if job.matrix else ():
        values = {pair.name: pair.value for pair in leg.values}
        yield re.sub(r"\$\{\{ matrix\.([\w-]+) \}\}", partial(_value, values), text)


def _value(values: Mapping[str, str], found: re.Match[str]) -> str:
    return values.get(found[1], "")


def _place(artifact: Artifact) -> str:
    """The folder that all the artifact's files are under: what GitHub leaves out of their names.

    Raises CannotExpress where it differs from leg to leg: GitHub would put the files of all legs into one.
    """
    patterns = [one for path in artifact.paths for one in file_patterns(path) if not one.startswith("!")]
    roots = [search_root(pattern) for pattern in patterns]
    if len(patterns) == 1 and roots[0] is None:
        return _fixed(literal(patterns[0]).rpartition("/")[0], artifact)
    parted = [
        (literal(pattern) if root is None else root).split("/") for pattern, root in zip(patterns, roots, strict=True)
    ]
    shared = []
    for level in zip(*parted, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return _fixed("/".join(shared), artifact)


def _fixed(folder: str, artifact: Artifact) -> str:
    if has_placeholder(folder):
        raise CannotExpress(
            f'the files of artifact "{artifact.name}" are under "{folder}", which differs from leg to leg',
            "begin its paths with a folder that all legs share, and a wildcard after it",
        )
    return render_text(folder)


def _as_pattern(path: str) -> str:
    """A literal path as a pattern that matches it alone: `bin/app` as `bin/ap[pp]`. Raises CannotExpress.

    GitHub takes a class of one character, `[p]`, for that character.
    """
    name = path.rpartition("/")[2]
    taken = [range(*found.span()) for special in (SPECIAL, ALONE) for found in special.finditer(name)]
    for index in reversed(range(len(name))):
        if name[index].isalnum() and not any(index in span for span in taken):
            at = len(path) - len(name) + index
            return f"{path[:at]}[{path[at] * 2}]{path[at + 1 :]}"
    raise CannotExpress(
        f'"{path}" may be a file or a folder, which GitHub treats differently', f'"{path}/**" is a folder'
    )
