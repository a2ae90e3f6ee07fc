"""S16: the policies that docs/security.md gives to paste hold apart what it says they hold apart.

The names in them are those that cig writes. The rules of IAM that they use are few: they are tried here on such names,
and on identities as the CI systems spell them.
"""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from cigen.pipeline.tier import detect_tier
from cigen.proof.identity import identity_options
from cigen.proof.places import latest_place, output_place, record_place

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```(\w+)\n(.*?)^```", PAGE)
POLICIES = [json.loads(text) for language, text in BLOCKS if language == "json"]
STATEMENTS = [statement for policy in POLICIES for statement in policy.get("Statement", ())]
REPOSITORY, BUCKET = "github.com/acme/shop", "arn:aws:s3:::acme-ci-proofs/"
SIGNATURE = "cs1:" + "0" * 64


def names(scope: str) -> list[str]:
    """All that a run of this tier writes."""
    return [
        record_place(REPOSITORY, scope, "test-ruby3.3", SIGNATURE),
        latest_place(REPOSITORY, scope, "test-ruby3.3"),
        output_place(REPOSITORY, scope, "0" * 64),
    ]


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def like(pattern: str, text: str) -> bool:
    """IAM's `*`; the policies use no other wildcard."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def applies(statement: dict[str, Any], action: str, name: str) -> bool:
    acts = any(like(one, action) for one in many(statement["Action"]))
    return acts and any(like(one, BUCKET + name) for one in many(statement["Resource"]))


def sid(name: str) -> dict[str, Any]:
    return next(statement for statement in STATEMENTS if statement.get("Sid") == name)


def test_s16_every_name_in_a_policy_is_the_beginning_of_one_that_cig_writes() -> None:
    written = [*names("protected"), *names("branch")]
    code = "\n".join(text for _, text in BLOCKS)
    found = set(re.findall(r"acme-ci-proofs/(?:objects/)?([a-z][^\s\"'*]*)|'(github\.com/[^\s\"'*]*)'", code))
    prefixes = {first or second for first, second in found}
    assert len(prefixes) >= 6
    for prefix in prefixes:
        assert any(name.startswith(prefix) for name in written), prefix
    for name in written:
        assert any(name.startswith(prefix) for prefix in prefixes), name


def test_s16_a_role_writes_its_own_tier_and_reads_those_it_may_believe() -> None:
    branch = [sid("Read"), sid("WriteOwnTier"), sid("TellAbsentFromForbidden")]

    def may(action: str, name: str) -> bool:
        return any(applies(statement, action, name) for statement in branch)

    for name in names("branch"):
        assert may("s3:PutObject", name)
        assert may("s3:GetObject", name)
    for name in names("protected"):
        assert may("s3:GetObject", name)
        assert not may("s3:PutObject", name)
    assert not any(
        may(action, name) for action in ("s3:DeleteObject", "s3:PutBucketPolicy") for name in names("branch")
    )
    other = record_place("github.com/acme/other", "branch", "test", SIGNATURE)
    assert not may("s3:PutObject", other)
    assert not may("s3:GetObject", other)


def test_s17_a_reader_may_list_so_that_an_absent_record_is_told_from_a_forbidden_one() -> None:
    found = sid("TellAbsentFromForbidden")
    assert (found["Action"], found["Resource"]) == ("s3:ListBucket", BUCKET.rstrip("/"))
    google = "\n".join(text for language, text in BLOCKS if language == "sh")
    assert "--role=roles/storage.objectViewer --condition=None" in google


def test_s16_the_bucket_itself_keeps_records_from_being_overwritten_and_the_tiers_apart() -> None:
    once, tiers = sid("RecordsAreWrittenOnce"), sid("OnlyProtectedRunsWriteProtected")
    assert once["Effect"] == tiers["Effect"] == "Deny"
    for scope in ("protected", "branch"):
        record, latest, output = names(scope)
        assert applies(once, "s3:PutObject", record)
        assert not applies(once, "s3:PutObject", latest), "latest is overwritten by every proof"
        assert not applies(once, "s3:PutObject", output), "what was damaged is put right"
        assert applies(tiers, "s3:PutObject", output) == (scope == "protected")
        assert applies(tiers, "s3:PutObject", record) == (scope == "protected")


CLAIMS = {
    "token.actions.githubusercontent.com": {
        "aud": "sts.amazonaws.com",
        "sub": "repo:acme/shop:environment:cig-protected",
        "job_workflow_ref": "acme/shop/.github/workflows/ci.yml@refs/heads/main",
    },
    "oidc.circleci.com/org/ORG_ID": {
        "aud": "ORG_ID",
        "sub": "org/ORG_ID/project/PROJECT_ID/user/1/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/main",
    },
    "agent.buildkite.com": {
        "aud": "sts.amazonaws.com",
        "sub": "organization:acme:pipeline:shop:ref:refs/heads/main:commit:c0ffee:step:test",
    },
}
"""What a run of the protected branch has, by issuer."""

INTRUDERS = [
    ("token.actions.githubusercontent.com", {"sub": "repo:acme/shop:ref:refs/heads/main"}),
    ("token.actions.githubusercontent.com", {"sub": "repo:acme/shop:pull_request"}),
    ("token.actions.githubusercontent.com", {"sub": "repo:someone/shop:environment:cig-protected"}),
    (
        "token.actions.githubusercontent.com",
        {"job_workflow_ref": "acme/shop/.github/workflows/ci.yml@refs/heads/feature"},
    ),
    ("token.actions.githubusercontent.com", {"job_workflow_ref": None}),
    ("oidc.circleci.com/org/ORG_ID", {"sub": CLAIMS["oidc.circleci.com/org/ORG_ID"]["sub"] + "-not"}),
    (
        "oidc.circleci.com/org/ORG_ID",
        {
            "sub": "org/ORG_ID/project/PROJECT_ID/user/1/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/"
            "x/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/main"
        },
    ),
    ("oidc.circleci.com/org/ORG_ID", {"sub": "org/ORG_ID/project/OTHER/user/1/vcs-origin/x/vcs-ref/refs/heads/main"}),
    (
        "agent.buildkite.com",
        {"sub": "organization:acme:pipeline:shop:ref:refs/heads/someone:main:commit:c0ffee:step:test"},
    ),
    ("agent.buildkite.com", {"sub": "organization:acme:pipeline:other:ref:refs/heads/main:commit:c0ffee:step:test"}),
]


def trusted(issuer: str, claims: dict[str, Any]) -> bool:
    """Whether the role may be taken on; a claim that is missing fulfils no condition."""
    statement = next(one for one in STATEMENTS if issuer in str(one.get("Principal")))
    tests = {
        "StringEquals": lambda wanted, found: found == wanted,
        "StringLike": lambda wanted, found: found is not None and like(wanted, found),
        "StringNotLike": lambda wanted, found: found is not None and not like(wanted, found),
    }
    return all(
        tests[operator](wanted, claims.get(key.removeprefix(issuer + ":")))
        for operator, conditions in statement["Condition"].items()
        for key, wanted in conditions.items()
    )


@pytest.mark.parametrize("issuer", sorted(CLAIMS))
def test_s16_a_run_of_the_protected_branch_may_take_the_role_on(issuer: str) -> None:
    assert trusted(issuer, CLAIMS[issuer])


@pytest.mark.parametrize(("issuer", "other"), INTRUDERS)
def test_s16_nobody_else_may_take_the_role_on(issuer: str, other: dict[str, Any]) -> None:
    assert not trusted(issuer, {**CLAIMS[issuer], **other})


def test_s16_the_policies_expect_the_audiences_that_cig_asks_for(tmp_path: Path) -> None:
    agent = tmp_path / "buildkite-agent"
    agent.write_text('#!/bin/sh\nprintf %s "$4"\n')
    agent.chmod(0o755)
    job = {"BUILDKITE": "true", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    role = identity_options("s3://proofs", {**job, "AWS_ROLE_ARN": "x"}, 30)
    assert {Path(path).read_text() for path in role.values()} == {
        CLAIMS[issuer]["aud"] for issuer in ("token.actions.githubusercontent.com", "agent.buildkite.com")
    }
    application = identity_options("az://proofs", {**job, "AZURE_CLIENT_ID": "x", "AZURE_TENANT_ID": "x"}, 30)
    federated = next(policy for policy in POLICIES if "audiences" in policy)
    assert [Path(path).read_text() for path in application.values()] == federated["audiences"]


@pytest.mark.parametrize("operator", ["ForAllValues", "pull_request_target"])
def test_s16_what_the_page_warns_of_is_in_no_policy(operator: str) -> None:
    assert operator not in "".join(text for _, text in BLOCKS)


TOLD: dict[str, dict[str, str]] = {
    "GitHub Actions": {"GITHUB_EVENT_NAME": "push", "GITHUB_REF_PROTECTED": "true"},
    "CircleCI": {"CIRCLE_BRANCH": "main"},
    "Buildkite": {"BUILDKITE_BRANCH": "main", "BUILDKITE_PULL_REQUEST": "false"},
    "Jenkins": {"BRANCH_NAME": "main"},
}


@pytest.mark.parametrize("system", sorted(TOLD))
def test_s16_the_page_says_which_tier_cig_gives_and_where_it_looks_for_the_branch(system: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {system} | ")).split("|")
    told = TOLD[system]
    assert re.findall("`([^`]+)`", row[3])[0] == detect_tier(told)
    listed = detect_tier({**told, "GITHUB_REF_PROTECTED": "false"}, None, ("main",))
    assert (listed == "protected") is any(f"`{name}`" in row[4] for name in told)


def test_s16_a_tag_called_like_the_branch_may_not_take_the_protected_role_on_at_google() -> None:
    """Buildkite's claim `build_branch` holds the tag's name then; the subject does not."""
    shell = "".join(text for language, text in BLOCKS if language == "sh")
    begins = re.findall(r"assertion\.sub\.startsWith\(\"([^\"]+)\"\)", shell)
    assert [CLAIMS["agent.buildkite.com"]["sub"].startswith(one) for one in begins] == [True]
    assert "build_branch ==" not in shell


def test_s16_the_tests_that_the_page_names_exist() -> None:
    named = set(re.findall(r"`(tests/[^`]+)`", PAGE))
    assert len(named) > 3
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []
