"""`cig record`: the last step of a job that succeeded. It never fails the job."""

import json
import time
from collections.abc import Mapping, Sequence

from cigen.cli.console import Console
from cigen.cli.deciding import Places, event_payload, excluded_here, store_url
from cigen.cli.options import RecordOptions
from cigen.cli.proving import find_origin
from cigen.cli.signing import Signing, sign_commit
from cigen.errors import CigError
from cigen.hashing.digest import same
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, has_errors, warning
from cigen.model.resources import Skipping
from cigen.pipeline.signature import machine_env
from cigen.pipeline.tier import detect_tier, is_claimed, is_of_a_push
from cigen.proof.keys import (
    SigningKey,
    TrustedKey,
    UnusableKeyError,
    read_signing_key,
    scopes_of,
    seal,
    signing_scope,
    trusted_keys,
)
from cigen.proof.lookup import BUDGET, within
from cigen.proof.origin import Origin
from cigen.proof.packs import MANY
from cigen.proof.record import Record, Sealed
from cigen.proof.stores import Store, StoreFaultError, open_store, shown_url
from cigen.proof.trust import Reader
from cigen.proof.writing import IncompleteError, put
from cigen.repo.locate import RepositoryLocation, find_repository

__all__ = ["run"]


_KEY_PLACE = (
    "whoever starts such a run has that key: keep it where protected branches alone reach it, "
    "as docs/security.md shows for each CI system"
)


class _NotRecordedError(Exception):
    """Why nothing is written."""


class _MisplacedKeyError(Exception):
    """Why the key that there is signs nothing."""


def run(options: RecordOptions, console: Console) -> int:
    """Writes one record, or says on stderr why it does not; 0 either way."""
    nothing = f'nothing is recorded of job "{options.job}"'
    try:
        told = _record(options, console)
    except _NotRecordedError as why:
        told = [warning("STORE_009", f"{nothing}: {why}")]
    except _MisplacedKeyError as why:
        told = [warning("STORE_010", f"{nothing}: {why}", hint=_KEY_PLACE)]
    except CigError as fault:
        told = [warning("STORE_009", f"{nothing}: {fault.diagnostics[0].message}")]
    except Exception as fault:
        # Our own mistake, and still none of the job's.
        told = [_uncertain(options.job, f"{type(fault).__name__}: {fault}")]
    console.report(told)
    return 0


def _record(options: RecordOptions, console: Console) -> list[Diagnostic]:
    """Says on stdout where the record is; what is wrong all the same is in the diagnostics."""
    environ = console.environ
    if options.status != "success":
        raise _NotRecordedError(f'its status is "{options.status}", not "success"')
    # Whether it is a fork's run can be told without cig.toml, which is the fork's own.
    if detect_tier(environ, event_payload(environ)) == "fork":
        raise _NotRecordedError("a run of a fork writes no records")
    location = find_repository(console.start)
    signing = sign_commit(location, "HEAD", environ)
    skipping = signing.signatures.config.skipping
    if skipping is None:
        raise _NotRecordedError("skipping is switched off in cig.toml")
    tier = _tier(environ, skipping)
    url = store_url(options.store, environ, signing.signatures.config)
    if not url:
        raise _NotRecordedError("no store is given, neither by --store nor by CIG_STORE nor in cig.toml")
    signature = options.signature or _planned(options.job, environ)
    _check(signing, options.job, signature)
    _check_part(signing, options.job, Places(location, console.start, environ))
    origin = find_origin(location, environ, signing.signatures.config)
    store, place = _opened(url, console), shown_url(url)
    trusted = _trusted(environ, tier, skipping, store)
    key = _key(environ, tier, store, verified=bool(trusted))
    scope = _scope(key, tier, trusted, claimed=is_claimed(environ, tier))
    record = _made(signing, options.job, origin, scope, skipping)
    record = replace(record, retried=record.retried + _failed_attempts(location))
    told = []
    if skipping.restore and not record.retried and location.worktree is not None:
        from cigen.cli.keeping import keep_outputs

        record, unkept = keep_outputs(record, signing, url, Places(location, console.start, environ))
        told += unkept
    sealed = seal(record, key) if key else Sealed(record)
    # What is there already is judged as a run of that tier would judge it, reading.
    reader = Reader(origin.repository, scope, trusted, record.created, skipping.max_age)
    manifest = signing.signatures.manifests[options.job]
    many = len(signing.signatures.digests) > MANY
    try:
        within(BUDGET, lambda: put(store, sealed, manifest, reader, among_many=many))
    except IncompleteError as fault:
        told.append(warning("STORE_009", f"{fault.missing} not recorded: the store {place} {fault}"))
    except StoreFaultError as fault:
        return [*told, _uncertain(options.job, f"the store {place} {fault}")]
    console.out(f"Recorded {options.job} in {place}.\n")
    return told


