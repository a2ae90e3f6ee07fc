"""Jobs with all in them that needs no plugin: here, that no two entries of the plan have one name."""

import pytest

from cigen.model.config import Config, Project
from cigen.model.resources import Job, Matrix, MatrixAxis
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.signature import planned_jobs


def config(*jobs: Job) -> Config:
    return Config("0.2", Project("p"), jobs=jobs)


def legs(id: str, **axes: list[str]) -> Job:
    return Job(id, matrix=Matrix(tuple(MatrixAxis(name, tuple(values)) for name, values in axes.items())))


@pytest.mark.parametrize(
    "jobs",
    [
        (legs("test", p=["api", "web"]), Job("test-api")),
        (Job("test-api"), legs("test", p=["api", "web"])),
        (legs("test", p=["api"]), legs("test-api", q=["web"])),
        (legs("test", p=["api"], q=["web"]), legs("test-api", q=["web"])),
        (legs("test-api", q=["web"]), legs("test", p=["api"], q=["web"])),
    ],
)
def test_s23_a_leg_with_the_name_of_another_job_or_its_leg_is_an_error(jobs: tuple[Job, ...]) -> None:
    found, diagnostics = expand_jobs(config(*jobs))
    assert [d.code for d in diagnostics] == ["DAG_006"]
    keys = [one.key for one in planned_jobs(found)]
    assert len(set(keys)) == len(keys)


def test_jobs_whose_legs_have_other_names_keep_them() -> None:
    found, diagnostics = expand_jobs(config(legs("test", p=["api", "web"]), legs("lint", p=["api"]), Job("test-all")))
    assert diagnostics == ()
    assert [one.key for one in planned_jobs(found)] == ["test-api", "test-web", "lint-api", "test-all"]
