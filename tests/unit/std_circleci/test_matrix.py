"""A job written once where all that differs are texts; legs named as their plan keys in any case."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cigen.pipeline.matrix import expand_matrix
from cigen.sdk import Approval, Concurrency, Expr, Job, Leg, Matrix, MatrixAxis, MatrixRow, Pair, Run, Runner, Step

Render = Callable[..., Any]
Make = Callable[..., Job]
LINUX = Runner("linux")


def matrix(*axes: tuple[str, tuple[str, ...]], **given: Any) -> Matrix:
    made = Matrix(tuple(MatrixAxis(*axis) for axis in axes), **given)
    legs, problems = expand_matrix("test", made)
    assert not problems
    return replace(made, legs=tuple(replace(leg, runner=LINUX) for leg in legs))


RUBY, ARCH = ("ruby", ("3.3", "3.4")), ("arch", ("amd64", "arm64"))
STEP = Step("s", run=Run("make {{ matrix.ruby }}"))


def test_a_plain_matrix_is_circlecis_own(render: Render, make_job: Make) -> None:
    found = render(make_job(STEP, matrix=matrix(RUBY, ARCH)), make_job(id="after", needs=("test",)))
    assert found.job["parameters"] == {"ruby": {"type": "string"}, "arch": {"type": "string"}}
    assert found.step == {"run": "make << parameters.ruby >>"}
    assert found.places["test-ruby<< matrix.ruby >>-<< matrix.arch >>"]["matrix"] == {
        "parameters": {"ruby": ["3.3", "3.4"], "arch": ["amd64", "arm64"]}
    }
    assert found.places["after"]["requires"] == ["test"]


def test_rows_that_are_excluded_are_whole(render: Render, make_job: Make) -> None:
    excluded = (MatrixRow((Pair("arch", "arm64"), Pair("ruby", "3.3"))),)
    found = render(make_job(STEP, matrix=matrix(RUBY, ARCH, exclude=excluded)))
    place = found.places["test-ruby<< matrix.ruby >>-<< matrix.arch >>"]
    assert place["matrix"]["exclude"] == [{"ruby": "3.3", "arch": "arm64"}]


@pytest.mark.parametrize(
    "given",
    [
        {"include": (MatrixRow((Pair("ruby", "2.7"), Pair("edge", "<<"))),)},
        {"include": (MatrixRow((Pair("ruby", "3.3"), Pair("edge", "x"))),)},
    ],
)
def test_where_circleci_would_make_other_legs_they_are_listed(given: Any, render: Render, make_job: Make) -> None:
    made = matrix(RUBY, **given)
    found = render(make_job(STEP, matrix=made), make_job(id="after", needs=("test",)))
    assert len(found.data["jobs"]) == 2
    keys = [leg.key for leg in made.legs]
    assert list(found.places) == [*keys, "after"]
    assert found.places["after"]["requires"] == keys
    values = {pair.name: pair.value.replace("<<", "\\<<") for pair in made.legs[-1].values}
    assert {name: found.places[keys[-1]][name] for name in values} == values
    assert all(set(found.job["parameters"]) <= set(found.places[key]) for key in keys)


def test_more_legs_than_circleci_takes_are_listed(render: Render, make_job: Make) -> None:
    many = ("n", tuple(f"v{number}" for number in range(300)))
    found = render(make_job(Step("s", run=Run("x {{ matrix.n }}")), matrix=matrix(many)))
    assert len(found.data["jobs"]) == 1
    assert len(found.places) == 300
    assert found.places["test-v299"] == {"name": "test-v299", "n": "v299"}


def _apart(**given: Any) -> Callable[[Job], Job]:
    return lambda job: replace(job, **given)


WHEN = "matrix.ruby == '3.3'"


@pytest.mark.parametrize(
    "change",
    [
        _apart(machine=None),
        _apart(concurrency=Concurrency("serial")),
        _apart(steps=(Step("s", run=Run("cat <{{ matrix.ruby }}")),)),
        _apart(steps=(Step("s", run=Run("x {{ matrix.ruby }}>log")),)),
    ],
)
def test_what_more_than_texts_tell_apart_is_a_job_each(
    change: Callable[[Job], Job], render: Render, make_job: Make
) -> None:
    found = render(change(make_job(STEP, matrix=matrix(RUBY))), make_job(id="after", needs=("test",)))
    assert list(found.data["jobs"]) == ["test-ruby3-3", "test-ruby3-4", "after"]
    assert list(found.places) == ["test-ruby3.3", "test-ruby3.4", "after"]
    assert found.places["after"]["requires"] == ["test-ruby3.3", "test-ruby3.4"]
    assert "parameters." not in found.text


def test_a_condition_on_the_matrix_leaves_legs_out(render: Render, make_job: Make, when: Callable[[str], Expr]) -> None:
    found = render(make_job(STEP, matrix=matrix(RUBY), when=when(WHEN)), make_job(id="after", needs=("test",)))
    assert list(found.places) == ["test-ruby3.3", "after"]
    assert found.places["after"] == {"requires": ["test-ruby3.3"]}


def test_a_condition_of_a_step_on_the_matrix_is_decided(
    render: Render, make_job: Make, when: Callable[[str], Expr]
) -> None:
    found = render(make_job(replace(STEP, when=when(WHEN)), matrix=matrix(RUBY)))
    assert [len(job["steps"]) for job in found.data["jobs"].values()] == [2, 1]


def test_all_legs_wait_for_one_approval(render: Render, make_job: Make) -> None:
    job = make_job(STEP, matrix=matrix(RUBY), approve=Approval())
    for given in (job, replace(job, machine=None)):
        found = render(given)
        approvals = [name for name, place in found.places.items() if place.get("type") == "approval"]
        assert approvals == ["approve-test"]
        others = [place for place in found.places.values() if place.get("type") != "approval"]
        assert all(place["requires"] == ["approve-test"] for place in others)


def test_what_circleci_does_otherwise_is_told(render: Render, make_job: Make) -> None:
    assert render(make_job(STEP, matrix=matrix(RUBY))).codes == ["CIRCLECI_028"]
    assert render(make_job(STEP, matrix=matrix(RUBY, fail_fast=False))).codes == []
    found = render(make_job(STEP, matrix=matrix(RUBY, fail_fast=False, max_parallel=1)))
    assert found.codes == ["CIRCLECI_028"]


@pytest.mark.parametrize("axis", ["name", "Name", "1x", "ä"])
def test_an_axis_that_cannot_be_a_parameter_is_filled_in(axis: str, render: Render, make_job: Make) -> None:
    legs = tuple(Leg(f"test-{one}", (Pair(axis, one),), LINUX) for one in ("a", "b"))
    found = render(make_job(matrix=Matrix((MatrixAxis(axis, ("a", "b")),), legs=legs)))
    assert list(found.places) == ["test-a", "test-b"]
