"""What a store's records make of a plan: the store, the keys, the occasion and the signatures, joined.

Loaded only where a store is configured. Owns what the user is told about it. Whatever is wrong here is a warning, and
every job runs.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cigen.cli.signing import Signing
from cigen.hashing.manifest import KeyManifest, diff
from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, warning
from cigen.pipeline.forcing import TRAILER, read_forcing
from cigen.pipeline.skipping import Decision, Finding, Proof, decide
from cigen.pipeline.tier import detect_tier
from cigen.proof.keys import UnusableKeyError, trusted_keys
from cigen.proof.lookup import BUDGET, Answer, Asking, within
from cigen.proof.origin import Origin, origin_of
from cigen.proof.record import Record
from cigen.proof.stores import StoreFaultError, open_store, shown_url
from cigen.proof.trust import Doubt, Reader
from cigen.repo.locate import RepositoryLocation
from cigen.repo.spawn import GitChild

__all__ = ["Proven", "event_payload", "find_origin", "prove"]

_NAMED = 10
"""Records told one by one that are not believed."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The decisions of a plan and how they came about. `state`: ok, down or off. `refused`: records not believed."""

    decisions: dict[str, Decision]
    tier: str
    state: str
    refused: int
    diagnostics: tuple[Diagnostic, ...]
    last: Mapping[str, tuple[Record, KeyManifest]]
    """By plan key, of those that are not proven now: the last proof, and what its signature was made of."""


def prove(url: str, signing: Signing, location: RepositoryLocation, start: Path, environ: Mapping[str, str]) -> Proven:
    """Decide about every entry of the plan by the records of the store at `url`."""
    config = signing.signatures.config
    payload = event_payload(environ)
    tier = detect_tier(environ, payload)
    origin = find_origin(location, environ, config)
    forcing = read_forcing(environ, _trailers(location, signing.commit), payload)
    planned = signing.signatures.planned
    told: list[Diagnostic] = []
    unasked, state, answer = "", "ok", Answer()
    findings: dict[str, Finding] = {}
    last: dict[str, tuple[Record, KeyManifest]] = {}
    try:
        store = within(BUDGET, lambda: open_store(url, start, BUDGET))
        keys = trusted_keys(environ, tier, local=store.local)
        if not keys:
            told.append(_unverified(url))
        asking = Asking(lambda: store, Reader(origin.repository, tier, keys, int(time.time())))
        answer = asking.records(signing.signatures.digests)
        if answer.trouble:
            raise StoreFaultError(answer.trouble)
        unproven = [one.key for one in planned if one.key not in answer.proofs]
        last = asking.manifests(unproven)
        findings = _findings(answer, last, signing.signatures.manifests)
    except StoreFaultError as problem:
        unasked, state, answer = "STORE_DOWN", "down", Answer()
        told.append(warning("STORE_005", f"the store {shown_url(url)} {problem}; every job runs"))
    except UnusableKeyError as problem:
        unasked, state = "NO_KEY", "off"
        hint = "give the public keys of those who write records in CIG_STORE_TRUST; docs/caching.md tells how"
        told.append(
            warning("STORE_008", f"no record can be verified: {_keys_say(environ)}{problem}; every job runs", hint=hint)
        )
    except Exception as fault:
        # A library that is broken, or our own mistake: a plan that runs everything is a safe one.
        unasked, state, answer, findings = "STORE_DOWN", "down", Answer(), {}
        message = f"the store {shown_url(url)} could not be asked: {type(fault).__name__}: {fault}; every job runs"
        told.append(warning("STORE_005", message))
    tampered = _tampered(answer)
    told += tampered[:_NAMED]
    if len(tampered) > _NAMED:
        told.append(warning("STORE_006", f"{len(tampered) - _NAMED} more records are not believed"))
    decisions = decide(planned, findings, lambda one: forcing.reason(one, config), unasked)
    return Proven(decisions, tier, state, len(tampered), tuple(told), last)


def find_origin(location: RepositoryLocation, environ: Mapping[str, str], config: Config) -> Origin:
    """Where this run takes place."""
    remote = _git(location, "config", "--get", "remote.origin.url")
    return origin_of(environ, remote.strip(), config.project.name)


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


def _trailers(location: RepositoryLocation, commit: str) -> list[str]:
    if not commit:
        return []
    printed = _git(location, "show", "-s", f"--format=%(trailers:key={TRAILER},valueonly)", commit, "--")
    return [line for line in printed.splitlines() if line]


def _git(location: RepositoryLocation, *arguments: str) -> str:
    try:
        printed = GitChild(str(location.worktree or location.git_dir), arguments).output()
    except OSError:
        printed = None
    return (printed or b"").decode("utf-8", "replace")


def _findings(
    answer: Answer, known: Mapping[str, tuple[Record, KeyManifest]], manifests: Mapping[str, KeyManifest]
) -> dict[str, Finding]:
    findings = {}
    for key, now in manifests.items():
        record = answer.proofs.get(key)
        doubts = [refusal.doubt.value for refusal in answer.refusals.get(key, ())]
        differs = diff(known[key][1], now) if key in known else None
        findings[key] = Finding(_proof(record) if record else None, "" if record or not doubts else doubts[0], differs)
    return findings


def _proof(record: Record) -> Proof:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
    return Proof(record.url, record.ref or record.commit, at, record.scope)


def _tampered(answer: Answer) -> list[Diagnostic]:
    return [
        warning("STORE_006", f'the record of job "{job}" {refusal.why}; it proves nothing')
        for job, refusals in sorted(answer.refusals.items())
        for refusal in refusals
        if refusal.doubt is Doubt.TAMPERED
    ]


def _unverified(url: str) -> Diagnostic:
    message = f"the records in {shown_url(url)} are not verified, because no key is configured"
    hint = "that is meant for one machine; a store that others write to needs CIG_STORE_KEY and CIG_STORE_TRUST"
    return warning("STORE_007", message, hint=hint)


def _keys_say(environ: Mapping[str, str]) -> str:
    names = [name for name in ("CIG_STORE_TRUST", "CIG_STORE_KEY") if name in environ]
    return f"of {' and '.join(names)}, " if names else ""
