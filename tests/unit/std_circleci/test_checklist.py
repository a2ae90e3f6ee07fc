"""What CircleCI has to be told outside of the repository: each thing that asks for something, and nothing else."""

from typing import Any

import pytest
from asked_settings import block_for, check_told, settings_of

from cigen.sdk import (
    Approval,
    Checkout,
    Concurrency,
    Graph,
    Job,
    JobOutputs,
    Output,
    PathGlob,
    PullRequestTrigger,
    Runner,
    Schedule,
    Secret,
    Setting,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.circleci.checklist import checklist

block = block_for("circleci")
settings = settings_of(checklist, "circleci", ".circleci/config.yml")


def test_a_plain_workflow_asks_for_a_project_and_its_trigger() -> None:
    assert [one.title for one in settings({})] == ["Set up the project", "Trigger pipelines on every push"]


def test_the_path_of_an_unusual_configuration_is_told() -> None:
    assert "Config file path" not in settings({})[0].place
    assert settings({}, ".circleci/other.yml")[0].place.endswith("Config file path: .circleci/other.yml")


# What a job or its workflow says; the title, a part of the place, and the key of what asks.
CASES = [
    (
        {"secrets": ("TOKEN",)}, {}, "Add the variable TOKEN", "Environment Variables", ("jobs", "test", "secrets"),
    ),
    (
        {"secrets": ("TOKEN",)}, {"secrets": (Secret("TOKEN", block(context="release")),)},
        'Keep TOKEN in the context "release"', "Organization Settings > Contexts", ("jobs", "test", "secrets"),
    ),
    (
        {"secrets": ("KEY",), "approve": Approval(by=("ops",))}, {"secrets": (Secret("KEY", block(context="c")),)},
        'Restrict the context "c" to a security group of ops', "Contexts > c > Security", ("jobs", "test", "approve"),
    ),
    (
        {"trigger": Trigger("site")}, {}, "Add the variable CIRCLE_TOKEN", "Environment Variables",
        ("jobs", "test", "trigger"),
    ),
    ({"oidc": True}, {}, "trust CircleCI's tokens", "https://oidc.circleci.com", ("jobs", "test", "oidc")),
    (
        {"machine": Runner("own", settings=block(resource_class="acme/gpu"))}, {}, "resource class acme/gpu",
        "Self-Hosted Runners", ("jobs", "test", "runner"),
    ),
    (
        {"outputs": JobOutputs(retention_days=7)}, {}, "Keep artifacts for 7 days", "Usage Controls",
        ("jobs", "test", "outputs", "retention_days"),
    ),
    (
        {"raw": block(orbs={"aws": "acme/aws@1.2.3"})}, {}, "Allow the orb acme/aws@1.2.3", "Orb Security Settings",
        ("jobs", "test", "raw", "circleci"),
    ),
    (
        {}, {"raw": block(setup=True)}, "Switch dynamic configuration on", "Enable dynamic config",
        ("raw", "circleci"),
    ),
    ({}, {"triggers": Triggers(tag=TagTrigger(("v*",)))}, "pushes of tags", "Triggers", ("on", "tag")),
    (
        {}, {"triggers": Triggers(merge_queue="full")}, "pushes to gh-readonly-queue/*", "Triggers",
        ("on", "merge_queue"),
    ),
    ({}, {"triggers": Triggers(merge_queue="full")}, "Switch the merge queue on", "", ("on", "merge_queue")),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger(skip_drafts=True))}, "trigger of the GitHub App",
        "Triggers", ("on", "pull_request"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger())}, "pull requests of forks",
        "Build forked pull requests", ("on", "pull_request"),
    ),
    (
        {}, {"triggers": Triggers(schedule=(Schedule("0 4 * * *", "nightly"),))},
        'schedule named "nightly" for "0 4 * * *" (UTC) on the branch "main"', "POST /project/SLUG/schedule",
        ("on", "schedule"),
    ),
    (
        {}, {"concurrency": Concurrency(preset="pr-latest")}, "Switch auto-cancel on",
        "Auto-cancel redundant workflows", ("concurrency",),
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


def test_a_secret_in_a_context_is_no_variable_of_the_project() -> None:
    found = settings({"secrets": ("TOKEN",)}, secrets=(Secret("TOKEN", block(context="release")),))
    assert not [one for one in found if "variable" in one.title]


def test_an_orb_of_circlecis_own_needs_no_permission() -> None:
    found = settings({"raw": block(orbs={"node": "circleci/node@7.1.0"})})
    assert not [one for one in found if "orb" in one.title]


def test_the_names_of_schedules_are_those_that_the_file_asks_for() -> None:
    alone = Workflow("ci", triggers=Triggers(schedule=(Schedule("0 1 * * *"),)))
    other = Workflow("other", triggers=Triggers(schedule=(Schedule("0 2 * * *"),)))
    output = Output("circleci", ".circleci/config.yml", workflow="*")
    (one,) = [found for found in checklist(Graph("p", (alone,)), output) if "schedule" in found.title]
    assert one.title == 'Add a schedule for "0 1 * * *" (UTC) on the branch "main"'
    two = [found.title for found in checklist(Graph("p", (alone, other)), output) if "schedule" in found.title]
    assert [title.split('"')[1] for title in two] == ["ci", "other"]


# -- skipping ----------------------------------------------------------------------------------------------------------

PROVABLE = Job(
    "test",
    workflow="ci",
    machine=Runner("linux"),
    steps=(Step("checkout", checkout=Checkout()),),
    skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)),
)


