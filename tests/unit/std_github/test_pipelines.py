"""A job that starts another workflow, and perhaps waits for it."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cigen.sdk import (
    Fragment,
    Graph,
    Job,
    ManualTrigger,
    Pair,
    Retry,
    Runner,
    Trigger,
    Triggers,
    ValidateRequest,
    Workflow,
)
from cigen.std.provider.github.plugin import PLUGIN


def _job(trigger: Trigger) -> Job:
    return Job("start", workflow="ci", machine=Runner("linux"), trigger=trigger)


def _step(render: Callable[..., Any], trigger: Trigger) -> Any:
    return render(_job(trigger)).job["steps"][0]


def test_it_needs_nothing_but_leave_to_do_so(render: Callable[..., Any]) -> None:
    job = render(_job(Trigger("deploy"))).job
    assert job["permissions"] == {"actions": "write"}
    assert job["steps"] == [
        {
            "name": "Start deploy",
            "run": 'gh workflow run deploy.yml --ref "${GITHUB_HEAD_REF:-$GITHUB_REF_NAME}"',
            "env": {"GH_REPO": "${{ github.repository }}", "GH_TOKEN": "${{ github.token }}"},
        }
    ]


def test_it_runs_no_script_of_its_own_that_a_lost_machine_could_take_along(render: Callable[..., Any]) -> None:
    assert render(replace(_job(Trigger("deploy")), retry=Retry(1, on=("agent_lost",)))).codes == []


def _calls(script: str, folder: Path, answers: str = "") -> tuple[int, list[str]]:
    """What the script says to `gh`, a stand-in that writes its words down and answers line by line."""
    (folder / "answers").write_text(answers)
    for name, text in {
        "gh": 'printf "%s\\n" "$*" >> calls; sed -n "$(wc -l < calls)p" answers',
        "sleep": ":",
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "GH_REPO": "me/mine", "GITHUB_REF_NAME": "main"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, timeout=20, check=False
    )
    return done.returncode, (folder / "calls").read_text().splitlines()


def test_answers_reach_it_as_they_stand(render: Callable[..., Any], tmp_path: Path) -> None:
    inputs = (Pair("level", 'it\'s `all` $HOME "x" \\'), Pair("plain", "1"))
    code, calls = _calls(_step(render, Trigger("deploy.yaml", "next", inputs))["run"], tmp_path)
    assert (code, calls) == (
        0,
        ['workflow run deploy.yaml --ref next --raw-field level=it\'s `all` $HOME "x" \\ --raw-field plain=1'],
    )


@pytest.mark.parametrize(("conclusion", "code"), [("success", 0), ("failure", 1), ("cancelled", 1), ("skipped", 0)])
def test_it_ends_as_the_other_does(conclusion: str, code: int, render: Callable[..., Any], tmp_path: Path) -> None:
    script = _step(render, Trigger("deploy", inputs=(Pair("a", "1"),), wait=True))["run"]
    answers = f"7\nqueued \nin_progress \ncompleted {conclusion}\n"
    ended, calls = _calls(script, tmp_path, answers)
    assert ended == code
    assert calls[0].startswith("api --method POST repos/me/mine/actions/workflows/deploy.yml/dispatches")
    assert "--raw-field ref=main --raw-field inputs[a]=1 --field return_run_details=true" in calls[0]
    assert [call.split()[1] for call in calls[1:]] == ["repos/me/mine/actions/runs/7"] * 3


def test_another_repository_is_out_of_reach(render: Callable[..., Any]) -> None:
    (found,) = render(_job(Trigger("me/other/deploy.yml"))).diagnostics
    assert (found.code, found.key) == ("GITHUB_026", ("jobs", "start", "trigger"))
    assert found.hint


SITE = Workflow("site", triggers=Triggers(manual=ManualTrigger()))
FILE = Fragment(".github/workflows/ci.yml", "jobs:\n  start:\n    steps: []\n")


@pytest.mark.parametrize(
    ("trigger", "site", "path", "hint"),
    [
        ("site", SITE, ".github/workflows/site.yml", None),
        ("pages.yaml", SITE, ".github/workflows/pages.yaml", None),
        ("site", SITE, ".github/workflows/pages.yaml", "name its file: ci.yml, pages.yaml"),
        ("site", Workflow("site"), ".github/workflows/site.yml", 'give workflow "site" the trigger on.manual'),
        ("site", Workflow("site", triggers=Triggers()), ".github/workflows/site.yml", "on.manual"),
    ],
)
def test_a_workflow_of_the_project_must_be_one_that_can_be_started(
    trigger: str, site: Workflow, path: str, hint: str | None
) -> None:
    graph = Graph("p", (Workflow("ci"), site), (_job(Trigger(trigger)),))
    found = PLUGIN.validate(ValidateRequest((FILE, Fragment(path, "")), graph)).diagnostics
    assert [one.code for one in found] == ([] if hint is None else ["GITHUB_026"])
    assert all(hint in one.hint and one.key == ("jobs", "start", "trigger") for one in found if hint)
    elsewhere = Fragment(FILE.path, "jobs:\n  other:\n")
    assert PLUGIN.validate(ValidateRequest((elsewhere,), graph)).diagnostics == ()
