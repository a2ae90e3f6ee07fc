"""What a rendered GitHub workflow does, run by act: it skips what is proven, and nothing else (S1, S2, S3, S4, S19)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from acted_project import ALL, CONFIG, ActedProject, new_acted_project

Git = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path, git: Git, environment: dict[str, str]) -> ActedProject:
    return new_acted_project(tmp_path, git, environment)


def test_the_first_run_does_everything_the_second_nothing_and_an_edit_its_closure(project: ActedProject) -> None:
    first = project.act()
    assert (first.ran, first.failed, first.gate) == (ALL, [], "green"), first.output
    assert sorted(record.split("/records/")[1].split("/")[1] for record in project.records()) == [
        "build", "docs", "test-one", "test-two",
    ]  # fmt: skip

    second = project.act()
    assert (second.ran, second.failed, second.gate) == (["report"], [], "green"), second.output

    project.write(docs__a_txt="2\n")
    project.commit()
    assert project.act().ran == ["docs", "report"]

    project.write(src__a_txt="2\n")
    project.commit()
    assert project.act().ran == ["build", "report", "test-one", "test-two"]


@pytest.mark.parametrize(
    "sabotage",
    [
        "exit 1",
        'echo "plan={\\"schema\\": \\"cig.plan/1\\", \\"jobs\\": {\\"bu"; exit 0',
        "exit 0",
        "echo run-build=false; echo run-docs=false; exit 1",
        "echo nonsense",
        "echo run-build=false; echo run-docs=false; echo run-test=false; exit 0",
    ],
    ids=["fails", "truncated", "empty", "fails at the end", "nonsense", "without the plan"],
)
def test_a_planner_that_does_not_plan_has_everything_run(project: ActedProject, sabotage: str) -> None:
    """S1: although all of it is proven."""
    project.act()
    project.misbehave("compute-signatures", f"{sabotage}\nexit 0")
    run = project.act()
    assert run.ran == ALL, run.output
    assert run.gate == "green", run.output


def test_a_job_that_was_skipped_and_not_proven_makes_the_gate_red(project: ActedProject) -> None:
    """S2: whoever keeps it from running."""
    text = project.workflow.replace(
        "  docs:\n    name: docs\n    needs: cig-plan\n    if: |\n",
        "  docs:\n    name: docs\n    needs: cig-plan\n    if: |\n      false &&\n",
    )
    assert text != project.workflow
    (project.root / ".github/workflows/ci.yml").write_text(text)
    run = project.act()
    assert run.ran == ["build", "report", "test-one", "test-two"]
    assert (run.failed, run.gate) == (["cig/gate"], "red"), run.output
    assert "docs" in run.output


def test_a_failure_is_no_proof_and_stops_what_needs_it(project: ActedProject) -> None:
    """S4, S19: also where the job in between is proven."""
    project.act()
    project.write(cig_toml=CONFIG.replace("echo build >>", "false; echo build >>"))
    project.commit()
    before = project.records()
    run = project.act()
    assert run.ran == ["docs"] or run.ran == []
    assert run.gate == "red"
    assert {"build", "cig/gate"} <= set(run.failed)
    assert [one for one in project.records() if "/build/" in one] == [one for one in before if "/build/" in one]


def test_a_fork_reads_records_and_writes_none(project: ActedProject) -> None:
    """S16: a run of a fork's pull request."""
    payload = {
        "pull_request": {
            "number": 1,
            "head": {"ref": "topic", "repo": {"full_name": "stranger/acted", "fork": True}},
            "base": {"ref": "main", "repo": {"full_name": "acme/acted", "fork": False}},
        },
        "repository": {"full_name": "acme/acted"},
    }
    run = project.act("pull_request", payload)
    assert run.ran == ALL, run.output
    assert project.records() == []


def test_a_record_that_cannot_be_kept_fails_no_job(project: ActedProject) -> None:
    """S17: with a `cig` that dies, and with a store that cannot be written."""
    project.misbehave("record", "exit 3")
    run = project.act()
    assert (run.ran, run.failed, run.gate) == (ALL, [], "green"), run.output
    assert project.records() == []


def test_what_passed_at_a_second_attempt_runs_again(project: ActedProject) -> None:
    """S5: luck is kept, and told, and proves nothing."""
    flaky = "[jobs.docs]\nretry = 2\n"
    lucky = 'steps = ["echo docs >> $CIG_LOG; [ $(grep -c docs $CIG_LOG) -ne 1 ]"]'
    text = CONFIG.replace("[jobs.docs]\n", flaky)
    project.write(cig_toml=text.replace('steps = ["echo docs >> $CIG_LOG"]', lucky))
    project.commit()
    first = project.act()
    assert (first.ran.count("docs"), first.failed, first.gate) == (2, [], "green"), first.output
    second = project.act()
    assert second.ran == ["docs", "docs", "report"], second.output
    assert "FLAKY" in second.output
