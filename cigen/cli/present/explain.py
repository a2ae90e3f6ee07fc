"""`cig explain`: why a job runs, what depends on a file, why a pipeline action ran again."""

from collections.abc import Iterable

from cigen.cli.glyphs import one_line, width
from cigen.cli.present.differences import difference_lines, differences_json
from cigen.cli.present.document import document_text
from cigen.cli.terminal import Symbols
from cigen.hashing.manifest import Difference
from cigen.model.dataclass import dataclass
from cigen.pipeline.skipping import Proof

__all__ = [
    "ActionExplanation",
    "FileExplanation",
    "FileUse",
    "JobExplanation",
    "action_json",
    "action_text",
    "advice_text",
    "file_json",
    "file_text",
    "job_json",
    "job_text",
]

_ADVICE = {
    "STORE_OFF": "no store is configured, so nothing is proven",
    "STORE_DOWN": "the store cannot be asked, so nothing is proven",
    "NO_RECORD": "no run of it with these inputs is on record",
    "FILES": "files changed",
    "ENV": "the environment changed",
    "TOOL": "a tool's version changed",
    "UPSTREAM": "a job it needs changed",
    "DEFINITION": "its definition changed",
    "PROVEN": "a run with these inputs succeeded",
    "EXPIRED": "its proof is too old",
    "FLAKY": "it passed only after it was tried again",
    "TAMPERED": "the record of it is not believed",
    "NO_KEY": "no key is there to verify records with",
    "EFFECTS": "it has effects",
    "RUN_ON": "no signature tells how the jobs before it ended",
    "ON_FAILURE": "it runs where a job before it fails, and no signature tells that",
    "SHARDS": "no record speaks for all of its shards",
    "WINDOWS": "it runs on Windows, where cig keeps no proofs",
    "SKIPPING_OFF": "skipping is switched off in cig.toml",
    "AUDIT": "it is proven, and tried all the same to see whether that is true",
    "PREFLIGHT": "it is proven, and a plugin objects to a skip",
    "WHEN": "its condition does not hold",
    "EVENT": "this event does not start its workflow",
    "UPSTREAM_EXCLUDED": "a job it needs is left out",
    "SKIP_ENV": "a variable says so",
    "SKIP_BRANCH": "it is not for this branch",
    "INPUT": "whoever started the run asks for it",
    "NO_INPUTS": "it declares no files, so it depends on everything",
    "OUTPUTS": "another job runs and needs what it leaves behind",
    "CIG_FORCE": "CIG_FORCE names it",
    "TRAILER": "the commit's message names it",
    "LABEL": "the pull request has the label cig:full",
    "RERUN": "everything is run again",
    "SCHEDULE": "a scheduled run is the whole truth",
    "MERGE_QUEUE": "the merge queue runs everything",
}


_STEPS = {
    "STORE_OFF": "`store` under [skipping] in cig.toml, or CIG_STORE, says where proofs are kept.",
    "NO_INPUTS": "`skip_if.paths_unmodified` or `inputs.files` says which files a job depends on.",
}


@dataclass(frozen=True, slots=True)
class JobExplanation:
    """A job's decision, and how its signature differs from an earlier one.

    job: plan key. compared_with: what `differs` is relative to (`the last render`, `main`); empty if there is nothing.
    note: what plugins have against a hit, or who needs what it leaves, and what a planner does instead.
    """

    job: str
    decision: str
    reason: str
    signature: str
    compared_with: str = ""
    differs: tuple[Difference, ...] = ()
    proved_by: Proof | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileUse:
    """Something that depends on a file. kind: job or action; via: how, as in `inputs.files "src/**"`."""

    kind: str
    name: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class FileExplanation:
    """Everything that depends on a path. kind: what stands there, file, folder or nothing."""

    path: str
    uses: tuple[FileUse, ...]
    kind: str = "file"


@dataclass(frozen=True, slots=True)
class ActionExplanation:
    """Why an action must run (state `stale`), or that it need not (`up-to-date`).

    differs: how its key differs from that of its last run, or that of its last run from the one before; None if there
    was none, or none is stored any more.
    """

    action: str
    state: str
    differs: tuple[Difference, ...] | None


