"""Every provider's file means what was planned, told by readers that know nothing of the renderers.

Where a system cannot say a thing, the provider has said so: each difference stands beside a code that it gave.
"""

import re

import pytest
from jenkins import run_all
from keys import by_plain_key
from plan import meaning_of
from projects import PROJECTS, planned
from readers import READERS, compared_events
from record import Difference, differences
from rendering import PROVIDERS, render

from cigen.model.diagnostics import Level, has_errors

EXPLAINED: dict[str, list[tuple[str, str, str]]] = {
    "github": [],
    "circleci": [("timeout", "CIRCLECI_012", "0 instead of")],
    "buildkite": [],
    "jenkins": [("env", "JENKINS_018", r"\w+=None instead of ''")],
}
"""By provider: the kind of a difference, the code that announces it, and what else it looks like."""


@pytest.fixture(scope="module")
def jenkinsfiles() -> None:
    """All run at once: starting a JVM is what takes the time."""
    graphs = [planned(name) for name in PROJECTS]
    texts = [render("jenkins", graph, one.id)[0] for graph in graphs for one in graph.workflows]
    run_all([text for text in texts if text])


MARKS = {
    "jenkins": [pytest.mark.xdist_group("jenkins")],
    "buildkite four-polyglot": [
        pytest.mark.xfail(strict=True, reason="the reader does not count pipelines that a job starts as jobs")
    ],
}
UNSEEN = ("axes", "gate", "go", "images", "polyglot", "rails")
for _name in UNSEEN:
    # Jobs that run at none of these events, or only after some other script than the first has failed.
    _mark = pytest.mark.xfail(strict=False, reason="not all of it can be seen in runs of these events")
    MARKS[f"jenkins four-{_name}"] = [*MARKS["jenkins"], _mark]
CASES = [
    pytest.param(provider, name, marks=MARKS.get(f"{provider} {name}", MARKS.get(provider, [])))
    for provider in PROVIDERS
    if provider in READERS
    for name in PROJECTS
]


@pytest.mark.parametrize(("provider", "name"), CASES)
def test_the_file_means_what_was_planned(provider: str, name: str, request: pytest.FixtureRequest) -> None:
    if provider == "jenkins":
        request.getfixturevalue("jenkinsfiles")
    graph = planned(name)
    refusals = []
    for workflow in graph.workflows:
        text, diagnostics = render(provider, graph, workflow.id)
        if has_errors(diagnostics):
            assert not text
            refusals += [one.message for one in diagnostics if one.level is Level.ERROR]
            continue
        plan = by_plain_key(meaning_of(graph, workflow))
        read = by_plain_key(READERS[provider](graph, workflow, text))
        told = {one.code for one in diagnostics}
        found = differences(plan, read, compared_events(provider, graph, workflow))
        assert [one for one in found if not _is_explained(one, provider, told)] == []
    if refusals:
        pytest.skip(f"refused: {', '.join(refusals)}")


def _is_explained(found: Difference, provider: str, told: set[str]) -> bool:
    return any(
        found.what == what and code in told and re.match(detail, found.detail)
        for what, code, detail in EXPLAINED[provider]
    )
