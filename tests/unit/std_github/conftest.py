"""What these tests share: one call from jobs to what a YAML parser reads in the rendered workflow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from cigen.sdk import Checkout, Diagnostic, Graph, Job, Output, PullRequestTrigger, PushTrigger, Runner, Step, Triggers
from cigen.sdk import Workflow as WorkflowValue
from cigen.std.provider.github.workflow import render_workflow

__all__ = ["Rendered"]


@dataclass(frozen=True)
class Rendered:
    """A rendered workflow: its text, what a parser reads in it, and the diagnostics."""

    text: str
    data: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.diagnostics]

    @property
    def job(self) -> dict[str, Any]:
        """The first job."""
        return next(iter(self.data["jobs"].values()))

    @property
    def step(self) -> dict[str, Any]:
        """The last step of the first job."""
        return self.job["steps"][-1]


def _workflow(**given: Any) -> WorkflowValue:
    triggers = Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger())
    return WorkflowValue(**{"id": "ci", "name": "CI", "triggers": triggers, **given})


def _job(*steps: Step, **given: Any) -> Job:
    checkout = Step("checkout", checkout=Checkout())
    return Job(**{"id": "test", "workflow": "ci", "machine": Runner("linux"), "steps": (checkout, *steps), **given})


def _render(*jobs: Job, **workflow: Any) -> Rendered:
    graph = Graph("project", (_workflow(**workflow),), jobs or (_job(),))
    text, diagnostics = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    loaded = yaml.safe_load(text) or {}
    return Rendered(text, {"on" if key is True else key: value for key, value in loaded.items()}, diagnostics)


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
