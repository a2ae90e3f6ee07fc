"""Globs that select nothing: silence that no change could ever break, and what to do about each.

Pure. Owns the one good reason: the files are what a job upstream leaves behind, whose signature then stands for them.
Refuses to read ignore rules: it says which paths they are asked about, and is told.
"""

from collections.abc import Callable, Mapping, Sequence

from cigen.hashing.fileset import Fileset, select
from cigen.hashing.globs import parse_glob
from cigen.hashing.trees import TreeReader
from cigen.model.diagnostics import Diagnostic, KeyPath, error
from cigen.model.paths import RepoPath
from cigen.model.resources import Job, PathGlob
from cigen.pipeline.expand import declared_globs

__all__ = ["IgnoreRules", "silent_globs"]

IgnoreRules = Callable[[Sequence[RepoPath]], Mapping[RepoPath, str]]

_ANY_FILE = b"any-file"
"""A name that no ignore rule spells out."""


def silent_globs(
    tree: TreeReader, filesets: Sequence[tuple[Job, Fileset]], jobs: Sequence[Job], ignore_rules: IgnoreRules | None
) -> dict[str, list[Diagnostic]]:
    """The mistakes among the globs of these jobs that select nothing, by job.

    ignore_rules: which of some paths are kept out of the repository, and by which rule; None where nobody can tell.
    """
    by_id = {job.id: job for job in jobs}
    silent = {
        job.id: [glob for glob in found.unmatched if not _is_produced(glob, job, by_id)] for job, found in filesets
    }
    ignoring: Mapping[RepoPath, str] = {}
    if ignore_rules is not None:
        for job, found in filesets:
            silent[job.id] += _idle(tree, job, found)
        paths = sorted({path for globs in silent.values() for glob in globs for path in _probes(glob)})
        ignoring = ignore_rules(paths) if paths else {}
    told = {
        name: [_explain(by_id[name], glob, tree, ignoring, by_id) for glob in globs] for name, globs in silent.items()
    }
    wrong = {name: [diagnostic for diagnostic in every if diagnostic] for name, every in told.items()}
    return {name: every for name, every in wrong.items() if every}


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


def _explain(
    job: Job, glob: PathGlob, tree: TreeReader, ignoring: Mapping[RepoPath, str], jobs: Mapping[str, Job]
) -> Diagnostic | None:
    """The mistake, if it is one. ignoring: the rule that keeps a path out of the repository, of those that have one."""
    where, globs = next((where, globs) for where, globs in declared_globs(job) if glob in globs)
    key: KeyPath = ("jobs", job.id, *where, globs.index(glob))
    asked = _probes(glob)
    if asked and all(path in ignoring for path in asked):
        rule = ignoring[asked[0]]
        message = f'"{glob.pattern}" of job "{job.id}" names files that {rule} keeps out of the repository'
        return error("HASH_003", message, hint=_remedy(job, glob, jobs), key=key)
    if glob.optional:
        return None
    message = f'"{glob.pattern}" of job "{job.id}" matches no file, so no change could ever make the job run'
    # Imported for the message alone.
    from cigen.hashing.hints import unmatched_hint

    # Shards without files would all be green and have done nothing.
    optional = (
        "correct it" if where[0] == "shards" else f'correct it, or say {{ glob = "{glob.pattern}", optional = true }}'
    )
    return error("HASH_002", message, hint=unmatched_hint(tree, glob.pattern) or optional, key=key)


def _remedy(job: Job, glob: PathGlob, jobs: Mapping[str, Job]) -> str:
    makers = sorted(name for name, other in jobs.items() if name != job.id and _leaves(other, glob.pattern))
    if makers:
        return f'job "{makers[0]}" makes them: fetch them with inputs.artifacts = ["{makers[0]}"]'
    return "take them from the job that makes them: its outputs.files, and inputs.artifacts here"


def _leaves(job: Job, pattern: str) -> bool:
    """Whether every file of the pattern is in the artifact of the job, as far as spelling tells."""
    return any(_covers(path, pattern) for path in (job.outputs.files if job.outputs else ()))


def _covers(path: str, pattern: str) -> bool:
    if path == pattern:
        return True
    segments = [part for part in path.split("/") if part]
    if segments and segments[-1] == "**":
        segments.pop()
    folder = "/".join(segments)
    return bool(folder) and pattern.startswith(folder + "/")
