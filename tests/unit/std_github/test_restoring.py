"""Files of proven jobs: what the planner is told to bring and to leave, and what those who fetch them look for.

What comes of it: tests/meaning/test_github_restores.py and tests/skipping/test_github_acts_on_files.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from cigen.sdk import (
    Artifact,
    Checkout,
    Download,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    Output,
    Pair,
    PathGlob,
    Run,
    Runner,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.std.provider.github.workflow import render_workflow

ON = Skipping(machine=Runner("linux"), files=("cig.toml",), version="1", store="s3://proofs", restore=True)
FILES = SkipIf(paths_unmodified=(PathGlob("src/**"),))
BRING = "--restore .cigen/cache/restored"


def producer(name: str, *paths: str, days: int | None = None, **given: Any) -> Job:
    """As the core makes it of `outputs.files`."""
    upload = Step("artifacts", name=f"Keep {name}", upload=Artifact(name, paths, "success", days, "files"))
    steps = (Step("checkout", checkout=Checkout()), Step("make", run=Run("make")), upload)
    job = Job(name, workflow="ci", machine=Runner("linux"), steps=steps, skip_if=FILES)
    return replace(job, **{"outputs": JobOutputs(paths, retention_days=days), **given})


def consumer(*names: str, **given: Any) -> Job:
    """As the core makes it of `inputs.artifacts`."""
    steps = tuple(Step(f"download-{name}", download=Download(name)) for name in names)
    steps = (Step("checkout", checkout=Checkout()), *steps, Step("use", run=Run("use")))
    job = Job("use", workflow="ci", machine=Runner("linux"), needs=names, inputs=Inputs(artifacts=names), steps=steps)
    return replace(job, **given)


def matrix(job: str) -> Matrix:
    legs = tuple(Leg(f"{job}-x{value}", (Pair("x", value),)) for value in "12")
    return Matrix((MatrixAxis("x", ("1", "2")),), legs=legs)


def render(*jobs: Job, skipping: Skipping = ON) -> dict[str, Any]:
    graph = Graph("p", (Workflow("ci"),), jobs, skipping=skipping)
    text, found = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    assert [one.code for one in found if one.severity.name == "ERROR"] == []
    rendered: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return rendered


def left(jobs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The planner's steps after the plan, by the job that they leave files of."""
    steps = jobs["cig-plan"]["steps"][3:]
    assert all("actions/upload-artifact@" in step["uses"] for step in steps)
    return {step["name"].removeprefix("Hand on the files of "): step for step in steps}


