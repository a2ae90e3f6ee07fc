"""S18 on Jenkins: files of proven jobs reach those that fetch them.

The plans of the first half are made up; in the second, `cig` itself makes them and keeps files in a store.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from jenkins_acted import Acted
from jenkins_stub import Run, Runs
from restored_project import BUILT, PACKED, TESTED, restored_config

from cigen.cli.present.jenkins_decisions import jenkins_text
from cigen.sdk import (
    Artifact,
    Checkout,
    Download,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    Output,
    Pair,
    PathGlob,
    Runner,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.sdk import Run as Script
from cigen.std.provider.jenkins.pipeline import render_pipeline

pytestmark = pytest.mark.xdist_group("jenkins")

MAIN = {"BRANCH_NAME": "main", "BUILD_NUMBER": "7"}
PLAN, RECORD, GATE = "Decide what must run", "Record that this passed", "Judge what ran and what did not"
ON = Skipping(machine=Runner("linux"), version="1.2.3", store="s3://proofs", restore=True)
LEGS = tuple(Leg(f"lib-{value}", (Pair("v", value),)) for value in ("1", "2"))


def producer(name: str, *paths: str, matrix: Matrix | None = None) -> Job:
    """A job that leaves files, as cig.toml makes one; its script is called what it is."""
    script = Step("run", name=f"{name} {{{{ matrix.v }}}}" if matrix else name, run=Script("make"))
    steps = (Step("checkout", checkout=Checkout()), script, Step("keep", upload=Artifact(name, paths)))
    left, machine = JobOutputs(files=paths), Runner("linux")
    return Job(
        name, workflow="ci", machine=machine, steps=steps, skip_if=SkipIf((PathGlob("a"),)), outputs=left, matrix=matrix
    )


BUILD = producer("build", "dist/**", "app", "!dist/*.map")
LIB = producer("lib", "out/{{ matrix.v }}/**", "dist/*.json", matrix=Matrix(legs=LEGS))
USE = Job(
    "use",
    workflow="ci",
    needs=("build", "lib"),
    machine=Runner("linux"),
    inputs=Inputs(artifacts=("build", "lib")),
    steps=(Step("a", download=Download("build")), Step("b", download=Download("lib")), Step("r", run=Script("use"))),
)


def render(*jobs: Job, skipping: Skipping = ON) -> str:
    graph = Graph("shop", (Workflow("ci", "CI"),), jobs, skipping=skipping)
    text, found = render_pipeline(graph, Output("jenkins", "Jenkinsfile"))
    assert [one for one in found if one.level == "error"] == []
    return text


def decided(restored: tuple[str, ...], **jobs: str) -> str:
    """What the planner reads back where these are proven and brought. jobs: entries of other jobs."""
    keys = {"build": "build", "lib-1": "lib", "lib-2": "lib", **jobs}
    hit = {"decision": "hit", "reason": "PROVEN", "restored": True}
    run = {"decision": "run", "reason": "FILES"}
    return jenkins_text(
        {key: {"job": job, "signature": f"cs1:{key}", **(hit if key in restored else run)} for key, job in keys.items()}
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every run with a plan that was made up, by name."""
    runs = Runs(tmp_path_factory.mktemp("jenkins"))
    cases: Mapping[str, tuple[tuple[str, ...], dict[str, str], list[str]]] = {
        "nothing": ((), {}, []),
        "one": (("build",), {}, []),
        "all": (("build", "lib-1", "lib-2"), {}, []),
        "a leg": (("lib-2",), {}, []),
        "refused": (("build", "lib-1", "lib-2"), {}, ["restored.lib"]),
        "unknown": (("build", "other"), {"other": "other"}, []),
    }
    for name, (restored, more, refuse) in cases.items():
        plan = decided(restored, **more)
        runs.add(name, render(BUILD, LIB, USE), outputs={"cig/plan": plan}, env=MAIN, refuse=refuse)
    return runs.start()


def own(run: Run) -> list[str]:
    """The scripts of the project that ran, sorted."""
    return sorted(name for name in run.scripts if name not in (PLAN, RECORD, GATE))


def unstashed(run: Run) -> list[str]:
    return [event["name"] for event in run.of("unstash")]


ALL = ["build", "lib 1", "lib 2", "r"]
OF_RUNS = ["build", "lib-lib-1", "lib-lib-2"]


def test_what_nobody_needs_is_not_handed_on(ran: dict[str, Run]) -> None:
    run = ran["nothing"]
    assert (run.result, own(run), unstashed(run)) == ("SUCCESS", ALL, OF_RUNS)


def test_whoever_fetches_gets_what_was_brought_in_place_of_a_run(ran: dict[str, Run]) -> None:
    run = ran["one"]
    assert (run.result, own(run)) == ("SUCCESS", ["lib 1", "lib 2", "r"])
    assert unstashed(run) == ["restored.build", "lib-lib-1", "lib-lib-2"]
    run = ran["all"]
    assert (run.result, own(run), unstashed(run)) == ("SUCCESS", ["r"], ["restored.build", "restored.lib"])


