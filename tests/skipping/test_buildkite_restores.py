"""S18 on Buildkite: files of proven jobs reach those that fetch them, with the real cig and a store of files."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from buildkite_builds import Project, ran
from restored_project import BUILT, PACKED, TESTED, restored_config

Git = Callable[..., str]

# Patterns of Buildkite exclude nothing.
CONFIG = restored_config('provider = "buildkite"\npath = ".buildkite/pipeline.yml"\n', '"dist/app", "dist/.hid/**"')
WHOLE = sorted([*BUILT, *TESTED, *PACKED])


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> Project:
    """Everything is proven, and what was left is kept."""
    project = Project(tmp_path, git, environment)
    project.write("lib/a", "1\n")
    project.commit(CONFIG)
    assert ran(project.build()) == WHOLE
    return project


def edit(project: Project, *names: str, config: str = CONFIG) -> None:
    for name in names:
        project.write(name, "2\n")
    project.commit(config)


def test_a_job_that_fetches_the_files_of_a_proven_one_gets_them_and_no_others(project: Project) -> None:
    edit(project, "test/a")
    done = project.build()
    assert ran(done) == sorted(TESTED), done.output
    assert {key for key, step in done.steps.items() if "skip" in step} == {
        "build",
        "lib-ruby3_3",
        "lib-ruby3_4",
        "pack",
    }


def test_what_two_proven_jobs_left_in_one_folder_is_not_mixed_up(project: Project) -> None:
    edit(project, "test/a", "pack/a")
    assert ran(project.build()) == sorted([*TESTED, *PACKED])


def test_where_nothing_is_fetched_nothing_is_brought(project: Project) -> None:
    done = project.build()
    assert ran(done) == []
    assert not list((project.folder / "build-2/artifacts").rglob("cig-restored"))


def test_a_leg_that_runs_and_one_that_does_not_are_fetched_together(project: Project) -> None:
    edit(project, config=CONFIG.replace('"3.3", "3.4"', '"3.3", "4.0"'))
    done = project.build()
    four = [line.replace("3.4", "4.0") for line in PACKED]
    assert ran(done) == sorted(["lib-4.0", *TESTED, *four])
    assert done.steps["pack"]["env"]["CIG_RESTORED"] == "lib-ruby3_3"


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_what_the_store_does_not_have_any_more_is_made_again(damage: str, project: Project) -> None:
    for piece in project.store.rglob("outputs/*"):
        piece.write_bytes(b"other") if damage == "changed" else piece.unlink()
    edit(project, "test/a")
    assert ran(project.build()) == sorted(["build", *TESTED])
    # And is kept again.
    project.write("test/a", "3\n")
    project.commit(CONFIG)
    assert ran(project.build()) == sorted(TESTED)


def test_a_store_that_is_gone_once_there_is_a_plan_is_missed_by_nobody(project: Project) -> None:
    edit(project, "test/a")
    project.sabotage("compute-signatures", f'{project.cig} "$@" || exit\n[ "$2" != --plan ] || rm -rf {project.store}')
    assert ran(project.build()) == sorted(TESTED)


def test_where_the_planner_cannot_hand_files_on_everything_runs(project: Project) -> None:
    edit(project, "test/a")
    project.tool("buildkite-agent", f'case "$3" in cig-restored*) exit 1 ;; esac\n{project.agent}')
    done = project.build()
    assert ran(done) == WHOLE
    assert "There is no plan: every job runs." in done.output


def test_a_job_whose_files_were_not_kept_runs_for_who_fetches_them(project: Project) -> None:
    shutil.rmtree(project.store)
    edit(project, config=re.sub("restore = .*", "restore = false", CONFIG))
    project.build()
    edit(project, "test/a")
    done = project.build()
    assert ran(done) == sorted(["build", *TESTED])
    assert "skip" in done.steps["lib-ruby3_3"]
