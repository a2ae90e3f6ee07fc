"""Shards are legs, which know which they are and which files fall to them."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import Artifact, Checkout, Container, Job, Leg, Matrix, MatrixAxis, Pair, Run, Runner, Shards, Step

RUN = Step("run", run=Run("bin/test"))


def test_each_shard_knows_its_number_and_how_many_there_are(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    job = render(make_job(RUN, shards=Shards(3))).job
    assert job["strategy"] == {"fail-fast": False, "matrix": {"shard": ["0", "1", "2"]}}
    assert job["env"] == {"CIG_SHARD_INDEX": "${{ matrix.shard }}", "CIG_SHARD_TOTAL": "3"}
    assert job["name"] == "test-shard${{ matrix.shard }}"
    assert job["runs-on"] == "ubuntu-latest"
    assert len(job["steps"]) == 2


def test_a_matrix_with_an_axis_of_that_name_keeps_it(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    legs = tuple(Leg(f"test-{name}", (Pair("shard", name),), Runner(name)) for name in ("linux", "macos"))
    matrix = Matrix((MatrixAxis("shard", ("linux", "macos")),), legs=legs)
    rendered = render(make_job(RUN, shards=Shards(2), matrix=matrix, machine=None))
    assert rendered.job["strategy"]["matrix"]["shard_"] == ["0", "1"]
    assert rendered.job["env"]["CIG_SHARD_INDEX"] == "${{ matrix.shard_ }}"
    assert "fail-fast" not in rendered.job["strategy"], "the matrix says so itself"


def test_the_files_are_listed_once_the_source_is_there(render_step: Callable[..., Any]) -> None:
    steps = render_step(RUN, shards=Shards(2, ("spec/**",)), working_directory="app", shell="pwsh").job["steps"]
    assert [step.get("name") for step in steps] == ["Check out", "Share out the files", None]
    assert steps[1]["shell"] == "bash"
    assert steps[1]["working-directory"] == "."
    assert steps[1]["run"].endswith('echo "CIG_SHARD_FILES=$CIG_SHARD_FILES" >> "$GITHUB_ENV"\n')


def test_a_container_that_may_lack_bash_is_not_asked_for_it(render_step: Callable[..., Any]) -> None:
    steps = render_step(RUN, shards=Shards(2, ("spec/**",)), image=Container("alpine")).job["steps"]
    assert "shell" not in steps[1]


def test_without_the_source_they_are_listed_first(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    bare = Job("test", workflow="ci", machine=Runner("linux"), steps=(RUN,), shards=Shards(2, ("*",)))
    assert [step.get("name") for step in render(bare).job["steps"]] == ["Share out the files", None]
    unwanted = Step("checkout", checkout=Checkout(disabled=True))
    first = make_job(steps=(unwanted, RUN), shards=Shards(2, ("*",)))
    assert [step.get("name") for step in render(first).job["steps"]] == ["Share out the files", None]


@pytest.mark.parametrize(
    ("by", "codes", "sizes"), [("name", [], False), ("size", [], True), ("timings", ["GITHUB_028"], False)]
)
def test_github_keeps_no_timings(by: str, codes: list[str], sizes: bool, render_step: Callable[..., Any]) -> None:
    rendered = render_step(RUN, shards=Shards(2, ("spec/**",), by))
    assert rendered.codes == codes
    assert ("wc -c" in rendered.text) is sizes


def test_each_shard_leaves_its_own(render_step: Callable[..., Any]) -> None:
    upload = Step("u", upload=Artifact("test", ("tmp/*.xml",)))
    assert render_step(upload, shards=Shards(2)).step["with"]["name"] == "test-shard${{ matrix.shard }}"
