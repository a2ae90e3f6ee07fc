"""What GitHub has to be told outside of the repository: each thing that asks for something, and nothing else."""

from typing import Any

import pytest
from asked_settings import block_for, check_told, of, settings_of

from cigen.sdk import (
    Approval,
    Checkout,
    Container,
    Environment,
    Graph,
    Job,
    Leg,
    Matrix,
    Notify,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    Runner,
    Schedule,
    Setting,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.github.checklist import checklist

block = block_for("github")
settings = settings_of(checklist, "github", ".github/workflows/ci.yml")


def test_a_plain_workflow_asks_for_nothing() -> None:
    assert settings({}) == ()


# What a job or its workflow says; the title, a part of the place, and the key of what asks.
CASES = [
    ({"secrets": ("TOKEN",)}, {}, "Add the secret TOKEN", "gh secret set TOKEN", ("jobs", "test", "secrets")),
    ({"steps": (Step(secrets=("TOKEN",)),)}, {}, "secret TOKEN", "Secrets and variables", ("jobs", "test", "secrets")),
    ({"cleanup": (Step(secrets=("TOKEN",)),)}, {}, "secret TOKEN", "", ("jobs", "test", "secrets")),
    ({"notify": (Notify(secrets=("HOOK",)),)}, {}, "secret HOOK", "", ("jobs", "test", "secrets")),
    ({"image": Container("a", username="u", password="PW")}, {}, "secret PW", "", ("jobs", "test", "secrets")),
    (
        {"environment": Environment("prod")}, {}, 'Create the environment "prod"', "Settings > Environments",
        ("jobs", "test", "environment"),
    ),
    (
        {"environment": Environment("prod")}, {}, 'may deploy to "prod"', "Deployment branches and tags",
        ("jobs", "test", "environment"),
    ),
    (
        {"environment": Environment("prod"), "approve": Approval(by=("ops", "qa"))}, {},
        'review by ops, qa in the environment "prod"', "prod > Required reviewers", ("jobs", "test", "approve"),
    ),
    ({"approve": Approval()}, {}, 'review by somebody in the environment "test"', "", ("jobs", "test", "approve")),
    (
        {"oidc": True, "environment": Environment("prod")}, {}, "trust GitHub's tokens",
        "repo:OWNER/REPOSITORY:environment:prod", ("jobs", "test", "oidc"),
    ),
    ({"oidc": True}, {}, "trust GitHub's tokens", "ref:refs/heads/BRANCH", ("jobs", "test", "oidc")),
    (
        {"machine": Runner("gpu", settings=block(**{"runs-on": ["self-hosted", "gpu"]}))}, {},
        "runner with the labels self-hosted, gpu", "Settings > Actions > Runners", ("runners", "gpu"),
    ),
    (
        {"machine": Runner("big", settings=block(**{"runs-on": {"group": "large"}}))}, {},
        'runner group "large"', "Runner groups", ("runners", "big"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger())}, "pull requests from forks",
        "Approval for running fork pull request workflows", ("on", "pull_request"),
    ),
    ({}, {"triggers": Triggers(schedule=(Schedule("0 4 * * *"),))}, "scheduled workflows", "", ("on", "schedule")),
    (
        {}, {"triggers": Triggers(merge_queue="full")}, "merge queue", 'Require merge queue, for the branch "main"',
        ("on", "merge_queue"),
    ),
    (
        {"allow_failure": False}, {"triggers": Triggers(merge_queue="full")}, "Let merges wait",
        "Require status checks to pass", ("jobs", "test"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("job", "workflow", "title", "place", "key"), CASES)
def test_what_asks_for_a_setting_is_told_with_its_place(
    job: dict[str, Any], workflow: dict[str, Any], title: str, place: str, key: tuple[str, ...]
) -> None:
    check_told(settings(job, **workflow), title, place, key)


def test_a_secret_of_a_job_with_an_environment_is_kept_there() -> None:
    found = settings({"secrets": ("KEY",), "environment": Environment("prod")})
    assert of("secret KEY", found).place == 'Settings > Environments > prod, or: gh secret set KEY --env "prod"'


def test_the_token_that_github_gives_needs_no_secret() -> None:
    assert settings({"secrets": ("GITHUB_TOKEN",)}) == ()


def test_a_machine_of_githubs_own_needs_no_runner() -> None:
    assert settings({"machine": Runner("old", settings=block(**{"runs-on": "ubuntu-22.04"}))}) == ()


def test_a_workflow_of_its_own_name_is_asked_by_its_own_keys() -> None:
    triggers = Triggers(schedule=(Schedule("0 4 * * *"),))
    found = checklist(
        Graph("shop", (Workflow("nightly", triggers=triggers),), (Job("a", workflow="nightly"),)),
        Output("github", "n.yml", workflow="nightly"),
    )
    assert found[0].key == ("workflows", "nightly", "on", "schedule")


@pytest.mark.parametrize(
    "job",
    [
        {"allow_failure": True},
        {"effects": True},
        {"run_on": "always"},
        {"environment": Environment("e")},
        {"approve": Approval()},
        {"trigger": Trigger("p")},
    ],
)
def test_no_merge_waits_for_a_job_that_may_not_run_or_may_fail(job: dict[str, Any]) -> None:
    pulls = Triggers(pull_request=PullRequestTrigger())
    found = settings({"allow_failure": False, **job}, triggers=pulls)
    assert not [one for one in found if "Let merges wait" in one.title]


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("", '"test-3.12", "test-3.13"'),
        ("Test {{ matrix.python }}", '"Test 3.12", "Test 3.13"'),
        ("Test", '"Test" with the values of each of its 2 legs'),
    ],
)
def test_the_checks_are_called_as_github_calls_them(name: str, checks: str) -> None:
    legs = tuple(Leg(f"test-{one}", (Pair("python", one),), Runner("linux")) for one in ("3.12", "3.13"))
    job = {"matrix": Matrix(legs=legs), "machine": None, "name": name, "allow_failure": False}
    found = settings(job, triggers=Triggers(pull_request=PullRequestTrigger()))
    assert of("Let merges wait", found).reason == f'job "test" is {checks}'


