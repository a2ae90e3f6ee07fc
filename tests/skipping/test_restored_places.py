"""What the planner leaves in a job's stead unpacks to where the job's own artifact does, file by file (S18).

The globs of `outputs.files` are `cig`'s when files are kept, and GitHub's when they are left: here both select.
"""

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from stand_in_artifacts import search

from cigen.proof.archive import find_files, selection
from cigen.sdk import (
    Artifact,
    Checkout,
    Download,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Output,
    PathGlob,
    Runner,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.std.provider.github.workflow import render_workflow

FILES = [
    "a", "b/a", "b/c/a", ".h/a", "b/.h", "b/.d/x", "d/app", "d/folder/x", "d/folder/y/z", "d/[id]/p", "d/e/f/g.js",
    "d/e/f/g.map", "d/e/h.js", "x*y", "s/one",
]  # fmt: skip
PATTERNS = [
    ("a",),
    ("a", "x[*]y"),
    ("b/**",),
    ("b/c",),
    ("b/c/",),
    ("./b/**",),
    (".h/**",),
    ("b/**", ".h/a"),
    ("d/app",),
    ("d/folder",),
    ("d/folder", "d/app"),
    ("d/{folder,e}/**",),
    ("d/[[]id]/**",),
    ("d/[[]id]/p",),
    ("d/e/**", "!d/e/**/*.map"),
    ("d/e/**/*.js", "b/c/*"),
    ("d/*/f/*", "d/e/h.js"),
    ("**/g.js",),
    ("s/*",),
    ("s/?ne",),
]
FOLDER = ".cigen/cache/restored/app"


def rendered(*patterns: str) -> tuple[dict[str, Any], dict[str, Any], PurePosixPath]:
    """What the job leaves, what the planner leaves, and where who fetches it puts either."""
    linux, checkout = Runner("linux"), Step("c", checkout=Checkout())
    app = Job(
        "app",
        workflow="ci",
        machine=linux,
        skip_if=SkipIf(paths_unmodified=(PathGlob("src/**"),)),
        steps=(checkout, Step("k", upload=Artifact("app", patterns, "success", None, "files"))),
        outputs=JobOutputs(patterns),
    )
    steps = (checkout, Step("d", download=Download("app")))
    use = Job("use", workflow="ci", machine=linux, needs=("app",), inputs=Inputs(artifacts=("app",)), steps=steps)
    skipping = Skipping(machine=linux, files=("cig.toml",), version="1", store="s3://proofs", restore=True)
    graph = Graph("p", (Workflow("ci"),), (app, use), skipping=skipping)
    text, _ = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    jobs = yaml.safe_load(text)["jobs"]
    place = PurePosixPath(jobs["use"]["steps"][1]["with"].get("path", ""))
    return jobs["app"]["steps"][1]["with"], jobs["cig-plan"]["steps"][-1]["with"], place


def unpacked(given: dict[str, Any], workspace: Path, place: PurePosixPath) -> dict[str, str]:
    """Path by path what is there after a download."""
    root, files = search(given["path"], bool(given.get("include-hidden-files")), workspace)
    return {str(place / file.relative_to(root)): (workspace / file).read_text() for file in files}


@pytest.mark.parametrize("patterns", PATTERNS, ids=" ".join)
def test_s18_the_planner_leaves_the_same_files_for_the_same_places(patterns: tuple[str, ...], tmp_path: Path) -> None:
    job, planner = tmp_path / "job", tmp_path / "planner"
    for name in FILES:
        path = job / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for kept in find_files(job, selection(patterns)):
        path = planner / FOLDER / kept.decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kept.decode())
    own, left, place = rendered(*patterns)
    expected = unpacked(own, job, place)
    assert expected
    assert all(path == text for path, text in expected.items()), "a download puts files where they were"
    assert unpacked(left, planner, place) == expected
