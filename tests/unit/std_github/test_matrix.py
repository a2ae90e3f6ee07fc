"""GitHub expands the rendered matrix into exactly the legs there are."""

from collections.abc import Callable
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cigen.pipeline.matrix import expand_matrix
from cigen.sdk import Job, Leg, Matrix, MatrixAxis, MatrixRow, Pair, ProviderBlock, Runner
from cigen.std.provider.github.matrix import combine, render_strategy
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.texts import render_text

NAMES = st.sampled_from(["os", "ruby", "x"])
VALUES = st.sampled_from(["linux", "mac", "3.10", "3.4", "a b", "a-b", "pypy3"])
ROWS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=3).map(
    lambda row: MatrixRow(tuple(Pair(name, value) for name, value in row.items()))
)
AXES = st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3, unique=True), max_size=3).map(
    lambda axes: tuple(MatrixAxis(name, tuple(values)) for name, values in axes.items())
)
MATRICES = st.builds(Matrix, AXES, st.lists(ROWS, max_size=3).map(tuple), st.lists(ROWS, max_size=2).map(tuple))
MACHINES = [
    Runner("linux"),
    Runner("macos"),
    Runner("big", settings=(ProviderBlock("github", '{"runs-on":["a","b"]}'),)),
]


def _evaluated(text: Any, values: dict[str, Any]) -> Any:
    """A text with the expressions of one leg evaluated."""
    if not isinstance(text, str):
        return text
    if text.startswith("${{ matrix.") and text.count("${{") == 1 and text.endswith("}}"):
        return values[text[11:-3]]
    for name, value in values.items():
        text = text.replace(f"${{{{ matrix.{name} }}}}", str(value))
    return text


@given(MATRICES, st.data())
def test_the_expansion_has_each_leg_once_with_its_name_and_its_machine(matrix: Matrix, data: st.DataObject) -> None:
    legs, problems = expand_matrix("test", matrix)
    assume(not problems)
    machines = data.draw(st.lists(st.sampled_from(MACHINES), min_size=len(legs), max_size=len(legs)))
    placed = tuple(Leg(leg.key, leg.values, machine) for leg, machine in zip(legs, machines, strict=True))
    full = Matrix(matrix.axes, matrix.include, matrix.exclude, legs=placed)
    strategy = render_strategy(Job("test", matrix=full), full, new_report())
    value: Any = strategy.value["matrix"]
    axes = {name: values for name, values in value.items() if name not in ("include", "exclude")}
    made = combine(axes, value.get("include", []), value.get("exclude", []))
    names = {_evaluated(strategy.leg_name, values): values for values in made}
    assert sorted(names) == sorted(leg.key for leg in placed)
    assert len(made) == len(placed)
    labels = {"linux": "ubuntu-latest", "macos": "macos-latest", "big": ["a", "b"]}
    for leg in placed:
        values = names[leg.key]
        assert {name: values[name] for name in {p.name for p in leg.values}} == {p.name: p.value for p in leg.values}
        assert leg.runner is not None
        assert _evaluated(strategy.runs_on, values) == labels[leg.runner.name]


def _legs(*rows: tuple[str, dict[str, str], str]) -> tuple[Leg, ...]:
    return tuple(
        Leg(key, tuple(Pair(*item) for item in values.items()), Runner(machine)) for key, values, machine in rows
    )


def _strategy(matrix: Matrix) -> Any:
    return render_strategy(Job("test", matrix=matrix), matrix, new_report())


def test_machines_that_one_axis_decides_are_rows_of_that_axis() -> None:
    legs = _legs(*((f"test-{os}-{x}", {"os": os, "x": x}, os) for os in ("linux", "macos") for x in "ab"))
    axes = (MatrixAxis("os", ("linux", "macos")), MatrixAxis("x", ("a", "b")))
    strategy = _strategy(Matrix(axes, legs=legs))
    assert strategy.value["matrix"] == {
        "os": ["linux", "macos"],
        "x": ["a", "b"],
        "include": [{"os": "linux", "runner": "ubuntu-latest"}, {"os": "macos", "runner": "macos-latest"}],
    }
    assert (strategy.runs_on, strategy.leg_name) == (
        "${{ matrix.runner }}",
        "test-${{ matrix.os }}-${{ matrix.x }}",
    )


