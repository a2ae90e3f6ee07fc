"""What surrounds a job: secrets, approvals, groups, parts, other pipelines, and what CircleCI lacks."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import (
    Approval,
    Checkout,
    Concurrency,
    Environment,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    ModuleUse,
    Native,
    Pair,
    ProviderBlock,
    Run,
    Runner,
    Secret,
    Shards,
    SkipIf,
    Step,
    Tool,
    Trigger,
)

Render = Callable[..., Any]
Make = Callable[..., Job]


def context(name: str, *contexts: str) -> Secret:
    given = contexts[0] if len(contexts) == 1 else list(contexts)
    return Secret(name, (ProviderBlock("circleci", json.dumps({"context": given})),))


def test_secrets_come_from_contexts(render: Render, make_job: Make) -> None:
    job = make_job(Step("a", run=Run("x"), secrets=("KEY", "OTHER")), Step("b", run=Run("y"), secrets=("KEY", "BARE")))
    found = render(job, secrets=(context("KEY", "deploy"), context("OTHER", "deploy", "more")))
    assert found.places["test"]["context"] == ["deploy", "more"]
    assert found.codes == ["CIRCLECI_020"]
    assert '"BARE"' in found.message("CIRCLECI_020")
    assert "BARE" not in found.text


def test_one_context_is_named_alone(render: Render, make_job: Make) -> None:
    job = make_job(Step("a", run=Run("x"), secrets=("KEY",)))
    assert render(job, secrets=(context("KEY", "deploy"),)).places["test"]["context"] == "deploy"


def test_settings_of_a_secret_that_mean_nothing_are_told(render: Render) -> None:
    odd = Secret("A", (ProviderBlock("circleci", '{"contxt":"x"}'), ProviderBlock("jenkins", '{"credentials":"x"}')))
    broken = Secret("B", (ProviderBlock("circleci", "[]"),))
    assert render(secrets=(odd, broken)).codes == ["CIRCLECI_006", "CIRCLECI_014"]


def test_more_than_a_hundred_contexts_are_an_error(render: Render, make_job: Make) -> None:
    names = tuple(f"S{number}" for number in range(101))
    job = make_job(Step("a", run=Run("x"), secrets=names))
    found = render(job, secrets=tuple(context(name, name.lower()) for name in names))
    assert "101 contexts" in found.message("CIRCLECI_009")


def test_an_approval_stands_before_the_job(render: Render, make_job: Make, when: Callable[[str], Any]) -> None:
    approve = Approval("Ship it?\nReally", ("ops",))
    found = render(
        make_job(id="a"),
        make_job(id="approve-b"),
        make_job(id="b", needs=("a",), approve=approve, when=when("branch == 'main'")),
    )
    main = 'pipeline.git.branch == "main"'
    assert found.places["approve-b-"] == {"type": "approval", "requires": ["a"], "filters": main}
    assert found.places["b"] == {"requires": ["a", "approve-b-"], "filters": main}
    assert "# Ship it?\n      # Really\n      - approve-b-:" in found.text
    assert found.codes == ["CIRCLECI_024"]


@pytest.mark.parametrize(
    ("given", "group", "codes"),
    [
        (Concurrency("serial"), "shop/ci/test", []),
        (Concurrency("", "Deploy to (prod)"), "shop/Deploy-to-prod", []),
        (Concurrency("", "g", True), "shop/g", ["CIRCLECI_025"]),
        (Concurrency("", "g", max=2), "shop/g", ["CIRCLECI_025"]),
        (Concurrency("pr-latest"), None, ["CIRCLECI_025"]),
        (Concurrency("", "x" * 600), "shop/" + "x" * 600, ["CIRCLECI_009"]),
    ],
)
def test_a_group_is_called_after_the_project(
    given: Concurrency, group: str | None, codes: list[str], render_step: Render
) -> None:
    found = render_step(concurrency=given)
    assert found.places["test"].get("serial-group") == group
    assert found.codes == codes


@pytest.mark.parametrize(
    ("given", "group", "codes"),
    [
        (Concurrency("pr-latest"), None, ["CIRCLECI_020"]),
        (Concurrency("serial"), "shop/ci/test", ["CIRCLECI_025"]),
        (Concurrency("", "all", True), "shop/all/test", ["CIRCLECI_025", "CIRCLECI_020"]),
    ],
)
def test_a_workflows_group_is_each_jobs(
    given: Concurrency, group: str | None, codes: list[str], render: Render, make_job: Make
) -> None:
    found = render(make_job(), concurrency=given)
    assert (found.places["test"].get("serial-group"), sorted(found.codes)) == (group, sorted(codes))


def test_parts_know_which_they_are(render_step: Render) -> None:
    found = render_step(shards=Shards(4, ("spec/**/*_spec.rb", "!spec/slow/**"), "timings"))
    assert found.job["parallelism"] == 4
    checkout, share = found.job["steps"]
    assert "checkout" in checkout
    command = share["run"]["command"]
    assert "circleci tests glob 'spec/**/*_spec.rb' | { grep -vxFf /tmp/cig-shard-files.not" in command
    assert "| circleci tests split --split-by=timings --timings-type=filename > /tmp/cig-shard-files" in command
    assert "export CIG_SHARD_FILES=/tmp/cig-shard-files" in command


@pytest.mark.parametrize(("by", "option"), [("name", ""), ("size", " --split-by=filesize")])
def test_files_are_dealt_out_by(by: str, option: str, render_step: Render) -> None:
    assert f"tests split{option} >" in render_step(shards=Shards(2, ("a/*",), by)).step["run"]["command"]


def test_one_part_is_the_whole(render_step: Render) -> None:
    found = render_step(shards=Shards(1))
    assert "parallelism" not in found.job
    assert "CIG_SHARD_TOTAL" in found.step["run"]["command"]


def test_another_pipeline_is_started_through_the_api(render: Render, make_job: Make) -> None:
    trigger = Trigger("gh/acme/deploy", "main", (Pair("level", "it's <<"), Pair("dry", "true")), wait=True)
    found = render(make_job(steps=(), trigger=trigger))
    command = found.step["run"]["command"]
    assert "$api/project/gh/acme/deploy/pipeline" in command
    assert '"parameters": {"dry": true, "level": ' in command
    assert "\\<<" in command
    assert "while true" in command
    assert found.codes == ["CIRCLECI_032"]
    plain = render(make_job(steps=(), trigger=Trigger("deploy"))).step["run"]["command"]
    assert "$api/project/gh/$CIRCLE_PROJECT_USERNAME/deploy/pipeline" in plain
    assert "while" not in plain
    for script in (command.replace("\\<<", "<<"), plain):
        subprocess.run(["bash", "-n", "-c", script], check=True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"environment": Environment("production")}, "CIRCLECI_023"),
        ({"permissions": (Pair("contents", "write"),)}, "CIRCLECI_026"),
        ({"oidc": True}, "CIRCLECI_020"),
        ({"timeout": 301}, "CIRCLECI_012"),
        ({"skip_if": SkipIf(env=("X",))}, "CIRCLECI_016"),
    ],
)
def test_what_circleci_lacks_is_told(given: dict[str, Any], code: str, render_step: Render) -> None:
    assert render_step(**given).codes == [code]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Step("t", tool=Tool("cobol")), "CIRCLECI_005"),
        (Step("t", tool=Tool("node", "24", (Pair("registry-url", "x"),))), "CIRCLECI_006"),
        (Step("m", module=ModuleUse("lang/ruby")), "CIRCLECI_005"),
        (Step("n", native=Native("github", "{}")), "CIRCLECI_015"),
        (Step("n", native=Native("circleci", "[]")), "CIRCLECI_014"),
        (Step("t", tool=Tool("uv"), env=(Pair("A", "b"),), when=None), None),
        (Step("u", checkout=Checkout(), env=(Pair("A", "b"),)), "CIRCLECI_031"),
    ],
)
def test_a_step_that_cannot_be_is_reported(step: Step, code: str | None, render_step: Render) -> None:
    assert render_step(step).codes == ([code] if code else [])


def test_tools_that_adjoin_are_installed_together_by_one_command(render_step: Render) -> None:
    found = render_step(Step("a", tool=Tool("node", "24")), Step("b", tool=Tool("pnpm", "10")))
    assert found.step == {
        "install-tools": {"name": "Install node 24, pnpm 10", "calls": "cig_tool node@24\ncig_tool pnpm@10"}
    }
    (step,) = found.data["commands"]["install-tools"]["steps"]
    script = step["run"]["command"].replace("<< parameters.calls >>", "true")
    assert "<<" not in script.replace("\\<<", "")
    subprocess.run(["bash", "-n", "-c", script.replace("\\<<", "<<")], check=True)


def test_a_step_of_circlecis_own_is_passed_on(render_step: Render) -> None:
    assert render_step(Step("n", native=Native("circleci", '{"add_ssh_keys":{}}'))).step == {"add_ssh_keys": {}}


@pytest.mark.parametrize(
    ("checkout", "steps"),
    [
        (Checkout(), [{"checkout": {"method": "blobless"}}]),
        (Checkout(depth=0), [{"checkout": {"method": "full"}}]),
        (Checkout(disabled=True), []),
    ],
)
def test_the_source_is_fetched_as_far_as_needed(
    checkout: Checkout, steps: list[Any], render: Render, make_job: Make
) -> None:
    job = make_job(steps=(Step("checkout", checkout=checkout), Step("x", run=Run("x"))))
    assert render(job).job["steps"] == [*steps, {"run": "x"}]


def test_the_rest_of_the_source_is_for_the_shell(render: Render, make_job: Make) -> None:
    checkout = Checkout(submodules=True, lfs=True, sparse=("a b", "*.c"))
    commands = [
        step["run"]["command"] for step in render(make_job(steps=(Step("c", checkout=checkout),))).job["steps"][1:]
    ]
    assert commands == [
        "git sparse-checkout set --no-cone 'a b' '*.c'",
        "git submodule sync --recursive\ngit submodule update --init --recursive\n",
        "git lfs install --local\ngit lfs pull\n",
    ]


def test_environment_of_workflow_and_job_are_one(render: Render, make_job: Make) -> None:
    found = render(make_job(env=(Pair("A", "2"), Pair("B", "<<$x"))), env=(Pair("A", "1"), Pair("C", "3")))
    assert found.job["environment"] == {"A": "2", "C": "3", "B": "\\<<$x"}


def test_values_of_a_job_with_a_matrix_have_a_file_each(render: Render, make_job: Make) -> None:
    legs = tuple(Leg(f"a-{one}", (Pair("os", one),), Runner("linux")) for one in ("x", "y"))
    found = render(
        make_job(id="a", matrix=Matrix((MatrixAxis("os", ("x", "y")),), legs=legs), outputs=JobOutputs(values=("v",)))
    )
    first = found.data["jobs"]["a-x"]["steps"][0]["run"]["command"]
    assert "CIG_OUTPUT=/tmp/cig/outputs/a/a-x" in first
