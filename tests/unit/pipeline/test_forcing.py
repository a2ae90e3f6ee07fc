"""S9, S20, S21, S22: who and what makes a proven job run."""

from typing import Any

import pytest

from cigen.model.config import Config, Project
from cigen.model.resources import Job, Workflow
from cigen.model.triggers import Schedule, Triggers
from cigen.pipeline.forcing import read_forcing
from cigen.pipeline.occasion import read_occasion
from cigen.pipeline.signature import PlannedJob

LEG = PlannedJob("test-ruby3.3", Job("test"), None, (), "test-ruby3.3")


def reason(environ: dict[str, str] | None = None, *trailers: str, config: Config | None = None, **payload: Any) -> str:
    given = environ or {}
    if payload:
        given = {"GITHUB_EVENT_NAME": "pull_request", **given}
    occasion = read_occasion(given, payload, "branch")
    return read_forcing(given, trailers, occasion).reason(LEG, config or Config("0.2", Project("shop")))


def with_triggers(**fields: Any) -> Config:
    return Config("0.2", Project("shop"), workflows=(Workflow("ci", triggers=Triggers(**fields)),))


def test_nothing_forces_by_itself() -> None:
    assert reason({"GITHUB_EVENT_NAME": "push", "GITHUB_RUN_ATTEMPT": "1", "CIG_FORCE": " , "}) == ""


@pytest.mark.parametrize("given", ["test-ruby3.3", "test", "test-*", "*", "lint,test", "lint test", "test-ruby3.?"])
def test_s21_a_glob_names_a_plan_key_or_a_job(given: str) -> None:
    assert reason({"CIG_FORCE": given}) == "CIG_FORCE"
    assert reason({}, given) == "TRAILER"


@pytest.mark.parametrize("given", ["lint", "TEST", "tes", "test-ruby3.4", "est*"])
def test_s21_a_glob_names_nothing_else(given: str) -> None:
    assert reason({"CIG_FORCE": given}, given) == ""


def test_s21_a_label_forces_everything() -> None:
    assert reason(pull_request={"labels": [{"name": "cig:full"}]}) == "LABEL"
    assert reason({"BUILDKITE_BRANCH": "x", "BUILDKITE_PULL_REQUEST_LABELS": "bug,cig:full"}) == "LABEL"
    for labels in ([{"name": "cig:fuller"}], [], None, [1], {}, [{}]):
        assert reason(pull_request={"labels": labels}) == ""
    assert reason(pull_request="x") == ""


@pytest.mark.parametrize(("answer", "expected"), [("true", "INPUT"), ("test", "INPUT"), ("false", ""), ("lint", "")])
def test_s21_the_answer_of_whoever_starts_a_run_forces(answer: str, expected: str) -> None:
    assert reason({"CIG_EVENT": "manual", "CIG_INPUT_CIG_FORCE": answer}) == expected
    assert reason({"GITHUB_EVENT_NAME": "workflow_dispatch"}, inputs={"cig_force": answer}) == expected
    assert reason({"CIG_EVENT": "push", "CIG_INPUT_CIG_FORCE": answer}) == ""


@pytest.mark.parametrize("attempt", ["2", "10", "", "x"])
def test_s22_a_plan_that_is_made_anew_in_a_later_attempt_forces(attempt: str) -> None:
    assert reason({"GITHUB_RUN_ATTEMPT": attempt}) == "RERUN"


@pytest.mark.parametrize(
    ("reuse", "expected"), [((), "SCHEDULE"), ((False,), "SCHEDULE"), ((True, False), "SCHEDULE"), ((True, True), "")]
)
def test_s20_a_schedule_is_the_whole_truth_unless_all_of_them_reuse(reuse: tuple[bool, ...], expected: str) -> None:
    config = with_triggers(schedule=tuple(Schedule("0 4 * * *", reuse=one) for one in reuse))
    assert reason({"GITHUB_EVENT_NAME": "schedule"}, config=config) == expected
    assert reason({"BUILDKITE_BRANCH": "main", "BUILDKITE_SOURCE": "schedule"}, config=config) == expected
    assert reason({"CIRCLECI": "true", "CIG_EVENT": "schedule"}, config=config) == expected
    assert reason({"GITHUB_EVENT_NAME": "push"}, config=config) == ""


@pytest.mark.parametrize(("queue", "expected"), [("full", "MERGE_QUEUE"), ("", "MERGE_QUEUE"), ("reuse", "")])
def test_s9_a_merge_queue_reuses_only_where_it_says_so(queue: str, expected: str) -> None:
    config = with_triggers(merge_queue=queue)
    assert reason({"GITHUB_EVENT_NAME": "merge_group"}, config=config) == expected


def test_a_workflow_that_cannot_be_told_reuses_nothing() -> None:
    both = tuple(Workflow(id, triggers=Triggers(merge_queue="reuse")) for id in ("a", "b"))
    config = Config("0.2", Project("shop"), workflows=both)
    assert reason({"GITHUB_EVENT_NAME": "merge_group"}, config=config) == "MERGE_QUEUE"
