"""Matrices are multiplied out as on GitHub, under names that never change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.resources import Matrix, MatrixAxis, MatrixRow, Pair
from cigen.pipeline.matrix import LEG_LIMIT, expand_matrix, leg_name


def axes(**values: list[str]) -> tuple[MatrixAxis, ...]:
    return tuple(MatrixAxis(name, tuple(items)) for name, items in values.items())


def row(**values: str) -> MatrixRow:
    return MatrixRow(tuple(Pair(name, value) for name, value in values.items()))


def keys(matrix: Matrix) -> list[str]:
    legs, diagnostics = expand_matrix("test", matrix)
    assert diagnostics == ()
    return [leg.key for leg in legs]


def values(matrix: Matrix) -> list[dict[str, str]]:
    return [{pair.name: pair.value for pair in leg.values} for leg in expand_matrix("test", matrix)[0]]


def test_the_last_axis_varies_fastest() -> None:
    matrix = Matrix(axes(ruby=["3.2", "3.3"], arch=["amd64", "arm64"]))
    assert keys(matrix) == ["test-ruby3.2-amd64", "test-ruby3.2-arm64", "test-ruby3.3-amd64", "test-ruby3.3-arm64"]


def test_a_value_that_begins_with_a_letter_stands_alone() -> None:
    matrix = Matrix(axes(os=["ubuntu-22.04"], ruby=["3.2"]))
    assert keys(matrix) == ["test-ubuntu-22.04-ruby3.2"]


@pytest.mark.parametrize(("value", "name"), [("a b", "t-a-b"), ("x/y:z", "t-x-y-z"), ("", "t-v"), ("-1", "t-v-1")])
def test_characters_no_name_can_hold_are_replaced(value: str, name: str) -> None:
    assert leg_name("t", {"v": value}) == name


def test_exclude_removes_every_combination_that_holds_its_row() -> None:
    matrix = Matrix(axes(os=["linux", "macos"], v=["1", "2"]), exclude=(row(os="macos", v="1"),))
    assert keys(matrix) == ["test-linux-v1", "test-linux-v2", "test-macos-v2"]


def test_include_extends_the_combinations_whose_axes_it_agrees_with() -> None:
    matrix = Matrix(axes(os=["linux", "macos"]), include=(row(os="linux", extra="yes"),))
    assert values(matrix) == [{"os": "linux", "extra": "yes"}, {"os": "macos"}]
    assert keys(matrix) == ["test-linux", "test-macos"]


def test_include_without_any_axis_extends_all() -> None:
    matrix = Matrix(axes(os=["linux", "macos"]), include=(row(color="green"),))
    assert [leg["color"] for leg in values(matrix)] == ["green", "green"]


def test_include_that_fits_nothing_is_a_leg_of_its_own() -> None:
    matrix = Matrix(axes(os=["linux"]), include=(row(os="windows", v="9"),))
    assert keys(matrix) == ["test-linux", "test-windows-v9"]


def test_the_example_of_githubs_documentation() -> None:
    """fruit × animal with five include rows, as documented there."""
    matrix = Matrix(
        axes(fruit=["apple", "pear"], animal=["cat", "dog"]),
        include=(
            row(color="green"),
            row(color="pink", animal="cat"),
            row(fruit="apple", shape="circle"),
            row(fruit="banana"),
            row(fruit="banana", animal="cat"),
        ),
    )
    assert values(matrix) == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_include_alone_makes_legs() -> None:
    matrix = Matrix(include=(row(os="linux"), row(os="macos")))
    assert keys(matrix) == ["test-linux", "test-macos"]


def test_two_legs_of_one_name_are_an_error() -> None:
    legs, diagnostics = expand_matrix("test", Matrix(axes(v=["a b", "a/b"])))
    assert legs == ()
    assert [d.code for d in diagnostics] == ["DAG_006"]


def test_a_matrix_without_legs_is_an_error() -> None:
    _, diagnostics = expand_matrix("test", Matrix(axes(v=["1"]), exclude=(row(v="1"),)))
    assert [d.code for d in diagnostics] == ["DAG_005"]


def test_a_matrix_of_a_million_is_refused_before_it_is_built() -> None:
    hundred = [str(i) for i in range(100)]
    legs, diagnostics = expand_matrix("test", Matrix(axes(a=hundred, b=hundred, c=hundred)))
    assert legs == ()
    assert [d.code for d in diagnostics] == ["DAG_004"]
    assert "1,000,000" in diagnostics[0].message


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True), min_size=1, max_size=4))
def test_every_combination_appears_once(lists: list[list[str]]) -> None:
    matrix = Matrix(tuple(MatrixAxis(f"x{i}", tuple(items)) for i, items in enumerate(lists)))
    legs, diagnostics = expand_matrix("j", matrix)
    size = 1
    for items in lists:
        size *= len(items)
    assert size <= LEG_LIMIT
    assert diagnostics == ()
    assert len({leg.values for leg in legs}) == len({leg.key for leg in legs}) == len(legs) == size
