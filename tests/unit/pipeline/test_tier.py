"""S16: how far a run is trusted. Where it cannot be told, less."""

from typing import Any

import pytest

from cigen.pipeline.tier import detect_tier

PULL = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF_PROTECTED": "true"}


def pull_of(repository: Any) -> dict[str, Any]:
    return {"pull_request": {"head": {"repo": {"full_name": repository}}}}


@pytest.mark.parametrize(
    ("environ", "tier"),
    [
        ({}, "branch"),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_REF_PROTECTED": "false"}, "branch"),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_REF_PROTECTED": "true"}, "protected"),
        ({"CIRCLE_PR_USERNAME": "someone"}, "fork"),
        ({"CHANGE_FORK": "someone"}, "fork"),
        ({"BUILDKITE_PULL_REQUEST": "false"}, "branch"),
        ({"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_REPO": "a", "BUILDKITE_PULL_REQUEST_REPO": "a"}, "branch"),
        ({"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_REPO": "a", "BUILDKITE_PULL_REQUEST_REPO": "b"}, "fork"),
    ],
)
def test_s16_the_ci_system_tells_the_tier(environ: dict[str, str], tier: str) -> None:
    assert detect_tier(environ) == tier


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "pull_request_review"])
def test_s16_a_pull_request_is_of_a_fork_unless_its_payload_says_otherwise(event: str) -> None:
    environ = {**PULL, "GITHUB_EVENT_NAME": event}
    assert detect_tier(environ, pull_of("acme/shop")) == "branch"
    for payload in (None, {}, pull_of("someone/shop"), pull_of(None), pull_of(""), pull_of(7), {"pull_request": []}):
        assert detect_tier(environ, payload) == "fork"


def test_s16_a_payload_without_a_repository_equals_no_repository() -> None:
    for payload in (pull_of(""), pull_of(None), {}):
        assert detect_tier({"GITHUB_EVENT_NAME": "pull_request"}, payload) == "fork"
        assert detect_tier({**PULL, "GITHUB_REPOSITORY": ""}, payload) == "fork"


@pytest.mark.parametrize("asked", ["protected", "branch", "fork", "", "other"])
def test_s16_a_tier_can_be_lowered_and_never_raised(asked: str) -> None:
    order = ("fork", "branch", "protected")
    for environ, tier in (
        ({"GITHUB_REF_PROTECTED": "true"}, "protected"),
        ({}, "branch"),
        ({"CHANGE_FORK": "x"}, "fork"),
    ):
        found = detect_tier({**environ, "CIG_TIER": asked})
        expected = min(tier, asked, key=order.index) if asked in order else "fork"
        assert found == expected
