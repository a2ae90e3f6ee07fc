"""What has to be said when a build is started by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Job, Level, ManualInput, ManualTrigger, PushTrigger, Run, Step, Trigger, Triggers

Make = Callable[..., Job]


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"BUILDKITE_SOURCE": "ui"}, 1),
        ({"BUILDKITE_SOURCE": "ui", "CIG_INPUT_WHO": ""}, 1),
        ({"BUILDKITE_SOURCE": "ui", "CIG_INPUT_WHO": "me"}, 0),
        ({"BUILDKITE_SOURCE": "webhook"}, 0),
    ],
)
def test_a_build_started_by_hand_without_a_required_answer_fails_in_its_first_jobs(
    env: dict[str, str], code: int, make_job: Make, render: Callable[..., Any], run: Callable[..., Any]
) -> None:
    inputs = (ManualInput("who", required=True), ManualInput("why"), ManualInput("go", "boolean", required=True))
    triggers = Triggers(push=PushTrigger(("main",)), manual=ManualTrigger(inputs))
    step = Step("s", run=Run("echo done"))
    rendered = render(make_job(step, id="first"), make_job(step, id="second", needs=("first",)), triggers=triggers)
    first, second = (one["command"].replace("$$", "$") for one in rendered.steps)
    done = run(first, **env)
    assert (done.code, "done" in done.out) == (code, not code)
    assert ("CIG_INPUT_WHO has to be given." in done.out) is bool(code)
    assert "CIG_INPUT" not in second


def test_a_required_answer_is_told_as_one(render: Callable[..., Any]) -> None:
    triggers = Triggers(manual=ManualTrigger((ManualInput("who", required=True), ManualInput("why"))))
    told = [one.message for one in render(triggers=triggers).diagnostics]
    assert told == [
        'nobody is asked for "who": whoever starts a build sets CIG_INPUT_WHO, else the build fails',
        'nobody is asked for "why": whoever starts a build sets CIG_INPUT_WHY, else it is empty',
    ]


@pytest.mark.parametrize(("needs", "warned"), [((), True), (("test",), False)])
def test_a_first_job_that_starts_a_pipeline_cannot_ask_for_an_answer(
    needs: tuple[str, ...], warned: bool, make_job: Make, render: Callable[..., Any]
) -> None:
    triggers = Triggers(manual=ManualTrigger((ManualInput("who", required=True),)))
    starts = Job("next", workflow="ci", needs=needs, trigger=Trigger("deploy"))
    found = [one for one in render(make_job(), starts, triggers=triggers).diagnostics if one.level is Level.WARNING]
    assert [(one.code, one.key) for one in found] == [("BUILDKITE_024", ("jobs", "next", "trigger"))] * warned