def test_a_leg_that_ran_and_one_that_was_brought_are_fetched_together(ran: dict[str, Run]) -> None:
    """S23."""
    run = ran["a leg"]
    assert (run.result, own(run)) == ("SUCCESS", ["build", "lib 1", "r"])
    assert unstashed(run) == ["build", "restored.lib", "lib-lib-1"]


def test_of_what_was_brought_those_files_are_taken_that_a_run_would_have_left(ran: dict[str, Run]) -> None:
    """Each job's from its own folder, and never an empty stash: then there is no plan."""
    brought = [one for one in ran["all"].of("stash") if one["name"].startswith("restored.")]
    assert [(one["name"], one["cwd"], one["includes"]) for one in brought] == [
        ("restored.build", "/ws/.cigen/cache/restored/build", "dist/**,app,app/**"),
        ("restored.lib", "/ws/.cigen/cache/restored/lib", "out/1/**,dist/*.json,out/2/**"),
    ]
    for one in brought:
        assert one["useDefaultExcludes"] is False
        assert "allowEmpty" not in one


@pytest.mark.parametrize("name", ["refused", "unknown"])
def test_where_files_cannot_be_handed_on_everything_runs_and_none_of_them_are_seen(
    name: str, ran: dict[str, Run]
) -> None:
    """S1: those that were stashed before are of no plan."""
    run = ran[name]
    assert (run.result, own(run), unstashed(run)) == ("SUCCESS", ALL, OF_RUNS)
    assert [event["stageResult"] for event in run.of("caught")] == ["UNSTABLE"]
    assert RECORD not in run.scripts


def test_a_record_has_longer_where_files_are_kept_with_it(ran: dict[str, Run]) -> None:
    limits = {
        event["env"]["CIG_JOB"]: next(one for one in event["where"] if one.startswith("timeout"))
        for event in ran["nothing"].of("sh")
        if event["name"] == RECORD
    }
    assert limits == dict.fromkeys(("build", "lib-1", "lib-2"), "timeout:7 MINUTES")


# -- with `cig` itself -------------------------------------------------------------------------------------------------

CONFIG = restored_config('provider = "jenkins"\npath = "Jenkinsfile"\n', '"dist/**", "!dist/*.map"')
WHOLE = sorted([*BUILT, *TESTED, *PACKED])


def repository(made: Acted, name: str, *edits: str, config: str = CONFIG) -> Path:
    """edits: files that are as they never were before."""
    paths = ("src/a", "lib/a", "test/a", "pack/a")
    return made.repository(name, config, {path: f"{name}\n" if path in edits else "1\n" for path in paths})


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Acted, dict[str, Run]]:
    """Runs in this order, with their own store where one must not see what another left."""
    made = Acted(tmp_path_factory.mktemp("acted"), Runs(tmp_path_factory.mktemp("runs")), MAIN)
    first = repository(made, "first")
    made.add("first", first)
    made.add("again", first)
    made.add("test edited", repository(made, "test", "test/a"))
    made.add("both edited", repository(made, "both", "test/a", "pack/a"))
    made.add("new leg", repository(made, "leg", config=CONFIG.replace('"3.4"', '"new"')))
    made.add("refused", repository(made, "refused", "test/a", "pack/a"), refuse=["restored.lib"])
    planning = 'case "$*" in compute-signatures*--restore*) {} ;; esac\n'
    emptied = planning.format('find "$CIG_STORE" -path "*/outputs/*" -type f -delete')
    made.add("lost", repository(made, "lost", "test/a"), tool=f'{emptied}exec "$REAL" "$@"')
    made.add("kept again", repository(made, "again", "test/a"))
    gone = planning.format('"$REAL" "$@" || exit; rm -rf "$CIG_STORE"; exit')
    made.add("gone", repository(made, "gone", "test/a"), tool=f'{gone}exec "$REAL" "$@"')
    return made, made.runs.start()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first", WHOLE),
        ("again", []),
        ("test edited", TESTED),
        ("both edited", sorted([*TESTED, *PACKED])),
        ("new leg", sorted(["lib-new", *TESTED, *(line.replace("3.4", "new") for line in PACKED)])),
        ("refused", WHOLE),
        ("lost", sorted(["build", *TESTED])),
        ("kept again", TESTED),
        ("gone", TESTED),
    ],
)
def test_a_job_gets_the_files_that_it_fetches_and_no_others_whoever_made_them(
    name: str, expected: list[str], acted: tuple[Acted, dict[str, Run]]
) -> None:
    made, runs = acted
    assert (runs[name].result, made.ran(name)) == ("SUCCESS", expected), runs[name].events
