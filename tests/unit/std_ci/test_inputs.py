"""What has to be said when a workflow is started by hand."""

import pytest

from cigen.sdk import ManualInput, ManualTrigger, Triggers, Workflow
from cigen.std.ci.inputs import must_be_given


def asked(*inputs: ManualInput) -> list[str]:
    return [one.name for one in must_be_given(Workflow("ci", triggers=Triggers(manual=ManualTrigger(inputs))))]


def test_a_required_input_has_to_be_given() -> None:
    assert asked(ManualInput("who", "string", required=True), ManualInput("why", "string")) == ["who"]
    assert asked(ManualInput("who", "choice", required=True, options=("me", "you"))) == ["who"]


@pytest.mark.parametrize(
    "given",
    [ManualInput("who", "string", default="me", required=True), ManualInput("who", "boolean", required=True)],
)
def test_what_answers_itself_need_not_be_given(given: ManualInput) -> None:
    assert asked(given) == []


def test_a_workflow_that_nobody_starts_by_hand_asks_nothing() -> None:
    assert must_be_given(Workflow("ci")) == ()
