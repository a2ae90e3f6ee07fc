"""What Buildkite builds do, one after the other, with the real cig: S1, S2, S4, S19, S23."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from buildkite_builds import Project, ran

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "uploaded"
[on]
push = { branches = ["main"] }
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
steps = ["echo build >> $CIG_LOG; [ ! -e $BROKEN ]"]
[jobs.test]
needs = ["build"]
matrix = { part = ["one", "two"] }
skip_if = { paths_unmodified = ["test/**"] }
steps = ["echo test-{{ matrix.part }} >> $CIG_LOG"]
[jobs.pack]
needs = ["test"]
skip_if = { paths_unmodified = ["pack/**"] }
steps = ["echo pack >> $CIG_LOG"]
[jobs.report]
needs = ["pack"]
steps = ["echo report >> $CIG_LOG"]
[jobs.docs]
skip_if = { paths_unmodified = ["docs/**"] }
steps = ["echo docs >> $CIG_LOG"]
[[outputs]]
provider = "buildkite"
path = ".buildkite/pipeline.yml"
"""
ALL = ["build", "docs", "pack", "report", "test-one", "test-two"]


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> Project:
    project = Project(tmp_path, git, environment)
    project.commit(CONFIG)
    return project


def test_the_first_build_does_everything_the_second_nothing_and_an_edit_its_closure(project: Project) -> None:
    assert ran(project.build()) == ALL
    named = {path.parent.name for path in project.store.rglob("records/*/*/*")}
    assert named == {"build", "docs", "pack", "test-one", "test-two"}
    again = project.build()
    assert ran(again) == ["report"]
    assert {key for key, step in again.steps.items() if "skip" in step} == named
    project.write("docs/a", "2\n")
    project.commit(CONFIG)
    assert ran(project.build()) == ["docs", "report"]
    project.write("src/a", "2\n")
    project.commit(CONFIG)
    assert ran(project.build()) == ["build", "pack", "report", "test-one", "test-two"]


def test_s23_a_leg_that_is_new_runs_without_the_others(project: Project) -> None:
    """Its fellow stays proven; what comes after both has other jobs before it."""
    project.build()
    project.commit(CONFIG.replace('"one", "two"', '"one", "three"'))
    done = project.build()
    assert ran(done) == ["pack", "report", "test-three"]
    assert "skip" in done.steps["test-one"]


def test_s19_in_a_chain_of_which_the_middle_is_proven_the_end_waits_for_what_stands_before(project: Project) -> None:
    free = CONFIG.replace('skip_if = { paths_unmodified = ["src/**"] }\n', "", 1)
    project.commit(free)
    assert ran(project.build()) == ALL
    done = project.build()
    assert ran(done) == ["build", "report"]
    assert done.steps["report"]["depends_on"] == "build"
    (project.folder / "broken").touch()
    failed = project.build()
    assert failed.ran == ["build"]
    assert (failed.ended["report"], failed.ended["cig-gate"]) == ("waiting_failed", "hard_failed"), failed.output


@pytest.mark.parametrize(
    "planner",
    ["exit 1", "true", "echo '{'", f'{sys.executable} -m cigen "$@" | head -n 20'],
    ids=["failure", "empty", "nonsense", "truncated"],
)
def test_s1_a_sabotaged_planner_runs_everything(planner: str, project: Project) -> None:
    project.build()
    project.sabotage("compute-signatures", planner)
    assert ran(project.build()) == ALL


@pytest.mark.parametrize("lost", ["docs", "report"])
def test_s2_the_gate_is_red_where_a_job_that_the_plan_has_run_never_ran(lost: str, project: Project) -> None:
    project.build()
    project.write("docs/a", "2\n")
    project.commit(CONFIG)
    done = project.build(lost)
    assert done.ran == sorted({"docs", "report"} - {lost})
    assert done.ended["cig-gate"] == "hard_failed"
    assert lost in done.output.partition("[cig-gate]")[2]


def test_s4_a_job_that_fails_records_nothing_and_runs_again(project: Project) -> None:
    (project.folder / "broken").touch()
    for expected in (["build", "docs"], ["build"]):
        done = project.build()
        assert (done.ran, done.ended["cig-gate"]) == (expected, "hard_failed"), done.output
    assert {path.parent.name for path in project.store.rglob("records/*/*/*")} == {"docs"}
