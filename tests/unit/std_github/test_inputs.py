"""Questions that a person is asked, and what stands for the answer where nobody was."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cigen.schema.conditions import parse_condition
from cigen.sdk import Job, ManualInput, ManualTrigger, PushTrigger, Triggers

MANUAL = ManualTrigger(
    (
        ManualInput("level", "choice", default="some", options=("some", "all")),
        ManualInput("dry-run", "boolean", default="true"),
        ManualInput("really", "boolean"),
        ManualInput("note", "string"),
        ManualInput("quote", "string", default="it's ${{ x }}"),
    )
)
BY_HAND = Triggers(manual=MANUAL)
ALSO = replace(BY_HAND, push=PushTrigger(("main",)))
NOT = "github.event_name != 'workflow_dispatch'"


@pytest.mark.parametrize(
    ("triggers", "expected"),
    [
        (
            BY_HAND,
            ["inputs.level", "inputs.dry-run", "inputs.really", "inputs.note", "inputs.quote"],
        ),
        (
            ALSO,
            [
                f"{NOT} && 'some' || inputs.level",
                f"{NOT} && 'true' || inputs.dry-run",
                f"{NOT} && 'false' || inputs.really",
                "inputs.note",
                f"{NOT} && 'it''s ${{{{ x }}}}' || inputs.quote",
            ],
        ),
    ],
)
def test_every_script_finds_the_answers(
    triggers: Triggers, expected: list[str], render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    names = ["CIG_INPUT_LEVEL", "CIG_INPUT_DRY_RUN", "CIG_INPUT_REALLY", "CIG_INPUT_NOTE", "CIG_INPUT_QUOTE"]
    values = [f"${{{{ {one} }}}}" for one in expected]
    assert render(make_job(), triggers=triggers).data["env"] == dict(zip(names, values, strict=True))


@pytest.mark.parametrize(
    ("condition", "alone", "beside"),
    [
        ("input.level == 'all'", "inputs.level == 'all'", f"({NOT} && 'some' || inputs.level) == 'all'"),
        (
            "input.level matches 'a*'",
            "startsWith(inputs.level, 'a')",
            f"startsWith(({NOT} && 'some' || inputs.level), 'a')",
        ),
        ("input.dry-run", "inputs.dry-run", f"{NOT} || inputs.dry-run"),
        ("not input.dry-run", "${{ !inputs.dry-run }}", f"${{{{ !({NOT} || inputs.dry-run) }}}}"),
        ("input.really == true", "inputs.really", "inputs.really"),
        ("input.note == ''", "inputs.note == ''", "inputs.note == ''"),
        (
            "input.note == '0.0'",
            "inputs.note == '0.0'",
            "github.event_name == 'workflow_dispatch' && inputs.note == '0.0'",
        ),
    ],
)
def test_the_default_answers_in_conditions_too(
    condition: str, alone: str, beside: str, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    for triggers, expected in ((BY_HAND, alone), (ALSO, beside)):
        rendered = render(make_job(when=parse_condition(condition)), triggers=triggers)
        assert rendered.job["if"] == expected


def test_github_asks_twenty_five_questions_at_most(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    def asked(count: int) -> Any:
        manual = ManualTrigger(tuple(ManualInput(f"q{number}") for number in range(count)))
        return render(make_job(), triggers=Triggers(manual=manual)).codes

    assert (asked(25), asked(26)) == ([], ["GITHUB_020"])
