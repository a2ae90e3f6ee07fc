"""A workflow whose planner hands on files of proven jobs, read by GitHub's rules: whatever becomes of the plan, a job
that runs finds the files of each job and each leg that it fetches from, of the run or of the store (S1, S18).

The plan is cig's own text, and the workflow the provider's; the reader knows neither.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any

import pytest
import yaml
from expressions import GITHUB, evaluate, parse
from github import read_matrix

from cigen.cli.present.github_output import github_text
from cigen.sdk import (
    Artifact,
    Checkout,
    Download,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    Output,
    Pair,
    PathGlob,
    Runner,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.std.provider.github.workflow import render_workflow

LINUX = Runner("linux")
ENTRIES = {"port-a": "port", "port-b": "port", "tool": "tool", "tools": "tools"}
CHOICES = [set(some) for count in range(len(ENTRIES) + 1) for some in combinations(ENTRIES, count)]


def producer(name: str, matrix: Matrix | None = None) -> Job:
    files, upload = (
        SkipIf(paths_unmodified=(PathGlob("src/**"),)),
        Artifact(name, ("dist/**",), "success", None, "files"),
    )
    steps = (Step("c", checkout=Checkout()), Step("k", upload=upload))
    machine = None if matrix else LINUX
    return Job(
        name,
        workflow="ci",
        machine=machine,
        matrix=matrix,
        skip_if=files,
        steps=steps,
        outputs=JobOutputs(("dist/**",)),
    )


LEGS = tuple(Leg(f"port-{value}", (Pair("x", value),), LINUX) for value in "ab")
PRODUCERS = (producer("port", Matrix((MatrixAxis("x", ("a", "b")),), legs=LEGS)), producer("tool"), producer("tools"))
NAMES = tuple(job.id for job in PRODUCERS)
USE = Job(
    "use",
    workflow="ci",
    machine=LINUX,
    needs=NAMES,
    inputs=Inputs(artifacts=NAMES),
    steps=(Step("c", checkout=Checkout()), *(Step(name, download=Download(name)) for name in NAMES)),
)


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    skipping = Skipping(machine=LINUX, files=("cig.toml",), version="1", store="s3://proofs", restore=True)
    graph = Graph("p", (Workflow("ci"),), (*PRODUCERS, USE), skipping=skipping)
    text, _ = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    rendered: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return rendered


def plan_of(restored: Collection[str]) -> str:
    """What `cig` prints where these entries are proven and their files here."""
    hit, run = {"decision": "hit", "reason": "PROVEN", "restored": True}, {"decision": "run", "reason": "FILES"}
    entries = {
        key: {**(hit if key in restored else run), "job": job, "signature": "cs1:0", "differs": []}
        for key, job in {**ENTRIES, "use": "use"}.items()
    }
    document = {"schema": "cig.plan/1", "jobs": entries, "store": {"url": ""}}
    return github_text(document, [*PRODUCERS, USE])


class Done:
    """A run of the workflow. printed: what `cig` wrote of its plan. lost: outputs that GitHub does not hand on.

    broken: the first producer whose files the planner cannot hand on, which fails there.
    """

    def __init__(self, jobs: Mapping[str, Any], printed: str, lost: Iterable[str] = (), broken: str = "") -> None:
        lines = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
        steps: dict[str, object] = {"github.run_attempt": "1"}
        self.artifacts: dict[str, str] = {}
        self.known: dict[str, object] = {"cancelled()": False, "needs.cig-plan.result": "success"}
        for step in jobs["cig-plan"]["steps"][3:]:
            name = step["name"].rpartition(" ")[2]
            if self._value(step["if"], _Said(steps, lines)):
                if name == broken:
                    self.known["needs.cig-plan.result"] = "failure"
                    break
                self.artifacts[self._filled(step["with"]["name"], steps)] = "restored"
        for name, expression in jobs["cig-plan"]["outputs"].items():
            value = "" if name in lost else self._filled(expression, _Said(steps, lines))
            self.known[f"needs.cig-plan.outputs.{name}"] = value
        self.ran: set[str] = set()
        for name in NAMES:
            if self._runs(jobs[name]):
                legs = [f"{name}-{row['x']}" if row else name for row in read_matrix(jobs[name], self.known)]
                self.ran |= {*legs}
                self.artifacts |= dict.fromkeys(legs, "of the run")
        self.used = self._runs(jobs["use"])
        self._asked = {NAMES[at]: step["with"] for at, step in enumerate(jobs["use"]["steps"][1:])}

    def found(self, name: str) -> dict[str, str]:
        """The artifacts that the last job downloads of a producer: whence each is."""
        asked = self._asked[name]
        if "name" in asked:
            return {asked["name"]: self.artifacts[asked["name"]]}
        patterns = self._filled(asked["pattern"], self.known).strip("{}").split(",")
        return {one: at for one, at in self.artifacts.items() if any(fnmatchcase(one, each) for each in patterns)}

    def _runs(self, job: Mapping[str, Any]) -> bool:
        """Whether the job runs; it then succeeds."""
        runs = bool(self._value(job["if"], self.known))
        self.known[f"needs.{job['name'].partition('-')[0]}.result"] = "success" if runs else "skipped"
        return runs

    def _filled(self, text: str, known: Mapping[str, object]) -> str:
        return re.sub(r"\$\{\{(.*?)\}\}", lambda one: str(self._value(one[1], known)), text)

    def _value(self, text: str, known: Mapping[str, object]) -> object:
        return evaluate(parse(text.strip(), GITHUB), GITHUB, known.__getitem__)


class _Said(dict[str, object]):
    """What a step knows of the one that planned."""

    def __init__(self, known: Mapping[str, object], lines: Mapping[str, str]) -> None:
        super().__init__({**known, **{f"steps.plan.outputs.{name}": value for name, value in lines.items()}})

    def __missing__(self, name: str) -> object:
        assert name.startswith("steps.plan.outputs.")
        return ""


def check_complete(done: Done, restored: Collection[str], at: object = "") -> None:
    """The last job has run, and has found what each entry has left: in this run, or before it was proven."""
    assert done.used, at
    for key, job in ENTRIES.items():
        found = done.found(job)
        assert found.get(key) == "of the run" or (key in restored and "restored" in found.values()), (at, key)


@pytest.mark.parametrize("restored", CHOICES, ids=lambda some: ",".join(sorted(some)) or "nothing")
def test_s18_what_is_skipped_is_handed_on_and_what_runs_leaves_its_own(
    restored: set[str], jobs: dict[str, Any]
) -> None:
    done = Done(jobs, plan_of(restored))
    assert done.ran == ENTRIES.keys() - restored
    check_complete(done, restored)
    handed = {name for name, whence in done.artifacts.items() if whence == "restored"}
    legs = {"cig-restored-port.1"} if restored & {"port-a", "port-b"} else set()
    assert handed == legs | (restored & {"tool", "tools"})
    assert all(set(done.found(name)) == {name} for name in ("tool", "tools"))
    assert set(done.found("port")) == legs | ({"port-a", "port-b"} - restored)


@pytest.mark.parametrize("restored", [{"tools"}, {"port-a"}, set(ENTRIES)], ids=["one", "a leg", "all"])
def test_s1_s18_a_plan_that_breaks_off_leaves_no_job_without_files(restored: set[str], jobs: dict[str, Any]) -> None:
    """After any of its characters."""
    text = plan_of(restored)
    assert json.loads(text.split("\n")[0].removeprefix("restored="))
    for end in range(len(text)):
        check_complete(Done(jobs, text[:end]), restored, text[:end])


@pytest.mark.parametrize("restored", [{"tools"}, {"port-a"}, set(ENTRIES)], ids=["one", "a leg", "all"])
def test_s1_s18_an_output_that_github_drops_leaves_no_job_without_files(
    restored: set[str], jobs: dict[str, Any]
) -> None:
    text, outputs = plan_of(restored), jobs["cig-plan"]["outputs"]
    assert "attempt" in outputs
    for count in range(len(outputs) + 1):
        for lost in combinations(outputs, count):
            check_complete(Done(jobs, text, lost), restored, lost)


@pytest.mark.parametrize("broken", NAMES)
def test_s1_s18_where_files_cannot_be_handed_on_all_run_and_nobody_takes_others(
    broken: str, jobs: dict[str, Any]
) -> None:
    done = Done(jobs, plan_of(ENTRIES), broken=broken)
    assert done.ran == ENTRIES.keys()
    check_complete(done, ())
    for name in NAMES:
        assert set(done.found(name).values()) == {"of the run"}
