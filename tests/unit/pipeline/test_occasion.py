"""What each CI system's variables say of a run, and what they leave open."""

from typing import Any

import pytest

from cigen.pipeline.occasion import Occasion, read_occasion

GITHUB = {"GITHUB_REPOSITORY": "acme/shop"}


def github(name: str, ref: str, payload: dict[str, Any] | None = None, tier: str = "branch", **more: str) -> Occasion:
    return read_occasion({**GITHUB, "GITHUB_EVENT_NAME": name, "GITHUB_REF": ref, **more}, payload or {}, tier)


@pytest.mark.parametrize(
    ("name", "ref", "event", "branches", "tag", "head"),
    [
        ("push", "refs/heads/a/b", "push", ("a/b",), "", "a/b"),
        ("push", "refs/tags/v1", "tag", ("",), "v1", ""),
        ("pull_request", "refs/pull/7/merge", "pull_request", ("",), "", "topic"),
        ("schedule", "refs/heads/main", "schedule", ("main",), "", "main"),
        ("workflow_dispatch", "refs/heads/main", "manual", ("main",), "", "main"),
        ("workflow_dispatch", "refs/tags/v1", "manual", ("",), None, ""),
        ("merge_group", "refs/heads/gh-readonly-queue/main/x", "merge_queue", ("gh-readonly-queue/main/x",), "", ""),
        ("pull_request_target", "refs/heads/main", None, ("main",), None, "main"),
        ("release", "refs/tags/v1", None, ("",), None, ""),
        ("push", "", "push", None, "", ""),
    ],
)
def test_github(
    name: str, ref: str, event: str | None, branches: tuple[str, ...] | None, tag: str | None, head: str
) -> None:
    found = github(name, ref, GITHUB_HEAD_REF="topic" if name == "pull_request" else "")
    assert (found.event, found.branches, found.tag, found.head) == (event, branches, tag, head)


def test_github_tells_drafts_labels_and_answers_in_its_payload() -> None:
    found = github(
        "pull_request", "refs/pull/7/merge", {"pull_request": {"draft": True, "labels": [{"name": "a b"}, 1]}}
    )
    assert (found.draft, found.labels, found.answers) == (True, frozenset({"a b"}), {})
    for payload in ({}, {"pull_request": None}, {"pull_request": {"draft": "x", "labels": "x"}}):
        unknown = github("pull_request", "refs/pull/7/merge", payload)
        assert (unknown.draft, unknown.labels) == (None, None)
    pushed = github("push", "refs/heads/main")
    assert (pushed.draft, pushed.labels, pushed.answers) == (False, frozenset(), {})
    asked = github("workflow_dispatch", "refs/heads/main", {"inputs": {"dry-run": True, "level": "all"}})
    assert asked.answers == {"CIG_INPUT_DRY_RUN": "true", "CIG_INPUT_LEVEL": "all"}
    assert github("workflow_dispatch", "refs/heads/main", {"inputs": None}).answers == {}
    assert github("workflow_dispatch", "refs/heads/main").answers is None


