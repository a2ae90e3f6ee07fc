"""A job that waits for a person is one of an environment, and what is missing is always told."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Approval, Environment, Job


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "test"),
        (Environment("production"), "production"),
        (Environment("production", "https://x"), {"name": "production", "url": "https://x"}),
    ],
)
def test_it_waits_for_the_reviewers_of_its_environment(
    given: Environment | None, expected: Any, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    rendered = render(make_job(approve=Approval("Release it?\n\nTo everyone.", ("ops", "me")), environment=given))
    assert rendered.job["environment"] == expected
    assert "    # Release it?\n    #\n    # To everyone.\n" in rendered.text
    (told,) = rendered.diagnostics
    assert (told.code, told.level.value, told.key) == ("GITHUB_025", "warning", ("jobs", "test", "approve"))
    assert "ops, me" in told.message
    assert "Settings" in told.hint


def test_an_environment_alone_asks_nobody(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    assert render(make_job(environment=Environment("production"))).codes == []
