"""Stages become needs, and values are found where conditions look for them."""

from collections.abc import Callable

import pytest

from cigen.model.config import Config
from cigen.model.expressions import Expr, Op

Load = Callable[[str], Config]


def needs(config: Config) -> dict[str, tuple[str, ...]]:
    return {job.id: job.needs for job in config.jobs}


def test_a_job_needs_all_jobs_of_the_stage_before(load: Load) -> None:
    config = load(
        """
stages = ["build", "test", "deploy"]
[jobs.b1]
stage = "build"
[jobs.b2]
stage = "build"
[jobs.t1]
stage = "test"
needs = ["b2"]
[jobs.t2]
stage = "test"
needs = ["t1"]
[jobs.d]
stage = "deploy"
[jobs.free]
"""
    )
    assert needs(config) == {
        "b1": (), "b2": (), "t1": ("b2", "b1"), "t2": ("t1", "b1", "b2"), "d": ("t1", "t2"), "free": (),
    }  # fmt: skip
    assert config.workflows[0].stages == ("build", "test", "deploy")


def test_a_stage_without_jobs_is_passed_over(load: Load) -> None:
    config = load("stages = ['a', 'b', 'c']\njobs.x.stage = 'a'\njobs.y.stage = 'c'")
    assert needs(config) == {"x": (), "y": ("x",)}


def test_stages_bind_jobs_of_their_own_workflow_only(load: Load) -> None:
    config = load(
        """
stages = ["a", "b"]
workflows.late = { on.push = true, stages = ["b", "c"] }
jobs.one.stage = "a"
jobs.two = { stage = "b", workflow = "late" }
jobs.three = { stage = "c", workflow = "late" }
"""
    )
    assert needs(config) == {"one": (), "two": (), "three": ("two",)}


def test_artifacts_may_come_from_an_earlier_stage(load: Load) -> None:
    jobs = "jobs.x = { stage = 'a', outputs.files = 'f' }\njobs.y = { stage = 'b', inputs.artifacts = 'x' }"
    assert needs(load(f"stages = ['a', 'b']\n{jobs}"))["y"] == ("x",)


TEMPLATE = "templates.t.steps = [{ run = 'x', when = \"needs.build.version == '1'\" }]"
VALUES = "jobs.build.outputs.values = ['version', 'image-id']\n"


@pytest.mark.parametrize(
    "text",
    [
        "jobs.a = { needs = 'build', when = \"needs.build.version != ''\" }",
        "jobs.a = { needs = 'build', steps = [{ run = 'x', when = \"needs.build.image-id matches 'a*'\" }] }",
        f"{TEMPLATE}\njobs.a = {{ needs = 'build', steps = [{{ use = 't' }}] }}",
        "stages = ['m', 's']\njobs.build.stage = 'm'\njobs.a = { stage = 's', when = \"needs.build.version == '1'\" }",
    ],
)
def test_a_condition_may_ask_for_a_value_of_a_job_that_is_needed(load: Load, text: str) -> None:
    build, a = load(VALUES + text).jobs
    assert build.outputs is not None
    assert build.outputs.values == ("version", "image-id")
    condition = a.when or a.steps[0].when
    assert condition is not None
    assert condition.args[0].op is Op.NAME
    assert condition.args[0].value.startswith("needs.build.")


def test_a_template_that_nobody_uses_may_ask_for_anything(load: Load) -> None:
    load(TEMPLATE)


def test_a_value_is_a_text(load: Load) -> None:
    job = load(VALUES + "jobs.a = { needs = 'build', when = \"needs.build.version in ['1', '2']\" }").jobs[1]
    assert job.when == Expr(
        Op.IN, args=(Expr(Op.NAME, "needs.build.version"), Expr(Op.LITERAL, "1"), Expr(Op.LITERAL, "2"))
    )
