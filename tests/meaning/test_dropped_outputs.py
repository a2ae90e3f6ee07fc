"""GitHub hands on no output of a job that holds the value of a secret: whatever is lost on the way, a plan that is not
whole skips nothing that is not proven, and the gate judges by what it has (S1, S2).

The outputs are those of the real `cig`, the conditions those that are rendered; here they are evaluated as GitHub does.
"""

import itertools
import json
import re
import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from expressions import GITHUB, evaluate, parse

from cigen.pipeline.gate import judge_results, read_plan, read_results

Cig = Callable[..., "subprocess.CompletedProcess[str]"]
Git = Callable[..., str]

CONFIG = """\
version = "0.2"
[project]
name = "lost"
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
steps = ["make"]
[jobs.test]
needs = ["build"]
matrix = { part = ["one", "two"] }
skip_if = { paths_unmodified = ["test/**"] }
steps = ["make test-{{ matrix.part }}"]
[jobs.docs]
skip_if = { paths_unmodified = ["docs/**"] }
steps = ["make docs"]
[jobs.report]
needs = ["test"]
steps = ["make report"]
[jobs.alarm]
needs = ["report"]
run_on = "failure"
steps = ["make alarm"]
"""
ENTRIES = ("build", "test-one", "test-two", "docs")
PROVEN = {"nothing": (), "some": ("build", "docs", "test-one"), "everything": ENTRIES}
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class Run:
    """The workflow, run by hand: which legs ran, and what the gate is told.

    failing: a job that fails. held: one that something else than a plan or a failure keeps from running.
    """

    def __init__(self, jobs: Mapping[str, Any], outputs: Mapping[str, str], failing: str = "", held: str = "") -> None:
        self._results, self._outputs = {"cig-plan": "success"}, outputs
        self.ran: set[str] = set()
        for name, job in jobs.items():
            if name in ("cig-plan", "cig-gate"):
                continue
            runs = name != held and bool(self._value(job["if"]))
            self._results[name] = ("failure" if name == failing else "success") if runs else "skipped"
            self.ran |= set(self._legs(name, job) if runs else ())
        self._told = {name: self._filled(text) for name, text in jobs["cig-gate"]["steps"][-1]["env"].items()}

    @property
    def green(self) -> bool:
        results = read_results(self._told["CIG_RESULTS"])
        assert results
        excluded = self._told.get("CIG_EXCLUDED", "").split()
        outcomes = judge_results(read_plan(self._told["CIG_PLAN"]), results, excluded=excluded)
        return not any(outcome.why for outcome in outcomes)

    def _legs(self, name: str, job: Mapping[str, Any]) -> list[str]:
        matrix = job.get("strategy", {}).get("matrix")
        if matrix is None:
            return [name]
        excluded = json.loads(self._filled(matrix["exclude"]))
        legs = [f"{name}-{part}" for part in matrix["part"] if {"part": part} not in excluded]
        assert legs, "GitHub refuses a matrix without legs"
        return legs

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1])), text)

    def _value(self, text: str) -> object:
        value = evaluate(parse(text.strip(), GITHUB), GITHUB, self._look_up)
        return "" if value is None else value

    def _look_up(self, name: str) -> object:
        if name == "cancelled()":
            return False
        if name == "failure()":
            return "failure" in self._results.values()
        if name.startswith("fromJSON("):
            return name.removeprefix("fromJSON(").removesuffix(")")
        job, part, output = (*name.removeprefix("needs.").split("."), "")[:3]
        return self._results[job] if part == "result" else self._outputs.get(output, "")


@pytest.fixture
def project(tmp_path: Path, git: Git, cig: Cig) -> Path:
    root = tmp_path / "repository"
    for name in ("src/a", "test/a", "docs/a", ".github/workflows/x"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")
    (root / "cig.toml").write_text(CONFIG)
    git(root, "init", "-q")
    done = cig(root, "render")
    assert done.returncode == 0, done.stderr
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


def planned(project: Path, cig: Cig, store: Path, proven: Collection[str]) -> dict[str, str]:
    """The outputs of the planner's step where these entries are proven."""
    arguments = ("--store", store.as_uri())
    jobs = json.loads(cig(project, "compute-signatures", *arguments).stdout)["jobs"]
    for key in proven:
        done = cig(project, "record", key, "--signature", jobs[key]["signature"], *arguments)
        assert done.stderr == ""
    printed = cig(project, "compute-signatures", "--format", "github", *arguments).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


@pytest.mark.parametrize("proven", PROVEN)
def test_s1_whatever_output_is_dropped_nothing_unproven_is_skipped(
    proven: str, project: Path, cig: Cig, tmp_path: Path
) -> None:
    jobs = yaml.safe_load((project / ".github/workflows/ci.yml").read_text())["jobs"]
    given = planned(project, cig, tmp_path / "store", PROVEN[proven])
    outputs = {name: given[name] for name in jobs["cig-plan"]["outputs"]}
    everything = {*ENTRIES, "report"}
    assert {"plan", "signatures", "run-build", "run-test", "skip-legs-test", "run-docs"} == set(outputs)
    assert Run(jobs, outputs).ran == everything - set(PROVEN[proven])
    for count in range(len(outputs) + 1):
        for dropped in itertools.combinations(outputs, count):
            left = {name: value for name, value in outputs.items() if name not in dropped}
            run = Run(jobs, left)
            assert everything - run.ran <= set(PROVEN[proven]), dropped
            # All that ran has passed, and the rest is proven.
            assert run.green, dropped
            # A whole job that is skipped needs the plan, which alone can excuse it at the gate.
            assert "plan" not in dropped or {"build", "docs"} <= run.ran, dropped
            assert "alarm" in Run(jobs, left, failing="report").ran, dropped
            unproven = Run(jobs, left, held="report")
            assert not unproven.green, dropped
            for name in {"build", "docs"} & run.ran:
                assert not Run(jobs, left, failing=name).green, (dropped, name)
                held = Run(jobs, left, held=name)
                assert not held.green or (name in PROVEN[proven] and "plan" not in dropped), (dropped, name)


def test_s1_the_plan_that_is_handed_on_does_not_name_its_store(project: Path, cig: Cig, tmp_path: Path) -> None:
    """It may be given as a secret, and then no output that names it arrives."""
    given = planned(project, cig, tmp_path / "store", ENTRIES)
    assert all(tmp_path.name not in value for value in given.values())
    assert json.loads(given["plan"])["store"] == {"refused": 0, "state": "ok", "url": ""}
