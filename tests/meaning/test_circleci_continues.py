"""What CircleCI pipelines do, one after the other, with the real cig: compiled as CircleCI would, run by bash.

S1, S2, S3, S4, S6, S17, S19, S23.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from circleci_machines import Project

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "continued"
[on]
push = {{ branches = ["main"] }}
tag = "v*"
schedule = "0 3 * * *"
[jobs.build]
skip_if = {{ paths_unmodified = ["src/**"] }}
steps = ["echo build >> $CIG_LOG"]
[jobs.test]
needs = ["build"]
matrix = {{ part = ["one", "two"] }}
skip_if = {{ paths_unmodified = ["test/**"] }}
steps = ["echo test-{{{{ matrix.part }}}} >> $CIG_LOG; [ ! -e $BROKEN-{{{{ matrix.part }}}} ]"]
[jobs.docs]
skip_if = {{ paths_unmodified = ["docs/**"] }}
steps = ["echo docs >> $CIG_LOG"]
[jobs.report]
needs = ["test"]
steps = ["echo report >> $CIG_LOG"]
[jobs.release]
needs = ["report", "docs"]
when = "event == 'tag'"
effects = true
steps = ["echo release >> $CIG_LOG"]
[[outputs]]
provider = "circleci"
path = ".circleci/config.yml"
{skipping}
"""
ALL = ["build", "docs", "report", "test-one", "test-two"]


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> Project:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: apt-get install jq")
    project = Project(tmp_path, git, environment, CONFIG)
    for name in ("src/a", "test/a", "docs/a"):
        project.write(name, "1\n")
    project.commit()
    return project


IN_JOB = '[skipping]\ncircleci = { mode = "in-job" }'


@pytest.mark.parametrize("skipping", ["", IN_JOB], ids=["dynamic", "in-job"])
def test_the_first_run_does_everything_the_second_nothing_and_an_edit_its_closure(
    skipping: str, project: Project
) -> None:
    project.commit(skipping)
    first = project.run()
    assert (first.ran, first.ended["cig/gate"]) == (ALL, "success"), first.output
    named = {path.parent.name for path in project.store.rglob("records/*/*/*")}
    assert named == {"build", "docs", "test-one", "test-two"}

    second = project.run()
    assert (second.ran, second.ended["cig/gate"]) == (["report"], "success"), second.output

    project.write("test/a", "2\n")
    project.commit(skipping)
    third = project.run()
    assert (third.ran, third.ended["cig/gate"]) == (["report", "test-one", "test-two"], "success"), third.output

    project.write("src/a", "2\n")
    project.commit(skipping)
    fourth = project.run()
    assert (fourth.ran, fourth.ended["cig/gate"]) == (["build", "report", "test-one", "test-two"], "success")


def test_s2_the_gate_names_what_was_proven_and_by_whom(project: Project) -> None:
    project.run()
    second = project.run()
    said = second.output.partition("[cig/gate]")[2]
    for name in ("build", "docs", "test-one", "test-two", "report"):
        assert name in said
    assert "hit" in said
    assert set(second.ended) == {"cig/plan", "report", "release", "cig/gate"}


@pytest.mark.parametrize(
    "cig",
    ["exit 1", "true", "echo '{'", 'python3 -m cigen "$@" | head -n 20'],
    ids=["failure", "empty", "nonsense", "truncated"],
)
def test_s1_a_sabotaged_planner_runs_everything(cig: str, project: Project) -> None:
    project.run()
    whole = (project.tools / "cig").read_text()
    project.tool("cig", f'if [ "$1" = compute-signatures ]; then\n{cig}\nelse\n{whole.partition(chr(10))[2]}\nfi')
    done = project.run()
    assert (done.ran, done.ended["cig/gate"]) == (ALL, "success"), done.output


def test_s17_a_store_that_is_gone_runs_everything_and_fails_nothing(project: Project) -> None:
    project.run()
    shutil.rmtree(project.store)
    project.store.write_text("no folder")
    done = project.run()
    assert (done.ran, set(done.ended.values())) == (ALL, {"success", "not_run"}), done.output


@pytest.mark.parametrize("skipping", ["", IN_JOB], ids=["dynamic", "in-job"])
def test_s4_s23_a_leg_that_fails_records_nothing_and_runs_again_alone(skipping: str, project: Project) -> None:
    project.commit(skipping)
    broken = project.folder / "broken-two"
    broken.touch()
    done = project.run()
    assert [name for name, how in done.ended.items() if how == "failed"] == ["test-two"]
    assert (done.ended["report"], done.ended["cig/gate"]) == ("not_run", "not_run")
    again = project.run()
    assert (again.ran, again.ended["cig/gate"]) == (["test-two"], "not_run")
    broken.unlink()
    mended = project.run()
    assert (mended.ran, mended.ended["cig/gate"]) == (["report", "test-two"], "success"), mended.output


def test_s3_a_tag_releases_what_is_proven_and_a_schedule_believes_no_proof(project: Project) -> None:
    project.run()
    tagged = project.run(git__tag="v1", trigger_source="webhook")
    assert (tagged.ran, tagged.ended["cig/gate"]) == (["release", "report"], "success"), tagged.output
    nightly = project.run(git__branch="main", trigger_source="scheduled_pipeline")
    assert (nightly.ran, nightly.ended["cig/gate"]) == (ALL, "success"), nightly.output


def test_a_configuration_that_was_taken_apart_by_hand_is_continued_with_as_it_is(project: Project) -> None:
    project.run()
    path = project.root / ".circleci/config.yml"
    path.write_text(path.read_text().replace("  ci:\n", "  ci: &all\n"))
    project._git(project.root, "commit", "-qam", "by hand")
    done = project.run()
    assert "CLI_008" in done.output
    assert (done.ran, done.ended["cig/gate"]) == (ALL, "success"), done.output
