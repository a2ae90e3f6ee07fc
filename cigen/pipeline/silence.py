"""Globs that select nothing: silence that no change could ever break, and what to do about each.

Pure. Owns the one good reason: the files are what a job upstream leaves behind, whose signature then stands for them.
Refuses to read ignore rules: it says which paths they are asked about, and is told.
"""

from collections.abc import Callable, Mapping, Sequence

from cigen.hashing.fileset import Fileset, select
from cigen.hashing.globs import parse_glob
from cigen.hashing.trees import TreeReader
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic, KeyPath, error
from cigen.model.paths import RepoPath
from cigen.model.resources import Job, PathGlob
from cigen.pipeline.expand import matrix_text
from cigen.pipeline.globs import declared_globs, legs_by_pattern, named_legs
from cigen.pipeline.signature import PlannedJob

__all__ = ["IgnoreRules", "silent_globs"]

IgnoreRules = Callable[[Sequence[RepoPath]], Mapping[RepoPath, str]]

_ANY_FILE = b"any-file"
"""A name that no ignore rule spells out."""


def silent_globs(
    tree: TreeReader,
    filesets: Sequence[tuple[PlannedJob, Fileset]],
    jobs: Sequence[Job],
    ignore_rules: IgnoreRules | None,
) -> dict[str, list[Diagnostic]]:
    """The mistakes among the globs of these entries that select nothing, by the `files` of the entry.

    ignore_rules: which of some paths are kept out of the repository, and by which rule; None where nobody can tell.
    """
    by_id = {job.id: job for job in jobs}
    silent = {
        one.files: [glob for glob in found.unmatched if not _is_produced(glob, one.job, by_id)]
        for one, found in filesets
    }
    ignoring: Mapping[RepoPath, str] = {}
    if ignore_rules is not None:
        for one, found in filesets:
            silent[one.files] += _idle(tree, one.job, found)
        paths = sorted({path for globs in silent.values() for glob in globs for path in _probes(glob)})
        ignoring = ignore_rules(paths) if paths else {}
    mute = frozenset((one.job.id, glob.pattern) for one, _ in filesets for glob in silent[one.files])
    telling = _Telling(tree, by_id, ignoring, mute)
    wrong = {}
    for one, _ in filesets:
        told = [telling.explain(one.job, glob) for glob in silent[one.files]]
        wrong[one.files] = [diagnostic for diagnostic in told if diagnostic]
    return {files: every for files, every in wrong.items() if every}


def _idle(tree: TreeReader, job: Job, fileset: Fileset) -> list[PathGlob]:
    """The job's optional globs that select nothing."""
    every = [glob for _, globs in declared_globs(job) for glob in globs]
    excluding = [glob for glob in every if glob.pattern.startswith("!")]
    optional = [glob for glob in every if glob.optional and glob not in excluding]
    return [glob for glob in optional if not fileset.entries or not select(tree, [glob, *excluding]).entries]


def _is_produced(glob: PathGlob, job: Job, jobs: Mapping[str, Job]) -> bool:
    """Whether the files are among those of an artifact that the job fetches. Those of shards are listed before it."""
    if job.shards is not None and glob.pattern in job.shards.files:
        return False
    fetched = job.inputs.artifacts if job.inputs else ()
    return any(name in jobs and _leaves(jobs[name], glob.pattern) for name in fetched)


