"""What starts a workflow, as the condition it stands under."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from cigen.sdk import (
    Graph,
    Job,
    ManualInput,
    ManualTrigger,
    Output,
    PullRequestTrigger,
    PushTrigger,
    Schedule,
    TagTrigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.circleci.workflow import render_config

Render = Callable[..., Any]
BRANCH = "pipeline.git.branch"
PR = "pipeline.event.github.pull_request"


@pytest.mark.parametrize(
    ("triggers", "when"),
    [
        (Triggers(PushTrigger(), PullRequestTrigger()), None),
        (Triggers(PushTrigger(("main",)), PullRequestTrigger(), merge_queue="full"), None),
        (Triggers(PushTrigger(("main",))), f'{BRANCH} == "main"'),
        (
            Triggers(PushTrigger(("main",)), merge_queue="full"),
            f'{BRANCH} == "main" or {BRANCH} starts-with "gh-readonly-queue/"',
        ),
        (Triggers(PushTrigger((), ("wip/*",))), f'not ({BRANCH} starts-with "wip/")'),
        (Triggers(PushTrigger(), tag=TagTrigger(("v*",))), f'{BRANCH} != "" or pipeline.git.tag starts-with "v"'),
        (Triggers(tag=TagTrigger(("v*",))), 'pipeline.git.tag starts-with "v"'),
        (Triggers(schedule=(Schedule("0 3 * * *"),)), 'pipeline.trigger_source == "scheduled_pipeline"'),
        (
            Triggers(schedule=(Schedule("0 3 * * *", "deep"), Schedule("0 4 * * *"))),
            'pipeline.trigger_source == "scheduled_pipeline"',
        ),
        (
            Triggers(PushTrigger(("main",)), PullRequestTrigger(skip_drafts=True)),
            " or ".join(
                [
                    f'pipeline.event.name != "pull_request" and {BRANCH} == "main"',
                    f'pipeline.event.name == "pull_request" and not {PR}.draft',
                ]
            ),
        ),
        (Triggers(manual=ManualTrigger()), 'pipeline.trigger_source == "api"'),
        (
            Triggers(PushTrigger(), manual=ManualTrigger()),
            'pipeline.trigger_source == "webhook" or pipeline.trigger_source == "api"',
        ),
        (
            Triggers(pull_request=PullRequestTrigger(("main",), ("opened",), skip_drafts=True)),
            " and ".join(
                [
                    'pipeline.event.name == "pull_request"',
                    f'{PR}.base.ref == "main"',
                    'pipeline.event.action == "opened"',
                    f"not {PR}.draft",
                ]
            ),
        ),
        (
            Triggers(tag=TagTrigger(("v*.*",))),
            {"matches": {"pattern": r"^v.*\..*$", "value": "<< pipeline.git.tag >>"}},
        ),
    ],
)
def test_each_trigger_is_a_condition(triggers: Triggers, when: Any, render: Render) -> None:
    assert render(triggers=triggers).data["workflows"]["ci"].get("when") == when


def test_without_triggers_pushes_to_the_default_branch_and_pull_requests_start_it(render: Render) -> None:
    assert "when" not in render(triggers=None).data["workflows"]["ci"]


@pytest.mark.parametrize(
    ("triggers", "filters"),
    [
        (Triggers(PushTrigger()), None),
        (Triggers(PushTrigger(), tag=TagTrigger(("v*",))), {"tags": {"only": "/.*/"}}),
        (Triggers(tag=TagTrigger(("v*",))), {"branches": {"ignore": "/.*/"}, "tags": {"only": "/.*/"}}),
    ],
)
def test_every_job_lets_in_the_tags_that_start_the_workflow(
    triggers: Triggers, filters: Any, render: Render, make_job: Callable[..., Job]
) -> None:
    found = render(make_job(id="a"), make_job(id="b", needs=("a",)), triggers=triggers)
    assert [place.get("filters") for place in found.places.values()] == [filters, filters]


def _render(*workflows: Workflow, make_job: Callable[..., Job]) -> tuple[dict[str, Any], list[str]]:
    jobs = tuple(make_job(id=f"job-{one.id}", workflow=one.id) for one in workflows)
    text, found = render_config(Graph("p", workflows, jobs), Output("circleci", ".circleci/config.yml", workflow="*"))
    return yaml.safe_load(text), [one.code for one in found]


def test_workflows_of_one_file_do_not_start_each_other(make_job: Callable[..., Job]) -> None:
    data, _ = _render(
        Workflow("ci", triggers=Triggers(PushTrigger())),
        Workflow("nightly", triggers=Triggers(schedule=(Schedule("0 3 * * *"),))),
        Workflow("weekly", triggers=Triggers(schedule=(Schedule("0 3 * * 0", "deep"),))),
        make_job=make_job,
    )
    scheduled = 'pipeline.trigger_source == "scheduled_pipeline" and pipeline.schedule.name == '
    assert [one.get("when") for one in data["workflows"].values()] == [
        'pipeline.trigger_source == "webhook"',
        f'{scheduled}"nightly"',
        f'{scheduled}"deep"',
    ]


def test_several_workflows_started_by_hand_have_a_parameter_each(make_job: Callable[..., Job]) -> None:
    given = Triggers(manual=ManualTrigger((ManualInput("level", "choice", options=("a", "b")),)))
    data, codes = _render(Workflow("one", triggers=given), Workflow("Two", triggers=given), make_job=make_job)
    assert list(data["parameters"]) == ["run-one", "level", "run-two"]
    assert data["workflows"]["Two"]["when"] == "pipeline.parameters.run-two"
    assert "CIRCLECI_030" not in codes


def test_one_name_asked_for_in_two_ways_is_an_error(make_job: Callable[..., Job]) -> None:
    one = Workflow("one", triggers=Triggers(manual=ManualTrigger((ManualInput("x"),))))
    two = Workflow("two", triggers=Triggers(manual=ManualTrigger((ManualInput("x", "boolean"),))))
    assert "CIRCLECI_030" in _render(one, two, make_job=make_job)[1]


def test_inputs_are_parameters_and_variables(render: Render) -> None:
    inputs = (
        ManualInput("target-env", "choice", "Where <<", "", True, ("a", "b<<")),
        ManualInput("go", "boolean", default="true"),
        ManualInput("n", "number", default="x"),
    )
    found = render(triggers=Triggers(manual=ManualTrigger(inputs)))
    assert found.data["parameters"] == {
        "target-env": {"type": "enum", "enum": ["a", "b\\<<"], "default": "a", "description": "Where \\<<"},
        "go": {"type": "boolean", "default": True},
        "n": {"type": "integer", "default": 0},
    }
    assert found.job["environment"]["CIG_INPUT_TARGET_ENV"] == "<< pipeline.parameters.target-env >>"
    assert "target-env: # required" in found.text


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (ManualInput("1x"), "CIRCLECI_010"),
        (ManualInput("x" * 129), "CIRCLECI_009"),
        (ManualInput("x", default="y" * 513), "CIRCLECI_009"),
    ],
)
def test_an_input_beyond_what_circleci_takes_is_an_error(given: ManualInput, code: str, render: Render) -> None:
    assert code in render(triggers=Triggers(manual=ManualTrigger((given,)))).codes


def test_more_than_a_hundred_inputs_are_an_error(render: Render) -> None:
    inputs = tuple(ManualInput(f"x{number}") for number in range(101))
    found = render(triggers=Triggers(manual=ManualTrigger(inputs)))
    assert "101 inputs" in found.message("CIRCLECI_009")


def test_what_is_a_setting_or_unknown_is_told(render: Render) -> None:
    triggers = Triggers(
        PushTrigger(),
        PullRequestTrigger(labels=("ci",), skip_drafts=True),
        None,
        (Schedule("0 3 * * *"),),
        paths=("a/**",),
    )
    assert sorted(set(render(triggers=triggers).codes)) == ["CIRCLECI_020", "CIRCLECI_021", "CIRCLECI_022"]


def _asking(*inputs: ManualInput) -> Triggers:
    return Triggers(push=PushTrigger(("main",)), manual=ManualTrigger(inputs))


def test_a_pipeline_started_by_hand_without_a_required_answer_fails_in_its_first_jobs(
    make_job: Callable[..., Job], render: Render
) -> None:
    asked = _asking(ManualInput("who", required=True), ManualInput("why"), ManualInput("go", "boolean", required=True))
    found = render(make_job(id="first"), make_job(id="second", needs=("first",)), triggers=asked).data["jobs"]
    when = found["first"]["steps"][0]["when"]
    assert when["condition"] == {"equal": ["api", "<< pipeline.trigger_source >>"]}
    assert found["first"]["environment"]["CIG_INPUT_WHO"] == "<< pipeline.parameters.who >>"
    (step,) = when["steps"]
    for answer, code, said in (("", 1, "CIG_INPUT_WHO has to be given.\n"), ("me", 0, "")):
        command = ["/bin/sh", "-eu", "-c", step["run"]["command"]]
        done = subprocess.run(command, env={"CIG_INPUT_WHO": answer}, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, said)
    assert "has to be given" not in str(found["second"])


@pytest.mark.parametrize(("shell", "own"), [("", None), ("sh", None), ("python", "/bin/bash -eo pipefail")])
def test_a_required_answer_is_asked_for_by_a_posix_shell(
    shell: str, own: str | None, make_job: Callable[..., Job], render: Render
) -> None:
    job = render(make_job(shell=shell), triggers=_asking(ManualInput("who", required=True))).job
    assert job["steps"][0]["when"]["steps"][0]["run"].get("shell") == own


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        (ManualInput("who", "choice", required=True, options=("me", "you")), 'CircleCI takes "me" for the answer'),
        (ManualInput("many", "number", required=True), "CircleCI takes 0 for the answer"),
        (ManualInput("who", "choice", default="you", required=True, options=("me", "you")), ""),
        (ManualInput("who", required=True), ""),
    ],
)
def test_an_input_that_answers_itself_cannot_be_required(given: ManualInput, warned: str, render: Render) -> None:
    told = [one for one in render(triggers=_asking(given)).diagnostics if one.code == "CIRCLECI_036"]
    assert len(told) == bool(warned)
    assert all(warned in one.message and one.key == ("on", "manual", "inputs", given.name) for one in told)