def _uncertain(job: str, why: str) -> Diagnostic:
    """An answer that was lost may have been about a record that was written."""
    return warning("STORE_009", f'no record of job "{job}" is known to be kept: {why}')


def _opened(url: str, console: Console) -> Store:
    try:
        return within(BUDGET, lambda: open_store(url, console.start, BUDGET))
    except StoreFaultError as fault:
        raise _NotRecordedError(f"the store {shown_url(url)} {fault}") from fault


def _planned(job: str, environ: Mapping[str, str]) -> str:
    """The signature that the planner handed on in `CIG_SIGNATURES`."""
    try:
        listed = json.loads(environ.get("CIG_SIGNATURES", ""))
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, dict):
        raise _NotRecordedError("no signature is given, neither by --signature nor, as JSON, by CIG_SIGNATURES")
    signature = listed.get(job)
    if not isinstance(signature, str):
        raise _NotRecordedError("CIG_SIGNATURES has no signature of it")
    return signature


def _check(signing: Signing, job: str, signature: str) -> None:
    """The job must be one of this checkout's, and its signature that of what was checked out."""
    if has_errors(signing.diagnostics):
        raise _NotRecordedError("the plan of this checkout has mistakes; `cig validate` tells them")
    own = signing.signatures.digests.get(job)
    if own is None:
        raise _NotRecordedError("there is no such entry in the plan of this checkout")
    if not same(own, signature):
        message = f'the checkout has the signature {own}, and not "{signature}", which it was planned with'
        planned = next(one for one in signing.signatures.planned if one.key == job)
        names = machine_env(planned, signing.signatures.config)
        if names:
            message += f"; of its inputs, {', '.join(names)} must have the same value here as where the plan was made"
        raise _NotRecordedError(message)


def _check_part(signing: Signing, job: str, places: Places) -> None:
    """A part of the work is not the work, and what has no part in this run proves nothing by ending."""
    planned = next(one for one in signing.signatures.planned if one.key == job)
    if planned.job.shards is not None:
        raise _NotRecordedError("one shard's success is not the job's")
    excluded = excluded_here(signing, places).get(job)
    if excluded:
        raise _NotRecordedError(f"it has no part in this run ({excluded})")


def _made(signing: Signing, job: str, origin: Origin, scope: str, skipping: Skipping) -> Record:
    now = int(time.time())
    return Record(
        repository=origin.repository,
        scope=scope,
        job=job,
        signature=signing.signatures.digests[job],
        url=origin.url,
        ref=origin.ref,
        commit=signing.commit,
        created=now,
        expires=now + skipping.max_age,
        retried=origin.retried,
    )


def _failed_attempts(location: RepositoryLocation) -> int:
    """How often a script of the job had to be tried again: each left a line. The next job begins without them."""
    if location.worktree is None:
        return 0
    mark = location.worktree / ".cigen/cache/retried"
    try:
        count = len(mark.read_bytes().splitlines())
        mark.unlink()
    except FileNotFoundError:
        return 0
    except OSError:
        # Whatever it is, it is there.
        return 1
    return max(count, 1)


def _key(environ: Mapping[str, str], tier: str, store: Store, *, verified: bool) -> SigningKey | None:
    """The key to sign with; None where a store of this machine does without. verified: whether readers have keys."""
    try:
        if "CIG_STORE_KEY" in environ:
            return read_signing_key(environ["CIG_STORE_KEY"])
    except UnusableKeyError as problem:
        raise _NotRecordedError(f"the key in CIG_STORE_KEY cannot be used: {problem}") from problem
    if not (store.local and tier == "branch") or verified:
        raise _NotRecordedError("there is no key to sign with; CIG_STORE_KEY holds it")
    return None


def _scope(key: SigningKey | None, tier: str, trusted: Sequence[TrustedKey], *, claimed: bool) -> str:
    """The tier that the record is written at."""
    try:
        return signing_scope(tier, scopes_of(key.public, trusted), claimed=claimed) if key else tier
    except UnusableKeyError as problem:
        why = f"the key in CIG_STORE_KEY signs nothing here: {problem}"
        raise (_NotRecordedError(why) if claimed else _MisplacedKeyError(why)) from problem


def _tier(environ: Mapping[str, str], skipping: Skipping) -> str:
    tier = detect_tier(environ, event_payload(environ), skipping.protected)
    if is_claimed(environ, tier) and not is_of_a_push(environ):
        raise _NotRecordedError(
            "cig.toml says that its branch is protected, of which only pushes and schedules write records"
        )
    return tier


def _trusted(environ: Mapping[str, str], tier: str, skipping: Skipping, store: Store) -> tuple[TrustedKey, ...]:
    claimed = is_claimed(environ, tier)
    try:
        return trusted_keys(environ, tier, skipping.trust, local=store.local, claimed=claimed)
    except UnusableKeyError as problem:
        raise _NotRecordedError(f"there is no usable key: {problem}") from problem