def test_a_leg_that_include_alone_makes_has_its_machine_in_its_own_row() -> None:
    legs = _legs(
        ("test-linux", {"os": "linux"}, "linux"),
        ("test-macos", {"os": "macos"}, "macos"),
        ("test-arm", {"os": "arm"}, "linux-arm64"),
    )
    include = (MatrixRow((Pair("os", "arm"),)),)
    strategy = _strategy(Matrix((MatrixAxis("os", ("linux", "macos")),), include, legs=legs))
    assert strategy.value["matrix"] == {
        "os": ["linux", "macos"],
        "include": [
            {"os": "arm", "runner": "ubuntu-24.04-arm"},
            {"os": "linux", "runner": "ubuntu-latest"},
            {"os": "macos", "runner": "macos-latest"},
        ],
    }


def test_an_axis_of_labels_is_used_as_it_is() -> None:
    labels = ("ubuntu-22.04", "ubuntu-24.04")
    legs = tuple(
        Leg(
            f"test-{label}",
            (Pair("os", label),),
            Runner(label, settings=(ProviderBlock("github", f'{{"runs-on":"{label}"}}'),)),
        )
        for label in labels
    )
    strategy = _strategy(Matrix((MatrixAxis("os", labels),), legs=legs))
    assert strategy.runs_on == "${{ matrix.os }}"
    assert strategy.value["matrix"] == {"os": list(labels)}


def test_legs_whose_names_follow_no_pattern_are_rows_with_their_names() -> None:
    legs = _legs(("test-python3.13", {"python": "3.13"}, "linux"), ("test-pypy", {"python": "pypy"}, "linux"))
    strategy = _strategy(Matrix((MatrixAxis("python", ("3.13", "pypy")),), legs=legs))
    assert strategy.leg_name == "${{ matrix.leg }}"
    assert strategy.value["matrix"] == {
        "include": [{"leg": "test-python3.13", "python": "3.13"}, {"leg": "test-pypy", "python": "pypy"}]
    }


def test_nothing_is_excluded_by_what_is_no_axis() -> None:
    """GitHub refuses it."""
    row = MatrixRow((Pair("x", "1"), Pair("y", "2")))
    legs = _legs(("test-x1", {"x": "1"}, "linux"))
    assert _strategy(Matrix((MatrixAxis("x", ("1",)),), exclude=(row,), legs=legs)).value["matrix"] == {"x": ["1"]}


def test_values_that_differ_in_case_only_are_one_to_an_exclusion() -> None:
    """Who compares as GitHub does keeps the other leg."""
    row = MatrixRow((Pair("x", "A"),))
    legs = _legs(("test-a", {"x": "a"}, "linux"))
    strategy = _strategy(Matrix((MatrixAxis("x", ("A", "a")),), exclude=(row,), legs=legs))
    assert strategy.value["matrix"] == {"include": [{"x": "a"}]}


def test_a_name_already_taken_gives_way() -> None:
    legs = _legs(("test-a-x", {"runner": "a", "y": "x"}, "linux"), ("test-b-x", {"runner": "b", "y": "x"}, "macos"))
    strategy = _strategy(Matrix((MatrixAxis("runner", ("a", "b")), MatrixAxis("y", ("x",))), legs=legs))
    assert strategy.runs_on == "${{ matrix.runner_ }}"


def test_a_value_that_looks_like_an_expression_is_text_and_a_label_is_not() -> None:
    runner = Runner("own", settings=(ProviderBlock("github", '{"runs-on":"${{ vars.RUNNER }}"}'),))
    legs = (
        Leg("test-a", (Pair("x", "${{ a }}"),), runner),
        Leg("test-b", (Pair("x", "b"),), Runner("linux")),
    )
    strategy = _strategy(Matrix((MatrixAxis("x", ("${{ a }}", "b")),), legs=legs))
    assert strategy.value["matrix"]["include"] == [
        {"leg": "test-a", "x": "${{ '${{' }} a }}", "runner": "${{ vars.RUNNER }}"},
        {"leg": "test-b", "x": "b", "runner": "ubuntu-latest"},
    ]


def test_a_matrix_keeps_its_own_words(render: Callable[..., Any], make_job: Callable[..., Any]) -> None:
    legs = _legs(("test-x1", {"x": "1"}, "linux"), ("test-x2", {"x": "2"}, "linux"))
    matrix = Matrix((MatrixAxis("x", ("1", "2")),), fail_fast=False, max_parallel=1, legs=legs)
    rendered = render(make_job(matrix=matrix))
    assert rendered.job["strategy"] == {"fail-fast": False, "max-parallel": 1, "matrix": {"x": ["1", "2"]}}
    assert rendered.job["name"] == "test-x${{ matrix.x }}"
    assert render(make_job(matrix=matrix, name="On {{ matrix.x }}")).job["name"] == render_text("On {{ matrix.x }}")
