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

from cigen.sdk import Graph, Workflow

__all__ = ["READERS", "compared_events"]

READERS: dict[str, Callable[[Graph, Workflow, str], Meaning]] = {
    "github": lambda graph, workflow, text: of_matrices(graph, read_github(text)),
    "circleci": lambda graph, workflow, text: read_circleci(text, workflow.id),
    "buildkite": lambda graph, workflow, text: of_matrices(graph, read_buildkite(text)),
    "jenkins": lambda graph, workflow, text: read_jenkins(text, _plan_keys(graph)),
}


def _plan_keys(graph: Graph) -> list[str]:
    return [key for job in graph.jobs for key in ([leg.key for leg in job.matrix.legs] if job.matrix else [job.id])]


def compared_events(provider: str, workflow: Workflow) -> list[str]:
    """The events at which it can be told what runs.

    GitHub's file says itself what starts it. Elsewhere some of that is a setting outside of the file, so that only
    what starts the workflow is compared.
    """
    return [name for name, event in EVENTS.items() if provider == "github" or starts(workflow, event)]
