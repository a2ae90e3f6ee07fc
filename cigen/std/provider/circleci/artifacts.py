"""What jobs leave and fetch: artifacts to look at, workspaces between jobs, reports of tests.

A workspace has one tree, and no two jobs may put the same file into it. Where every artifact of a workflow that another
job fetches is one job's, and its paths can be named as they stand, the tree is the project's own. Otherwise each is
first collected under `/tmp/cig`, in a folder of its artifact and leg, and put into place by whoever fetches it.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cigen.sdk import Artifact, Download
from cigen.sdk.yaml import Value
from cigen.std.ci.caches import glob_expression
from cigen.std.ci.legs import StaticJob
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.circleci.texts import render_text, slug

__all__ = ["ROOT", "Workspace", "find_workspace", "plain_folder"]

ROOT = "/tmp/cig"  # noqa: S108  one job, one machine
_WILD = re.compile(r"[*?\[{!]")


@dataclass(frozen=True, slots=True)
class Workspace:
    """What passes between the jobs of a workflow. `left`: the artifacts by name.

    `fetched`: the artifacts that some job fetches. `sharded`: those that each part of a job leaves its own of.
    `staged`: they are collected first.
    """

    left: Mapping[str, Artifact]
    fetched: frozenset[str]
    sharded: frozenset[str]
    staged: bool

    def upload(self, artifact: Artifact, leg: str, when: str) -> list[Value]:
        """The steps that keep an artifact of a job, whose plan key is `leg`. Raises CannotExpress."""
        if not artifact.paths:
            raise CannotExpress(f'artifact "{artifact.name}" holds no files')
        if artifact.kind == "junit":
            return _reports(artifact, when)
        label = slug(artifact.name) or "artifact"
        shared = artifact.name in self.fetched
        if all(plain_folder(path) for path in artifact.paths) and not (shared and self.staged):
            folders = [render_text(plain_folder(path)) for path in artifact.paths]
            steps: list[Value] = [_store(folder, render_text(label), when) for folder in folders]
            if shared:
                steps.append({"persist_to_workspace": {"root": ".", "paths": [*folders]}})
            return steps
        own = render_text(self.place(artifact.name, leg))
        place = f"{ROOT}/{self.place(artifact.name, leg)}"
        place += "/$CIRCLE_NODE_INDEX" if artifact.name in self.sharded else ""
        command = _collect(artifact, place, required=artifact.when == "success")
        run: dict[str, Value] = {"name": render_text(f"Collect {artifact.name}"), "command": command}
        if when != "on_success":
            run["when"] = when
        steps = [{"run": run}, _store(f"{ROOT}/{own}", render_text(label), when)]
        if shared:
            steps.append({"persist_to_workspace": {"root": ROOT, "paths": [own]}})
        return steps

    def place(self, name: str, leg: str) -> str:
        """Where under the root an artifact's files are collected."""
        return f"artifacts/{slug(name) or 'artifact'}/{leg}"

    def download(self, download: Download) -> list[Value]:
        """What puts an artifact in place, once the workspace is attached. Raises CannotExpress."""
        if download.name not in self.left:
            listed = ", ".join(f'"{name}"' for name in sorted(self.left)) or "none"
            raise CannotExpress(f'no job leaves an artifact "{download.name}"', f"artifacts: {listed}")
        if not self.staged:
            return [{"attach_workspace": {"at": "."}}]
        artifact = self.left[download.name]
        source = f"{ROOT}/artifacts/{slug(render_text(download.name))}"
        depth = "*/*" if download.name in self.sharded else "*"
        inner = _common_folder(artifact.paths) if download.path else ""
        into = shlex.quote(render_text(download.path)) if download.path else "."
        lines = [f"mkdir -p {into}"] if download.path else []
        folder = f"$cig_leg/{inner}".rstrip("/")
        lines += [f"for cig_leg in {source}/{depth}; do", f'  cp -R "{render_text(folder)}/." {into}', "done"]
        return [{"run": {"name": render_text(f"Put {download.name} in place"), "command": "\n".join(lines) + "\n"}}]


