"""All readers, by provider: from the plan (for names alone) and the file's text to what one workflow means."""

from collections.abc import Callable

from buildkite import read_buildkite
from circleci import read_circleci
from events import events_of
from github import read_github
from jenkins import read_jenkins
from keys import of_matrices
from plan import starts
from record import Meaning

from cigen.sdk import Expr, Graph, Op, Workflow

__all__ = ["READERS", "compared_events"]

READERS: dict[str, Callable[[Graph, Workflow, str], Meaning]] = {
    "github": lambda graph, workflow, text: of_matrices(graph, read_github(text, events_of(workflow))),
    "circleci": lambda graph, workflow, text: read_circleci(text, workflow.id, events_of(workflow)),
    "buildkite": lambda graph, workflow, text: of_matrices(graph, read_buildkite(text, events_of(workflow))),
    "jenkins": lambda graph, workflow, text: read_jenkins(text, _plan_keys(graph), events_of(workflow)),
}


def _plan_keys(graph: Graph) -> list[str]:
    return [key for job in graph.jobs for key in ([leg.key for leg in job.matrix.legs] if job.matrix else [job.id])]


def compared_events(provider: str, graph: Graph, workflow: Workflow) -> list[str]:
    """The events at which it can be told what runs.

    GitHub's file says itself what starts it. Elsewhere some of that is a setting outside of the file, so that only
    what starts the workflow is compared. CircleCI sees a pull request as the branch it comes from, as its page says.
    """
    if any(_asks_for(job.when, "needs.") for job in graph.jobs):
        # Decided by what jobs say as they run: executed elsewhere.
        return []
    events = events_of(workflow)
    listed = [name for name in events if provider == "github" or starts(workflow, events[name])]
    if provider == "circleci":
        scheduled = [one for each in graph.workflows if each.triggers for one in each.triggers.schedule]
        if any(_asks_for(job.when, "branch") or _asks_for(job.when, "default_branch") for job in graph.jobs):
            listed = [name for name in listed if events[name].kind != "pull_request"]
        if len(scheduled) > 1 or any(one.name for one in scheduled):
            # The name of a schedule decides.
            listed = [name for name in listed if events[name].kind != "schedule"]
    return listed


def _asks_for(expr: Expr | None, start: str) -> bool:
    if expr is None:
        return False
    return (expr.op is Op.NAME and expr.value.startswith(start)) or any(_asks_for(arg, start) for arg in expr.args)
