"""What a workflow's matrices come to under a plan, read by GitHub's rules: the legs that are not proven, and no other.

The plan is cig's own text, and the workflow the provider's; the reader knows neither.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import accumulate, combinations
from typing import Any

import pytest
import yaml
from expressions import GITHUB, evaluate, parse
from github import read_matrix
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cigen.cli.present.github_output import github_text
from cigen.pipeline.matrix import expand_matrix
from cigen.sdk import (
    Checkout,
    Graph,
    Job,
    Leg,
    Matrix,
    MatrixAxis,
    MatrixRow,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    Runner,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.std.provider.github.workflow import render_workflow

MACHINES = {
    "linux": Runner("linux"),
    "macos": Runner("macos"),
    "big": Runner("big", settings=(ProviderBlock("github", '{"runs-on":["a","b"]}'),)),
}
LABELS = {"linux": "ubuntu-latest", "macos": "macos-latest", "big": ["a", "b"]}
LONG = "long " * 1_500

NAMES = st.sampled_from(["os", "leg", "x"])
VALUES = st.sampled_from(["linux", "Linux", "3.10", "it's", 'a"b', "ü\\", "${{ x }}", "}}", "]"])
ROWS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=3).map(
    lambda row: MatrixRow(tuple(Pair(name, value) for name, value in row.items()))
)
AXES = st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3, unique=True), max_size=2).map(
    lambda axes: tuple(MatrixAxis(name, tuple(values)) for name, values in axes.items())
)
MATRICES = st.builds(Matrix, AXES, st.lists(ROWS, max_size=3).map(tuple), st.lists(ROWS, max_size=1).map(tuple))


def job_of(matrix: Matrix) -> Job:
    same = {leg.runner for leg in matrix.legs}
    machine = matrix.legs[0].runner if len(same) == 1 else None
    files = SkipIf(paths_unmodified=(PathGlob("src/**"),))
    steps = (Step("c", checkout=Checkout()),)
    return Job("test", workflow="ci", machine=machine, matrix=matrix, skip_if=files, steps=steps)


def rendered(job: Job) -> dict[str, Any]:
    skipping = Skipping(machine=MACHINES["linux"], files=("cig.toml",), version="1", store="s3://proofs")
    graph = Graph("p", (Workflow("ci"),), (job,), skipping=skipping)
    text, _ = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    jobs: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return jobs


def plan_of(job: Job, proven: Collection[str]) -> str:
    assert job.matrix is not None
    entries = {
        leg.key: {
            "decision": "hit" if leg.key in proven else "run",
            "reason": "PROVEN" if leg.key in proven else "FILES",
            "job": job.id,
            "signature": "cs1:0",
            "differs": [],
        }
        for leg in job.matrix.legs
    }
    return github_text({"schema": "cig.plan/1", "jobs": entries, "store": {"url": ""}}, [job])


def outcome(jobs: Mapping[str, Any], text: str, result: str = "success") -> dict[str, object]:
    """What the jobs see of a planner that printed this text."""
    printed = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    seen: dict[str, object] = {"needs.cig-plan.result": result}
    for name, expression in jobs["cig-plan"]["outputs"].items():
        asked = re.fullmatch(r"\$\{\{ steps\.plan\.outputs\.([\w-]+) \}\}", expression)
        assert asked is not None
        seen[f"needs.cig-plan.outputs.{name}"] = printed.get(asked[1], "")
    return seen


def legs_that_run(jobs: Mapping[str, Any], needs: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """By the name of the check: the values of the leg, and `runs-on`."""
    found = {}
    for name, job in jobs.items():
        if name in ("cig-plan", "cig-gate") or not _starts(job["if"], needs):
            continue
        for values in read_matrix(job, needs):
            check = re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda axis, at=values: at[axis[1]], job["name"])  # type: ignore[misc]
            assert check not in found
            found[check] = {**values, "runs-on": _label(job["runs-on"], values)}
    return found


def _starts(condition: str, needs: Mapping[str, object]) -> bool:
    known = {**needs, "cancelled()": False}
    return bool(evaluate(parse(condition.strip(), GITHUB), GITHUB, known.__getitem__))


def _label(text: Any, values: Mapping[str, str]) -> Any:
    table = re.fullmatch(r"\$\{\{ fromJSON\('(.*)'\)\[matrix\.(\w+)\] \}\}", text) if isinstance(text, str) else None
    if table:
        known = {name.casefold(): label for name, label in json.loads(table[1].replace("''", "'")).items()}
        return known[values[table[2]].casefold()]
    column = re.fullmatch(r"\$\{\{ matrix\.(\w+) \}\}", text) if isinstance(text, str) else None
    return values[column[1]] if column else text


def expected(job: Job, proven: Collection[str]) -> dict[str, Leg]:
    assert job.matrix is not None
    return {leg.key: leg for leg in job.matrix.legs if leg.key not in proven}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(MATRICES, st.data())
def test_exactly_the_legs_that_are_not_proven_run_as_what_they_are(matrix: Matrix, data: st.DataObject) -> None:
    """S23."""
    legs, problems = expand_matrix("test", matrix)
    assume(not problems)
    machines = data.draw(st.lists(st.sampled_from(sorted(MACHINES)), min_size=len(legs), max_size=len(legs)))
    placed = tuple(Leg(leg.key, leg.values, MACHINES[name]) for leg, name in zip(legs, machines, strict=True))
    job = job_of(Matrix(matrix.axes, matrix.include, matrix.exclude, legs=placed))
    assume(job.machine is not None or len({leg.key.casefold() for leg in legs}) == len(legs))
    proven = data.draw(st.sets(st.sampled_from([leg.key for leg in legs])))
    jobs = rendered(job)
    found = legs_that_run(jobs, outcome(jobs, plan_of(job, proven)))
    wanted = expected(job, proven)
    assert sorted(found) == sorted(wanted)
    for key, leg in wanted.items():
        assert leg.runner is not None
        given_values = {pair.name: pair.value for pair in leg.values} | {"runs-on": LABELS[leg.runner.name]}
        told = {name: str(value).replace("${{ '${{' }}", "${{") for name, value in found[key].items()}
        assert told.items() >= {name: str(value) for name, value in given_values.items()}.items()


def _legs(*rows: dict[str, str], machine: str = "") -> tuple[Leg, ...]:
    keys = ["-".join(["test", *(value[:6] for value in row.values())]) for row in rows]
    return tuple(
        Leg(key, tuple(Pair(*pair) for pair in row.items()), MACHINES[machine or row["os"]])
        for key, row in zip(keys, rows, strict=True)
    )


def _axis(name: str, *values: str) -> MatrixAxis:
    return MatrixAxis(name, values)


def _numbered(*values: str, machines: tuple[str, ...]) -> Matrix:
    legs = _legs(*({"x": value} for value in values), machine="linux")
    placed = [replace(leg, runner=MACHINES[machines[at % len(machines)]]) for at, leg in enumerate(legs)]
    return Matrix((MatrixAxis("x", values),), legs=tuple(placed))


ODD = {"os": "macos", "x": "]'\""}
EXAMPLES = {
    "axes": Matrix((_axis("os", "linux", "macos"),), legs=_legs({"os": "linux"}, {"os": "macos"})),
    "axes, of which not all are combined": Matrix(
        (_axis("os", "linux", "macos"), _axis("x", "a", "b")),
        exclude=(MatrixRow((Pair("os", "linux"), Pair("x", "b"))),),
        legs=_legs({"os": "linux", "x": "a"}, {"os": "macos", "x": "a"}, {"os": "macos", "x": "b"}),
    ),
    "a row that is a leg": Matrix(
        (_axis("os", "linux"),),
        (MatrixRow(tuple(Pair(*one) for one in ODD.items())),),
        legs=_legs({"os": "linux"}, ODD),
    ),
    "a row that adds to a leg": Matrix(
        (_axis("os", "linux", "macos"),),
        (MatrixRow((Pair("os", "linux"), Pair("x", "y"))),),
        legs=_legs({"os": "linux", "x": "y"}, {"os": "macos"}),
    ),
    "texts that differ in case": Matrix((_axis("x", "A", "a"),), legs=_legs({"x": "A"}, {"x": "a"}, machine="linux")),
    "machines that no axis decides": Matrix(
        (_axis("x", "a", "b"), _axis("y", "c", "d")),
        legs=tuple(
            Leg(f"test-{x}-{y}", (Pair("x", x), Pair("y", y)), MACHINES["linux" if x + y in "ac bd" else "big"])
            for x in "ab"
            for y in "cd"
        ),
    ),
    "more than one list": _numbered(*(f"v{number}{LONG}" for number in range(4)), machines=("linux", "macos", "macos")),
    "more than one matrix": _numbered(*(f"v{number}" for number in range(300)), machines=("linux",)),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_any_leg_can_be_proven_and_any_leg_be_left(name: str) -> None:
    """S23."""
    job = job_of(EXAMPLES[name])
    assert job.matrix is not None
    jobs = rendered(job)
    keys = [leg.key for leg in job.matrix.legs]
    for key in (*keys[:5], keys[-1]):
        for proven in ([key], [one for one in keys if one != key]):
            found = legs_that_run(jobs, outcome(jobs, plan_of(job, proven)))
            wanted = expected(job, proven)
            assert sorted(found) == sorted(wanted)
            machines = {one: LABELS[leg.runner.name] for one, leg in wanted.items() if leg.runner}
            assert {one: values["runs-on"] for one, values in found.items()} == machines


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_leg_runs_where_no_plan_succeeded(name: str) -> None:
    """S1: whatever it had printed before."""
    job = job_of(EXAMPLES[name])
    jobs = rendered(job)
    everything = expected(job, ())
    for proven in ([], sorted(everything)[1:], sorted(everything)):
        text = plan_of(job, proven)
        for result, said in (("failure", text), ("cancelled", text), ("skipped", ""), ("success", "")):
            found = legs_that_run(jobs, outcome(jobs, said, result))
            assert sorted(found) == sorted(everything)


@pytest.mark.parametrize("name", ["axes", "a row that is a leg", "more than one list"])
def test_a_plan_that_breaks_off_skips_no_leg_that_is_not_proven(name: str) -> None:
    """S1: after any of its characters, or of its lines."""
    job = job_of(EXAMPLES[name])
    jobs = rendered(job)
    everything = expected(job, ())
    proven = sorted(everything)[1:]
    text = plan_of(job, proven)
    lines = list(accumulate(len(line) + 1 for line in text.splitlines()))
    ends = (
        range(len(text)) if len(text) < 5_000 else sorted({max(end + by, 0) for end in lines for by in (-9, -2, -1, 0)})
    )
    for end in ends:
        found = set(legs_that_run(jobs, outcome(jobs, text[:end])))
        assert found >= set(everything) - set(proven), text[:end]
        assert found <= set(everything)


@pytest.mark.parametrize("name", ["axes", "a row that is a leg", "more than one list"])
def test_an_output_that_github_drops_skips_no_leg_that_is_not_proven(name: str) -> None:
    """S1, S2: one that holds the value of a secret. Without the plan itself nothing is excused at the gate."""
    job = job_of(EXAMPLES[name])
    jobs = rendered(job)
    everything = set(expected(job, ()))
    for proven in (set(), everything - {min(everything)}, everything):
        given_outputs = outcome(jobs, plan_of(job, proven))
        for dropped in (one for count in range(4) for one in combinations(given_outputs, count)):
            if "needs.cig-plan.result" in dropped:
                continue
            needs = {**given_outputs, **dict.fromkeys(dropped, "")}
            found = set(legs_that_run(jobs, needs))
            assert everything - found <= proven, dropped
            for part in (one for one in jobs if one.startswith("test")):
                held = {**needs, f"needs.{part}.result": "skipped"}
                if "needs.cig-plan.outputs.plan" in dropped:
                    assert _starts(jobs[part]["if"], needs)
                    assert _result(jobs, part, held) == "skipped"


@pytest.mark.parametrize("name", ["a row that is a leg", "more than one list"])
def test_a_plan_of_other_legs_than_the_files_is_not_heard(name: str) -> None:
    """S1: a workflow that was not rendered again runs what stands in it."""
    job = job_of(EXAMPLES[name])
    assert job.matrix is not None
    fewer = job_of(Matrix(job.matrix.axes, job.matrix.include, legs=job.matrix.legs[1:]))
    jobs = rendered(job)
    text = plan_of(fewer, [leg.key for leg in job.matrix.legs])
    assert sorted(legs_that_run(jobs, outcome(jobs, text))) == sorted(expected(job, ()))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_proven_is_told_to_those_who_need_the_job_and_to_the_gate(name: str) -> None:
    """S2, S19: each part of a job that has several is skipped by itself."""
    matrix = EXAMPLES[name]
    job = job_of(matrix)
    after = Job(
        "after", workflow="ci", machine=MACHINES["linux"], needs=("test",), steps=(Step("c", checkout=Checkout()),)
    )
    skipping = Skipping(machine=MACHINES["linux"], files=("cig.toml",), version="1", store="s3://proofs")
    graph = Graph("p", (Workflow("ci"),), (job, after), skipping=skipping)
    text, _ = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    jobs: dict[str, Any] = yaml.safe_load(text)["jobs"]
    parts = [one for one in jobs if one.startswith("test")]
    first = {row["leg"] for row in read_matrix(jobs["test"])} if len(parts) > 1 else set()
    for proven in ([], sorted(first), sorted(expected(job, ()))):
        needs = outcome(jobs, plan_of(job, proven))
        ran = {part: _starts(jobs[part]["if"], needs) for part in parts}
        needs |= {f"needs.{part}.result": "success" if runs else "skipped" for part, runs in ran.items()}
        assert _starts(jobs["after"]["if"], needs)
        told = {name: _result(jobs, name, needs) for name in parts}
        assert all(one == "success" for one in told.values()) or len(proven) == len(matrix.legs)
        for part in parts:
            # Whoever else keeps it from running does not have the plan's word for it.
            wrong = {**needs, f"needs.{part}.result": "failure"}
            assert not _starts(jobs["after"]["if"], wrong)
            assert _result(jobs, part, wrong) == "failure"
            if ran[part]:
                wrong = {**needs, f"needs.{part}.result": "skipped"}
                assert not _starts(jobs["after"]["if"], wrong)
                assert _result(jobs, part, wrong) == "skipped"


def _result(jobs: Mapping[str, Any], part: str, needs: Mapping[str, object]) -> object:
    """What the gate is told of a job."""
    told = jobs["cig-gate"]["steps"][-1]["env"]["CIG_RESULTS"]
    expression = re.search(rf'"{part}": {{"result": "\$\{{\{{ (.*?) \}}\}}"}}', told)
    assert expression is not None
    return evaluate(parse(expression[1], GITHUB), GITHUB, needs.__getitem__)
