"""What these tests share: one call from jobs to the text of a Jenkinsfile and its functions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cigen.sdk import Diagnostic, Graph, Job, Output, Workflow
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


@pytest.fixture
def render(make_job: Callable[..., Job], make_workflow: Callable[..., Workflow]) -> Callable[..., Rendered]:
    """Render jobs; keywords are fields of their workflow."""

    def rendered(*jobs: Job, secrets: tuple[Any, ...] = (), **workflow: Any) -> Rendered:
        graph = Graph("project", (make_workflow(**workflow),), jobs or (make_job(),), secrets=secrets)
        text, diagnostics = render_pipeline(graph, Output("jenkins", "Jenkinsfile"))
        return Rendered(text, diagnostics)

    return rendered
