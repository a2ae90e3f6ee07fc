"""All readers, by provider: from the plan (for names alone) and the file's text to what one workflow means."""

from collections.abc import Callable

from buildkite import read_buildkite
from circleci import read_circleci
from events import EVENTS
from github import read_github
from jenkins import read_jenkins
from keys import of_matrices
from plan import starts
from record import Meaning

from cigen.sdk import Expr, Graph, Workflow

__all__ = ["READERS", "compared_events"]

READERS: dict[str, Callable[[Graph, Workflow, str], Meaning]] = {
    "github": lambda graph, workflow, text: of_matrices(graph, read_github(text)),
    "circleci": lambda graph, workflow, text: read_circleci(text, workflow.id),
    "buildkite": lambda graph, workflow, text: of_matrices(graph, read_buildkite(text)),
    "jenkins": lambda graph, workflow, text: read_jenkins(text, _plan_keys(graph)),
}


def _plan_keys(graph: Graph) -> list[str]:
    return [key for job in graph.jobs for key in ([leg.key for leg in job.matrix.legs] if job.matrix else [job.id])]


def compared_events(provider: str, graph: Graph, workflow: Workflow) -> list[str]:
    """The events at which it can be told what runs.

    GitHub's file says itself what starts it. Elsewhere some of that is a setting outside of the file, so that only
    what starts the workflow is compared. CircleCI sees a pull request as the branch it comes from, as its page says.
    """
    listed = list(EVENTS) if provider == "github" else [name for name in EVENTS if starts(workflow, EVENTS[name])]
    if provider == "circleci" and any(_asks_for_branch(job.when) for job in graph.jobs if job.when):
        return [name for name in listed if EVENTS[name].kind != "pull_request"]
    return listed


def _asks_for_branch(expr: Expr) -> bool:
    return expr.value in ("branch", "default_branch") or any(map(_asks_for_branch, expr.args))
