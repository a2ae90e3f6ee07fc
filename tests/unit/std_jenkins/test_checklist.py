"""What Jenkins has to be told outside of the repository: each thing that asks for something, and nothing else."""

from typing import Any

import pytest
from asked_settings import PUSH, block_for, check_told, of, settings_of

from cigen.sdk import (
    Approval,
    Checkout,
    Container,
    GenerateRequest,
    Graph,
    Job,
    JobOutputs,
    ManualInput,
    ManualTrigger,
    Output,
    Pair,
    PathGlob,
    PullRequestTrigger,
    Runner,
    Schedule,
    Secret,
    Service,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Tool,
    Trigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.jenkins.checklist import checklist
from cigen.std.provider.jenkins.plugin import PLUGIN

block = block_for("jenkins")
settings = settings_of(lambda graph, output: checklist(graph, output, ""), "jenkins", "Jenkinsfile")


def test_a_plain_workflow_asks_for_a_job_its_webhook_and_an_agent() -> None:
    assert [one.title for one in settings({})] == [
        "Create a multibranch pipeline",
        "Add a webhook",
        "Discover branches",
        "Have an agent with the label linux",
    ]


def test_the_plugins_are_those_that_the_file_lists() -> None:
    head = "// Made.\n//   not this one\n//\n// Plugins it needs, by id:\n"
    text = f"{head}//   git    checkout\n//   own\n\n//   later  x\n"
    found = checklist(Graph("p", (Workflow("ci"),)), Output("jenkins", "Jenkinsfile"), text)
    plugins = [(one.title, one.reason) for one in found if "plugin" in one.title]
    assert plugins == [
        ("Install the plugin git", "Jenkinsfile wants it for: checkout"),
        ("Install the plugin own", "Jenkinsfile wants it"),
    ]


def test_the_plugins_of_a_rendered_file_are_found() -> None:
    graph = Graph("p", (Workflow("ci", triggers=PUSH),), (Job("a", workflow="ci", machine=Runner("linux")),))
    result = PLUGIN.generate(GenerateRequest("jenkins", graph, (Output("jenkins", "Jenkinsfile"),)))
    assert "Install the plugin workflow-aggregator" in [one.title for one in result.settings]


# What a job or its workflow says; the title, a part of the place, and the key of what asks.
CASES = [
    (
        {"secrets": ("TOKEN",)}, {}, 'credentials with the id "TOKEN"', "Manage Jenkins > Credentials",
        ("jobs", "test", "secrets"),
    ),
    (
        {"secrets": ("KEY",)}, {"secrets": (Secret("KEY", block(credentials="deploy-key")),)}, 'the id "deploy-key"',
        "Manage Jenkins > Credentials", ("jobs", "test", "secrets"),
    ),
    (
        {"approve": Approval(by=("ops", "qa"))}, {}, "Give ops, qa the right", "Authorization",
        ("jobs", "test", "approve"),
    ),
    ({"trigger": Trigger("site")}, {}, 'Create the job "site"', "New Item", ("jobs", "test", "trigger")),
    ({"oidc": True}, {}, "plugin oidc-provider", "Plugins", ("jobs", "test", "oidc")),
    (
        {"machine": Runner("gpu", settings=block(label="gpu && linux"))}, {}, "agent with the label gpu && linux",
        "Nodes", ("runners", "gpu"),
    ),
    ({"image": Container("ruby:3.4")}, {}, "Install Docker", "", ("jobs", "test", "image")),
    (
        {"steps": (Step(tool=Tool("docker-buildx")),)}, {}, "Install Docker", "", ("jobs", "test", "packages"),
    ),
    ({"machine": Runner("windows")}, {}, "Install Git for Windows", "the machines", ("jobs", "test", "runner")),
    ({"services": (Service("db", "postgres:17"),)}, {}, "Install Docker", "", ("jobs", "test", "services")),
    (
        {"outputs": JobOutputs(retention_days=7)}, {}, "Keep builds for 7 days", "Global Build Discarders",
        ("jobs", "test", "outputs", "retention_days"),
    ),
    ({}, {"triggers": Triggers(tag=TagTrigger(("v*",)))}, "Discover tags", "Branch Sources", ("on", "tag")),
    ({}, {"triggers": Triggers(tag=TagTrigger(("v*",)))}, "Build tags", "basic-branch-build-strategies", ("on", "tag")),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger())}, "Discover pull requests",
        "pull requests from origin", ("on", "pull_request"),
    ),
    (
        {}, {"triggers": Triggers(pull_request=PullRequestTrigger())}, "pull requests of forks", "Trust",
        ("on", "pull_request"),
    ),
    ({}, {"triggers": Triggers(merge_queue="full")}, "gh-readonly-queue/*", "Branch Sources", ("on", "merge_queue")),
    ({}, {"triggers": Triggers(merge_queue="full")}, "Switch the merge queue on", "", ("on", "merge_queue")),
    (
        {}, {"triggers": Triggers(schedule=(Schedule("0 4 * * *"),))}, 'Run the branch "main" once', "Build Now",
        ("on", "schedule"),
    ),
    (
        {}, {"triggers": Triggers(manual=ManualTrigger((ManualInput("version"),)))}, 'Run the branch "main" once',
        "Build Now", ("on", "manual"),
    ),
    ({}, {"raw": block(functions="def x() {}")}, "its own Groovy", "Script Approval", ("raw", "jenkins")),
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


def test_the_parameters_of_a_started_job_are_named() -> None:
    found = settings({"trigger": Trigger("site", inputs=(Pair("channel", "stable"), Pair("dry", "true")))})
    assert of('job "site"', found).reason.endswith("with the parameters channel, dry")


def test_a_workflow_by_hand_without_questions_asks_for_no_first_run() -> None:
    assert not [one for one in settings({}, triggers=Triggers(manual=ManualTrigger())) if "once" in one.title]


def test_s16_the_key_of_protected_branches_wants_a_folder_of_its_own() -> None:
    def asked(**skipping: Any) -> list[str]:
        steps = (Step("checkout", checkout=Checkout()),)
        job = Job("test", workflow="ci", steps=steps, skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)))
        graph = Graph("shop", (Workflow("ci"),), (job,), skipping=Skipping(**skipping))
        found = checklist(graph, Output("jenkins", "Jenkinsfile", workflow="ci"), "")
        return [one.place for one in found if '"protected"' in one.title and one.key == ("skipping", "protected")]

    (place,) = asked(trust=("protected:0a",), protected=("main",))
    assert place.startswith("Credentials of a folder")
    assert asked(trust=("branch:0a",), protected=("main",)) == asked(trust=("protected:0a",)) == []