def _probes(glob: PathGlob) -> tuple[RepoPath, ...]:
    """For each alternative the path it names, or one in the folder that all it could select are in.

    Nothing where an alternative begins with a wildcard: files of such a glob may be anywhere.
    """
    found = []
    for segments in parse_glob(glob.pattern).alternatives:
        names = []
        for segment in segments:
            if segment.literal is None:
                break
            names.append(segment.literal)
        if not names:
            return ()
        if len(names) < len(segments):
            # `app/**` may be a file `app`, but hardly is meant so.
            names.append(_ANY_FILE)
        found.append(RepoPath(b"/".join(names)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What mistakes are told with. ignoring: the rule that keeps a path out of the repository, of those that have one.

    silent: every job with each of its patterns that selects nothing. `legs` and `mute` are what was found out about a
    glob of cig.toml: what it is in which legs (plan keys), and whether all of that is silent.
    """

    tree: TreeReader
    jobs: Mapping[str, Job]
    ignoring: Mapping[RepoPath, str]
    silent: frozenset[tuple[str, str]]
    legs: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)
    mute: dict[tuple[str, str], bool] = field(default_factory=dict)

    def explain(self, job: Job, glob: PathGlob) -> Diagnostic | None:
        """The mistake, if it is one. job: with the values of a leg in its globs."""
        where, globs = next((where, globs) for where, globs in declared_globs(job) if glob in globs)
        at = globs.index(glob)
        key: KeyPath = ("jobs", job.id, *where, at)
        written = dict(declared_globs(self.jobs[job.id]))[where][at].pattern
        asked = _probes(glob)
        if asked and all(path in self.ignoring for path in asked):
            subject = self._subject(job, written, glob.pattern)
            message = f"{subject} names files that {self.ignoring[asked[0]]} keeps out of the repository"
            return error("HASH_003", message, hint=_remedy(job, glob, self.jobs), key=key)
        if glob.optional:
            return None
        pattern, message = self._unmatched(job, written, glob.pattern)
        # Imported for the message alone.
        from cigen.hashing.hints import unmatched_hint

        # Shards without files would all be green and have done nothing.
        optional = (
            "correct it" if where[0] == "shards" else f'correct it, or say {{ glob = "{written}", optional = true }}'
        )
        return error("HASH_002", message, hint=unmatched_hint(self.tree, pattern) or optional, key=key)

    def _unmatched(self, job: Job, written: str, pattern: str) -> tuple[str, str]:
        """The pattern that is told, and the message: one for all legs, where none of them selects anything."""
        never = "so no change could ever make"
        if written == pattern:
            return pattern, f"{self._subject(job, written, pattern)} matches no file, {never} the job run"
        if not self._is_mute(job, written):
            return pattern, f"{self._subject(job, written, pattern)} matches no file, {never} it run"
        every = self._legs(job, written)
        first, keys = next(iter(every.items()))
        others = sum(map(len, every.values())) - 1
        subject = f'"{first}" of job "{job.id}", {named_legs(keys[:1])},'
        return first, f"{subject} matches no file, nor do the globs of {others:,} more, {never} one run"

    def _subject(self, job: Job, written: str, pattern: str) -> str:
        legs = "" if written == pattern else f", {named_legs(self._legs(job, written)[pattern])},"
        return f'"{pattern}" of job "{job.id}"{legs}'

    def _is_mute(self, job: Job, written: str) -> bool:
        """Whether several patterns come of one glob, and none of them selects anything."""
        known = self.mute.get((job.id, written))
        if known is None:
            every = self._legs(job, written)
            known = len(every) > 1 and all((job.id, one) in self.silent for one in every)
            self.mute[job.id, written] = known
        return known

    def _legs(self, job: Job, written: str) -> dict[str, list[str]]:
        known = self.legs.get((job.id, written))
        if known is None:
            known = self.legs[job.id, written] = legs_by_pattern(self.jobs[job.id], written)
        return known


def _remedy(job: Job, glob: PathGlob, jobs: Mapping[str, Job]) -> str:
    makers = sorted(name for name, other in jobs.items() if name != job.id and _leaves(other, glob.pattern))
    if makers:
        return f'job "{makers[0]}" makes them: fetch them with inputs.artifacts = ["{makers[0]}"]'
    return "take them from the job that makes them: its outputs.files, and inputs.artifacts here"


def _leaves(job: Job, pattern: str) -> bool:
    """Whether every file of the pattern is in the artifact of the job, or of a leg, as far as spelling tells."""
    legs = job.matrix.legs if job.matrix else ()
    for path in job.outputs.files if job.outputs else ():
        if any(_covers(own, pattern) for own in ([matrix_text(path, leg) for leg in legs] if "{{" in path else [path])):
            return True
    return False


def _covers(path: str, pattern: str) -> bool:
    if path == pattern:
        return True
    segments = [part for part in path.split("/") if part]
    if segments and segments[-1] == "**":
        segments.pop()
    folder = "/".join(segments)
    return bool(folder) and pattern.startswith(folder + "/")
