"""Raw blocks: merged into the job, its place, its steps by id, and the file."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Job, ProviderBlock, Run, Step

Render = Callable[..., Any]


def raw(**given: Any) -> tuple[ProviderBlock, ...]:
    return (ProviderBlock("github", '{"x":1}'), ProviderBlock("circleci", json.dumps(given)))


def test_keys_go_where_they_belong(render_step: Render) -> None:
    block = {"circleci_ip_ranges": True, "context": ["x"], "pre-steps": [{"run": "<< pipeline.number >>"}]}
    found = render_step(raw=raw(**block, orbs={"node": "circleci/node@7"}, commands={"hi": {"steps": [{"run": "x"}]}}))
    assert found.job["circleci_ip_ranges"] is True
    assert found.places["test"] == {"context": ["x"], "pre-steps": [{"run": "<< pipeline.number >>"}]}
    assert (found.data["orbs"], list(found.data["commands"])) == ({"node": "circleci/node@7"}, ["hi"])
    assert not found.codes


def test_another_executor_replaces_the_one_that_was(render_step: Render) -> None:
    found = render_step(raw=raw(executor={"name": "node/default"}))
    assert "docker" not in found.job
    assert found.job["executor"] == {"name": "node/default"}


def test_a_step_is_patched_by_its_id(render_step: Render) -> None:
    found = render_step(
        Step("spec", run=Run("rspec")), raw=raw(steps={"spec": {"no_output_timeout": "20m", "name": "S"}})
    )
    assert found.step == {"run": {"name": "S", "command": "rspec", "no_output_timeout": "20m"}}


def test_a_step_can_become_another(render_step: Render) -> None:
    found = render_step(
        Step("install", run=Run("npm ci")),
        raw=raw(steps={"install": {"node/install-packages": {}}, "checkout": {"checkout": {"path": "src"}}}),
    )
    assert found.job["steps"] == [
        {"checkout": {"method": "blobless", "path": "src"}},
        {"node/install-packages": {}},
    ]


def test_a_step_that_is_gone_is_an_error(render_step: Render) -> None:
    found = render_step(raw=raw(steps={"gone": {"name": "x"}}))
    assert found.codes == ["CIRCLECI_013"]


@pytest.mark.parametrize("block", ['{"steps":[]}', "[]", '{"colour":"red"}'])
def test_what_cannot_be_merged_is_told(block: str, render_step: Render) -> None:
    assert render_step(raw=(ProviderBlock("circleci", block),)).codes == ["CIRCLECI_014"]


def test_a_workflows_block_goes_to_the_root(render: Render, make_job: Callable[..., Job]) -> None:
    more = {"ci": {"max_auto_reruns": 2}}
    found = render(make_job(), raw=raw(orbs={"slack": "circleci/slack@5"}, setup=False, workflows=more))
    assert list(found.data) == ["version", "setup", "orbs", "jobs", "workflows"]
    assert found.data["workflows"]["ci"] == {"jobs": ["test"], "max_auto_reruns": 2}
    assert found.data["orbs"] == {"slack": "circleci/slack@5"}
    assert found.data["setup"] is False


def test_a_patch_finds_steps_under_a_condition(render_step: Render, when: Callable[[str], Any]) -> None:
    step = Step("s", run=Run("x"), when=when("branch == 'main'"))
    found = render_step(step, raw=raw(steps={"s": {"background": True}}))
    assert found.step["when"]["steps"] == [{"run": {"command": "x", "background": True}}]