def test_each_shard_is_a_check() -> None:
    found = settings(
        {"shards": Shards(2), "allow_failure": False}, triggers=Triggers(pull_request=PullRequestTrigger())
    )
    assert of("Let merges wait", found).reason == 'job "test" is "test-shard0", "test-shard1"'


def test_an_environment_for_each_leg_is_asked_for_by_name() -> None:
    legs = tuple(Leg(f"test-{one}", (Pair("to", one),), Runner("linux")) for one in ("staging", "production"))
    found = settings({"matrix": Matrix(legs=legs), "machine": None, "environment": Environment("{{ matrix.to }}")})
    created = [one.title for one in found if "Create" in one.title]
    assert created == ['Create the environment "staging"', 'Create the environment "production"']


# -- skipping ----------------------------------------------------------------------------------------------------------

PROVABLE = Job(
    "test",
    workflow="ci",
    machine=Runner("linux"),
    steps=(Step("checkout", checkout=Checkout()),),
    skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)),
)


def planned(**skipping: Any) -> tuple[Setting, ...]:
    graph = Graph("shop", (Workflow("ci"),), (PROVABLE, Job("lint", workflow="ci")), skipping=Skipping(**skipping))
    return checklist(graph, Output("github", ".github/workflows/ci.yml", workflow="ci"))


def test_a_merge_waits_for_the_gate_and_for_no_check_that_may_never_report() -> None:
    """S3."""
    asked = [one for one in planned() if one.title.startswith("Let merges wait")]
    assert [(one.reason, one.key) for one in asked] == [
        ('"cig/gate" is green if every job was run or proven; no other check is needed', ("jobs", "test", "skip_if"))
    ]


def test_what_the_store_and_its_records_need_is_asked_for() -> None:
    found = planned(secrets=("AWS_KEY",), trust=("branch:0a",))
    assert of("Add the secret AWS_KEY", found).key == ("skipping", "secrets")
    assert of("Add the secret CIG_STORE_KEY", found).key == ("skipping", "trust")
    assert not [one for one in planned() if "secret" in one.title]


REPOSITORY = "Settings > Secrets and variables > Actions, or: gh secret set CIG_STORE_KEY"


def test_s16_each_tiers_key_is_asked_for_where_runs_of_that_tier_alone_find_it() -> None:
    environment = (ProviderBlock("github", '{"environment":"kept"}'),)
    found = planned(trust=("branch:0a", "protected:0b"), settings=environment)
    keys = {one.title.rpartition(" ")[2]: one.place for one in found if "CIG_STORE_KEY" in one.title}
    assert keys == {
        '"branch"': REPOSITORY,
        '"protected"': 'Settings > Environments > kept, or: gh secret set CIG_STORE_KEY --env "kept"',
    }
    assert of('Create the environment "kept"', found).key == ("skipping", "github", "environment")
    only = of('Let the branch "main", and nothing else, deploy to "kept"', found)
    assert only.place.endswith("> Selected branches and tags")


def test_a_cloud_that_keeps_proofs_is_to_trust_the_tokens_of_jobs() -> None:
    title = "Let the cloud that keeps the proofs trust GitHub's tokens"
    assert of(title, planned(settings=(ProviderBlock("github", '{"oidc":true}'),))).key == ("skipping", "github")
    assert not [one for one in planned() if one.title == title]


def test_s16_without_an_environment_the_protected_key_is_asked_for_nowhere() -> None:
    found = planned(trust=("protected:0b",))
    assert [one for one in found if one.title.startswith("Add the secret")] == []
    assert "[skipping] github = { environment = " in of('Keep the private key of tier "protected" out', found).place


def test_a_project_without_a_store_is_told_to_choose_one() -> None:
    title = "Choose where the proofs"
    assert of(title, planned()).place.startswith('cig.toml: [skipping] store = "github-cache"')
    assert not [one for one in planned(store="s3://proofs") if one.title.startswith(title)]
