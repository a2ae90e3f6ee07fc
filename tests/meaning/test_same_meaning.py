"""Every provider's file means what was planned, told by readers that know nothing of the renderers.

Where a system cannot say a thing, the provider has said so: each difference stands beside a code that it gave for that
job, and each refusal in a table.
"""

import re
from itertools import product

import pytest
from keys import by_plain_key
from plan import meaning_of
from projects import PROJECTS, planned
from readers import READERS, compared_events
from record import Difference, differences, plain_key
from rendering import PROVIDERS, render

from cigen.model.diagnostics import Diagnostic, Level, has_errors
from cigen.sdk import Graph
from cigen.std.ci.plans import KEEPING_MINUTES, restorable

EXPLAINED: dict[str, list[tuple[str, str, str]]] = {
    "github": [],
    "circleci": [("timeout", "CIRCLECI_012", "0 instead of")],
    "buildkite": [("timeout", "BUILDKITE_006", "0 instead of")],
    "jenkins": [("env", "JENKINS_018", r"\w+=None instead of ''")],
}
"""By provider: the kind of a difference, the code that announces it for the job, and what else it looks like."""


REFUSED: dict[tuple[str, str], list[tuple[str, str, str]]] = {
    ("circleci", "labels"): [("ci", "CIRCLECI_007", "preview"), ("ci", "CIRCLECI_007", "without")],
    ("jenkins", "labels"): [
        ("ci", "JENKINS_006", "finished"),
        ("ci", "JENKINS_006", "preview"),
        ("ci", "JENKINS_006", "without"),
    ],
}
"""By provider and project: each workflow it refuses, by which code, and for which job. All else is rendered."""

GROUP = pytest.mark.xdist_group("jenkins")
CASES = [
    pytest.param(provider, name, marks=[GROUP] if provider == "jenkins" else [])
    for provider in PROVIDERS
    for name in PROJECTS
]


def test_every_provider_is_read_and_every_exception_is_of_a_case() -> None:
    assert set(READERS) == set(EXPLAINED) == set(PROVIDERS)
    assert set(REFUSED) <= set(product(PROVIDERS, PROJECTS))


@pytest.mark.parametrize(("provider", "name"), CASES)
def test_the_file_means_what_was_planned(provider: str, name: str, request: pytest.FixtureRequest) -> None:
    if provider == "jenkins":
        request.getfixturevalue("jenkinsfiles")
    graph = planned(name)
    refused = []
    for workflow in graph.workflows:
        text, diagnostics = render(provider, graph, workflow.id)
        if has_errors(diagnostics):
            assert not text
            refused += [(workflow.id, one.code, one.key[1]) for one in diagnostics if one.level is Level.ERROR]
            continue
        plan = by_plain_key(meaning_of(graph, workflow))
        read = by_plain_key(READERS[provider](graph, workflow, text))
        told = {(one.code, plain_key(key)) for one in diagnostics for key in _legs_of(graph, one)}
        found = differences(plan, read, compared_events(provider, graph, workflow))
        found = (one for one in found if not _keeps_files(one, provider, graph))
        assert [one for one in found if not _is_explained(one, provider, told)] == []
    assert sorted(refused) == REFUSED.get((provider, name), [])


def _legs_of(graph: Graph, told: Diagnostic) -> list[str]:
    """The legs of the job that a message is about."""
    job = next((one for one in graph.jobs if told.key[:2] == ("jobs", one.id)), None)
    return [] if job is None else [leg.key for leg in job.matrix.legs] if job.matrix else [job.id]


def _keeps_files(found: Difference, provider: str, graph: Graph) -> bool:
    """A job whose files are kept in the store has minutes more, where that is a part of the job."""
    kept = restorable(graph, graph.jobs)
    legs = [leg.key for job in graph.jobs if job.matrix and job.id in kept for leg in job.matrix.legs]
    minutes = [int(number) for number in re.findall(r"\d+", found.detail)] if found.what == "timeout" else []
    longer = provider in ("buildkite", "github") and found.leg in {plain_key(key) for key in (*kept, *legs)}
    return longer and len(minutes) == 2 and minutes[0] == minutes[1] + KEEPING_MINUTES


def _is_explained(found: Difference, provider: str, told: set[tuple[str, str]]) -> bool:
    return any(
        found.what == what and (code, found.leg) in told and re.match(detail, found.detail)
        for what, code, detail in EXPLAINED[provider]
    )
