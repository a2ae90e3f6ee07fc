"""Files of proven jobs in a rendered GitHub workflow, run by act: a job that fetches them finds what their job left, as
if it had run, or has it run (S18)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from acted_project import ActedProject, Run

Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "acted"
[on]
push = { branches = ["main"] }
[skipping]
restore = true
[jobs.tool]
skip_if = { paths_unmodified = ["tool/**"] }
steps = ["mkdir bin && echo $RANDOM$RANDOM > bin/tool && echo tool >> $CIG_LOG"]
outputs = { files = ["bin/tool"] }
[jobs.site]
skip_if = { paths_unmodified = ["site/**"] }
outputs = { files = ["site/out/**", "site/pages/*.html", "!site/out/*.map", "index"] }
steps = ['''
mkdir -p site/out/deep site/pages
for name in out/a out/a.map out/.seen out/deep/b pages/c.html pages/c.txt; do echo $RANDOM$RANDOM > site/$name; done
echo $RANDOM$RANDOM > index
echo site >> $CIG_LOG
''']
[jobs.port]
matrix = { arch = ["arm", "x86"] }
skip_if = { paths_unmodified = ["port/**"] }
outputs = { files = ["dist/**", ".cfg/**"] }
steps = ['''
mkdir -p dist .cfg
echo $RANDOM$RANDOM > dist/{{ matrix.arch }}
echo $RANDOM$RANDOM > .cfg/{{ matrix.arch }}
echo port-{{ matrix.arch }} >> $CIG_LOG
''']
[jobs.use]
needs = ["tool", "site", "port"]
inputs = { artifacts = ["tool", "site", "port"], files = ["use/**"] }
checkout = { sparse = ["use"] }
steps = ["find . -path ./.git -prune -o -type f -exec sha256sum {} + > $CIG_LOG.found; echo use >> $CIG_LOG"]
"""
ALL = ["port-arm", "port-x86", "site", "tool", "use"]
LEFT = {
    "./.cfg/arm", "./.cfg/x86", "./bin/tool", "./dist/arm", "./dist/x86",
    "./index", "./site/out/a", "./site/out/deep/b", "./site/pages/c.html",
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> ActedProject:
    """All of it has run once."""
    project = ActedProject(tmp_path, git, environment)
    project.write(cig_toml=CONFIG, tool__a_txt="1\n", site__a_txt="1\n", port__a_txt="1\n", use__a_txt="1\n")
    project.commit()
    first = project.act()
    assert outcome(first) == (ALL, [], "green"), first.output
    assert set(found(project)) == LEFT
    return project


def outcome(run: Run) -> tuple[list[str], list[str], str]:
    return run.ran, run.failed, run.gate


def found(project: ActedProject) -> dict[str, str]:
    """The files that the job `use` found beside its own, with their digests."""
    lines = (project.root.parent / "log.found").read_text().splitlines()
    return {path: digest for digest, path in map(str.split, lines) if not path.startswith("./use/")}


def edit(project: ActedProject, text: str) -> None:
    """What only the job `use` depends on."""
    project.write(use__a_txt=text)
    project.commit()


def forget(project: ActedProject, key: str) -> None:
    """Take the proof of one entry of the plan away."""
    records = list(project.store.rglob(f"records/*/{key}"))
    assert len(records) == 1
    shutil.rmtree(records[0])


def pieces(project: ActedProject) -> list[Path]:
    kept = sorted(path for path in project.store.rglob("outputs/*") if path.is_file())
    assert len(kept) >= 8
    return kept


def test_s18_who_fetches_files_of_proven_jobs_finds_those_that_they_left(project: ActedProject) -> None:
    first = found(project)
    edit(project, "2\n")
    run = project.act()
    assert outcome(run) == (["use"], [], "green"), run.output
    assert found(project) == first
    # Without anybody who fetches them they stay where they are.
    idle = project.act()
    assert outcome(idle) == ([], [], "green"), idle.output
    assert not project.artifacts.exists()


def test_s18_legs_that_run_leave_theirs_beside_those_that_are_restored(project: ActedProject) -> None:
    first = found(project)
    edit(project, "2\n")
    forget(project, "port-arm")
    run = project.act()
    assert outcome(run) == (["port-arm", "use"], [], "green"), run.output
    second = found(project)
    assert set(second) == LEFT
    assert {path for path in LEFT if first[path] != second[path]} == {"./.cfg/arm", "./dist/arm"}


def test_s18_without_the_kept_files_their_jobs_run(project: ActedProject) -> None:
    for piece in pieces(project):
        piece.unlink()
    edit(project, "2\n")
    run = project.act()
    assert outcome(run) == (ALL, [], "green"), run.output
    assert "STORE_012" in run.output
    # They are kept anew.
    second = found(project)
    edit(project, "3\n")
    again = project.act()
    assert outcome(again) == (["use"], [], "green"), again.output
    assert found(project) == second


def test_s18_with_one_byte_changed_in_the_store_their_jobs_run(project: ActedProject) -> None:
    for piece in pieces(project):
        data = bytearray(piece.read_bytes())
        data[len(data) // 2] ^= 1
        piece.chmod(0o644)
        piece.write_bytes(data)
    edit(project, "2\n")
    run = project.act()
    assert outcome(run) == (ALL, [], "green"), run.output
    assert run.output.count("STORE_012") >= 4
    assert set(found(project)) == LEFT


def test_s1_a_planner_that_cannot_hand_files_on_has_everything_run(project: ActedProject) -> None:
    """S18: and what it has handed on already is not taken for what the jobs leave."""
    first = found(project)
    edit(project, "2\n")
    run = project.act(variables={"REFUSED_ARTIFACT": "cig-plan/tool"})
    assert outcome(run) == (ALL, ["cig/plan"], "green"), run.output
    assert (project.artifacts / "cig-restored-port.1").exists()
    second = found(project)
    assert set(second) == LEFT
    assert all(second[path] != first[path] for path in LEFT)


def test_s22_when_all_is_done_again_nothing_is_taken_that_the_first_attempt_restored(project: ActedProject) -> None:
    first = found(project)
    edit(project, "2\n")
    assert project.act().ran == ["use"]
    assert (project.artifacts / "cig-restored-port.1/dist/arm").exists()
    (project.artifacts / "cig-restored-port.1/dist/stale").touch()
    again = project.act(attempt=2)
    assert outcome(again) == (ALL, [], "green"), again.output
    assert (project.artifacts / "cig-restored-port.1").exists()
    second = found(project)
    assert set(second) == LEFT
    assert all(second[path] != first[path] for path in LEFT)
