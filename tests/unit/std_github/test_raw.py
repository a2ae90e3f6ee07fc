"""The way out: GitHub's own keys, merged by the ids of jobs and steps."""

import json
from collections.abc import Callable
from typing import Any

from cigen.sdk import Native, Pair, ProviderBlock, Run, Step


def _raw(value: object) -> tuple[ProviderBlock, ...]:
    return (ProviderBlock("circleci", '{"steps":{"nowhere":{}}}'), ProviderBlock("github", json.dumps(value)))


STEP = Step("build", "Build", run=Run("make"), env=(Pair("A", "1"),), working_directory="web")


def test_a_block_is_merged_key_by_key_and_wins(render_step: Callable[..., Any]) -> None:
    block = {"timeout-minutes": 5, "permissions": {"checks": "write"}, "outputs": {"x": "${{ steps.build.outputs.x }}"}}
    job = render_step(STEP, raw=_raw(block)).job
    assert (job["timeout-minutes"], job["permissions"]) == (5, {"contents": "read", "checks": "write"})
    assert job["outputs"] == {"x": "${{ steps.build.outputs.x }}"}
    assert list(job)[-2:] == ["outputs", "steps"]


def test_a_step_is_addressed_by_its_id(render_step: Callable[..., Any]) -> None:
    block = {"steps": {"build": {"env": {"B": "${{ github.sha }}"}}, "checkout": {"with": {"path": "src"}}}}
    rendered = render_step(STEP, raw=_raw(block))
    assert rendered.step["env"] == {"A": "1", "B": "${{ github.sha }}"}
    assert rendered.job["steps"][0]["with"] == {"persist-credentials": False, "path": "src"}
    assert "# v" in rendered.text.split("Check out")[1].split("\n")[1]


def test_an_id_is_written_where_an_expression_asks_for_it(render_step: Callable[..., Any]) -> None:
    other = Step("other", run=Run("x"))
    rendered = render_step(STEP, other, raw=_raw({"outputs": {"x": "${{ steps['build'].outputs.x }}"}}))
    assert [step.get("id") for step in rendered.job["steps"]] == [None, "build", None]
    native = Step("n", native=Native("github", '{"run":"echo","if":"steps.other.outcome == \'success\'"}'))
    assert [step.get("id") for step in render_step(other, native).job["steps"]] == [None, "other", None]


def test_a_script_replaced_by_an_action_takes_its_own_keys_along(render_step: Callable[..., Any]) -> None:
    block = {"steps": {"build": {"uses": "./build"}, "checkout": {"run": "git clone"}}}
    steps = render_step(STEP, raw=_raw(block)).job["steps"]
    assert steps == [{"name": "Check out", "run": "git clone"}, {"name": "Build", "uses": "./build", "env": {"A": "1"}}]


def test_a_block_for_a_step_that_is_gone_is_an_error(render_step: Callable[..., Any]) -> None:
    rendered = render_step(STEP, raw=_raw({"steps": {"old": {"if": "always()"}}}))
    assert rendered.codes == ["GITHUB_013"]
    assert rendered.diagnostics[0].key == ("jobs", "test", "raw", "github", "steps", "old")
    assert rendered.diagnostics[0].hint == 'steps: "checkout", "build"'


def test_what_cannot_be_merged_is_told(render_step: Callable[..., Any]) -> None:
    rendered = render_step(STEP, raw=_raw({"steps": [{"run": "x"}], "needz": ["a"]}))
    assert [(found.level.value, found.code) for found in rendered.diagnostics] == [
        ("error", "GITHUB_014"),
        ("warning", "GITHUB_014"),
    ]


def test_a_native_step_is_as_it_was_written(render_step: Callable[..., Any]) -> None:
    native = Native("github", '{"uses":"me/mine@v1","with":{"x":"${{ github.sha }}"}}')
    step = Step(
        "own", "Own", native=native, env=(Pair("A", "${{ x }}"),), run_on="always", timeout=3, allow_failure=True
    )
    assert render_step(step).step == {
        "name": "Own",
        "if": "always()",
        "uses": "me/mine@v1",
        "with": {"x": "${{ github.sha }}"},
        "env": {"A": "${{ '${{' }} x }}"},
        "timeout-minutes": 3,
        "continue-on-error": True,
    }


def test_the_keys_of_a_native_step_stand_in_order_too(render_step: Callable[..., Any]) -> None:
    native = Native("github", '{"env":{"B":"2"},"run":"x","if":"always()","name":"Own","working-directory":"w"}')
    step = render_step(Step("own", native=native, timeout=3)).step
    assert list(step) == ["name", "if", "run", "working-directory", "env", "timeout-minutes"]


def test_a_step_of_another_provider_is_left_out_and_named(render_step: Callable[..., Any]) -> None:
    rendered = render_step(Step("orb", native=Native("circleci", "{}")))
    assert rendered.codes == ["GITHUB_015"]
    assert len(rendered.job["steps"]) == 1


def _of_workflow(render: Callable[..., Any], block: Any) -> Any:
    text = block if isinstance(block, str) else json.dumps(block)
    return render(raw=(ProviderBlock("circleci", '{"x":1}'), ProviderBlock("github", text)))


def test_a_block_of_the_workflow_is_merged_into_the_file(render: Callable[..., Any]) -> None:
    rendered = _of_workflow(render, {"on": {"workflow_call": None}, "run-name": "by ${{ github.actor }}"})
    assert list(rendered.data) == ["name", "run-name", "on", "permissions", "defaults", "jobs"]
    assert list(rendered.data["on"]) == ["push", "pull_request", "workflow_call"]
    assert rendered.codes == []


def test_what_the_workflow_cannot_have_is_told(render: Callable[..., Any]) -> None:
    for block, level, key in (({"jobz": 1}, "warning", "jobz"), ({"jobs": {}}, "error", "jobs")):
        (found,) = _of_workflow(render, block).diagnostics
        assert (found.code, found.level.value, found.key) == ("GITHUB_014", level, ("raw", "github", key))
    assert _of_workflow(render, "[]").codes == ["GITHUB_014"]
