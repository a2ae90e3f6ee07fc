"""What these tests share: one call from jobs to what a YAML parser reads in the rendered configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from cigen.schema.conditions import parse_condition
from cigen.sdk import (
    Checkout,
    Diagnostic,
    Expr,
    Graph,
    Job,
    Output,
    PullRequestTrigger,
    PushTrigger,
    Runner,
    Secret,
    Step,
    Triggers,
)
from cigen.sdk import Workflow as WorkflowValue
from cigen.std.provider.circleci.workflow import render_config

__all__ = ["Rendered"]


@dataclass(frozen=True)
class Rendered:
    """A rendered configuration: its text, what a parser reads in it, and the diagnostics."""

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
    def step(self) -> Any:
        """The last step of the first job."""
        return self.job["steps"][-1]

    @property
    def places(self) -> dict[str, dict[str, Any]]:
        """The entries of all workflows, by the name of the job in them."""
        found = {}
        for workflow in self.data["workflows"].values():
            for entry in workflow["jobs"]:
                key, body = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
                found[body.get("name", key)] = body
        return found

    def message(self, code: str) -> str:
        return next(found.message for found in self.diagnostics if found.code == code)


def _workflow(**given: Any) -> WorkflowValue:
    triggers = Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger())
    return WorkflowValue(**{"id": "ci", "triggers": triggers, **given})


def _job(*steps: Step, **given: Any) -> Job:
    checkout = Step("checkout", checkout=Checkout())
    return Job(**{"id": "test", "workflow": "ci", "machine": Runner("linux"), "steps": (checkout, *steps), **given})


def _render(*jobs: Job, secrets: tuple[Secret, ...] = (), **workflow: Any) -> Rendered:
    graph = Graph("shop", (_workflow(**workflow),), jobs or (_job(),), secrets=secrets)
    text, diagnostics = render_config(graph, Output("circleci", ".circleci/config.yml"))
    return Rendered(text, yaml.safe_load(text) or {}, diagnostics)


@pytest.fixture
def when() -> Callable[[str], Expr]:
    """A condition, read."""
    return parse_condition


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