def job_text(view: JobExplanation, symbols: Symbols) -> str:
    """For a person."""
    verb = {"run": "must run", "hit": "need not run", "excluded": "is excluded", "forced": "is forced to run"}
    why = _ADVICE.get(view.reason, view.reason)
    said = f"{why}: {view.note}" if view.note else why
    lines = [one_line(f"{view.job} {verb.get(view.decision, view.decision)}: {said} ({view.reason})")]
    lines += [f"  signature {one_line(view.signature)}"]
    if view.proved_by is not None:
        by = view.proved_by
        lines += [one_line(f"  proved by {by.url or 'a run'} on {by.ref or 'no branch'}, {by.at}, tier {by.tier}")]
    elif not view.compared_with:
        lines += [
            "",
            "There is no earlier signature to compare it with: `cig render` keeps one, --against REF has its own.",
        ]
    elif not view.differs:
        lines += ["", f"Nothing in it changed since {one_line(view.compared_with)}."]
    else:
        lines += [
            "",
            f"What changed in it since {one_line(view.compared_with)}:",
            *difference_lines(view.differs, symbols),
        ]
        upstream = next((one.name for one in view.differs if one.kind == "upstream" and one.now is not None), "")
        if upstream:
            lines += ["", one_line(f"`cig explain job {upstream}` tells why that one changed.")]
    return "\n".join(lines) + "\n"


def advice_text(views: Iterable[JobExplanation]) -> str:
    """What would let jobs be skipped that run for want of it: each advice once."""
    wanted = {view.reason for view in views if view.decision == "run"}
    told = [advice for reason, advice in _STEPS.items() if reason in wanted]
    return "".join(f"\n{advice}\n" for advice in told)


def job_json(view: JobExplanation) -> str:
    """`cig.explain/1`: docs/cli.md."""
    fields: dict[str, object] = {
        "subject": "job",
        "name": view.job,
        "decision": view.decision,
        "reason": view.reason,
        "signature": view.signature,
        "compared_with": view.compared_with,
        "differs": differences_json(view.differs),
    }
    if view.note:
        fields["note"] = view.note
    if view.proved_by is not None:
        by = view.proved_by
        fields["proved_by"] = {"url": by.url, "ref": by.ref, "at": by.at, "tier": by.tier}
    return document_text("cig.explain/1", fields)


def file_text(view: FileExplanation) -> str:
    """For a person."""
    path = one_line(view.path)
    if not view.uses:
        absent = ", which is not in the repository" if view.kind == "nothing" else ""
        return f"Nothing depends on {path}{absent}: changing it runs no job and no action.\n"
    rows = [(use.kind, one_line(use.name), one_line(use.via)) for use in sorted(view.uses, key=_use_order)]
    wide = max(width(name) for _, name, _ in rows)
    lines = [f"  {kind:<6}  {name}{' ' * (wide - width(name))}  {via}".rstrip() for kind, name, via in rows]
    head = {
        "file": f"{path} is an input of",
        "folder": f"{path} is a folder, with inputs of",
        "nothing": f"{path} is not in the repository; it would be an input of",
    }
    return "\n".join([head[view.kind], *lines]) + "\n"


def file_json(view: FileExplanation) -> str:
    """`cig.explain/1`: docs/cli.md."""
    uses = [{"kind": use.kind, "name": use.name, "via": use.via} for use in sorted(view.uses, key=_use_order)]
    return document_text("cig.explain/1", {"subject": "file", "name": view.path, "uses": uses})


def action_text(view: ActionExplanation, symbols: Symbols) -> str:
    """For a person."""
    name = one_line(view.action)
    current = view.state == "up-to-date"
    told = "is up to date" if current else "must run"
    if view.differs is None:
        return f"{name} {told}{'; no run before its last is stored' if current else ': it never ran before'}.\n"
    if not view.differs:
        lost = "" if current else ", but its last result is not stored any more"
        return f"{name} {told}: nothing in its key changed{lost}.\n"
    since = "between its last run and the one before" if current else "since its last run"
    lines = [f"{name} {told}; {since} these parts of its key changed:", *difference_lines(view.differs, symbols)]
    return "\n".join(lines) + "\n"


def action_json(view: ActionExplanation) -> str:
    """`cig.explain/1`: docs/cli.md. `differs` is null for an action without a run before."""
    differs = None if view.differs is None else differences_json(view.differs)
    fields = {"subject": "action", "name": view.action, "state": view.state, "differs": differs}
    return document_text("cig.explain/1", fields)


def _use_order(use: FileUse) -> tuple[bool, str, str]:
    return (use.kind != "job", use.name, use.via)
