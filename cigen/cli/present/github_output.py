"""A plan as lines for `$GITHUB_OUTPUT`: what the conditions of a workflow ask for, and what its gate reads.

Owns: that a job is called skipped only where every entry of it is. Each line stands for itself, so a truncated text
skips no more than it says.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cigen.cli.present.plan_document import plan_text
from cigen.formats.github_legs import leg_lists
from cigen.model.resources import Job, Matrix
from cigen.pipeline.gate import plain_id
from cigen.pipeline.globs import declared_globs
from cigen.pipeline.skipping import is_skipped

__all__ = ["github_text"]

_PLAN_BYTES = 100_000
"""The gate has the plan in a variable of its environment, and Linux takes 128 KiB in one."""


def github_text(document: Mapping[str, Any], jobs: Iterable[Job]) -> str:
    """`plan`, `skip` (plan keys, and ids of jobs of which nothing runs), `signatures` of what may be recorded, and for
    each job `run-ID`. With a matrix also `skip-legs-ID`, the values of its skipped legs beside its own `exclude`, and
    for each list of its legs `run-ID-NAME` and, unless all of them run, `legs-ID-NAME`, those that do.

    Before all of these, if there are any, `restored`: ids of jobs whose files are there to be handed on, so that a plan
    that skips such a job has said so. What is said of legs stands before what is said of their job, so that a plan that
    says that a job runs has said all of it.

    jobs: those of the plan's entries; one that stands there for each of its legs counts once.
    """
    entries = document["jobs"]
    skipped = {key for key, entry in entries.items() if is_skipped(entry["decision"], entry["reason"])}
    running = {entry["job"] for key, entry in entries.items() if key not in skipped}
    known = {entry["job"] for entry in entries.values()}
    whole = known - running
    chosen = {job.id: job for job in jobs if job.id in known}
    recorded = {
        key: entry["signature"]
        for key, entry in sorted(entries.items())
        if key not in skipped and declared_globs(chosen[entry["job"]])
    }
    # The store's URL may be a secret, and GitHub hands on no output with the value of one in it.
    plan = {**document, "store": {**document["store"], "url": ""}}
    restored = sorted({entry["job"] for entry in entries.values() if entry.get("restored")})
    lines = {"restored": _json(restored)} if restored else {}
    lines |= {
        "plan": json.dumps(json.loads(plan_text(plan, _PLAN_BYTES)), sort_keys=True),
        "signatures": _json(recorded),
        "skip": _json(sorted(skipped | whole)),
    }
    for name, job in sorted(chosen.items()):
        if job.matrix is not None:
            lines.update(_legs(plain_id(name), job.matrix, skipped))
        lines[f"run-{plain_id(name)}"] = "false" if name in whole else "true"
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _legs(job: str, matrix: Matrix, skipped: Collection[str]) -> Iterator[tuple[str, str]]:
    axes = {axis.name for axis in matrix.axes}
    rows = [{pair.name: pair.value for pair in row.values} for row in matrix.exclude]
    # GitHub refuses to exclude by what is no axis; such a row keeps nothing away.
    rows = [row for row in rows if row.keys() <= axes]
    rows += [{pair.name: pair.value for pair in leg.values} for leg in matrix.legs if leg.key in skipped]
    yield f"skip-legs-{job}", _json(rows)
    for one in leg_lists(matrix.legs):
        running = [row for row in one.rows if row[one.leg] not in skipped]
        if len(running) < len(one.rows):
            yield f"legs-{job}-{one.name}", _json(running)
        yield f"run-{job}-{one.name}", "true" if running else "false"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
