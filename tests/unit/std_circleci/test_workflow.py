"""The file as a whole: which workflows it holds, how it begins, that it is the same every time."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.sdk import Graph, Job, Level, Output, Run, Step, Workflow
from cigen.std.provider.circleci.workflow import HEADER, render_config

OUTPUT = Output("circleci", ".circleci/config.yml")
Make = Callable[..., Job]


def test_the_file_says_who_wrote_it_and_what_for(make_job: Make) -> None:
    job = make_job(description="One.\n\nTwo.", name="Tests")
    text, _ = render_config(
        Graph("p", (Workflow("ci", "Build: all"),), (job,)), replace(OUTPUT, description="Main\nfile")
    )
    assert text.startswith(
        f"{HEADER}\n# Main\n# file\n\nversion: 2.1\n\njobs:\n  # Tests\n  # One.\n  #\n  # Two.\n  test:\n"
    )
    assert "workflows:\n  # Build: all\n  ci:\n" in text


@pytest.mark.parametrize(
    ("workflows", "wanted", "code"),
    [((), "", "CIRCLECI_001"), (("ci",), "nightly", "CIRCLECI_001"), (("ci", "empty"), "empty", "CIRCLECI_002")],
)
def test_an_output_without_its_workflow_is_an_error(
    workflows: tuple[str, ...], wanted: str, code: str, make_job: Make
) -> None:
    graph = Graph("p", tuple(Workflow(name) for name in workflows), (make_job(),))
    text, found = render_config(graph, replace(OUTPUT, workflow=wanted))
    assert (text, [one.code for one in found]) == ("", [code])


def test_workflows_without_jobs_are_left_out_of_a_file_of_several(make_job: Make) -> None:
    graph = Graph("p", (Workflow("ci"), Workflow("a"), Workflow("b")), (make_job(workflow="a"),))
    text, found = render_config(graph, replace(OUTPUT, workflow="*"))
    assert list(yaml.safe_load(text)["workflows"]) == ["a"]
    assert [(one.code, one.level) for one in found] == [("CIRCLECI_002", Level.WARNING)]
    assert '"b"' in found[0].message


def test_a_file_whose_jobs_never_run_is_an_error(make_job: Make, when: Callable[[str], Any]) -> None:
    graph = Graph("p", (Workflow("ci"),), (make_job(when=when("false")),))
    text, found = render_config(graph, OUTPUT)
    assert (text, [one.code for one in found]) == ("", ["CIRCLECI_029", "CIRCLECI_002"])


def test_an_output_holds_one_workflow_or_all(make_job: Make) -> None:
    graph = Graph("p", (Workflow("ci"), Workflow("nightly")), (make_job(), make_job(id="slow", workflow="nightly")))
    for wanted, names in (("ci", ["ci"]), ("*", ["ci", "nightly"]), ("", ["ci", "nightly"])):
        text, _ = render_config(graph, replace(OUTPUT, workflow=wanted))
        assert list(yaml.safe_load(text)["workflows"]) == names


@pytest.mark.parametrize("path", ["ci.yml", ".circleci/config.json"])
def test_a_file_circleci_does_not_look_at_is_told(path: str, make_job: Make) -> None:
    _, found = render_config(Graph("p", (Workflow("ci"),), (make_job(),)), replace(OUTPUT, path=path))
    assert "CIRCLECI_003" in [one.code for one in found]


def test_jobs_have_keys_that_circleci_takes_and_names_that_are_their_plan_keys(make_job: Make) -> None:
    jobs = (make_job(id="a.b"), make_job(id="a-b", needs=("a.b",)), make_job(id="_x"))
    data = yaml.safe_load(render_config(Graph("p", (Workflow("ci"),), jobs), OUTPUT)[0])
    assert list(data["jobs"]) == ["a-b", "a-b-", "job-_x"]
    assert data["workflows"]["ci"]["jobs"] == [
        {"a-b": {"name": "a.b"}},
        {"a-b-": {"name": "a-b", "requires": ["a.b"]}},
        {"job-_x": {"name": "_x"}},
    ]


def test_two_jobs_that_differ_in_case_are_an_error(make_job: Make) -> None:
    _, found = render_config(Graph("p", (Workflow("ci"),), (make_job(id="a"), make_job(id="A"))), OUTPUT)
    assert "CIRCLECI_010" in [one.code for one in found]


@settings(max_examples=60)
@given(data=st.data())
def test_no_graph_at_all_raises(data: st.DataObject, values: Callable[..., Any]) -> None:
    """Whatever a graph holds is rendered or reported, and what is rendered is YAML."""
    workflow = data.draw(values(Workflow))
    jobs = data.draw(st.lists(values(Job), min_size=1, max_size=2))
    graph = Graph("p", (workflow,), tuple(replace(job, workflow=workflow.id) for job in jobs))
    text, diagnostics = render_config(graph, OUTPUT)
    if not any(found.level is Level.ERROR for found in diagnostics):
        assert yaml.safe_load(text)["version"] == 2.1


def test_the_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    script = (
        "from cigen.sdk import *\nfrom cigen.std.provider.circleci.workflow import render_config\n"
        "jobs = tuple(Job(f'j{n}', workflow='ci', machine=Runner('linux'), needs=tuple(f'j{m}' for m in range(n)),"
        " steps=(Step('s', run=Run('x'), secrets=('A', 'B')),)) for n in range(5))\n"
        "print(render_config(Graph('p', (Workflow('ci'),), jobs), Output('circleci', '.circleci/config.yml')))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1


def test_time_grows_with_the_number_of_jobs_alone(make_job: Make) -> None:
    """A chain a thousand long is one pass: no step looks at all jobs for each job."""
    jobs = tuple(make_job(Step("s", run=Run("x")), id=f"j{n}", needs=(f"j{n - 1}",) if n else ()) for n in range(1000))
    text, found = render_config(Graph("p", (Workflow("ci"),), tuple(reversed(jobs))), OUTPUT)
    assert not found
    assert len(json.dumps(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["jobs"])) > 1000
