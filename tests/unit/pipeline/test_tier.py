"""S16: how far a run is trusted. Where it cannot be told, less."""

from typing import Any

import pytest

from cigen.pipeline.tier import detect_tier, is_claimed, is_of_a_push

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


@pytest.mark.parametrize(
    ("own", "other", "tier"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop.git", "branch"),
        ("git@github.com:acme/shop.git", "git://github.com/acme/shop.git", "branch"),
        ("git@github.com:acme/shop.git", "https://github.com/someone/shop.git", "fork"),
        ("git@github.com:acme/shop.git", "https://elsewhere.example/acme/shop.git", "fork"),
        ("/srv/shop", "/srv/shop", "branch"),
        ("/srv/shop", "/srv/other", "fork"),
        ("git@github.com:acme/shop.git", "", "fork"),
        ("", "", "fork"),
    ],
)
def test_s16_a_pull_request_on_buildkite_is_told_by_the_repository_and_not_by_its_url(
    own: str, other: str, tier: str
) -> None:
    pull = {"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_REPO": own, "BUILDKITE_PULL_REQUEST_REPO": other}
    assert detect_tier(pull) == tier
    assert detect_tier({"BUILDKITE_PULL_REQUEST": "7"}) == "fork"


LISTED = ("main", "release/*", "!release/old")
BUILDKITE = {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_SOURCE": "webhook"}
CIRCLECI = {"CIRCLECI": "true"}


def buildkite(branch: str, **more: str) -> dict[str, str]:
    return {**BUILDKITE, "BUILDKITE_BRANCH": branch, **more}


def buildkite_pull(branch: str, repository: str) -> dict[str, str]:
    own = {"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_REPO": "a", "BUILDKITE_PULL_REQUEST_REPO": repository}
    return buildkite(branch, **own)


def circleci(branch: str, **more: str) -> dict[str, str]:
    return {**CIRCLECI, "CIRCLE_BRANCH": branch, **more}


def jenkins(branch: str, **more: str) -> dict[str, str]:
    return {"JENKINS_URL": "https://ci.example.org/", "BRANCH_NAME": branch, **more}


JENKINS_PULL = {"CHANGE_ID": "7", "CHANGE_TARGET": "other"}
PULL_URL = "https://github.com/acme/shop/pull/7"


@pytest.mark.parametrize(
    ("environ", "tier", "records"),
    [
        # What is pushed to a protected branch.
        (buildkite("main"), "protected", True),
        (buildkite("release/1.2", BUILDKITE_SOURCE="schedule"), "protected", True),
        (circleci("main"), "protected", True),
        (circleci("release/1.2"), "protected", True),
        (jenkins("main"), "protected", True),
        (jenkins("release/1.2"), "protected", True),
        ({"BRANCH_NAME": "main"}, "protected", True),
        # Another branch.
        (buildkite("topic"), "branch", True),
        (buildkite("release/old"), "branch", True),
        (buildkite("Main"), "branch", True),
        (buildkite("x/main"), "branch", True),
        (circleci("topic"), "branch", True),
        (jenkins("topic"), "branch", True),
        # A fork's, whatever its branch is called.
        (buildkite_pull("main", "b"), "fork", False),
        (circleci("main", CIRCLE_PR_USERNAME="someone", CIRCLE_PR_NUMBER="7"), "fork", False),
        (jenkins("main", **JENKINS_PULL, CHANGE_BRANCH="main", CHANGE_FORK="someone"), "fork", False),
        # A pull request of the repository, from another branch.
        (buildkite_pull("topic", "a"), "branch", False),
        (circleci("topic", CIRCLE_PULL_REQUEST=PULL_URL), "branch", False),
        (circleci("pull/7", CIRCLE_PR_NUMBER="7"), "branch", False),
        (jenkins("main", **JENKINS_PULL, CHANGE_BRANCH="topic"), "branch", False),
        (jenkins("main", **JENKINS_PULL), "branch", False),
        # A pull request from the protected branch itself believes what the branch does, and records nothing.
        (buildkite_pull("main", "a"), "protected", False),
        (circleci("main", CIRCLE_PULL_REQUEST=PULL_URL), "protected", False),
        (jenkins("PR-7", **JENKINS_PULL, CHANGE_BRANCH="main"), "protected", False),
        # So does a build for which somebody named the branch.
        (buildkite("main", BUILDKITE_SOURCE="ui"), "protected", False),
        (buildkite("main", BUILDKITE_SOURCE="api"), "protected", False),
        (buildkite("main", BUILDKITE_SOURCE="trigger_job"), "protected", False),
        ({"BUILDKITE_BRANCH": "main", "BUILDKITE_SOURCE": "webhook"}, "protected", False),
        # A tag.
        (buildkite("main", BUILDKITE_TAG="main"), "branch", True),
        (circleci("main", CIRCLE_TAG="main"), "branch", True),
        (jenkins("main", TAG_NAME="main"), "branch", True),
        # A variable of somebody's own, where the system has another.
        ({**CIRCLECI, "BRANCH_NAME": "main"}, "branch", True),
        ({**BUILDKITE, "CIRCLE_BRANCH": "main", "BRANCH_NAME": "main"}, "branch", True),
        (circleci("topic", BRANCH_NAME="main"), "branch", True),
        (buildkite("topic", CIRCLE_BRANCH="main"), "branch", True),
        ({"CIRCLE_BRANCH": "topic", "BRANCH_NAME": "main"}, "branch", True),
    ],
)
def test_s16_cig_toml_names_protected_branches_where_the_ci_system_does_not(
    environ: dict[str, str], tier: str, records: bool
) -> None:
    assert detect_tier(environ, None, LISTED) == tier
    assert is_of_a_push(environ) is records
    assert is_claimed(environ, detect_tier(environ, None, LISTED)) is (tier == "protected")
    # Without the list nothing but a fork is told apart.
    assert detect_tier(environ) == ("fork" if tier == "fork" else "branch")


@pytest.mark.parametrize("environ", [buildkite("main"), circleci("main"), jenkins("main")])
@pytest.mark.parametrize(("asked", "tier"), [("protected", "protected"), ("branch", "branch"), ("fork", "fork")])
def test_s16_a_tier_that_cig_toml_gives_can_be_lowered(environ: dict[str, str], asked: str, tier: str) -> None:
    assert detect_tier({**environ, "CIG_TIER": asked}, None, LISTED) == tier
    assert detect_tier({**environ, "CIG_TIER": "other"}, None, LISTED) == "fork"
    assert not is_claimed(environ, "branch")


@pytest.mark.parametrize("github", [{"GITHUB_ACTIONS": "true"}, {"GITHUB_EVENT_NAME": "push"}])
@pytest.mark.parametrize("other", [{}, buildkite("main"), circleci("main"), jenkins("main")])
def test_s16_on_github_the_list_has_no_say(github: dict[str, str], other: dict[str, str]) -> None:
    environ = {**github, **other, "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main"}
    assert detect_tier({**environ, "GITHUB_REF_PROTECTED": "false"}, None, ("*",)) == "branch"
    assert detect_tier(environ, None, ("*",)) == "branch"
    told = {**environ, "GITHUB_REF_PROTECTED": "true"}
    for listed in (("*",), ("none",), ()):
        assert detect_tier(told, None, listed) == "protected"
        assert not is_claimed(told, "protected")


def test_s16_where_there_is_no_ci_system_the_list_has_no_say() -> None:
    assert detect_tier({}, None, ("*",)) == "branch"
