"""What Buildkite has to be told outside of the repository: each thing that asks for something, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from asked_settings import block_for, check_told, settings_of

from cigen.sdk import (
    Approval,
    Checkout,
    Concurrency,
    Container,
    Graph,
    Job,
    Output,
    PathGlob,
    PullRequestTrigger,
    Runner,
    Schedule,
    Secret,
    Service,
    Setting,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Tool,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.buildkite.checklist import checklist

block = block_for("buildkite")
settings = settings_of(checklist, "buildkite", ".buildkite/pipeline.yml")


def test_a_plain_workflow_asks_for_a_pipeline_its_trigger_and_agents() -> None:
    assert [one.title for one in settings({})] == [
        'Create a pipeline whose one step runs "buildkite-agent pipeline upload"',
        'Switch "Build branches" on',
        'Create the queue "default"',
        "Start agents with the tags queue=default",
    ]


def test_the_step_of_an_unusual_file_names_it() -> None:
    assert settings({}, ".buildkite/x.yml")[0].title.endswith('runs "buildkite-agent pipeline upload .buildkite/x.yml"')


def test_a_further_part_of_a_pipeline_asks_for_nothing() -> None:
    assert settings({}, ".buildkite/pipeline.2.yml") == ()


# What a job or its workflow says; the title, a part of the place, and the key of what asks.
CASES = [
    ({"secrets": ("TOKEN",)}, {}, "Add the secret TOKEN", "the cluster > Secrets", ("jobs", "test", "secrets")),
    (
        {"secrets": ("TOKEN",)}, {"secrets": (Secret("TOKEN", block(name="SHOP_TOKEN")),)}, "secret SHOP_TOKEN",
        "the cluster > Secrets", ("jobs", "test", "secrets"),
    ),
    (
        {"secrets": ("TOKEN",)}, {"secrets": (Secret("TOKEN", block(plugin={"acme/vault#v1.0.0": {}})),)},
        "Let the plugin acme/vault#v1.0.0 find TOKEN", "", ("jobs", "test", "secrets"),
    ),
    ({"approve": Approval(by=("ops",))}, {}, 'Give the team "ops" access', "Teams", ("jobs", "test", "approve")),
    ({"trigger": Trigger("site")}, {}, 'Create the pipeline "site"', "New pipeline", ("jobs", "test", "trigger")),
    ({"oidc": True}, {}, "trust Buildkite's tokens", "https://agent.buildkite.com", ("jobs", "test", "oidc")),
    (
        {"machine": Runner("gpu", settings=block(queue="gpu", os="linux"))}, {}, 'Create the queue "gpu"', "Queues",
        ("runners", "gpu"),
    ),
    (
        {"machine": Runner("gpu", settings=block(queue="gpu", os="linux"))}, {}, "tags queue=gpu, os=linux",
        "buildkite-agent.cfg", ("runners", "gpu"),
    ),
    ({"image": Container("ruby:3.4")}, {}, "Install Docker", "the machines", ("jobs", "test", "image")),
    (
        {"steps": (Step(tool=Tool("docker-buildx")),)}, {}, "Install Docker", "", ("jobs", "test", "packages"),
    ),
    (
        {"machine": Runner("windows")}, {}, "run scripts by the bash of Git for Windows", "the machines",
        ("jobs", "test", "runner"),
    ),
    ({"services": (Service("db", "postgres:17"),)}, {}, "Install Docker", "", ("jobs", "test", "services")),
    (
        {}, {"triggers": Triggers(tag=TagTrigger(("v*",)))}, '"Build tags" on', "provider_settings.build_tags",
        ("on", "tag"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger())}, '"Build pull requests" on',
        "provider_settings.build_pull_requests", ("on", "pull_request"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger())}, "pull requests of forks",
        "provider_settings.build_pull_request_forks", ("on", "pull_request"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger(labels=("ci",)))}, "when labels change",
        "build_pull_request_labels_changed", ("on", "pull_request", "labels"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger(skip_drafts=True))}, "when a draft becomes ready",
        "build_pull_request_ready_for_review", ("on", "pull_request", "skip_drafts"),
    ),
    (
        {}, {"triggers": Triggers(merge_queue="full")}, '"Build merge queues" on',
        "build_merge_group_checks_requested", ("on", "merge_queue"),
    ),
    ({}, {"triggers": Triggers(merge_queue="full")}, "Switch the merge queue on", "", ("on", "merge_queue")),
    (
        {}, {"triggers": Triggers(schedule=(Schedule("0 4 * * *", "nightly"),))},
        'schedule "nightly" for "0 4 * * *" (UTC) on the branch "main"', "Schedules", ("on", "schedule"),
    ),
    (
        {}, {"concurrency": Concurrency(preset="pr-latest")}, 'Cancel intermediate builds, on branches "!main"',
        "cancel_running_branch_builds", ("concurrency",),
    ),
    (
        {"allow_failure": False}, {"triggers": Triggers(merge_queue="full")}, "Let merges wait",
        "Require status checks to pass", ("on",),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("job", "workflow", "title", "place", "key"), CASES)
def test_what_asks_for_a_setting_is_told_with_its_place(
    job: dict[str, Any], workflow: dict[str, Any], title: str, place: str, key: tuple[str, ...]
) -> None:
    check_told(settings(job, **workflow), title, place, key)


def test_a_job_that_starts_another_pipeline_needs_no_agent() -> None:
    assert not [one for one in settings({"trigger": Trigger("site")}) if "agents" in one.title]


def test_schedules_of_several_workflows_in_one_file_set_a_variable() -> None:
    workflows = tuple(Workflow(name, triggers=Triggers(schedule=(Schedule("0 1 * * *"),))) for name in ("ci", "other"))
    output = Output("buildkite", ".buildkite/pipeline.yml", workflow="*")
    titles = [one.title for one in checklist(Graph("p", workflows), output) if "schedule" in one.title]
    assert [title.rpartition(" ")[2] for title in titles] == ["CIG_WORKFLOW=ci", "CIG_WORKFLOW=other"]
    (alone,) = [one.title for one in checklist(Graph("p", workflows[:1]), output) if "schedule" in one.title]
    assert "CIG_WORKFLOW" not in alone


# -- skipping ----------------------------------------------------------------------------------------------------------

PROVABLE = Job(
    "test",
    workflow="ci",
    machine=Runner("linux"),
    steps=(Step("checkout", checkout=Checkout()),),
    skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)),
)


def planned(*secrets: Secret, job: Job = PROVABLE, workflow: Workflow | None = None, **skipping: Any) -> list[Setting]:
    workflow = workflow or Workflow("ci")
    graph = Graph("shop", (workflow,), (job,), secrets=secrets, skipping=Skipping(**skipping))
    return list(checklist(graph, Output("buildkite", ".buildkite/pipeline.yml", workflow="ci")))


def titles(found: list[Setting], word: str) -> list[str]:
    return [one.title for one in found if word in one.title]


def test_s3_a_merge_waits_for_the_gate() -> None:
    queue = Workflow("ci", triggers=Triggers(merge_queue="full"))

    def reasons(job: Job) -> list[str]:
        return [one.reason for one in planned(workflow=queue, job=job) if one.title.startswith("Let merges wait")]

    assert reasons(PROVABLE) == ['the gate is "cig/gate"']
    assert reasons(replace(PROVABLE, skip_if=None)) == ['the build is "buildkite/SLUG", by the slug of the pipeline']


def test_what_the_store_and_its_records_need_is_asked_for() -> None:
    found = planned(secrets=("AWS_KEY",), trust=("branch:0a",))
    (store,) = [one for one in found if one.title == "Add the secret AWS_KEY"]
    assert (store.place, store.key) == ("Agents > the cluster > Secrets", ("skipping", "secrets"))
    (key,) = [one for one in found if one.title.startswith("Add the secret CIG_STORE_KEY: the private key")]
    assert (key.place, key.key) == ("Agents > the cluster > Secrets", ("skipping", "trust"))
    assert titles(planned(), "secret") == []


def test_s16_the_key_of_protected_branches_is_asked_for_with_its_policy() -> None:
    own = block(protected_key="OWN_KEY")
    found = planned(trust=("protected:0a",), protected=("main",), settings=own)
    (key,) = [one for one in found if 'tier "protected"' in one.title]
    assert key.title.startswith("Add the secret OWN_KEY: ")
    assert key.title.endswith('the private key of tier "protected", for protected branches alone')
    assert key.place.endswith("its Access: pipeline_slug, build_branch, build_source: webhook")
    assert key.key == ("skipping", "buildkite", "protected_key")
    assert titles(planned(protected=("main",), settings=own), "OWN_KEY") == []
    (asked,) = [one for one in planned(trust=("protected:0a",), protected=("main",)) if '"protected"' in one.title]
    assert asked.place.startswith("cig.toml: [skipping] buildkite = { protected_key = ")
    assert titles(planned(trust=("branch:0a",), protected=("main",)), '"protected"') == []
    assert titles(planned(trust=("protected:0a",)), '"protected"') == []


def test_no_key_is_asked_for_where_no_job_is_recorded() -> None:
    unrecorded = replace(PROVABLE, skip_if=SkipIf(branch=("docs",)))
    assert titles(planned(job=unrecorded, trust=("branch:0a",)), "CIG_STORE_KEY") == []


def test_secrets_of_the_store_have_the_names_and_places_that_cig_toml_gives_them() -> None:
    given = (Secret("AWS_KEY", block(name="PROOFS_KEY")), Secret("OTHER", block(plugin={"acme/vault#v1.0.0": {}})))
    found = planned(*given, secrets=("AWS_KEY", "OTHER"))
    assert titles(found, "secret") == ["Add the secret PROOFS_KEY"]
    assert titles(found, "plugin") == ["Let the plugin acme/vault#v1.0.0 find OTHER"]


def test_a_project_without_a_store_is_told_to_choose_one() -> None:
    (asked,) = [one for one in planned() if one.title.startswith("Choose where the proofs")]
    assert asked.place.startswith("cig.toml: [skipping] store")
    assert titles(planned(store="s3://proofs"), "Choose where the proofs") == []
    assert titles(planned(job=replace(PROVABLE, effects=True)), "Choose where the proofs") == []
