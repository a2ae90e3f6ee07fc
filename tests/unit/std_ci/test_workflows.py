"""Which workflows and jobs an output holds, what starts a workflow, and where cig.toml speaks of it."""

import pytest

from cigen.sdk import Graph, Job, Output, PullRequestTrigger, PushTrigger, TagTrigger, Triggers, Workflow
from cigen.std.ci.workflows import chosen_workflows, effective_triggers, jobs_of, workflow_key
from cigen.std.report import Report

ONE, TWO = Workflow("ci"), Workflow("nightly")
BOTH = Graph("p", (ONE, TWO), (Job("a", workflow="ci"), Job("b", workflow="nightly"), Job("c", workflow="ci")))
USUAL = Triggers(push=PushTrigger(("trunk",)), pull_request=PullRequestTrigger())
TITLES = {"X_001": "Output without a workflow"}


def chosen(graph: Graph, named: str, *every: str) -> tuple[list[str], list[str]]:
    """The ids of the workflows, and what is reported."""
    report = Report(TITLES)
    found = chosen_workflows(graph, Output("x", "f.yml", workflow=named), report, "X_001", every)
    return [one.id for one in found], [f"{one.message} ({one.hint})" for one in report.found]


@pytest.mark.parametrize(("named", "held"), [("nightly", ["nightly"]), ("*", ["ci", "nightly"]), ("ci", ["ci"])])
def test_an_output_holds_the_workflow_it_names_or_all(named: str, held: list[str]) -> None:
    assert chosen(BOTH, named, "*") == (held, [])


def test_an_output_without_a_name_holds_the_only_workflow() -> None:
    assert chosen(Graph("p", (TWO,)), "") == (["nightly"], [])


@pytest.mark.parametrize(
    ("graph", "named", "every", "message"),
    [
        (BOTH, "web", "*", 'f.yml names workflow "web", which is not defined (workflows: "ci", "nightly")'),
        (BOTH, "*", "", 'f.yml names workflow "*", which is not defined (workflows: "ci", "nightly")'),
        (BOTH, "", "*", 'f.yml names no workflow (workflows: "ci", "nightly")'),
        (Graph("p"), "", "", "f.yml names no workflow (workflows: none)"),
        (Graph("p"), "*", "*", 'f.yml names workflow "*", which is not defined (workflows: none)'),
    ],
)
def test_a_workflow_that_is_not_there_is_reported(graph: Graph, named: str, every: str, message: str) -> None:
    assert chosen(graph, named, *([every] if every else [])) == ([], [f"output {message}"])


def test_jobs_stand_in_the_order_of_the_graph() -> None:
    assert [job.id for job in jobs_of(BOTH, ONE)] == ["a", "c"]
    assert [job.id for job in jobs_of(BOTH, TWO, ONE)] == ["a", "b", "c"]


def test_a_job_without_a_workflow_belongs_to_the_only_one() -> None:
    assert [job.id for job in jobs_of(Graph("p", (ONE,), (Job("a"),)), ONE)] == ["a"]
    assert jobs_of(Graph("p", (ONE, TWO), (Job("a"),)), ONE, TWO) == ()


def test_a_workflow_that_says_nothing_runs_for_pushes_and_pull_requests() -> None:
    assert effective_triggers(Workflow("ci", default_branch="trunk")) == USUAL
    assert effective_triggers(Workflow("ci", triggers=Triggers(), default_branch="trunk")) == USUAL


def test_paths_alone_start_nothing_and_still_count() -> None:
    found = effective_triggers(Workflow("ci", triggers=Triggers(paths=("a/**",)), default_branch="trunk"))
    assert found == Triggers(push=USUAL.push, pull_request=USUAL.pull_request, paths=("a/**",))


def test_triggers_that_are_named_are_all_there_are() -> None:
    tags = Triggers(tag=TagTrigger(), paths=("a/**",))
    assert effective_triggers(Workflow("ci", triggers=tags)) == tags


def test_keys_of_a_workflow_are_those_of_the_file() -> None:
    assert workflow_key(ONE, "on") == ("on",)
    assert workflow_key(TWO, "on") == ("workflows", "nightly", "on")
