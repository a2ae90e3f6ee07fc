"""Artifacts: archived with the run for people, stashed for the jobs that fetch them.

Owns: names and places. A matrix job stashes one for each leg, and whoever fetches the artifact gets them all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cigen.sdk import Artifact, Download, Job
from cigen.std.ci.legs import plain_text, static_jobs
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.jenkins.globs import ant_patterns
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal, text
from cigen.std.provider.jenkins.used import Used

__all__ = ["Artifacts", "find_artifacts", "included_files"]


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The names of those that jobs leave, and of those that some job fetches."""

    left: frozenset[str]
    fetched: frozenset[str]

    def render_upload(self, artifact: Artifact, *, leg: bool, used: Used) -> list[Code]:
        """The steps that keep an artifact. leg: the job has several. Raises CannotExpress."""
        if not artifact.paths:
            raise CannotExpress(f'artifact "{artifact.name}" holds no files')
        included, excluded = ant_patterns(artifact.paths)
        but = [f"excludes: {text(excluded)}"] if excluded else []
        if artifact.kind == "junit":
            used.plugin("junit")
            return [Code(call("junit", f"testResults: {text(included)}", "allowEmptyResults: true",
                              "skipMarkingBuildUnstable: true"))]  # fmt: skip
        # A job that failed may not have got so far as to write them.
        optional = ["allowEmptyArchive: true"] if artifact.when != "success" else []
        lines = [Code(call("archiveArtifacts", f"artifacts: {text(included)}", *but, *optional,
                           "defaultExcludes: false"))]  # fmt: skip
        if artifact.name in self.fetched:
            used.function("hand")
            stash = f"{literal(artifact.name + '-')} + leg.name" if leg else literal(artifact.name)
            name = literal(artifact.name)
            lines.append(Code(call("hand", name, stash, text(included), text(excluded))))
        return lines

    def render_download(self, download: Download, used: Used) -> list[Code]:
        """The step that fetches an artifact. Raises CannotExpress for one that no job leaves."""
        if download.name not in self.left:
            listed = ", ".join(f'"{name}"' for name in sorted(self.left)) or "none"
            raise CannotExpress(f'no job leaves an artifact "{download.name}"', f"artifacts: {listed}")
        used.function("fetch")
        fetch = [Code(call("fetch", literal(download.name)))]
        return braces(f"dir({text(download.path)})", fetch) if download.path else fetch


def find_artifacts(jobs: Iterable[Job]) -> Artifacts:
    """All artifacts of a workflow."""
    steps = [step for job in jobs for step in job.steps]
    left = frozenset(step.upload.name for step in steps if step.upload and step.upload.kind == "files")
    return Artifacts(left, frozenset(step.download.name for step in steps if step.download))


def included_files(jobs: Iterable[Job], names: Collection[str]) -> dict[str, str]:
    """What is to be taken of the files that these jobs have left, all legs of each together: Ant's patterns by job."""
    found: dict[str, dict[str, None]] = {}
    for one in static_jobs(job for job in jobs if job.id in names):
        files = one.job.outputs.files if one.job.outputs else ()
        try:
            # What a leg leaves out, it has left out for itself.
            included, _ = ant_patterns(map(plain_text, files))
        except CannotExpress:
            continue
        found.setdefault(one.source, {}).update(dict.fromkeys(included.split(",")))
    return {job: ",".join(included) for job, included in found.items()}
