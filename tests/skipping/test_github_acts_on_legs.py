"""Matrices that GitHub could not take single legs from, run by act: each leg is skipped if it is proven, and only then,
and a list that does not fit one job goes on in a second (S1, S2, S23)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from acted_project import ActedProject, Run

Git = Callable[..., str]

LONG = "".join(chr(97 + at % 26) for at in range(7_000))
ROWS = "".join(f'{{ part = "{part}", long = "{LONG}" }}, ' for part in "abc")
CONFIG = f"""\
version = "0.2"
[project]
name = "acted"
[on]
push = {{ branches = ["main"] }}
[jobs.rows]
skip_if = {{ paths_unmodified = ["said/**"] }}
env = {{ SAID = "{{{{ matrix.said }}}}" }}
steps = ['[ "$SAID" = "$(cat said/{{{{ matrix.target }}}})" ] && echo rows-{{{{ matrix.target }}}} >> $CIG_LOG']
[jobs.rows.matrix]
include = [{{ target = "arm", said = "it's" }}, {{ target = "x86", said = '"größer"' }}]
[jobs.long]
needs = ["rows"]
skip_if = {{ paths_unmodified = ["long/**"] }}
env = {{ LONG = "{{{{ matrix.long }}}}" }}
steps = ['[ ${{#LONG}} = 7000 ] && echo long-{{{{ matrix.part }}}} >> $CIG_LOG']
matrix = {{ part = ["a", "b", "c"], include = [{ROWS}] }}
[jobs.report]
needs = ["long"]
steps = ["echo report >> $CIG_LOG"]
"""
ALL = sorted(["report", "rows-arm", "rows-x86", "long-a", "long-b", "long-c"])
REAL = '"$(type -ap cig | sed -n 2p)" "$@"'
"""Shell that does what the real `cig` does, in a program that stands before it."""


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> ActedProject:
    project = ActedProject(tmp_path, git, environment)
    project.write(cig_toml=CONFIG, said__arm="it's\n", said__x86='"größer"\n', long__x="1\n")
    project.commit()
    return project


def forget(project: ActedProject, leg: str) -> None:
    """Take the proof of one leg away."""
    job, part = leg.split("-")
    found = list(project.store.rglob(f"records/*/{job}-*{part}"))
    assert len(found) == 1
    shutil.rmtree(found[0])


def outcome(run: Run) -> tuple[list[str], list[str], str]:
    return run.ran, run.failed, run.gate


def test_each_leg_is_skipped_by_itself(project: ActedProject) -> None:
    assert "\n  long-2:\n" in project.workflow
    first = project.act()
    assert outcome(first) == (ALL, [], "green"), first.output

    second = project.act()
    assert outcome(second) == (["report"], [], "green"), second.output

    # A leg of the only list, all of the second list, one of the first: its matrix runs, the other's does not.
    for leg in ("rows-x86", "long-c", "long-b"):
        forget(project, leg)
        run = project.act()
        assert outcome(run) == (sorted([leg, "report"]), [], "green"), run.output


@pytest.mark.parametrize("line", ["legs-rows-*", "run-rows-*", "legs-long-*"])
def test_a_plan_that_breaks_off_in_a_line_has_run_what_it_would_have_spoken_of(
    project: ActedProject, line: str
) -> None:
    """S1: its last character is lost, with all lines after it, and the planner says that all went well."""
    project.act()
    for leg in ("rows-x86", "long-b"):
        forget(project, leg)
    cut = f'case "$line" in {line}) printf %s "${{line:0:${{#line}} - 1}}"; break;; esac; echo "$line"'
    project.misbehave("compute-signatures", f"{REAL} | while IFS= read -r line; do {cut}; done; exit 0")
    run = project.act()
    unsaid = {"rows": {"rows-arm", "rows-x86"}, "long": {"long-a", "long-b", "long-c"}}
    assert unsaid[line.split("-")[1]] <= set(run.ran), run.output
    assert (run.failed, run.gate) == ([], "green"), run.output


def test_a_planner_that_fails_at_the_end_has_all_legs_run(project: ActedProject) -> None:
    """S1."""
    project.act()
    project.misbehave("compute-signatures", f"{REAL}\nexit 1")
    run = project.act()
    assert (run.ran, run.gate) == (ALL, "green"), run.output


def test_a_part_that_something_else_keeps_from_running_makes_the_gate_red(project: ActedProject) -> None:
    """S2: also where the other part has passed."""
    before, after = project.workflow.split("  long-2:\n", 1)
    after = after.replace("    if: |\n", "    if: |\n      false &&\n", 1)
    (project.root / ".github/workflows/ci.yml").write_text(f"{before}  long-2:\n{after}")
    run = project.act()
    assert (run.failed, run.gate) == (["cig/gate"], "red"), run.output
    assert "long-2" in run.output
