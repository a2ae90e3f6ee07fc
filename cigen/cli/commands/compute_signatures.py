"""`cig compute-signatures`: the plan document, from git trees and cig.toml alone. No plugin runs."""

import json
from typing import TYPE_CHECKING, Any

import cigen
from cigen.cli.console import Console
from cigen.cli.options import ComputeSignaturesOptions
from cigen.errors import ProjectError
from cigen.model.diagnostics import error, has_errors, warning
from cigen.pipeline.tier import detect_tier
from cigen.repo.listing import CommitListing
from cigen.repo.locate import find_repository

if TYPE_CHECKING:
    from cigen.cli.signing import Signing

__all__ = ["run"]


def run(options: ComputeSignaturesOptions, console: Console) -> int:
    """Prints the plan; 0 whenever it did, since a plan that runs everything is a safe one."""
    signing = _sign(options, console)
    found = [*signing.diagnostics]
    url = options.store or console.environ.get("CIG_STORE", "")
    if url:
        message = "this version of cig reads no records from a store, so every job runs"
        found.append(warning("STORE_005", message))
    if has_errors(found):
        return console.report(found, signing.text)
    keys = _selected(signing, options.jobs)
    document = _document(signing, keys, url, console)
    if options.format == "text":
        console.out("".join(f"{key}\trun\t{document['jobs'][key]['reason']}\n" for key in keys))
    else:
        console.out(_spelled(document))
    return console.report(found, signing.text)


def _sign(options: ComputeSignaturesOptions, console: Console) -> "Signing":
    location = find_repository(console.start)
    listing = None if options.worktree else CommitListing(location, options.rev or "HEAD")
    # Git lists the commit while Python loads the rest of us.
    from cigen.cli.signing import sign_commit, sign_worktree

    if options.worktree:
        return sign_worktree(location, console.environ)
    return sign_commit(location, options.rev or "HEAD", console.environ, listing)


def _spelled(document: dict[str, Any]) -> str:
    """Sorted and ASCII, one line a job: `json` indents in Python, which a thousand jobs would feel."""
    rest = {name: value for name, value in document.items() if name != "jobs"}
    lines = [f"{json.dumps(key)}: {json.dumps(job, sort_keys=True)}" for key, job in sorted(document["jobs"].items())]
    jobs = ",\n  ".join(lines)
    return f'{{\n"jobs": {{\n  {jobs}\n}},\n' + json.dumps(rest, sort_keys=True)[1:-1] + "\n}\n"


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


def _document(signing: "Signing", keys: list[str], url: str, console: Console) -> dict[str, Any]:
    """`cig.plan/1`; see docs/cli.md."""
    planned = {one.key: one for one in signing.signatures.planned}
    jobs = {}
    for key in keys:
        leg = planned[key].leg
        jobs[key] = {
            "job": planned[key].job.id,
            "matrix": {pair.name: pair.value for pair in leg.values} if leg else {},
            "decision": "run",
            "reason": "STORE_DOWN" if url else "STORE_OFF",
            "signature": signing.signatures.digests[key],
            "differs": [],
        }
    return {
        "schema": "cig.plan/1",
        "tool": cigen.__version__,
        "tree": f"git:{signing.tree}",
        "rev": signing.commit,
        "tier": detect_tier(console.environ),
        "store": {"url": url, "state": "down" if url else "off"},
        "jobs": jobs,
    }
