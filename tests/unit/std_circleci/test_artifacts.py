"""What jobs leave and fetch. Collecting and putting into place is executed."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cigen.sdk import Artifact, Checkout, Download, Job, Leg, Matrix, MatrixAxis, Pair, Runner, Shards, Step
from cigen.std.ci.legs import StaticJob
from cigen.std.provider.circleci.artifacts import find_workspace, plain_folder

Render = Callable[..., Any]
Make = Callable[..., Job]


def keep(*paths: str, name: str = "dist", **given: Any) -> Step:
    return Step("keep", upload=Artifact(name, paths, **given))


def fetch(name: str = "dist", path: str = "") -> Step:
    return Step(f"fetch-{name}", download=Download(name, path))


def steps(found: Any, job: str) -> list[Any]:
    """The job's steps, without the source and without the workspace at its start."""
    every = found.data["jobs"][job]["steps"]
    return [step for step in every if "checkout" not in step and step != {"attach_workspace": {"at": "/tmp/cig"}}]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("dist", "dist"),
        ("./dist/", "dist"),
        ("a/b/**", "a/b"),
        ("a/**/*", "a"),
        ("**", ""),
        ("*.x", ""),
        (".", ""),
        ("!a", ""),
    ],
)
def test_a_folder_can_be_named_as_it_stands(path: str, folder: str) -> None:
    assert plain_folder(path) == folder


def test_files_that_nobody_fetches_are_only_stored(render_step: Render) -> None:
    found = render_step(keep("dist/**", "bin"))
    assert found.job["steps"][1:] == [
        {"store_artifacts": {"path": "dist", "destination": "dist", "when": "on_success"}},
        {"store_artifacts": {"path": "bin", "destination": "dist", "when": "on_success"}},
    ]


@pytest.mark.parametrize(("when", "key"), [("always", None), ("failure", "on_fail"), ("success", "on_success")])
def test_an_artifact_says_after_what_it_is_kept(when: str, key: str | None, render_step: Render) -> None:
    assert render_step(keep("dist", when=when)).step["store_artifacts"].get("when") == key


def test_between_jobs_a_workspace_is_the_projects_own_tree(render: Render, make_job: Make) -> None:
    found = render(
        make_job(keep("dist/**"), id="a"),
        make_job(keep("docs", name="docs"), id="b"),
        make_job(fetch(), fetch("docs"), id="c", needs=("a", "b")),
    )
    assert steps(found, "a")[-1] == {"persist_to_workspace": {"root": ".", "paths": ["dist"]}}
    assert steps(found, "c") == [{"attach_workspace": {"at": "."}}]


@pytest.mark.parametrize(
    ("paths", "path", "left"),
    [
        (("dist/**/*.js", "!dist/**/x.js"), "", ["dist/a.js", "dist/sub/a.js"]),
        (("dist/sub/**",), "into/it", ["into/it/a.js", "into/it/b.css", "into/it/x.js"]),
        (("dist/*/*.css",), "it", ["it/sub/b.css"]),
    ],
)
def test_what_cannot_be_named_is_collected_and_put_into_place(
    paths: tuple[str, ...], path: str, left: list[str], render: Render, make_job: Make, tmp_path: Path
) -> None:
    found = render(make_job(keep(*paths), id="a"), make_job(fetch(path=path), id="b", needs=("a",)))
    collect, store, persist = steps(found, "a")
    assert store["store_artifacts"]["path"] == "/tmp/cig/artifacts/dist/a"
    assert persist == {"persist_to_workspace": {"root": "/tmp/cig", "paths": ["artifacts/dist/a"]}}
    attach = found.data["jobs"]["b"]["steps"][0]
    assert attach == {"attach_workspace": {"at": "/tmp/cig"}}
    (put,) = steps(found, "b")
    there, here = tmp_path / "there", tmp_path / "here"
    (there / "dist/sub").mkdir(parents=True)
    for name in ("dist/a.js", "dist/sub/a.js", "dist/sub/x.js", "dist/sub/b.css"):
        (there / name).write_text(name)
    here.mkdir()
    for folder, step in ((there, collect), (here, put)):
        command = step["run"]["command"].replace("/tmp/cig", str(tmp_path / "cig"))
        subprocess.run(["bash", "-eo", "pipefail", "-c", command], cwd=folder, check=True)
    names = sorted(one.relative_to(here).as_posix() for one in here.rglob("*") if one.is_file())
    assert names == left


