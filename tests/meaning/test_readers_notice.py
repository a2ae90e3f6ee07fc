"""A reader that cannot tell a damaged file from a good one would be noticed here."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from events import EVENTS
from github import read_github
from keys import by_plain_key, of_matrices
from plan import meaning_of
from projects import planned
from record import differences
from rendering import render

Damage = Callable[[dict[str, Any]], object]

GITHUB: dict[str, tuple[str, str, Damage]] = {
    "a need less": ("matrix", "needs", lambda jobs: jobs["report"].pop("needs")),
    "a leg less": ("matrix", "legs", lambda jobs: jobs["test"]["strategy"]["matrix"]["include"].pop()),
    "another leg": ("matrix", "legs", lambda jobs: jobs["test"]["strategy"]["matrix"]["include"][0].update(libc="x")),
    "another timeout": ("matrix", "timeout", lambda jobs: jobs["prepare"].update({"timeout-minutes": 6})),
    "failure counts": ("matrix", "allow_failure", lambda jobs: jobs["report"].pop("continue-on-error")),
    "another value": ("matrix", "env", lambda jobs: jobs["test"]["env"].update(VERSION="3.1")),
    "steps in another order": ("matrix", "scripts", lambda jobs: jobs["test"]["steps"].reverse()),
    "an artifact less": ("release", "artifacts", lambda jobs: jobs["build"]["steps"].pop()),
    "a condition less": ("release", "runs", lambda jobs: jobs["publish"].pop("if")),
    "another condition": ("conditions", "runs", lambda jobs: jobs["nightly"].update({"if": "true"})),
    "runs below what does not run": ("conditions", "runs", lambda jobs: jobs["below_main"].update({"if": "always()"})),
    "a secret less": ("release", "secrets", lambda jobs: [step.pop("env", 0) for step in jobs["publish"]["steps"]]),
    "another port": ("servers", "services", lambda jobs: jobs["test"]["services"]["db"].update(ports=["5433:5432"])),
    "a service less": ("servers", "services", lambda jobs: jobs["test"]["services"].pop("store")),
    "another image": ("servers", "image", lambda jobs: jobs["inside"].update(container="golang")),
    "a job less": ("servers", "legs", lambda jobs: jobs.pop("inside")),
    "an unescaped expression": ("scripts", "scripts", lambda jobs: jobs["texts"]["steps"][1].update(run="echo")),
}


@pytest.mark.parametrize("damage", GITHUB)
def test_damage_to_a_github_workflow_is_noticed(damage: str) -> None:
    project, what, change = GITHUB[damage]
    graph = planned(project)
    workflow = yaml.safe_load(render("github", graph)[0])
    change(workflow["jobs"])
    read = of_matrices(graph, read_github(yaml.safe_dump(workflow, sort_keys=False)))
    plan = by_plain_key(meaning_of(graph, graph.workflows[0]))
    assert what in {one.what for one in differences(plan, by_plain_key(read), list(EVENTS))}
