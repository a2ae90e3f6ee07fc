"""A matrix that is too large for GitHub becomes several, with the same legs under the same names."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest

from cigen.sdk import Artifact, Download, Job, Leg, Matrix, MatrixAxis, MatrixRow, Pair, Run, Shards, Step
from cigen.std.provider.github.limits import MATRIX_JOBS
from cigen.std.provider.github.matrix import combine


def _matrix(job: str, include: tuple[MatrixRow, ...] = (), **axes: int) -> Matrix:
    values = {axis: [f"{axis}{number}" for number in range(count)] for axis, count in axes.items()}
    rows = [tuple(zip(axes, row, strict=True)) for row in product(*values.values())]
    legs = [Leg("-".join([job, *(v for _, v in row)]), tuple(Pair(a, v) for a, v in row)) for row in rows]
    legs += [Leg("-".join([job, *(pair.value for pair in row.values)]), row.values) for row in include]
    return Matrix(tuple(MatrixAxis(a, tuple(v)) for a, v in values.items()), include, legs=tuple(legs))


def _names(job: Mapping[str, Any]) -> list[str]:
    """What the legs of a rendered job are called."""
    matrix = job["strategy"]["matrix"]
    axes = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    names = []
    for values in combine(axes, matrix.get("include", []), matrix.get("exclude", [])):
        name = job["name"]
        for axis, value in values.items():
            name = name.replace(f"${{{{ matrix.{axis} }}}}", str(value))
        names.append(name)
    return names


def test_a_matrix_that_fits_is_one_job(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    rendered = render(make_job(matrix=_matrix("test", a=MATRIX_JOBS)), make_job(id="b", matrix=_matrix("b", a=2)))
    assert list(rendered.data["jobs"]) == ["test", "b"]
    assert rendered.codes == []


@pytest.mark.parametrize(
    "matrix",
    [
        _matrix("test", a=257),
        _matrix("test", a=3, b=100),
        _matrix("test", a=6, b=50),
        _matrix("test", a=1, b=300),
        _matrix("test", (MatrixRow((Pair("c", "alone"),)),), a=16, b=17),
        _matrix("test", tuple(MatrixRow((Pair("c", f"c{number}"),)) for number in range(300)), a=2),
    ],
)
def test_all_legs_are_there_once_under_their_names(
    matrix: Matrix, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    rendered = render(make_job(matrix=matrix), make_job(id="test-2"), make_job(id="after", needs=("test",)))
    jobs = {name: job for name, job in rendered.data["jobs"].items() if "strategy" in job}
    names = [name for job in jobs.values() for name in _names(job)]
    assert sorted(names) == sorted(leg.key for leg in matrix.legs)
    assert all(len(_names(job)) <= MATRIX_JOBS for job in jobs.values())
    assert list(jobs) == ["test", "test-3"], "no id is taken twice"
    assert rendered.data["jobs"]["after"]["needs"] == list(jobs)
    assert rendered.codes == ["GITHUB_009"]


def test_parts_are_told_once_and_a_limit_of_parallel_jobs_is_a_warning(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    step = Step("a", run=Run("echo ${{ github.ref }}"))
    limited = Matrix(_matrix("test", a=300).axes, max_parallel=4, legs=_matrix("test", a=300).legs)
    rendered = render(make_job(step, matrix=limited))
    assert [(one.code, one.level.value) for one in rendered.diagnostics] == [
        ("GITHUB_009", "warning"),
        ("GITHUB_012", "warning"),
    ]
    assert "max_parallel" in rendered.diagnostics[0].message
    assert [job["strategy"]["max-parallel"] for job in rendered.data["jobs"].values()] == [4, 4]


def test_what_the_parts_leave_is_fetched_together(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    build = make_job(Step("u", upload=Artifact("build", ("dist/**",))), id="build", matrix=_matrix("build", a=20, b=20))
    rendered = render(build, make_job(Step("d", download=Download("build")), id="test", needs=("build",)))
    uploads = [job["steps"][-1]["with"]["name"] for name, job in rendered.data["jobs"].items() if name != "test"]
    assert uploads == ["build-${{ matrix.a }}-${{ matrix.b }}"] * 2
    assert rendered.data["jobs"]["test"]["steps"][-1]["with"]["pattern"] == "build-*"


def test_shards_of_a_large_matrix_are_split_too(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    rendered = render(make_job(matrix=_matrix("test", a=100), shards=Shards(4)))
    names = [name for job in rendered.data["jobs"].values() for name in _names(job)]
    assert (len(names), len(set(names))) == (400, 400)
    assert "test-a7-shard3" in names


@pytest.mark.parametrize("count", [0, -1, 10_001, 10**12])
def test_no_number_of_shards_breaks_anything(
    count: int, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    assert render(make_job(shards=Shards(count))).codes == ["GITHUB_020"]
