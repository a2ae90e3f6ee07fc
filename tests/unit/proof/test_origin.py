"""Which repository a record is of: one name, whatever it is cloned by; and which run wrote it."""

import pytest

from cigen.proof.origin import origin_of

SHOP = "github.com/acme/shop"


@pytest.mark.parametrize(
    "environ",
    [
        {"GITHUB_REPOSITORY": "acme/shop"},
        {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_SERVER_URL": "https://github.com"},
        {"CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git"},
        {"BUILDKITE_REPO": "git@github.com:acme/shop.git"},
        {"GIT_URL": "https://github.com/acme/shop.git"},
    ],
)
def test_every_ci_system_gives_the_same_name(environ: dict[str, str]) -> None:
    assert origin_of(environ, "https://elsewhere.example/x/y", "p").repository == SHOP


def test_outside_of_ci_the_remote_names_it_or_else_the_project() -> None:
    assert origin_of({}, "git@github.com:acme/shop.git", "p").repository == SHOP
    assert origin_of({}, "/srv/shop.git", "p").repository == "local/p"


def test_a_run_is_linked() -> None:
    github = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ID": "7", "GITHUB_REF_NAME": "main"}
    found = origin_of(github, "", "p")
    assert (found.url, found.ref) == ("https://github.com/acme/shop/actions/runs/7", "main")
    assert origin_of({"BUILDKITE_BUILD_URL": "https://b/1"}, "", "p").url == "https://b/1"
    assert origin_of({}, "", "p").url == ""


@pytest.mark.parametrize(
    ("environ", "retried"),
    [
        ({}, 0),
        ({"GITHUB_RUN_ATTEMPT": "1", "BUILDKITE_RETRY_COUNT": "0"}, 0),
        ({"GITHUB_RUN_ATTEMPT": "3"}, 2),
        ({"BUILDKITE_RETRY_COUNT": "1"}, 1),
        ({"GITHUB_RUN_ATTEMPT": "x"}, 1),
        ({"BUILDKITE_RETRY_COUNT": "-1"}, 2),
    ],
)
def test_s5_a_later_attempt_is_told(environ: dict[str, str], retried: int) -> None:
    assert origin_of(environ, "", "p").retried == retried