def test_files_that_are_missing_fail_only_after_a_success(render_step: Render, tmp_path: Path) -> None:
    for when, code in (("success", 1), ("always", 0)):
        command = render_step(keep("x/*.y", when=when)).job["steps"][1]["run"]["command"]
        command = command.replace("/tmp/cig", str(tmp_path / "cig"))
        assert subprocess.run(["bash", "-eo", "pipefail", "-c", command], cwd=tmp_path, check=False).returncode == code


def test_how_many_shards_leave_a_file_is_no_matter_if_there_are_several() -> None:
    def staged(count: int) -> bool:
        leaves = Job("a", steps=(keep("dist/**"),), shards=Shards(count))
        fetches = Job("b", steps=(fetch(),))
        return find_workspace([StaticJob(leaves, "a"), StaticJob(fetches, "b")]).staged

    assert [staged(1), staged(2), staged(2**31)] == [False, True, True]


@pytest.mark.parametrize("several", ["matrix", "shards"])
def test_each_leg_and_each_part_has_a_place_of_its_own(several: str, render: Render, make_job: Make) -> None:
    legs = tuple(Leg(f"a-{one}", (Pair("os", one),), Runner("linux")) for one in ("x", "y"))
    given: dict[str, Any] = {"matrix": Matrix((MatrixAxis("os", ("x", "y")),), legs=legs)}
    if several == "shards":
        given = {"shards": Shards(2)}
    found = render(make_job(keep("dist"), id="a", **given), make_job(fetch(), id="b", needs=("a",)))
    own = "a-<< parameters.os >>" if several == "matrix" else "a"
    command = next(step["run"]["command"] for step in steps(found, "a") if "dist" in str(step.get("run")))
    assert f"mkdir -p /tmp/cig/artifacts/dist/{own}{'/$CIRCLE_NODE_INDEX' if several == 'shards' else ''}\n" in command
    assert steps(found, "a")[-1]["persist_to_workspace"]["paths"] == [f"artifacts/dist/{own}"]
    assert ("dist/*/*" in steps(found, "b")[0]["run"]["command"]) is (several == "shards")


def test_two_jobs_that_leave_one_folder_do_not_meet(render: Render, make_job: Make) -> None:
    jobs = [make_job(keep(path, name=name), id=name) for name, path in (("a", "dist"), ("b", "dist/sub"))]
    found = render(*jobs, make_job(fetch("a"), fetch("b"), id="c", needs=("a", "b")))
    assert "Collect a" in str(steps(found, "a"))


@pytest.mark.parametrize(
    ("paths", "stored"),
    [(("reports/*.xml",), ["reports"]), (("a.xml", "b/**"), ["a.xml", "b"]), (("x/*.xml", "x/y*.xml"), ["x"])],
)
def test_reports_are_found_by_their_folder(paths: tuple[str, ...], stored: list[str], render_step: Render) -> None:
    found = render_step(keep(*paths, kind="junit"))
    assert [step["store_test_results"]["path"] for step in found.job["steps"][1:]] == stored


@pytest.mark.parametrize(
    ("paths", "codes"),
    [(("reports/*.xml",), ["CIRCLECI_035"]), (("reports/**",), []), (("a.xml", "b/c/"), []), (("**/junit.xml",), [])],
)
def test_a_folder_read_whole_for_some_of_its_reports_is_told(
    paths: tuple[str, ...], codes: list[str], render_step: Render
) -> None:
    assert render_step(keep(*paths, kind="junit")).codes == codes


def test_credentials_that_stay_are_told(render_step: Render) -> None:
    assert render_step(Step("again", checkout=Checkout(credentials=True))).codes == ["CIRCLECI_020"]


def test_a_folder_that_is_read_in_place_of_a_pattern_is_told(render_step: Render) -> None:
    found = render_step(keep("reports/TEST-*.xml", kind="junit"))
    assert found.codes == ["CIRCLECI_035"]
    assert 'every report in "reports"' in found.diagnostics[0].message
    assert render_step(keep("reports/junit.xml", kind="junit")).codes == []


def test_reports_anywhere_are_collected_first(render_step: Render) -> None:
    collect, store = render_step(keep("**/junit.xml", kind="junit")).job["steps"][1:]
    assert collect["run"]["when"] == "always"
    assert store == {"store_test_results": {"path": "/tmp/cig/results"}}


def test_what_nobody_leaves_cannot_be_fetched(render_step: Render) -> None:
    assert render_step(fetch("nothing")).codes == ["CIRCLECI_019"]
    assert render_step(keep()).codes == ["CIRCLECI_019"]


def test_how_long_it_is_kept_is_a_setting(render_step: Render) -> None:
    assert render_step(keep("dist", retention_days=3)).codes == ["CIRCLECI_020"]
