"""Jobs that wait for a person: a job of CircleCI's own kind stands before them.

It is named after the job it holds back, because its name is all that the person sees; whoever may see the project may
approve. It has the job's own filters, so that nobody is asked for what will not run, and holds no machine meanwhile.
"""

from collections.abc import Container

from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.legs import StaticJob
from cigen.std.report import Report

__all__ = ["approve"]


def approve(
    one: StaticJob, place: dict[str, Value], asked: set[str], taken: Container[str], report: Report
) -> list[Value]:
    """The entry to stand before the job's, and the job made to need it; nothing for a job that waits for nobody.

    asked: the approvals of the workflow so far. All legs of a matrix wait for one.
    """
    approval = one.job.approve
    if approval is None:
        return []
    name = f"approve-{one.source}"
    while name in taken:
        name += "-"
    key = ("jobs", one.source, "approve")
    if approval.by:
        message = f'anyone who may see the project may approve job "{one.source}" on CircleCI, not only those named'
        hint = "keep the job's secrets in a context with a security group: CircleCI then asks its members only"
        report.warning("CIRCLECI_024", message, hint=hint, key=(*key, "by"))
    held: dict[str, Value] = {"type": "approval"}
    held |= {part: place[part] for part in ("requires", "filters") if part in place}
    rest = dict(place)
    place.clear()
    needed = rest.pop("requires", [])
    place["requires"] = [*(needed if isinstance(needed, list) else []), name]
    place.update(rest)
    if name in asked:
        return []
    asked.add(name)
    return [Commented({name: held}, above=tuple(f"# {line}".rstrip() for line in approval.message.splitlines()))]
