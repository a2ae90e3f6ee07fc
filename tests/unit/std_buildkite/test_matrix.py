"""Where Buildkite expands a matrix itself, and where each leg is a step."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from cigen.sdk import Concurrency, Expr, Job, Leg, Matrix, MatrixAxis, Op, Pair, Run, Runner, Step

SAY = Step("say", run=Run("echo '{{ matrix.os }} $x' {{ matrix.n }}"))


def matrix(*dropped: tuple[str, ...], extra: tuple[dict[str, str], ...] = (), **axes: tuple[str, ...]) -> Matrix:
    rows = [dict(zip(axes, values, strict=True)) for values in product(*axes.values()) if values not in dropped]
    made = [
        Leg(f"test-{'-'.join(row.values())}", tuple(Pair(*pair) for pair in row.items()), Runner("linux"))
        for row in (*rows, *extra)
    ]
    return Matrix(tuple(MatrixAxis(name, values) for name, values in axes.items()), legs=tuple(made))


def expanded(value: Any) -> set[tuple[tuple[str, str], ...]]:
    """The legs that Buildkite makes of it."""
    setup = value["setup"]
    found = {tuple(zip(setup, row, strict=True)) for row in product(*setup.values())}
    for one in value.get("adjustments", []):
        row = tuple((name, one["with"][name]) for name in setup)
        found = found - {row} if one.get("skip") else found | {row}
    return found


TWO = {"os": ("a", "b"), "n": ("1", "2")}


@pytest.mark.parametrize(
    "given",
    [
        matrix(**TWO),
        matrix(("a", "2"), **TWO),
        matrix(extra=({"os": "c", "n": "9"},), **TWO),
        matrix(("b", "1"), extra=({"os": "c", "n": "9"},), **TWO),
    ],
)
def test_buildkite_makes_the_same_legs(given: Matrix, make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(SAY, matrix=given, machine=None))
    assert rendered.keys == ["test"]
    assert expanded(rendered.step["matrix"]) == {
        tuple((pair.name, pair.value) for pair in leg.values) for leg in given.legs
    }


def test_texts_take_buildkites_placeholders(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(SAY, matrix=matrix(**TWO), machine=None, env=(Pair("A", "{{ matrix.os }}"),)))
    assert rendered.step["label"] == "test {{matrix.os}} {{matrix.n}}"
    assert rendered.step["command"] == "echo '{{matrix.os}} $$x' {{matrix.n}}"
    assert rendered.step["env"] == {"A": "{{matrix.os}}"}


def test_whoever_needs_the_job_waits_for_its_one_step(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(SAY, matrix=matrix(**TWO), machine=None), make_job(id="last", needs=("test",)))
    assert rendered.step["depends_on"] == "test"


ON_A = Expr(Op.EQ, args=(Expr(Op.NAME, "matrix.os"), Expr(Op.LITERAL, "a")))
DIAGONAL = [(a, b) for a in "0123" for b in "0123" if a != b or a == "3"]
WIDE = tuple(f"v{index}" for index in range(26))


@pytest.mark.parametrize(
    ("given", "job"),
    [
        (matrix(os=WIDE, n=("1", "2")), {}),
        (matrix(os=tuple("abcdefgh"), n=tuple("1234567")), {}),
        (matrix(**{f"x{index}": ("1",) for index in range(6)}, os=("a",), n=("1", "2")), {}),
        (matrix(os=("a b", "c"), n=("1",)), {}),
        (matrix(os=("a" * 129, "c"), n=("1",)), {}),
        (matrix(extra=({"os": "a", "n": "1", "more": "x"},), **TWO), {}),
        (matrix(*DIAGONAL, os=tuple("0123"), n=tuple("0123")), {}),
        (matrix(**TWO), {"when": ON_A}),
        (matrix(**TWO), {"steps": (Step("s", run=Run("x"), when=ON_A),)}),
        (matrix(**TWO), {"concurrency": Concurrency(group="g-{{ matrix.os }}")}),
        (matrix(**TWO), {"name": "Test on {{ matrix.os }}"}),
        (matrix(**TWO), {"steps": (Step("s", run=Run("echo {{ '{{' }}matrix.os}}")),)}),
        (matrix(**TWO), {"env": (Pair("A", "{{ '{{' }} matrix.os }}"),)}),
        (matrix(os=("a",), n=("1",)), {}),
    ],
)
def test_each_leg_is_a_step_where_a_matrix_cannot_say_it(
    given: Matrix, job: dict[str, Any], make_job: Callable, render: Callable
) -> None:
    rendered = render(make_job(*([] if "steps" in job else [SAY]), matrix=given, machine=None, **job))
    assert "matrix" not in rendered.step
    assert "{{ matrix" not in rendered.step["command"]
    count = 2 if job.get("when") else len(given.legs)
    assert len(rendered.steps) == count
    assert len(set(rendered.keys)) == count


def test_legs_on_different_machines_are_steps(make_job: Callable, render: Callable) -> None:
    made = (Leg("test-a", (Pair("os", "a"),), Runner("linux")), Leg("test-b", (Pair("os", "b"),), Runner("macos")))
    rendered = render(
        make_job(Step("s", run=Run("x")), matrix=Matrix((MatrixAxis("os", ("a", "b")),), legs=made), machine=None)
    )
    assert [step["agents"]["queue"] for step in rendered.steps] == ["default", "macos"]


def test_keys_hold_what_buildkite_allows_and_stay_apart(make_job: Callable, render: Callable) -> None:
    made = tuple(Leg(f"test-{value}", (Pair("v", value),), Runner("linux")) for value in ("3.3 x", "3_3 x", "y" * 120))
    rendered = render(
        make_job(Step("s", run=Run("x")), matrix=Matrix((MatrixAxis("v", ("x",)),), legs=made), machine=None)
    )
    assert rendered.keys[:2] == ["test-3_3_x", "test-3_3_x_"]
    assert len(rendered.keys[2]) == 100
    assert [step["label"] for step in rendered.steps] == [leg.key for leg in made]


@pytest.mark.parametrize(("fail_fast", "cancel"), [(True, True), (False, None)])
def test_the_first_failure_cancels_the_others(
    fail_fast: bool, cancel: bool | None, make_job: Callable, render: Callable
) -> None:
    given = matrix(**TWO)
    given = Matrix(given.axes, fail_fast=fail_fast, max_parallel=2, legs=given.legs)
    step = render(make_job(SAY, matrix=given, machine=None)).step
    assert step.get("cancel_on_build_failing") is cancel
    assert (step["concurrency"], step["concurrency_group"], step["concurrency_method"]) == (
        2,
        "${BUILDKITE_BUILD_ID}/test",
        "eager",
    )


def test_one_step_is_in_one_group(make_job: Callable, render: Callable) -> None:
    given = Matrix(matrix(**TWO).axes, max_parallel=2, legs=matrix(**TWO).legs)
    rendered = render(make_job(SAY, matrix=given, machine=None, concurrency=Concurrency(group="g")))
    assert (rendered.step["concurrency_group"], rendered.codes) == ("shop/g", ["BUILDKITE_023"])


def test_a_description_stands_above_the_first_leg_only(make_job: Callable, render: Callable) -> None:
    job: Job = make_job(SAY, matrix=matrix(**TWO), machine=None, when=ON_A, description="What it does.\nAnd why.")
    assert render(job).text.count("# What it does.\n  # And why.\n  - label") == 1
