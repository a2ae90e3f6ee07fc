"""Artifacts: which globs keep them, and what fetches them back."""

from collections.abc import Callable

import pytest

from cigen.sdk import Artifact, Download, Expr, Op, Run, Step
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.buildkite.artifacts import upload_patterns

MAKE = Step("make", run=Run("make"))


@pytest.mark.parametrize(
    ("path", "patterns"),
    [
        ("dist/**", ["dist/**/*"]),
        ("dist/", ["dist/**/*"]),
        ("./dist/*.whl", ["dist/*.whl"]),
        ("bin/app", ["bin/app", "bin/app/**/*"]),
        ("log/*.{xml,txt}", ["log/*.{xml,txt}"]),
    ],
)
def test_a_path_becomes_the_globs_that_find_its_files(path: str, patterns: list[str]) -> None:
    assert upload_patterns(Artifact("a", (path,))) == patterns


@pytest.mark.parametrize("paths", [(), ("dist/**", "!dist/*.map")])
def test_what_buildkite_cannot_keep_is_refused(paths: tuple[str, ...], render_step: Callable) -> None:
    with pytest.raises(CannotExpress):
        upload_patterns(Artifact("a", paths))
    assert "BUILDKITE_019" in render_step(MAKE, Step("up", upload=Artifact("a", paths))).codes


def test_the_agent_keeps_artifacts_and_reports(render_step: Callable) -> None:
    steps = [
        Step("a", upload=Artifact("a", ("dist/**", "$x"))),
        Step("b", upload=Artifact("b", ("dist/**", "r.xml"), kind="junit")),
    ]
    rendered = render_step(MAKE, *steps)
    assert rendered.step["artifact_paths"] == ["dist/**/*", "$$x", "$$x/**/*", "r.xml", "r.xml/**/*"]
    assert rendered.step["command"] == "make"


@pytest.mark.parametrize(("first", "kept"), [("true", 0), ("false", 1)])
def test_what_is_for_failures_is_kept_by_the_script(
    first: str, kept: int, render_step: Callable, run: Callable
) -> None:
    upload = Step("up", upload=Artifact("logs", ("log/*.log", "tmp/"), "failure"))
    rendered = render_step(Step("first", run=Run(first)), upload)
    assert "artifact_paths" not in rendered.step
    assert run(rendered.script).log == ["artifact [upload] [log/*.log;tmp/**/*]"] * kept


def test_what_is_kept_on_a_condition_is_kept_by_the_script(render_step: Callable, run: Callable) -> None:
    when = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main")))
    rendered = render_step(MAKE, Step("up", upload=Artifact("a", ("x*",)), when=when))
    script = rendered.script.replace("\nmake\n", "\ntrue\n")
    assert run(script).log == ["artifact [upload] [x*]"]
    assert run(script, BUILDKITE_BRANCH="next").log == ["artifact [upload] [x*]"]


def test_a_download_puts_files_back_where_they_were(make_job: Callable, render: Callable, run: Callable) -> None:
    build = make_job(MAKE, Step("up", upload=Artifact("build", ("dist/**", "bin/app"))), id="build")
    use = make_job(Step("down", download=Download("build")), id="use", needs=("build",))
    assert run(render(build, use).script).log == [
        "artifact [download] [dist/**/*] [.] [--step] [build]",
        "artifact [download] [bin/app] [.] [--step] [build]",
    ]


def test_a_download_to_a_folder_leaves_out_what_the_files_have_in_common(
    make_job: Callable, render: Callable, run: Callable
) -> None:
    build = make_job(MAKE, Step("up", upload=Artifact("build", ("dist/web/*.js",))), id="build")
    use = make_job(
        Step("down", download=Download("build", "my site")),
        Step("ls", run=Run("ls my\\ site")),
        id="use",
        needs=("build",),
    )
    fake = 'buildkite-agent() { mkdir -p "$4/dist/web"; touch "$4/dist/web/a.js"; }\n'
    assert run(fake + render(build, use).script).out[-1] == "a.js"


def test_an_artifact_that_nobody_leaves_is_refused(render_step: Callable) -> None:
    rendered = render_step(Step("down", download=Download("gone")))
    assert rendered.codes == ["BUILDKITE_019"]
    assert rendered.diagnostics[0].hint == "artifacts: none"


def test_how_long_it_is_kept_is_told(render_step: Callable) -> None:
    assert render_step(MAKE, Step("up", upload=Artifact("a", ("x/**",), retention_days=3))).codes == ["BUILDKITE_026"]
