"""What one job leaves, another finds where it was."""

from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

import pytest

from cigen.sdk import Artifact, Download, Job, Leg, Matrix, MatrixAxis, Pair, Runner, Step
from cigen.std.provider.github.proof_cache import collect_steps, hand_over_step


def _upload(name: str, *paths: str, **given: Any) -> Step:
    return Step("artifacts", upload=Artifact(name, paths, **given))


def _download(name: str, path: str = "") -> Step:
    return Step("download", download=Download(name, path))


def _matrix(job: str) -> Matrix:
    legs = tuple(Leg(f"{job}-x{value}", (Pair("x", value),)) for value in "12")
    return Matrix((MatrixAxis("x", ("1", "2")),), legs=legs)


def _with(rendered: Any, job: str) -> dict[str, Any]:
    return rendered.data["jobs"][job]["steps"][-1]["with"]


@pytest.mark.parametrize(
    ("paths", "path", "place"),
    [
        (("dist/**",), "dist/**", "dist"),
        (("dist/",), "dist/", "dist"),
        (("bin/app",), "bin/ap[pp]", "bin"),
        (("app",), "ap[pp]", None),
        (("bin/app-{{ matrix.x }}.",), "bin/ap[pp]-${{ matrix.x }}.", "bin"),
        (("bin/app", "!bin/x"), "bin/ap[pp]\n!bin/x\n", "bin"),
        (("app/[[]id]/**",), "app/[[]id]/**", "app/[id]"),
        (("app/[*]/x",), "app/[*]/[xx]", "app/*"),
        (("app/x[*]",), "app/[xx][*]", "app"),
        (("app/x[ab]",), "app/x[ab]", "app"),
        (("a/b/*.js", "a/c/**"), "a/b/*.js\na/c/**\n", "a"),
        (("a", "b/**"), "a\nb/**\n", None),
        (("out/{x,y}",), "out/x\nout/y\n", "out"),
    ],
)
def test_files_come_back_to_where_they_were(
    paths: tuple[str, ...], path: str, place: str | None, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    build, test = make_job(_upload("build", *paths), id="build"), make_job(_download("build"), needs=("build",))
    rendered = render(build, test)
    assert _with(rendered, "build")["path"] == path
    assert _with(rendered, "test").get("path") == place


def test_a_path_of_ones_own_is_left_alone(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    rendered = render(make_job(_upload("build", "bin/app"), id="build"), make_job(_download("build", "elsewhere")))
    assert _with(rendered, "build")["path"] == "bin/app"
    assert _with(rendered, "test")["path"] == "elsewhere"


def test_each_leg_leaves_its_own_and_all_are_fetched(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    build = make_job(_upload("build", "dist/**"), id="build", matrix=_matrix("build"))
    rendered = render(build, make_job(_download("build")))
    assert _with(rendered, "build")["name"] == "build-x${{ matrix.x }}"
    assert _with(rendered, "test") == {"pattern": "build-x*", "merge-multiple": True, "path": "dist"}


def test_files_in_a_folder_that_differs_from_leg_to_leg_have_no_place_together(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    build = make_job(_upload("build", "dist/{{ matrix.x }}/**"), id="build", matrix=_matrix("build"))
    rendered = render(build, make_job(_download("build")))
    assert rendered.codes == ["GITHUB_019"]
    assert _with(rendered, "build")["path"] == "dist/${{ matrix.x }}/**"
    fine = make_job(_upload("build", "dist/**/{{ matrix.x }}"), id="build", matrix=_matrix("build"))
    assert _with(render(fine, make_job(_download("build"))), "test")["path"] == "dist"


def test_a_name_that_is_all_matrix_cannot_be_made_a_pattern(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    rendered = render(make_job(_upload("build", "bin/{{ matrix.x }}"), id="build"), make_job(_download("build")))
    assert rendered.codes == ["GITHUB_010"]


def test_a_pattern_never_finds_the_artifacts_of_others(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    build = make_job(_upload("build", "dist/**"), id="build", matrix=_matrix("build"))
    other = make_job(_upload("build-xyz", "dist/**"), id="other")
    rendered = render(build, other, make_job(_download("build")))
    assert _with(rendered, "test")["pattern"] == "{build-x1,build-x2}"


def test_a_pattern_never_finds_what_carries_proofs(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    legs = (Leg("cig-1", (Pair("x", "1"),), Runner("linux")), Leg("cig-2", (Pair("x", "2"),), Runner("linux")))
    plain = Matrix((MatrixAxis("x", ("1", "2")),), legs=legs)
    rendered = render(make_job(_upload("cig", "dist/**"), id="cig", matrix=plain), make_job(_download("cig")))
    assert _with(rendered, "test")["pattern"] == "{cig-1,cig-2}"


def test_the_gate_finds_nothing_that_a_job_leaves() -> None:
    """Whatever a job is called: its own artifact, and those of its legs, its reports and its logs."""
    pattern = next(step["with"]["pattern"] for step in collect_steps({}) if "pattern" in str(step.get("with")))
    assert fnmatch(hand_over_step("a")["with"]["name"], pattern)
    left = ("cig-proof", "cig-proof-1", "cig-proof-ruby3.4", "cig-proof-test-results", "cig-proof-logs")
    assert not any(fnmatch(name, pattern) for name in left)


@pytest.mark.parametrize(("width", "codes"), [(995, []), (996, ["GITHUB_019"])])
def test_a_list_too_long_for_a_pattern_is_an_error(
    width: int, codes: list[str], render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    name = "b" * width
    assert (len(f"{{{name}-x1,{name}-x2}}") <= 2000) is not bool(codes)
    build = make_job(_upload(name, "dist/**"), id="build", matrix=_matrix("build"))
    other = make_job(_upload(f"{name}-x3", "dist/**"), id="other")
    assert render(build, other, make_job(_download(name))).codes == codes


def test_a_name_with_the_legs_value_needs_no_more(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    build = make_job(_upload("for-{{ matrix.x }}", "dist/**"), id="build", matrix=_matrix("build"))
    rendered = render(build, make_job(_download("for-{{ matrix.x }}")))
    assert _with(rendered, "build")["name"] == "for-${{ matrix.x }}"
    assert _with(rendered, "test")["pattern"] == "for-*"


def test_an_upload_says_what_to_do_when_it_matters(render_step: Callable[..., Any]) -> None:
    assert render_step(_upload("a", "dist/**", retention_days=3)).step["with"] == {
        "name": "a",
        "path": "dist/**",
        "if-no-files-found": "error",
        "retention-days": 3,
        "overwrite": True,
    }
    report = render_step(_upload("a", ".out/*.xml", kind="junit")).step
    assert report["if"] == "always()"
    assert report["with"] == {"name": "a", "path": ".out/*.xml", "include-hidden-files": True, "overwrite": True}
    assert render_step(_upload("a", "../x/./y", when="failure")).step["if"] == "failure()"


def test_an_artifact_nobody_leaves_is_an_error(render_step: Callable[..., Any]) -> None:
    rendered = render_step(_upload("known", "x/**"), _download("unknown"))
    assert rendered.codes == ["GITHUB_019"]
    assert rendered.diagnostics[0].hint == 'artifacts: "known"'


@pytest.mark.parametrize("name", ["a/b", "a:b", ""])
def test_a_name_github_refuses_is_an_error(name: str, render_step: Callable[..., Any]) -> None:
    assert render_step(_upload(name, "x/**")).codes == ["GITHUB_010"]


def test_a_name_is_used_once_in_a_run(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    rendered = render(make_job(_upload("same", "a/**")), make_job(_upload("same", "b/**"), id="other"))
    assert rendered.codes == ["GITHUB_022"]
