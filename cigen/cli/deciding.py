"""The decisions of a plan: what kind of run this is, what forces or excludes jobs, and what a store's records prove.

Owns the order in which these are asked, and that nothing is asked that cannot matter: no store where none is named, no
commit's message where everything runs anyway. Every command that tells decisions gets them here.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cigen.cli.signing import Signing
from cigen.model.config import Config
from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import Diagnostic
from cigen.model.events import Observer, ignore
from cigen.pipeline.audit import is_audited
from cigen.pipeline.exclusion import PLANNED, exclusions
from cigen.pipeline.forcing import TRAILER, read_forcing
from cigen.pipeline.occasion import Occasion, read_occasion
from cigen.pipeline.skipping import Circumstances, Decision, decide, proven
from cigen.pipeline.tier import detect_tier
from cigen.repo.locate import RepositoryLocation
from cigen.repo.spawn import GitChild

if TYPE_CHECKING:
    from cigen.cli.proving import Evidence

__all__ = ["Decided", "HandingOn", "Places", "ask_git", "decide_plan", "event_payload", "excluded_here", "store_url"]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a command runs: the repository, the folder it was started in, the machine's variables, and who watches."""

    location: RepositoryLocation
    start: Path
    environ: Mapping[str, str]
    observer: Observer = ignore


@dataclass(frozen=True, slots=True)
class HandingOn:
    """What whoever asked for a plan hands on of proven jobs. `folder`: for their files. `keys`: of which entries.

    by_leg: what a leg of a matrix left has a folder of its own there, called by its plan key.
    """

    folder: Path
    keys: Collection[str]
    by_leg: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of a plan, by plan key, and how they came about. `evidence`: None where no store was asked."""

    decisions: Mapping[str, Decision]
    tier: str
    url: str
    evidence: "Evidence | None"
    diagnostics: tuple[Diagnostic, ...]

    def keeps_files(self, key: str) -> bool:
        """Whether the record that proves an entry says where the files are that it left."""
        record = self.evidence.proofs.get(key) if self.evidence else None
        return record is not None and bool(record.outputs)


def store_url(given: str, environ: Mapping[str, str], config: Config) -> str:
    """Where records are kept: what the command was told, then what the machine says, then cig.toml; empty for nowhere.

    Where `[skipping]` is switched off there are no records.
    """
    if config.skipping is None:
        return ""
    return given or environ.get("CIG_STORE", "") or config.skipping.store


def decide_plan(signing: Signing, places: Places, store: str, handing_on: HandingOn | None = None) -> Decided:
    """Decide about every entry of the plan. store: as `--store` gives it, or empty."""
    config, environ, planned = signing.signatures.config, places.environ, signing.signatures.planned
    tier, occasion = _occasion(places, config)
    excluded = exclusions(planned, config, occasion, environ)
    url = store_url(store, environ, config)
    evidence = None
    if url:
        from cigen.cli.proving import ask_store

        evidence = ask_store(url, signing, tier, places)
    findings = evidence.findings if evidence else {}
    # Without a hit to be had, and without a job that the plan may skip, nothing is left to force.
    matters = bool(findings) or not PLANNED.isdisjoint(excluded.values())
    forcing = read_forcing(environ, _trailers(places.location, signing.commit) if matters else (), occasion)
    circumstances = Circumstances(
        excluded=excluded,
        forced=lambda one: forcing.reason(one, config),
        unasked=evidence.unasked if evidence else "SKIPPING_OFF" if config.skipping is None else "STORE_OFF",
        audited=_audited(signing),
    )
    decisions, told = decide(planned, findings, circumstances), evidence.diagnostics if evidence else ()
    restoring = None
    if handing_on and evidence and config.skipping and config.skipping.restore:
        from cigen.cli.restoring import Restoring

        restoring = Restoring(handing_on, url, places, evidence.proofs)
        here = restoring.fetch(planned, lambda here: decide(planned, findings, replace(circumstances, restored=here)))
        circumstances = replace(circumstances, restored=here)
        decisions = decide(planned, findings, circumstances)
    hits = proven(decisions)
    context = signing.signatures.context
    if hits and (context.may_object() or context.unread):
        # Plugins cost a second to load and start: only where there is a hit, and one that has a say in it.
        from cigen.rules.preflight import hear_objections

        objections, found = hear_objections(signing.signatures, hits, tier, places.observer)
        circumstances, told = replace(circumstances, objections=objections), (*told, *found)
        decisions = decide(planned, findings, circumstances)
    if restoring is not None:
        circumstances = replace(circumstances, restored=restoring.place(planned, decisions))
        decisions, told = decide(planned, findings, circumstances), (*told, *restoring.diagnostics)
    return Decided(decisions, tier, url, evidence, told)


def excluded_here(signing: Signing, places: Places) -> dict[str, str]:
    """Plan key → why the entry has no part in this run."""
    config = signing.signatures.config
    _, occasion = _occasion(places, config)
    return exclusions(signing.signatures.planned, config, occasion, places.environ)


def _occasion(places: Places, config: Config) -> tuple[str, Occasion]:
    payload = event_payload(places.environ)
    tier = detect_tier(places.environ, payload, config.skipping.protected if config.skipping else ())
    return tier, read_occasion(places.environ, payload, tier, _checked_out(places.location))


def event_payload(environ: Mapping[str, str]) -> dict[str, Any]:
    """What GitHub tells about the event; empty where there is nothing to read."""
    path = environ.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        payload = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def ask_git(location: RepositoryLocation, *arguments: str) -> str:
    """What git prints; nothing where it fails."""
    try:
        printed = GitChild(str(location.worktree or location.git_dir), arguments).output()
    except OSError:
        printed = None
    return (printed or b"").decode("utf-8", "replace")


def _audited(signing: Signing) -> frozenset[str]:
    skipping = signing.signatures.config.skipping
    if skipping is None or not skipping.audit:
        return frozenset()
    signed = signing.signatures.digests.items()
    return frozenset(key for key, one in signed if is_audited(one, signing.commit, skipping.audit))


def _trailers(location: RepositoryLocation, commit: str) -> list[str]:
    if not commit:
        return []
    printed = ask_git(location, "show", "-s", f"--format=%(trailers:key={TRAILER},valueonly)", commit, "--")
    return [line for line in printed.splitlines() if line]


def _checked_out(location: RepositoryLocation) -> str:
    """The branch that HEAD is on, read as git itself does; empty where it is on none."""
    try:
        head = (location.git_dir / "HEAD").read_text("utf-8")
    except (OSError, ValueError):
        return ""
    return head.removeprefix("ref: refs/heads/").rstrip("\n") if head.startswith("ref: refs/heads/") else ""
