"""What these tests share: one call from jobs to the text of a Jenkinsfile and its functions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cigen.sdk import Checkout, Diagnostic, Graph, Job, Output, PullRequestTrigger, PushTrigger, Runner, Step, Triggers
from cigen.sdk import Workflow as WorkflowValue
from cigen.std.provider.jenkins.pipeline import render_pipeline

__all__ = ["Rendered"]


@dataclass(frozen=True)
class Rendered:
    """A rendered Jenkinsfile and the diagnostics."""

    text: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.diagnostics]

    @property
    def plugins(self) -> list[str]:
        """The ids that its header lists."""
        return [line.split()[1] for line in self.text.split("\n\n")[0].split("by id:\n")[1].splitlines()]

    def function(self, name: str) -> str:
        """The text of a function without its braces, one level less deep."""
        found = re.search(rf"^[A-Za-z]+ {name}\([^)]*\) \{{\n(.*?)^\}}", self.text, re.DOTALL | re.MULTILINE)
        assert found, f"there is no {name} in\n{self.text}"
        return re.sub(r"^  ", "", found[1], flags=re.MULTILINE)


def _workflow(**given: Any) -> WorkflowValue:
    triggers = Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger())
    return WorkflowValue(**{"id": "ci", "name": "CI", "triggers": triggers, **given})


def _job(*steps: Step, **given: Any) -> Job:
    checkout = Step("checkout", checkout=Checkout())
    return Job(**{"id": "test", "workflow": "ci", "machine": Runner("linux"), "steps": (checkout, *steps), **given})


def _render(*jobs: Job, secrets: tuple[Any, ...] = (), **workflow: Any) -> Rendered:
    graph = Graph("project", (_workflow(**workflow),), jobs or (_job(),), secrets=secrets)
    text, diagnostics = render_pipeline(graph, Output("jenkins", "Jenkinsfile"))
    return Rendered(text, diagnostics)


@pytest.fixture
def make_workflow() -> Callable[..., WorkflowValue]:
    """A workflow for pushes to main and pull requests, with the given fields."""
    return _workflow


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """A job on Linux that checks out and does the given steps."""
    return _job


@pytest.fixture
def render() -> Callable[..., Rendered]:
    """Render jobs; keywords are fields of their workflow."""
    return _render


@pytest.fixture
def render_step() -> Callable[..., Rendered]:
    """Render one job with these steps; keywords are fields of the job."""
    return lambda *steps, **given: _render(_job(*steps, **given))
