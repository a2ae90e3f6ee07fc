"""Secrets have one name in cig.toml, and perhaps another on GitHub."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from cigen.sdk import Container, Graph, Job, Output, ProviderBlock, Run, Secret, Step, Workflow
from cigen.std.provider.github.workflow import render_workflow


def _render(make_job: Callable[..., Job], settings: str, **given: Any) -> tuple[Any, list[tuple[str, Any]]]:
    job = make_job(Step("s", run=Run("x"), secrets=("TOKEN",)), **given)
    others = ProviderBlock("circleci", '{"context":"c"}')
    secrets = (Secret("TOKEN", (others, ProviderBlock("github", settings))), Secret("OTHER"))
    graph = Graph("p", (Workflow("ci"),), (job,), secrets=secrets)
    text, found = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    return yaml.safe_load(text)["jobs"]["test"], [(one.code, one.key) for one in found]


def test_a_secret_goes_by_the_name_it_has_there(make_job: Callable[..., Job]) -> None:
    job, found = _render(make_job, '{"name":"DEPLOY_TOKEN"}')
    assert job["steps"][-1]["env"] == {"TOKEN": "${{ secrets.DEPLOY_TOKEN }}"}
    assert found == []


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ('{"name":"GITHUB_X"}', [("GITHUB_010", ("secrets", "TOKEN", "github"))]),
        ('{"name":"A","vault":"b"}', [("GITHUB_006", ("secrets", "TOKEN", "github", "vault"))]),
        ("[]", [("GITHUB_014", ("secrets", "TOKEN", "github"))]),
        ("{}", []),
    ],
)
def test_what_github_cannot_make_of_it_is_told(settings: str, found: Any, make_job: Callable[..., Job]) -> None:
    assert _render(make_job, settings)[1] == found


def test_a_registry_gets_its_password_and_no_script_does(make_job: Callable[..., Job]) -> None:
    image = Container("registry.example.com/x", username="me", password="TOKEN")
    job, _ = _render(make_job, '{"name":"REGISTRY"}', image=image)
    assert job["container"] == {
        "image": "registry.example.com/x",
        "credentials": {"username": "me", "password": "${{ secrets.REGISTRY }}"},
    }
    assert "env" not in job
