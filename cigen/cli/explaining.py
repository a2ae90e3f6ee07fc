"""What `cig explain` tells: computed from the manifests that keys and signatures are made of, and nothing else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cigen.cli.present.explain import ActionExplanation, FileExplanation, FileUse, JobExplanation
from cigen.cli.session import Session
from cigen.cli.signing import Signing, sign_commit
from cigen.engine.run import Stale
from cigen.engine.store import Record, Store
from cigen.errors import ProjectError
from cigen.hashing.changes import diff_filesets
from cigen.hashing.digest import TREE
from cigen.hashing.fileset import Entry, TreeReader, files_below, select
from cigen.hashing.manifest import Difference, KeyManifest, diff
from cigen.hashing.memory_tree import MemoryTree
from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import error
from cigen.model.paths import RepoPath
from cigen.model.resources import Job, PathGlob
from cigen.pipeline.detect import nearest
from cigen.pipeline.globs import declared_globs
from cigen.pipeline.installing import named_parts
from cigen.pipeline.signature import PlannedJob
from cigen.repo.objects import open_commit
from cigen.repo.worktree import WorktreeRecord, rebuild
from cigen.rules.output import RENDERED_TREE
from cigen.rules.signature import Signatures

if TYPE_CHECKING:
    from cigen.cli.deciding import Decided
    from cigen.host.discovery import InstalledPlugin

__all__ = ["explain_action", "explain_file", "explain_job"]

_OF_EVERY_KEY = frozenset({"stage", "tool"})


@dataclass(frozen=True, slots=True)
class _Baseline:
    """Earlier manifests by plan key, and the tree they were computed from, where it can still be read."""

    name: str
    manifests: dict[str, KeyManifest]
    tree: TreeReader | None


def explain_job(session: Session, name: str, against: str) -> list[JobExplanation]:
    """Why a job would run, for the entry of that plan key, or for all legs of that job. Raises ProjectError.

    What a store's records make of it is told with the session's rest.
    """
    signatures = session.signatures
    assert signatures is not None, "signatures are computed with the schema"
    planned = [one for one in signatures.planned if name in (one.key, one.job.id)]
    if not planned:
        known = sorted({one.key for one in signatures.planned} | {one.job.id for one in signatures.planned})
        raise ProjectError(error("CLI_003", f'there is no job "{name}"', hint=nearest(name, known, "Jobs")))
    decided = _decided(session, signatures)
    rendered = _revision(session, against) if against else _last_render(session)
    found = []
    for one in planned:
        last = None if against else _last_proof(session, decided, one.key)
        found.append(_explain(signatures, one, last or rendered, decided))
    return found


def _decided(session: Session, signatures: Signatures) -> "Decided":
    from cigen.cli.deciding import Places, decide_plan

    worktree = session.worktree
    signing = Signing(session.context.config_text, worktree.base_commit, worktree.root(), signatures, ())
    places = Places(session.location, session.root, session.context.environ, session.observer)
    decided = decide_plan(signing, places, "")
    session.found.extend(decided.diagnostics)
    return decided


def _last_proof(session: Session, decided: "Decided", key: str) -> _Baseline | None:
    """What a job was last proven with; None where no record tells. Its tree, if its commit is in this clone."""
    if decided.evidence is None or key not in decided.evidence.last:
        return None
    record, manifest = decided.evidence.last[key]
    name = f"the last proof ({record.url})" if record.url else "the last proof"
    try:
        tree = open_commit(session.location, record.commit).tree
    except ProjectError:
        tree = None
    return _Baseline(name, {key: manifest}, tree)


def _explain(signatures: Signatures, planned: PlannedJob, baseline: _Baseline, decided: "Decided") -> JobExplanation:
    now = signatures.manifests[planned.key]
    was = baseline.manifests.get(planned.key)
    differs: tuple[Difference, ...] = ()
    if was is not None:
        differs = _named_files(diff(was, now), planned.job, baseline.tree, signatures.context.tree)
    decision = decided.decisions[planned.key]
    note = decision.note
    if decision.reason == "OUTPUTS" and decided.keeps_files(planned.key):
        note += "; its files are in the store, and a planner with --restore hands them on instead"
    return JobExplanation(
        job=planned.key,
        decision=decision.decision,
        reason=decision.reason,
        signature=signatures.digests[planned.key],
        compared_with=baseline.name if was is not None else "",
        differs=differs,
        proved_by=decision.proof,
        note=note,
    )


def _last_render(session: Session) -> _Baseline:
    store = session.store
    manifests = {}
    for id in store.ids():
        stage, _, key = id.partition(":")
        record = store.latest(id) if stage == "signature" else None
        if record is not None:
            known = KeyManifest.from_json(record.manifest).components
            manifests[key] = KeyManifest(tuple(one for one in known if one.kind not in _OF_EVERY_KEY))
    return _Baseline("the last render", manifests, _recorded_tree(session, store))


def _recorded_tree(session: Session, store: Store) -> TreeReader | None:
    encoded = store.fact(RENDERED_TREE)
    if encoded is None:
        return None
    try:
        return rebuild(session.location, WorktreeRecord.from_json(encoded))
    except (ProjectError, ValueError):
        # Its commit was collected as garbage since: the directories that changed can still be named.
        return None


def _revision(session: Session, rev: str) -> _Baseline:
    try:
        signing = sign_commit(session.location, rev, session.context.environ)
    except ProjectError as failure:
        # Their places are in that commit's cig.toml, which nobody looks at just now.
        found = failure.diagnostics
        told = [replace(one, message=f"at {rev}: {one.message}", key=()) if one.key else one for one in found]
        raise ProjectError(told) from failure
    signatures = signing.signatures
    return _Baseline(rev, dict(signatures.manifests), signatures.context.tree)


def _named_files(
    differs: Sequence[Difference], job: Job, old: TreeReader | None, new: TreeReader
) -> tuple[Difference, ...]:
    """The differences with changed directories replaced by the changed files in them, if the old tree can be read."""
    others = [one for one in differs if one.kind != "file"]
    if old is None or len(others) == len(differs):
        return tuple(differs)
    globs = [glob for _, declared in declared_globs(job) for glob in declared] or [PathGlob("**", optional=True)]
    try:
        changes = diff_filesets(old, new, globs)
    except (ProjectError, KeyError):
        return tuple(differs)
    files = [
        Difference("file", change.path.decode("utf-8", "surrogateescape"), _value(change.was), _value(change.now))
        for change in changes
    ]
    return (*others, *files)


def _value(entry: Entry | None) -> str | None:
    return None if entry is None else f"git:{entry.mode:06o}:{entry.id}"


def explain_file(session: Session, path: str) -> FileExplanation:
    """Jobs whose files a path is, or would be, among; and the actions that read it. Of a folder, for all below it."""
    signatures = session.signatures
    assert signatures is not None, "signatures are computed with the schema"
    kind, tree = _found_at(session.context.tree, path)
    uses = []
    for planned in signatures.planned:
        via = _job_use(planned.job, tree)
        if via:
            uses.append(FileUse("job", planned.key, via))
    if _selects([PathGlob("cig.toml")], tree):
        uses.append(FileUse("action", "schema:cig.toml", "the configuration itself"))
    for plugin in session.context.plugins:
        reads = plugin.info.reads if plugin.info else ()
        via = next((pattern for pattern in reads if _selects([PathGlob(pattern, optional=True)], tree)), "")
        if via:
            uses.append(FileUse("action", f"detect:{plugin.id}", f'reads "{via}"'))
        if via or not plugin.is_declared:
            shaped = [one.key for one in signatures.planned if plugin.id in signatures.shaping(one.job)]
            known = {use.name for use in uses if use.kind == "job"}
            uses += [FileUse("job", key, _way(signatures, plugin, key, path)) for key in shaped if key not in known]
    return FileExplanation(path, tuple(dict.fromkeys(uses)), kind)


def _way(signatures: Signatures, plugin: "InstalledPlugin", key: str, path: str) -> str:
    """How a file gets into a job through a plugin that shapes it."""
    if not plugin.is_declared:
        return f"{plugin.id} has no manifest and may read any file"
    name = f"{plugin.id} {path}"
    values = (one.value for one in signatures.manifests[key].components if (one.kind, one.name) == ("reads", name))
    parts = named_parts(next(values, ""))
    return f"{plugin.id} reads what {parts} installs of it" if parts else f"{plugin.id} reads it"


def _found_at(tree: TreeReader, path: str) -> tuple[str, MemoryTree]:
    """What stands at a path (file, folder or nothing), and a tree of it alone; of nothing, of a file of that name."""
    wanted = RepoPath(path.encode("utf-8", "surrogateescape"))
    mode, id = TREE, tree.root()
    for name in wanted.split(b"/") if path != "." else ():
        below = tree.entries(id) if mode == TREE else ()
        mode, id = next(((one.mode, one.id) for one in below if one.name == name), (0, id))
    if mode == TREE:
        files = files_below(tree, RepoPath(b"" if path == "." else wanted), id)
        return "folder", MemoryTree({one.path: (one.mode, one.id) for one in files})
    return ("file", MemoryTree({wanted: (mode, id)})) if mode else ("nothing", MemoryTree({wanted: b""}))


def _declares(job: Job) -> bool:
    return any(declared for _, declared in declared_globs(job))


def _job_use(job: Job, tree: MemoryTree) -> str:
    if not _declares(job):
        return "" if job.owner == "core" else "declares no inputs, so every file counts"
    every = [glob for _, declared in declared_globs(job) for glob in declared]
    if not _selects(every, tree):
        return ""
    excluding = [glob for glob in every if glob.pattern.startswith("!")]
    for where, declared in declared_globs(job):
        for glob in declared:
            if not glob.pattern.startswith("!") and _selects([glob, *excluding], tree):
                return f'{".".join(where)} "{glob.pattern}"'
    return ""


def _selects(globs: Sequence[PathGlob], tree: MemoryTree) -> bool:
    """Whether globs select anything there."""
    return bool(select(tree, globs).entries)


def explain_action(session: Session, action: str) -> ActionExplanation:
    """Why an action is stale, or what made it run before it was. Raises ProjectError for one that does not exist."""
    record = session.store.latest(action)
    stale = session.stale.get(action)
    if stale is not None:
        return ActionExplanation(action, "stale", _differences(record, stale))
    if record is None:
        known = sorted({*session.store.ids(), *session.stale})
        raise ProjectError(error("CLI_003", f'there is no action "{action}"', hint=nearest(action, known, "Actions")))
    return ActionExplanation(action, "up-to-date", _differences(session.store.before(action), record))


def _differences(before: Record | None, after: Record | Stale) -> tuple[Difference, ...] | None:
    if before is None:
        return None
    return diff(KeyManifest.from_json(before.manifest), KeyManifest.from_json(after.manifest))
