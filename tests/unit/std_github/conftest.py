"""What these tests share: one call from jobs to what a YAML parser reads in the rendered workflow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from cigen.sdk import Diagnostic, Graph, Job, Output, Workflow
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


@pytest.fixture
def render(make_job: Callable[..., Job], make_workflow: Callable[..., Workflow]) -> Callable[..., Rendered]:
    """Render jobs; keywords are fields of their workflow."""

    def rendered(*jobs: Job, **workflow: Any) -> Rendered:
        graph = Graph("project", (make_workflow(**workflow),), jobs or (make_job(),))
        text, diagnostics = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
        loaded = yaml.safe_load(text) or {}
        return Rendered(text, {"on" if key is True else key: value for key, value in loaded.items()}, diagnostics)

    return rendered
