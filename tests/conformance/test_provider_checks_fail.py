"""A provider that loses one thing fails the check about it, and no other."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from toy import Toy

from cigen.cli.feature_cases import feature_cases
from cigen.sdk import (
    Diagnostic,
    Expr,
    GenerateRequest,
    GenerateResult,
    Graph,
    Job,
    Level,
    Op,
    Plugin,
    Step,
    Workflow,
)
from cigen.sdk.conformance import Verdict
from cigen.sdk.conformance.providing import PROVIDING
from cigen.sdk.features import FEATURES

Try = Callable[[Plugin], dict[str, Verdict]]


def with_jobs(change: Callable[[Job], Job]) -> Callable[[Graph], Graph]:
    return lambda graph: replace(graph, jobs=tuple(map(change, graph.jobs)))


def with_steps(change: Callable[[Step], Step]) -> Callable[[Graph], Graph]:
    return with_jobs(lambda job: replace(job, steps=tuple(map(change, job.steps))))


def with_triggers(**changes: Any) -> Callable[[Graph], Graph]:
    def change(workflow: Workflow) -> Workflow:
        return replace(workflow, triggers=replace(workflow.triggers, **changes)) if workflow.triggers else workflow

    return lambda graph: replace(graph, workflows=tuple(map(change, graph.workflows)))


def without_not(condition: Expr | None) -> Expr | None:
    return condition.args[0] if condition and condition.op is Op.NOT else condition


class NoJobs(Toy):
    """Knows nothing of graphs without jobs."""

    def generate(self, request: GenerateRequest) -> GenerateResult:
        assert request.graph.jobs
        return super().generate(request)


class Refuses(Toy):
    """Says of services that it cannot, and where."""

    def __init__(self, key: tuple[str, ...], message: str) -> None:
        super().__init__()
        self.key, self.message = key, message

    def generate(self, request: GenerateRequest) -> GenerateResult:
        if not any(job.services for job in request.graph.jobs):
            return super().generate(request)
        return GenerateResult((), (Diagnostic(Level.ERROR, "TOY_001", "Cannot be said", self.message, key=self.key),))


def numbering(count: Callable[[], int]) -> Callable[[str], str]:
    return lambda text: f"{text}# {count()}\n"


BROKEN: dict[str, tuple[Callable[[], Plugin], set[str]]] = {
    "loses timeouts": (lambda: Toy(with_jobs(lambda job: replace(job, timeout=30))), {"row-job-timeout"}),
    "loses retries of steps": (lambda: Toy(with_steps(lambda step: replace(step, retry=None))), {"row-retry"}),
    "loses secrets of steps": (
        lambda: Toy(with_steps(lambda step: replace(step, secrets=()))),
        {"row-secrets", "row-notify"},
    ),
    "loses environments": (lambda: Toy(with_jobs(lambda job: replace(job, environment=None))), {"row-environment"}),
    "loses schedules": (lambda: Toy(with_triggers(schedule=())), {"row-schedule", "row-workflows"}),
    "loses pull requests": (lambda: Toy(with_triggers(pull_request=None)), {"row-pull-request"}),
    "loses conditions of steps": (
        lambda: Toy(with_steps(lambda step: replace(step, when=None))),
        {"conditions", "row-step-condition"},
    ),
    "turns conditions around": (
        lambda: Toy(with_jobs(lambda job: replace(job, when=without_not(job.when)))),
        {"conditions"},
    ),
    "writes elsewhere": (lambda: Toy(path=lambda path: f"other/{path}"), {"file-paths"}),
    "ends lines as Windows does": (lambda: Toy(text=lambda text: text.replace("\n", "\r\n")), {"file-form"}),
    "does not escape": (
        lambda: Toy(text=lambda text: re.sub(r'"script": "(.*)"', r'"script": \1', text)),
        {"scripts"},
    ),
    "does not escape names": (
        lambda: Toy(text=lambda text: re.sub(r'("name": ")(.*)"', r"'name': '\2'", text)),
        {"texts"},
    ),
    "leaves placeholders": (
        lambda: Toy(text=lambda text: text.replace("$(", "{{ matrix.")),
        {"matrix-legs"},
    ),
    "needs a job": (NoJobs, {"empty", "graph-empty"}),
    "counts": (
        lambda: Toy(text=numbering(itertools.count().__next__)),
        {"same-twice", "same-elsewhere", "unknown-fields", "file-twice"},
    ),
    "refuses without saying what": (
        lambda: Refuses(("project",), "This cannot be done."),
        {"row-services"},
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_provider_that_does_this_fails(what: str, try_provider: Try) -> None:
    make, expected = BROKEN[what]
    failed = try_provider(make())
    assert set(failed) == expected, failed


def test_every_feature_has_keys_whose_effect_can_be_looked_for() -> None:
    assert [case.feature.id for case in feature_cases("toy") if not case.variants] == []


def test_a_provider_that_says_everything_passes(try_provider: Try) -> None:
    assert try_provider(Toy()) == {}


def test_a_refusal_that_names_the_key_passes(try_provider: Try) -> None:
    assert try_provider(Refuses(("jobs", "a", "services"), "No.")) == {}


def test_a_failed_row_says_which_key_is_lost(try_provider: Try) -> None:
    failed = try_provider(BROKEN["loses timeouts"][0]())["row-job-timeout"]
    assert failed.sent == "jobs.a.timeout: left out (and 1 more)"
    assert failed.expected == "another file, or a diagnostic that names jobs.a.timeout"


def test_every_check_of_providers_was_seen_to_fail() -> None:
    seen = set().union(*(expected for _, expected in BROKEN.values()))
    assert {id for id, _, _ in PROVIDING} <= seen


def test_a_provider_that_renders_nothing_of_the_graph_fails_every_row(try_provider: Try) -> None:
    rows = {f"row-{feature.id}" for feature in FEATURES if not feature.core}
    nothing = Toy(lambda _: Graph())
    assert rows - set(try_provider(nothing)) <= {"row-native-steps", "row-raw"}