def planned(*secrets: Secret, **skipping: Any) -> dict[str, Setting]:
    """By title."""
    jobs = (PROVABLE, Job("lint", workflow="ci", machine=Runner("linux")))
    graph = Graph("shop", (Workflow("ci"),), jobs, secrets=secrets, skipping=Skipping(**skipping))
    found = checklist(graph, Output("circleci", ".circleci/config.yml", workflow="ci"))
    return {one.title: one for one in found}


def test_s3_a_merge_waits_for_the_gate_and_for_no_check_that_may_never_report() -> None:
    asked = [one for title, one in planned().items() if title.startswith("Let merges wait")]
    reason = '"ci/circleci: cig/gate" is green if every job was run or proven; no other check is needed'
    assert [(one.reason, one.key) for one in asked] == [(reason, ("jobs", "test", "skip_if"))]


def test_a_setup_configuration_has_to_be_switched_on_and_jobs_that_ask_need_none() -> None:
    title = "Switch dynamic configuration on"
    assert planned()[title].place.endswith("Advanced > Enable dynamic config using setup workflows")
    assert title not in planned(settings=block(mode="in-job"))


def test_a_project_without_a_store_is_told_to_choose_one() -> None:
    title = "Choose where the proofs of unchanged jobs are kept: without a store, every job runs"
    assert planned()[title].place.startswith("cig.toml: [skipping] store = the URL of a store, or CIG_STORE in Project")
    assert title not in planned(store="s3://proofs")


def test_what_the_store_and_its_records_need_is_kept_in_contexts_or_variables() -> None:
    found = planned(secrets=("AWS_KEY",), trust=("branch:0a",))
    assert found["Add the variable AWS_KEY"].key == ("skipping", "secrets")
    title = 'Add the variable CIG_STORE_KEY, the private key of tier "branch"'
    assert found[title].key == ("skipping", "trust")
    assert "all scripts of these jobs see it" in found[title].reason
    kept = planned(Secret("CIG_STORE_KEY", block(context="proofs")), trust=("branch:0a",))
    (title,) = [one for one in kept if "CIG_STORE_KEY" in one]
    assert title.endswith('in the context "proofs"')
    assert kept[title].place == "Organization Settings > Contexts"
    assert not [one for one in planned() if "CIG_STORE_KEY" in one]


def test_s16_the_key_of_protected_branches_wants_a_project_of_its_own() -> None:
    title = 'Keep the private key of tier "protected" where no other branch reaches it'
    found = planned(trust=("protected:0a", "branch:0b"), protected=("main", "release/*"))[title]
    assert found.place.startswith("a project that builds these branches alone")
    assert found.key == ("skipping", "protected")
    assert found.reason.startswith("main, release/*: ")
    assert title not in planned(trust=("branch:0b",), protected=("main",))
    assert title not in planned(trust=("protected:0a",))
