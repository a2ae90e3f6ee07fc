"""`cig compute-signatures`: the plan document, from git trees, cig.toml and a store's records. No plugin runs."""

from typing import TYPE_CHECKING, Any

import cigen
from cigen.cli.console import Console
from cigen.cli.options import ComputeSignaturesOptions
from cigen.cli.present.plan_document import decision_fields, lines_text, plan_text
from cigen.errors import ProjectError
from cigen.model.diagnostics import error, has_errors
from cigen.pipeline.tier import detect_tier
from cigen.repo.listing import CommitListing
from cigen.repo.locate import RepositoryLocation, find_repository

if TYPE_CHECKING:
    from cigen.cli.proving import Proven
    from cigen.cli.signing import Signing

__all__ = ["run"]


def run(options: ComputeSignaturesOptions, console: Console) -> int:
    """Prints the plan; 0 whenever it did, since a plan that runs everything is a safe one."""
    location = find_repository(console.start)
    signing = _sign(options, location, console)
    found = [*signing.diagnostics]
    if has_errors(found):
        return console.report(found, signing.text)
    keys = _selected(signing, options.jobs)
    url = options.store or console.environ.get("CIG_STORE", "")
    proven = None
    if url:
        from cigen.cli.proving import prove

        proven = prove(url, signing, location, console.start, console.environ)
        found += proven.diagnostics
    document = _document(signing, keys, url, proven, console)
    if options.format == "text":
        console.out(lines_text(document["jobs"]))
    elif options.format == "github":
        from cigen.cli.present.github_output import github_text

        console.out(github_text(document, [planned.job for planned in signing.signatures.planned]))
    else:
        console.out(plan_text(document))
    return console.report(found, signing.text)


def _sign(options: ComputeSignaturesOptions, location: RepositoryLocation, console: Console) -> "Signing":
    listing = None if options.worktree else CommitListing(location, options.rev or "HEAD")
    # Git lists the commit while Python loads the rest of us.
    from cigen.cli.signing import sign_commit, sign_worktree

    if options.worktree:
        return sign_worktree(location, console.environ)
    return sign_commit(location, options.rev or "HEAD", console.environ, listing)


def _selected(signing: "Signing", jobs: tuple[str, ...]) -> list[str]:
    """Plan keys: those asked for, or all. A job's id stands for all its legs."""
    planned = signing.signatures.planned
    known = sorted({one.key for one in planned} | {one.job.id for one in planned})
    unknown = [name for name in jobs if name not in known]
    if unknown:
        from cigen.pipeline.detect import nearest

        raise ProjectError(
            [error("CLI_003", f'there is no job "{name}"', hint=nearest(name, known, "Jobs")) for name in unknown]
        )
    return sorted(one.key for one in planned if not jobs or one.key in jobs or one.job.id in jobs)


def _document(
    signing: "Signing", keys: list[str], url: str, proven: "Proven | None", console: Console
) -> dict[str, Any]:
    """`cig.plan/1`; see docs/cli.md."""
    planned = {one.key: one for one in signing.signatures.planned}
    jobs = {}
    for key in keys:
        leg = planned[key].leg
        jobs[key] = {
            "job": planned[key].job.id,
            "matrix": {pair.name: pair.value for pair in leg.values} if leg else {},
            "signature": signing.signatures.digests[key],
            **_UNASKED,
        }
        if proven is not None:
            jobs[key] |= decision_fields(proven.decisions[key])
    store: dict[str, Any] = {"url": "", "state": "off"}
    if proven is not None:
        from cigen.proof.stores import shown_url

        store = {"url": shown_url(url), "state": proven.state, "refused": proven.refused}
    return {
        "schema": "cig.plan/1",
        "tool": cigen.__version__,
        "tree": f"git:{signing.tree}",
        "rev": signing.commit,
        "tier": detect_tier(console.environ) if proven is None else proven.tier,
        "store": store,
        "jobs": jobs,
    }


_UNASKED: dict[str, Any] = {"decision": "run", "reason": "STORE_OFF", "differs": []}
