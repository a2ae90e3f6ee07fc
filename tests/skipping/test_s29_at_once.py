"""S29: nobody waits for work under way elsewhere, and two that do the same work agree."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from signed_project import Project

Run = Callable[..., Any]

CONFIG = """
version = "0.2"
[project]
name = "at-once"
[jobs.test]
steps = ["make"]
skip_if = { paths_unmodified = ["src/**"] }
"""


@pytest.fixture
def planned(project: Project, run_cig: Run) -> Callable[[], dict[str, Any]]:
    project.commit({"cig.toml": CONFIG, "src/a": "a\n"})
    store = (project.path.parent / "store").as_uri()

    def plan() -> dict[str, Any]:
        done = run_cig(project.path, "compute-signatures", "--store", store)
        assert done.returncode == 0, done.stderr
        job: dict[str, Any] = json.loads(done.stdout)["jobs"]["test"]
        return job

    return plan


def test_s29_a_plan_claims_nothing_so_a_second_one_runs_the_same_work(
    project: Project, planned: Callable[[], dict[str, Any]]
) -> None:
    first, second = planned(), planned()
    assert first == second
    assert (second["decision"], second["reason"]) == ("run", "NO_RECORD")
    assert not (project.path.parent / "store").exists()


def test_s29_the_second_to_finish_leaves_the_first_ones_record(
    project: Project, planned: Callable[[], dict[str, Any]], run_cig: Run
) -> None:
    folder = project.path.parent / "store"
    signature = planned()["signature"]
    kept = []
    for run in ("1", "2"):
        page = f"https://ci.example.org/{run}"
        arguments = ("record", "test", "--signature", signature, "--store", folder.as_uri())
        done = run_cig(project.path, *arguments, BUILD_URL=page)
        assert done.returncode == 0
        assert "Recorded test" in done.stdout
        (record,) = folder.rglob("records/*/*/*")
        kept.append(record.read_bytes())
    assert kept[0] == kept[1]
    assert planned()["proved_by"]["url"] == "https://ci.example.org/1"
