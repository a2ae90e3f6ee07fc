"""What these tests share: one call from jobs to what a YAML parser reads in the rendered configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from cigen.schema.conditions import parse_condition
from cigen.sdk import Diagnostic, Expr, Graph, Job, Output, Secret, Workflow
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


@pytest.fixture
def when() -> Callable[[str], Expr]:
    """A condition, read."""
    return parse_condition


@pytest.fixture
def render(make_job: Callable[..., Job], make_workflow: Callable[..., Workflow]) -> Callable[..., Rendered]:
    """Render jobs; keywords are fields of their workflow."""

    def rendered(*jobs: Job, secrets: tuple[Secret, ...] = (), **workflow: Any) -> Rendered:
        graph = Graph("shop", (make_workflow(**workflow),), jobs or (make_job(),), secrets=secrets)
        text, diagnostics = render_config(graph, Output("circleci", ".circleci/config.yml"))
        return Rendered(text, yaml.safe_load(text) or {}, diagnostics)

    return rendered