def find_workspace(jobs: Sequence[StaticJob], *, restored: bool = False) -> Workspace:
    """What the jobs of a workflow leave and fetch; one that still has a matrix leaves it for each leg.

    restored: a job may leave what a plan has brought, which needs a place of its own.
    """
    left: dict[str, Artifact] = {}
    owners: dict[str, set[str]] = {}
    fetched: set[str] = set()
    sharded: set[str] = set()
    placed = False
    for one in jobs:
        for step in one.job.steps:
            if step.download is not None:
                fetched.add(step.download.name)
                placed = placed or bool(step.download.path)
            if step.upload is not None:
                left.setdefault(step.upload.name, step.upload)
                legs = [leg.key for leg in one.job.matrix.legs] if one.job.matrix else [one.job.id]
                # Whether there is more than one is all that counts.
                parts = range(min(one.job.shards.count, 2)) if one.job.shards else [0]
                owners.setdefault(step.upload.name, set()).update(f"{leg}/{part}" for leg in legs for part in parts)
                sharded |= {step.upload.name} if one.job.shards else set()
    shared = [name for name in left if name in fetched]
    values = any(one.job.outputs and one.job.outputs.values for one in jobs)
    several = any(len(owners[name]) > 1 for name in shared)
    folders = [plain_folder(path) for name in shared for path in left[name].paths]
    staged = restored or values or several or placed or not all(folders) or _overlap(folders)
    return Workspace(left, frozenset(fetched), frozenset(sharded), staged)


def plain_folder(path: str) -> str:
    """The path if it can be named as it stands, `dist/**` as `dist`; empty if it cannot."""
    folder = path.removeprefix("./").removesuffix("/**/*").removesuffix("/**").rstrip("/")
    return "" if _WILD.search(folder.replace("{{", "")) or folder in ("", ".") else folder


def _overlap(folders: Sequence[str]) -> bool:
    ordered = sorted(f"{folder}/" for folder in folders)
    return any(after.startswith(before) for before, after in pairwise(ordered))


def _store(path: str, label: str, when: str) -> Value:
    given: dict[str, Value] = {"path": path, "destination": label}
    if when != "always":
        given["when"] = when
    return {"store_artifacts": given}


def _collect(artifact: Artifact, place: str, *, required: bool) -> str:
    """Shell that copies the files to a place of their own, under the paths they have."""
    missing = "exit 1" if required else "exit 0"
    return render_text(
        f"{_listing(artifact.paths)} > /tmp/cig-files\n"
        f'[ -s /tmp/cig-files ] || {{ echo "No files match."; {missing}; }}\n'
        f"mkdir -p {place}\n"
        f"tar -cf - -T /tmp/cig-files | tar -xf - -C {place}\n"
    )


def _listing(paths: Iterable[str]) -> str:
    paths = list(paths)
    kept = [_expression(path) for path in paths if not path.startswith("!")]
    dropped = [_expression(path[1:]) for path in paths if path.startswith("!")]
    stages = ["find . -name .git -prune -o -type f -print", "sed 's|^\\./||'", _grep("-E", kept)]
    if dropped:
        stages.append(_grep("-vE", dropped))
    return " |\n  ".join(stages)


def _expression(path: str) -> str:
    """A path names a file, or everything in a folder."""
    plain = path.removeprefix("./").rstrip("/")
    whole = glob_expression(plain)
    return whole if plain.endswith("**") else f"{whole[:-1]}(/.*)?$"


def _grep(flags: str, patterns: Sequence[str]) -> str:
    return f"{{ grep {flags} {' '.join(f'-e {shlex.quote(one)}' for one in patterns)} || true; }}"


def _reports(artifact: Artifact, when: str) -> list[Value]:
    """Reports are found by their folder; where a wildcard stands at the root, they are collected into one first."""
    folders = [plain_folder(path) or _folder_of(path) for path in artifact.paths]
    when_given: dict[str, Value] = {} if when == "always" else {"when": when}
    if all(folders):
        return [{"store_test_results": {"path": render_text(folder)}} for folder in dict.fromkeys(folders)]
    place = f"{ROOT}/results"
    command = _collect(artifact, place, required=False)
    run: dict[str, Value] = {"name": "Collect test results", "command": command, "when": "always", **when_given}
    return [{"run": run}, {"store_test_results": {"path": place}}]


def report_folders(artifact: Artifact) -> list[str]:
    """The folders that are read whole, though the artifact asks for some of their files."""
    folders = [plain_folder(path) or _folder_of(path) for path in artifact.paths]
    return (
        [one for path, one in zip(artifact.paths, folders, strict=True) if not plain_folder(path)]
        if all(folders)
        else []
    )


def _folder_of(path: str) -> str:
    """The folder before the first wildcard."""
    plain = path.removeprefix("./")
    wild = _WILD.search(plain)
    return plain[: wild.start()].rpartition("/")[0] if wild and not plain.startswith("!") else ""


def _common_folder(paths: Sequence[str]) -> str:
    """The folder that all files of an artifact are under."""
    parted = [(plain_folder(path) or _folder_of(path)).split("/") for path in paths if not path.startswith("!")]
    shared = []
    for level in zip(*parted, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return "/".join(part for part in shared if part)
