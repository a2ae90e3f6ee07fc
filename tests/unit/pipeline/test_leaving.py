"""Files that several legs leave at one place for whoever fetches them."""

from dataclasses import replace

import pytest

from cigen.model.config import Config, Project
from cigen.model.diagnostics import Level
from cigen.model.resources import (
    Download,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    Pair,
    Shards,
    Step,
    Workflow,
)
from cigen.pipeline.dag import build_graph
from cigen.pipeline.leaving import check_leaving

TAKES = Job("pack", steps=(Step("get", download=Download("lib")),))


def leaves(*paths: str, **axes: str) -> Job:
    """A job with two legs, a and b, or with legs of more axes."""
    rows = [(("part", part), *((name, axes[name]) for name in axes)) for part in ("a", "b")]
    legs = tuple(Leg(f"lib-{row[0][1]}", tuple(Pair(*pair) for pair in row)) for row in rows)
    return Job("lib", matrix=Matrix((MatrixAxis("part", ("a", "b")),), legs=legs), outputs=JobOutputs(files=paths))


def told(*jobs: Job) -> list[tuple[str, Level]]:
    return [(one.code, one.level) for one in check_leaving(jobs)]


def test_a_file_that_all_legs_leave_is_told_where_a_job_fetches_it() -> None:
    (found,) = check_leaving([leaves("doc/**", "bin/app"), TAKES])
    assert (found.code, found.level, found.key) == ("DAG_022", Level.WARNING, ("jobs", "lib", "outputs", "files", 1))
    assert found.message == (
        '"lib-a" and "lib-b", legs of job "lib", leave "bin/app": whose copy job "pack" gets depends on the CI system'
    )


def test_of_what_a_wildcard_selects_it_is_a_note() -> None:
    """`dist/**` may be another file in each leg, and mostly is."""
    for path in ("dist/**", "dist/", "{a,b}", "x[ab]"):
        assert told(leaves(path), TAKES) == [("DAG_022", Level.INFO)], path


@pytest.mark.parametrize(
    "path", ["bin/app-{{ matrix.part }}", "{{ matrix.part }}/app", "!bin/app", "out/{{ matrix.part }}/*"]
)
def test_files_that_are_named_after_the_leg_are_nothing_to_tell(path: str) -> None:
    assert told(leaves(path), TAKES) == []


def test_shards_that_leave_one_file_are_told_where_a_job_fetches_it() -> None:
    sharded = Job("lib", shards=Shards(4), outputs=JobOutputs(files=("!x", "doc/*", "coverage.xml")))
    (found,) = check_leaving([sharded, TAKES])
    assert (found.code, found.level, found.key) == ("DAG_022", Level.WARNING, ("jobs", "lib", "outputs", "files", 2))
    assert found.message == (
        'each of the 4 shards of job "lib" leaves "coverage.xml": whose copy job "pack" gets depends on the CI system'
    )
    assert told(sharded) == []
    assert told(replace(sharded, shards=Shards(1)), TAKES) == []
    assert told(replace(sharded, outputs=None), TAKES) == []
    assert told(replace(sharded, outputs=JobOutputs(files=("coverage-*.xml", "!coverage-9.xml"))), TAKES) == []


def test_a_job_with_legs_and_shards_is_told_once() -> None:
    both = replace(leaves("coverage.xml"), shards=Shards(2))
    assert told(both, TAKES) == [("DAG_022", Level.WARNING)]
    both = replace(leaves("coverage-{{ matrix.part }}.xml"), shards=Shards(2))
    (found,) = check_leaving([both, TAKES])
    assert "2 shards" in found.message


def test_legs_that_share_the_value_in_the_name_leave_one_file() -> None:
    assert told(leaves("app-{{ matrix.os }}", os="linux"), TAKES) == [("DAG_022", Level.WARNING)]


def test_nothing_is_told_where_nobody_fetches_them_or_there_is_one_leg() -> None:
    job = leaves("bin/app")
    assert told(job, replace(TAKES, steps=())) == []
    assert job.matrix is not None
    assert told(replace(job, matrix=replace(job.matrix, legs=job.matrix.legs[:1])), TAKES) == []
    assert told(replace(job, matrix=None), TAKES) == []
    assert told(replace(job, outputs=JobOutputs(logs=("bin/app",))), TAKES) == []


def test_a_graph_tells_of_it() -> None:
    config = Config("0.2", Project("p"), workflows=(Workflow("ci"),))
    jobs = (leaves("bin/app"), Job("pack", needs=("lib",), inputs=Inputs(artifacts=("lib",))))
    graph, found = build_graph(config, jobs, {}, ())
    assert graph is not None
    assert [one.code for one in found] == ["DAG_022"]
