"""What a store's records say of a plan: the store, the keys and the signatures, joined.

Loaded only where a store is configured. Owns what the user is told about it. Whatever is wrong here is a warning, and
every job runs.
"""

import time
from collections.abc import Mapping

from cigen.cli.deciding import Places, ask_git
from cigen.cli.signing import Signing
from cigen.hashing.manifest import KeyManifest, diff
from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.diagnostics import Diagnostic, warning
from cigen.model.resources import Skipping
from cigen.pipeline.skipping import Finding, Proof
from cigen.pipeline.tier import is_claimed
from cigen.proof.keys import UnusableKeyError, trusted_keys
from cigen.proof.lookup import BUDGET, Answer, Asking, within
from cigen.proof.origin import Origin, origin_of
from cigen.proof.record import Record
from cigen.proof.stores import StoreFaultError, open_store, shown_url
from cigen.proof.trust import Doubt, Reader
from cigen.repo.locate import RepositoryLocation

__all__ = ["Evidence", "ask_store", "find_origin"]

_NAMED = 10
"""Records told one by one that are not believed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a store said of a plan. `unasked`: why it was not asked, as a reason code. `state`: ok, down or off.

    refused: how many records are not believed. last: by plan key, of those that are not proven now: the last proof,
    and what its signature was made of. proofs: the records of those that are, verified.
    """

    findings: Mapping[str, Finding]
    unasked: str
    state: str
    refused: int
    diagnostics: tuple[Diagnostic, ...]
    last: Mapping[str, tuple[Record, KeyManifest]]
    proofs: Mapping[str, Record]


def ask_store(url: str, signing: Signing, tier: str, places: Places) -> Evidence:
    """What the store at `url` knows of every entry of the plan."""
    config, environ = signing.signatures.config, places.environ
    skipping = config.skipping or Skipping()
    origin = find_origin(places.location, environ, config)
    told: list[Diagnostic] = []
    unasked, state, answer = "", "ok", Answer()
    findings: dict[str, Finding] = {}
    last: dict[str, tuple[Record, KeyManifest]] = {}
    try:
        store = within(BUDGET, lambda: open_store(url, places.start, BUDGET))
        claimed = is_claimed(environ, tier)
        keys = trusted_keys(environ, tier, skipping.trust, local=store.local, claimed=claimed)
        if not keys:
            told.append(_unverified(url))
        asking = Asking(lambda: store, Reader(origin.repository, tier, keys, int(time.time()), skipping.max_age))
        answer = asking.records(signing.signatures.digests)
        if answer.trouble:
            raise StoreFaultError(answer.trouble)
        unproven = [one.key for one in signing.signatures.planned if one.key not in answer.proofs]
        last = asking.manifests(unproven)
        if store.denied:
            told.append(_denied(url, store.denied))
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
    return Evidence(findings, unasked, state, len(tampered), tuple(told), last, answer.proofs if findings else {})


def find_origin(location: RepositoryLocation, environ: Mapping[str, str], config: Config) -> Origin:
    """Where this run takes place."""
    remote = ask_git(location, "config", "--get", "remote.origin.url")
    return origin_of(environ, remote.strip(), config.project.name)


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


def _denied(url: str, said: str) -> Diagnostic:
    message = f'the store {shown_url(url)} says "forbidden" of records, which then count as absent: {said}'
    hint = (
        "let readers list the bucket (s3:ListBucket on Amazon, storage.objects.list on Google Cloud), without which "
        "nobody can tell an absent record from a forbidden one; docs/security.md has the policies"
    )
    return warning("STORE_011", message, hint=hint)


def _keys_say(environ: Mapping[str, str]) -> str:
    names = [name for name in ("CIG_STORE_TRUST", "CIG_STORE_KEY") if name in environ]
    return f"of {' and '.join(names)}, " if names else ""