def fetched(jobs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the job `use` asks for; its downloads follow its checkout in the order of its needs."""
    needs = [one for one in jobs["use"]["needs"] if one != "cig-plan"]
    asked: dict[str, Any] = jobs["use"]["steps"][1 + needs.index(name)]["with"]
    return asked


def test_the_planner_leaves_what_a_proven_job_left_under_the_jobs_own_name() -> None:
    jobs = render(producer("app", "dist/**", days=3), consumer("app"))
    decide = jobs["cig-plan"]["steps"][2]
    assert decide["run"] == f'cig compute-signatures --workflow ci --format github {BRING} >> "$GITHUB_OUTPUT"'
    step = left(jobs)["app"]
    assert step["if"] == "contains(steps.plan.outputs.restored, '\"app\"')"
    assert step["with"] == {
        "name": "app",
        "path": ".cigen/cache/restored/app/dist",
        "if-no-files-found": "error",
        "retention-days": 3,
        "overwrite": True,
    }
    assert "continue-on-error" not in step
    assert fetched(jobs, "app") == {"name": "app", "path": "dist"}


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (("dist/**",), "/dist"),
        (("bin/tool",), "/bin"),
        (("tool",), ""),
        (("./bin/tool",), "/bin"),
        (("a/b/*.js", "a/c/**", "!a/c/x"), "/a"),
        (("a/*", "b/*"), ""),
        (("app/[[]id]/**",), "/app/[[]id]"),
    ],
)
def test_what_is_left_is_the_folder_that_the_files_share(paths: tuple[str, ...], folder: str) -> None:
    step = left(render(producer("app", *paths), consumer("app")))["app"]
    assert step["with"]["path"] == f".cigen/cache/restored/app{folder}"


def test_hidden_files_are_left_where_the_job_leaves_them() -> None:
    jobs = render(producer("app", ".next/**"), producer("lib", "dist/**"), consumer("app", "lib"))
    given = {name: step["with"].get("include-hidden-files") for name, step in left(jobs).items()}
    assert given == {"app": True, "lib": None}
    assert jobs["app"]["steps"][2]["with"]["include-hidden-files"] is True


@pytest.mark.parametrize(
    ("job", "skipping"),
    [
        (producer("app", "dist/**"), replace(ON, restore=False)),
        (producer("app", "dist/**", effects=True), ON),
        (producer("app", "dist/**", skip_if=SkipIf(branch=("wip/*",))), ON),
        (producer("app", "dist/**", shards=Shards(2)), ON),
    ],
    ids=["not wanted", "changes the world", "never recorded", "in shards"],
)
def test_what_is_not_kept_is_not_brought(job: Job, skipping: Skipping) -> None:
    other = Job("other", workflow="ci", machine=Runner("linux"), skip_if=FILES, steps=job.steps[:2])
    jobs = render(job, consumer("app"), other, skipping=skipping)
    assert left(jobs) == {}
    assert BRING not in str(jobs["cig-plan"])
    assert jobs["cig-plan"]["timeout-minutes"] == 5


def test_what_nobody_fetches_is_not_brought() -> None:
    jobs = render(producer("app", "dist/**"), producer("lib", "lib/**"), consumer("lib"))
    assert list(left(jobs)) == ["lib"]


def test_keeping_files_has_time_and_other_records_have_no_more_than_before() -> None:
    jobs = render(producer("app", "dist/**"), producer("lib", "lib/**"), consumer("lib"))
    minutes = {name: jobs[name]["steps"][-1]["timeout-minutes"] for name in ("app", "lib")}
    assert minutes == {"app": 2, "lib": 10}
    # A store that is slow does not have the job take too long.
    assert jobs["lib"]["timeout-minutes"] == jobs["app"]["timeout-minutes"] + 5


@pytest.mark.parametrize("count", [1, 3, 200])
def test_no_step_of_the_planner_can_take_as_long_as_the_job(count: int) -> None:
    """S1: GitHub cancels a job that takes too long, and one of its steps fails first."""
    names = [f"a{number}" for number in range(count)]
    jobs = render(*(producer(name, "dist/**") for name in names), consumer(*names))
    planner = jobs["cig-plan"]
    minutes = [step.get("timeout-minutes", 0) for step in planner["steps"]]
    assert all(minutes[1:])
    assert max(minutes) < planner["timeout-minutes"] <= 360
    assert sum(minutes) < planner["timeout-minutes"] or count == 200


# -- matrices ----------------------------------------------------------------------------------------------------------


RESTORED = (
    "{cig-restored-%s.${{ needs.cig-plan.result == 'success' && (needs.cig-plan.outputs.attempt || '*') || '0' }},%s}"
)


def test_legs_that_are_proven_have_a_name_of_their_own_that_is_found_beside_the_others() -> None:
    jobs = render(producer("app", "dist/**", matrix=matrix("app")), consumer("app"))
    assert left(jobs)["app"]["with"]["name"] == "cig-restored-app.${{ github.run_attempt }}"
    assert jobs["cig-plan"]["outputs"]["attempt"] == "${{ github.run_attempt }}"
    assert fetched(jobs, "app") == {"pattern": RESTORED % ("app", "app-x*"), "merge-multiple": True, "path": "dist"}


def test_names_of_other_artifacts_are_told_from_those_of_legs() -> None:
    app, apple = producer("app", "dist/**", matrix=matrix("app")), producer("app-x3", "x/**")
    jobs = render(app, apple, consumer("app", "app-x3"))
    assert fetched(jobs, "app")["pattern"] == RESTORED % ("app", "app-x1,app-x2")
    legs = tuple(Leg(f"cig-{value}", (Pair("x", value),)) for value in "12")
    jobs = render(producer("cig", "dist/**", matrix=replace(matrix("cig"), legs=legs)), consumer("cig"))
    assert fetched(jobs, "cig")["pattern"] == RESTORED % ("cig", "cig-1,cig-2")


def test_one_leg_beside_artifacts_that_begin_like_it_is_asked_for_by_its_name() -> None:
    """Braces around one name would be part of it."""
    alone = Matrix((MatrixAxis("x", ("1",)),), legs=(Leg("app-x1", (Pair("x", "1"),)),))
    app = producer("app", "dist/**", matrix=alone, skip_if=None)
    jobs = render(app, producer("app-x2", "x/**"), consumer("app", "app-x2"), skipping=replace(ON, restore=False))
    assert fetched(jobs, "app")["pattern"] == "app-x1"


@pytest.mark.parametrize("run_on", ["always", "failure"])
def test_who_runs_whatever_happens_waits_for_the_planner_of_whom_the_name_speaks(run_on: str) -> None:
    single = render(producer("app", "dist/**"), consumer("app", run_on=run_on))
    assert single["use"]["needs"] == "app"
    legs = render(producer("app", "dist/**", matrix=matrix("app")), consumer("app", run_on=run_on))
    assert legs["use"]["needs"] == ["cig-plan", "app"]
    assert legs["use"]["if"] == single["use"]["if"]


def test_without_legs_to_tell_apart_no_attempt_is_told() -> None:
    assert "attempt" not in render(producer("app", "dist/**"), consumer("app"))["cig-plan"]["outputs"]