PULLED = {"BUILDKITE_BRANCH": "topic", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_SOURCE": "ui"}


@pytest.mark.parametrize(
    ("environ", "event", "branches", "tag", "head"),
    [
        ({"BUILDKITE_BRANCH": "x", "BUILDKITE_SOURCE": "webhook"}, "push", ("x",), "", "x"),
        ({"BUILDKITE_BRANCH": "x", "BUILDKITE_SOURCE": "schedule"}, "schedule", ("x",), "", "x"),
        ({"BUILDKITE_BRANCH": "x", "BUILDKITE_SOURCE": "api"}, "manual", ("x",), "", "x"),
        ({"BUILDKITE_BRANCH": "x"}, None, ("x",), None, "x"),
        (PULLED, "pull_request", ("",), "", "topic"),
        ({"BUILDKITE_BRANCH": "v1", "BUILDKITE_TAG": "v1", "BUILDKITE_SOURCE": "ui"}, "tag", ("",), "v1", ""),
        (
            {"BUILDKITE_BRANCH": "q", "BUILDKITE_MERGE_QUEUE_BASE_BRANCH": "main", "BUILDKITE_SOURCE": "webhook"},
            "merge_queue",
            ("q",),
            "",
            "",
        ),
        ({"CIRCLECI": "true", "CIRCLE_BRANCH": "x"}, None, ("", "x"), None, "x"),
        ({"CIRCLECI": "true", "CIRCLE_TAG": "v1"}, "tag", ("",), "v1", ""),
        ({"CIRCLECI": "true", "CIRCLE_BRANCH": "x", "CIG_EVENT": "push"}, "push", ("x",), "", "x"),
        ({"CIRCLECI": "true", "CIRCLE_BRANCH": "x", "CIG_EVENT": "pull_request"}, "pull_request", ("", "x"), "", "x"),
        ({"JENKINS_URL": "u", "BRANCH_NAME": "x"}, None, ("x",), None, "x"),
        ({"BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_BRANCH": "x"}, "pull_request", ("",), "", "x"),
        ({"BRANCH_NAME": "v1", "TAG_NAME": "v1"}, "tag", ("",), "v1", ""),
        ({"BRANCH_NAME": "x", "CIG_EVENT": "schedule"}, "schedule", ("x",), "", "x"),
        ({}, None, ("local",), None, "local"),
        ({"CIG_EVENT": "pull_request"}, "pull_request", ("",), "", "local"),
        ({"CIG_EVENT": "nonsense"}, None, ("local",), None, "local"),
    ],
)
def test_other_systems(
    environ: dict[str, str], event: str | None, branches: tuple[str, ...], tag: str | None, head: str
) -> None:
    found = read_occasion(environ, {}, "branch", "local")
    assert (found.event, found.branches, found.tag, found.head) == (event, branches, tag, head)


def test_outside_of_ci_with_no_branch_checked_out_nothing_is_known() -> None:
    assert read_occasion({}, {}, "branch") == Occasion()


def test_buildkite_tells_drafts_labels_and_answers() -> None:
    known = {**PULLED, "BUILDKITE_PULL_REQUEST_DRAFT": "true", "BUILDKITE_PULL_REQUEST_LABELS": "a,b c"}
    found = read_occasion(known, {}, "branch")
    assert (found.draft, found.labels) == (True, frozenset({"a", "b c"}))
    unknown = read_occasion(PULLED, {}, "branch")
    assert (unknown.draft, unknown.labels) == (None, None)
    manual = {"BUILDKITE_BRANCH": "x", "BUILDKITE_SOURCE": "ui"}
    assert read_occasion(manual, {}, "branch").answers == {}
    assert read_occasion({**manual, "CIG_INPUT_A": "1"}, {}, "branch").answers == {"CIG_INPUT_A": "1"}


def test_answers_that_nobody_tells_are_not_known() -> None:
    assert read_occasion({"JENKINS_URL": "u", "CIG_EVENT": "manual"}, {}, "branch").answers is None
    assert read_occasion({"JENKINS_URL": "u", "CIG_EVENT": "push"}, {}, "branch").answers == {}


@pytest.mark.parametrize(
    "environ",
    [
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_HEAD_REF": "main", "GITHUB_REF": "refs/pull/1/merge"},
        PULLED,
        {"CIRCLECI": "true", "CIRCLE_BRANCH": "main"},
        {"BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_BRANCH": "main"},
    ],
)
def test_s16_the_branch_of_a_fork_is_none(environ: dict[str, str]) -> None:
    assert read_occasion(environ, {}, "branch").head
    assert read_occasion(environ, {}, "fork").head == ""


def test_what_the_rendered_file_says_counts_before_the_variables() -> None:
    assert github("push", "refs/heads/main", CIG_EVENT="schedule").event == "schedule"
    assert not github("push", "refs/heads/main", CIG_EVENT="schedule").by_file
    assert github("push", "refs/heads/main").by_file


def test_an_event_that_the_rendered_file_misspells_is_not_known_whatever_the_variables_say() -> None:
    assert github("push", "refs/heads/main", CIG_EVENT="pushed").event is None
