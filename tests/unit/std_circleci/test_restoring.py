"""Files of proven jobs: who takes them, how they come there, and what the scripts do when they do not. S1, S16, S18."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cigen.cli.sums import folder_sum
from cigen.sdk import (
    Artifact,
    Checkout,
    Container,
    Download,
    Expr,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    Op,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    Run,
    Runner,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.std.ci.plans import PLANNER
from cigen.std.provider.circleci.restoring import RESTORE, RESTORED
from cigen.std.provider.circleci.workflow import render_config

SKIPPING = Skipping(store="s3://proofs", machine=Runner("linux"), version="1.2.3", restore=True)
CHECKOUT, MAKE = Step("checkout", checkout=Checkout()), Step("run", run=Run("make"))


def job(name: str, *steps: Step, **given: Any) -> Job:
    usual = {"workflow": "ci", "machine": Runner("linux"), "skip_if": SkipIf((PathGlob("src/**"),))}
    return Job(**{"id": name, **usual, "steps": (CHECKOUT, MAKE, *steps), **given})


def maker(name: str = "make", **given: Any) -> Job:
    upload = Step("artifacts", upload=Artifact(name, ("dist/**",)))
    return job(name, upload, **{"outputs": JobOutputs(("dist/**",)), **given})


def taker(*names: str, needs: tuple[str, ...] = (), **given: Any) -> Job:
    fetching = [Step(f"download-{name}", download=Download(name)) for name in names]
    return job("take", *fetching, needs=needs or names, inputs=Inputs(artifacts=names), **given)


def render(*jobs: Job, skipping: Skipping = SKIPPING) -> tuple[dict[str, Any], list[str]]:
    """The file, as a parser reads it, and the codes of what is wrong."""
    graph = Graph("shop", (Workflow("ci"),), jobs, skipping=skipping)
    text, found = render_config(graph, Output("circleci", ".circleci/config.yml"))
    return yaml.safe_load(text), [one.code for one in found]


def calls_of(data: dict[str, Any], name: str) -> list[dict[str, str]]:
    """How a job calls the command."""
    return [step[RESTORE] for step in data["jobs"][name]["steps"] if isinstance(step, dict) and RESTORE in step]


def test_a_job_whose_files_others_take_is_told_of_them_before_it_does_anything() -> None:
    data, codes = render(maker(), taker("make"))
    assert codes == []
    made = data["jobs"]["make"]
    assert list(made["parameters"]) == ["cig-signature", RESTORED]
    assert made["parameters"][RESTORED] == {"type": "string", "default": ""}
    call = {"job": "make", "place": "artifacts/make/make", "sum": f"<< parameters.{RESTORED} >>"}
    assert made["steps"][0] == {RESTORE: call}
    # Where its own work would have put them.
    assert {"root": "/tmp/cig", "paths": ["artifacts/make/make"]} in [
        step.get("persist_to_workspace") for step in made["steps"] if isinstance(step, dict)
    ]
    assert RESTORED not in data["jobs"]["take"]["parameters"]


def test_whatever_it_hands_on_is_of_the_place_that_the_command_persists() -> None:
    data, _ = render(maker(), taker("make"))
    (held,) = (
        step for step in data["commands"][RESTORE]["steps"][0]["when"]["steps"] if "persist_to_workspace" in step
    )
    assert held["persist_to_workspace"] == {
        "root": "/tmp/cig",
        "paths": ["<< parameters.place >>", "restored/<< parameters.job >>"],
    }


def test_the_cache_is_of_this_pipeline_and_holds_the_path_where_jobs_look() -> None:
    data, _ = render(maker(), taker("make"))
    saved = next(step["save_cache"] for step in data["jobs"][PLANNER]["steps"] if "save_cache" in step)
    fetched = data["commands"][RESTORE]["steps"][0]["when"]["steps"][0]["restore_cache"]
    assert saved["key"] == fetched["key"] == "cig-restored-<< pipeline.id >>"
    assert saved["paths"] == ["/tmp/cig-restored"]


@pytest.mark.parametrize(
    "given",
    [
        {"steps": (MAKE, Step("artifacts", upload=Artifact("make", ("dist/**",))))},
        {"skip_if": None},
        {"effects": True},
        {"shards": Shards(2)},
        {"machine": Runner("windows")},
        {"machine": Runner("macos")},
        {"outputs": JobOutputs(("dist/**",), values=("version",))},
    ],
    ids=["no checkout", "never skipped", "effects", "shards", "windows", "macos", "values"],
)
def test_a_job_that_no_plan_can_bring_the_files_of_is_not_told_of_any(given: dict[str, Any]) -> None:
    data, _ = render(maker(**given), maker("other"), taker("make", "other"))
    assert (calls_of(data, "make"), len(calls_of(data, "other"))) == ([], 1)
    assert RESTORED not in data["jobs"]["make"].get("parameters", {})


def test_a_job_is_not_told_of_files_whose_own_work_needs_what_a_plan_takes_away() -> None:
    """Where its files do not come it must do that work, and find what it takes."""
    chain = maker("link", steps=(*maker("link").steps, Step("download-make", download=Download("make"))))
    data, _ = render(maker(), replace(chain, needs=("make",), inputs=Inputs(artifacts=("make",))), taker("link"))
    assert (len(calls_of(data, "make")), calls_of(data, "link")) == (1, [])
    gate = job("gate", outputs=JobOutputs(values=("go",)))
    asks = Expr(Op.EQ, args=(Expr(Op.NAME, "needs.gate.go"), Expr(Op.LITERAL, "yes")))
    for reads in (maker(needs=("gate",)), maker(needs=("gate",), when=asks)):
        assert calls_of(render(gate, reads, taker("make"))[0], "make") == []


def test_nobody_is_told_of_files_that_nobody_takes() -> None:
    data, _ = render(maker(), maker("other"), taker("other"))
    assert (calls_of(data, "make"), len(calls_of(data, "other"))) == ([], 1)


def test_a_leg_is_told_of_its_own_files() -> None:
    legs = tuple(Leg(f"make-{one}", (Pair("os", one),)) for one in ("a", "b"))
    data, _ = render(maker(matrix=Matrix((MatrixAxis("os", ("a", "b")),), legs=legs)), taker("make"))
    (call,) = calls_of(data, "make")
    assert (call["job"], call["place"]) == ("make-<< parameters.os >>", "artifacts/make/make-<< parameters.os >>")
    listed = [entry["make"]["name"] for entry in data["workflows"]["ci"]["jobs"] if "make" in entry]
    assert listed == ["make-a", "make-b"]


def test_an_image_of_ones_own_need_not_have_bash() -> None:
    data, _ = render(maker(image=Container("alpine")), taker("make"))
    assert calls_of(data, "make")[0]["shell"] == "/bin/sh -e"


def test_without_restoring_nothing_is_saved_or_told() -> None:
    plain, _ = render(maker(), taker("make"), skipping=replace(SKIPPING, restore=False))
    alone, _ = render(maker(), job("take", needs=("make",)))
    for data in (plain, alone):
        assert RESTORE not in str(data["jobs"])
        assert "save_cache" not in str(data["jobs"][PLANNER])
        assert "no_output_timeout" not in str(data["commands"])


def test_a_record_has_the_time_to_keep_files() -> None:
    """CircleCI ends what is silent for ten minutes, and the job would have failed."""
    data, _ = render(maker(), taker("make"))
    assert data["commands"]["cig-record"]["steps"][0]["when"]["steps"][0]["run"]["no_output_timeout"] == "15m"


@pytest.mark.parametrize(
    "other",
    [
        {"settings": (ProviderBlock("circleci", '{"mode": "in-job"}'),)},
        {"machine": Runner("macos")},
    ],
    ids=["in-job", "macos"],
)
def test_where_no_planner_can_hand_files_on_it_is_told(other: dict[str, Any]) -> None:
    skipping = replace(SKIPPING, **other)
    data, codes = render(maker(), taker("make"), skipping=skipping)
    assert codes.count("CIRCLECI_038") == 1
    assert RESTORE not in str(data["jobs"])
    assert "--restore" not in str(data["jobs"])
    assert "CIRCLECI_038" not in render(maker(), taker("make"), skipping=replace(skipping, restore=False))[1]


# -- scripts -----------------------------------------------------------------------------------------------------------

Bring = Callable[[Callable[[Path], None]], "Brought"]
SHELLS = {"bash": ["bash", "-eo", "pipefail"], "sh": ["sh", "-e"]}


class Brought:
    """What the command did where the cache had been changed, or not. files: what is handed on."""

    def __init__(self, folder: Path, shell: list[str], change: Callable[[Path], None]) -> None:
        self.cached, place = folder / "cig-restored/make", folder / "cig/artifacts/make/make"
        (self.cached / "dist/in").mkdir(parents=True)
        (self.cached / "dist/a b").write_text("one")
        (self.cached / "dist/in/app").write_text("two")
        (self.cached / "dist/in/app").chmod(0o755)
        place.mkdir(parents=True)
        (place / "old").touch()
        total = folder_sum(self.cached)
        change(self.cached)
        data, _ = render(maker(), taker("make"))
        scripts = [step["run"] for step in data["commands"][RESTORE]["steps"][0]["when"]["steps"] if "run" in step]
        tools = folder / "tools"
        tools.mkdir()
        (tools / "circleci-agent").write_text(f'#!/bin/sh\necho "$@" > {folder}/halted\n')
        (tools / "circleci-agent").chmod(0o755)
        env = {
            "PATH": f"{tools}:/usr/bin:/bin",
            "CIG_JOB": "make",
            "CIG_PLACE": "artifacts/make/make",
            "CIG_SUM": total,
        }
        self.codes = [
            subprocess.run([*shell, "-c", one["command"].replace("/tmp/cig", f"{folder}/cig")], env=env).returncode
            for one in scripts
        ]
        self.files = {one.relative_to(place).as_posix(): one for one in place.rglob("*") if one.is_file()}
        self.marked = (folder / "cig/restored/make/sum").exists()
        self.halts = (folder / "halted").exists()


@pytest.fixture(params=list(SHELLS))
def bring(request: pytest.FixtureRequest, tmp_path: Path) -> Bring:
    return lambda change: Brought(tmp_path, SHELLS[request.param], change)


def untouched(folder: Path) -> None:
    """What the planner has saved."""


def test_s18_the_files_of_the_plan_are_put_in_place_and_the_job_ends(bring: Bring) -> None:
    found = bring(untouched)
    assert (found.codes, found.halts, sorted(found.files)) == ([0, 0], True, ["dist/a b", "dist/in/app"])
    assert found.files["dist/in/app"].stat().st_mode & 0o100


def gone(folder: Path) -> None:
    shutil.rmtree(folder.parent)


def emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def altered(folder: Path) -> None:
    (folder / "dist/a b").write_text("evil")


def more(folder: Path) -> None:
    (folder / "dist/evil").write_text("evil")


def linked(folder: Path) -> None:
    (folder / "dist/evil").symlink_to("/etc")


def fewer(folder: Path) -> None:
    (folder / "dist/a b").unlink()


def unreadable(folder: Path) -> None:
    (folder / "dist/a b").unlink()
    (folder / "dist/a b").mkdir()


@pytest.mark.parametrize(
    "change", [gone, emptied, altered, more, linked, fewer, unreadable], ids=lambda change: change.__name__
)
def test_s16_anything_else_is_not_taken_and_the_job_goes_on(change: Callable[[Path], None], bring: Bring) -> None:
    found = bring(change)
    assert (found.codes, found.halts, found.files) == ([0, 0], False, {})
    # There is something to persist all the same.
    assert found.marked
