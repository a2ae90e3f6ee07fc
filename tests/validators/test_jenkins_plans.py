"""What a Jenkinsfile does with a plan, run with stub steps: S1, S2, S4, S5, S6, S16, S19 and S23 on Jenkins.

The plans of the first half are made up; in the second, `cig` itself makes them, keeps proofs, and judges.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jenkins_acted import Acted
from jenkins_stub import Run, Runs

from cigen.cli.present.jenkins_decisions import jenkins_text
from cigen.sdk import (
    Checkout,
    Expr,
    Graph,
    Job,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    Op,
    Output,
    Pair,
    PathGlob,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Runner,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Triggers,
    Workflow,
)
from cigen.sdk import Run as Script
from cigen.std.provider.jenkins.pipeline import render_pipeline

pytestmark = pytest.mark.xdist_group("jenkins")

MAIN = {"BRANCH_NAME": "main", "BUILD_NUMBER": "7"}
URL = "https://ci.example/7"
PLAN, RECORD, GATE = "Decide what must run", "Record that this passed", "Judge what ran and what did not"
ON = Skipping(machine=Runner("linux"), files=("cig.toml",), version="1.2.3", store="s3://proofs")
ANYTIME = Triggers(
    push=PushTrigger(("main",)),
    pull_request=PullRequestTrigger(),
    manual=ManualTrigger((ManualInput("cig-force"),)),
)
OTHER_BRANCH = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "other")))


def job(name: str, *needs: str, **given: Any) -> Job:
    """A job that can be proven, unless it says otherwise; its script is called what it is."""
    steps = (Step("checkout", checkout=Checkout()), Step("run", name=name, run=Script(f"make {name}")))
    usual = {"needs": needs, "steps": steps, "skip_if": SkipIf((PathGlob(f"{name}/**"),))}
    return Job(**{"id": name, "workflow": "ci", "machine": Runner("linux"), **usual, **given})


def legs(name: str, *values: str, **given: Any) -> Job:
    found = tuple(Leg(f"{name}-{value}", (Pair("v", value),)) for value in values)
    script = Step("run", name=f"{name} {{{{ matrix.v }}}}", run=Script("make"))
    return job(name, matrix=Matrix(legs=found), steps=(Step("checkout", checkout=Checkout()), script), **given)


def plain(name: str, *needs: str, **given: Any) -> Job:
    return job(name, *needs, skip_if=None, **given)


def render(*jobs: Job, skipping: Skipping | None = ON) -> str:
    graph = Graph("shop", (Workflow("ci", "CI", ANYTIME),), jobs, skipping=skipping)
    text, found = render_pipeline(graph, Output("jenkins", "Jenkinsfile"))
    assert [one for one in found if one.level == "error"] == []
    return text


CHAIN = (job("a"), plain("b", "a"), job("c", "b"), plain("d", "c"), plain("e", "d"))
DEPLOYED = (plain("a"), job("b", "a"), plain("deploy", "b", effects=True))
MIXED = (job("a"), legs("m", "1", "2", "3"), plain("z", "a", "m"))


def decided(*jobs: Job, hits: tuple[str, ...] = (), left_out: Mapping[str, str] | None = None) -> str:
    """What the planner reads back where these are proven, and those are excluded for a reason."""
    plan: dict[str, dict[str, Any]] = {}
    for one in jobs:
        for key in [leg.key for leg in one.matrix.legs] if one.matrix else [one.id]:
            plan[key] = {"job": one.id, "decision": "run", "reason": "FILES", "signature": f"cs1:{key}"}
            if key in hits:
                plan[key] |= {"decision": "hit", "reason": "PROVEN", "proved_by": {"url": URL}}
            elif key in (left_out or {}):
                plan[key] |= {"decision": "excluded", "reason": (left_out or {})[key]}
    return jenkins_text(plan)


SABOTAGE = {
    "nothing": "",
    "cut-off": decided(*CHAIN, hits=("a", "c"))[:-40],
    "a list": "[1, 2]",
    "a word": '"a"',
    "null": "null",
    "words for entries": '{"a": "skip", "c": "skip"}',
    "words for skip": '{"a": {"skip": "true", "reason": "PROVEN"}, "c": {"skip": 1, "reason": "PROVEN"}}',
    "other jobs": decided(job("x"), job("a-1"), hits=("x", "a-1")),
}


def add(runs: Runs, name: str, jobs: tuple[Job, ...], plan: str, skipping: Skipping = ON, **settings: Any) -> None:
    given = {"env": MAIN, **settings}
    runs.add(name, render(*jobs, skipping=skipping), outputs={"cig/plan": plan}, **given)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every run with a plan that was made up, by name."""
    runs = Runs(tmp_path_factory.mktemp("jenkins"))
    add(runs, "nothing proven", CHAIN, decided(*CHAIN))
    add(
        runs,
        "all proven",
        (job("a"), legs("m", "1", "2")),
        decided(job("a"), legs("m", "1", "2"), hits=("a", "m-1", "m-2")),
    )
    add(runs, "middle proven", CHAIN, decided(*CHAIN, hits=("c",)))
    add(runs, "legs", MIXED, decided(*MIXED, hits=("m-1", "m-3")))
    add(runs, "left out", CHAIN, decided(*CHAIN, left_out={"a": "SKIP_BRANCH", "c": "WHEN"}))
    for name, text in SABOTAGE.items():
        add(runs, name, CHAIN, text)
    proven = decided(*CHAIN, hits=("a", "c"))
    add(runs, "planner fails", CHAIN, proven, fail=[PLAN])
    add(runs, "planner hangs", CHAIN, proven, hang=[PLAN])
    add(runs, "record fails", CHAIN, decided(*CHAIN), fail=[RECORD])
    add(runs, "record hangs", CHAIN, decided(*CHAIN), hang=[RECORD])
    add(runs, "fails above", DEPLOYED, decided(*DEPLOYED, hits=("b",)), fail=["a"])
    add(runs, "gate is red", CHAIN, proven, fail=[GATE])
    elsewhere = (job("a", when=OTHER_BRANCH), plain("b", "a"), plain("c"))
    add(runs, "elsewhere", elsewhere, decided(*elsewhere, hits=("a",)))
    effects = (job("a", effects=True), job("b", run_on="always"), job("c"))
    add(runs, "never left out", effects, decided(*effects, hits=("a", "b", "c")))
    sharded = (legs("s", "1", shards=Shards(2)), job("t", shards=Shards(2)), job("t-1"))
    add(runs, "shards", sharded, decided(*sharded, hits=("t-1",)))
    add(runs, "shards of a leg", sharded, decided(*sharded, left_out={"s-1": "SKIP_ENV", "t": "SKIP_ENV"}))
    apart = (legs("s", "1", "2", shards=Shards(2)),)
    add(runs, "shards of one leg", apart, decided(*apart, left_out={"s-1": "SKIP_ENV"}))
    soft = (legs("m", "1", "2", allow_failure=True),)
    add(runs, "soft", soft, decided(*soft, hits=("m-1",)), fail=["m 2"])
    again = job("a", retry=Retry(2))
    add(runs, "again", (again,), decided(again), fail=["a"])
    keyed = replace(ON, trust=("branch:0a",), secrets=("AWS_KEY",))
    add(runs, "keyed", CHAIN, decided(*CHAIN), skipping=keyed)
    asked = {"params": {"cig-force": "test-*"}, "causes": ["hudson.model.Cause$UserIdCause"]}
    add(runs, "asked", CHAIN, decided(*CHAIN), **asked)
    return runs.start()


def own(run: Run) -> list[str]:
    """The scripts of the project that ran, in order."""
    return [name for name in run.scripts if name not in (PLAN, RECORD, GATE)]


def judged(run: Run) -> dict[str, str]:
    """What the gate is told of each job."""
    texts = [event["text"] for event in run.of("write") if event["file"] == "cig-results.json"]
    assert len(texts) == 1
    return {name: one["result"] for name, one in json.loads(texts[0]).items()}


def excused(run: Run) -> list[str]:
    """The jobs that the gate is told of as left out by a condition."""
    found = next(event["env"]["CIG_EXCLUDED"] for event in run.of("sh") if event["name"] == GATE)
    return str(found).split()


def told(run: Run) -> dict[str, str]:
    """The stages of what is not run, and why."""
    caught = [event for event in run.of("caught") if event["stageResult"] == "NOT_BUILT"]
    return {event["stages"][-1]: event["message"] for event in caught}


def test_where_nothing_is_proven_everything_runs_between_plan_and_gate(ran: dict[str, Run]) -> None:
    run = ran["nothing proven"]
    assert (run.result, own(run)) == ("SUCCESS", ["a", "b", "c", "d", "e"])
    assert (run.scripts[0], run.scripts[-1]) == (PLAN, GATE)
    assert judged(run) == dict.fromkeys("abcde", "success")
    assert (told(run), excused(run)) == ({}, [])


def test_where_everything_is_proven_nothing_runs_but_the_gate(ran: dict[str, Run]) -> None:
    """S6: what is skipped leaves no record."""
    run = ran["all proven"]
    assert (run.result, run.scripts) == ("SUCCESS", [PLAN, GATE])
    assert told(run) == {"a": f"a is not run: proven by {URL}", "m": f"m is not run: proven by {URL}"}
    assert judged(run) == {"a": "skipped", "m": "skipped"}
    assert run.of("caught")[0]["buildResult"] == "SUCCESS"


def test_what_needs_a_proven_job_goes_on(ran: dict[str, Run]) -> None:
    """S19: a chain of five, the middle of which is proven."""
    run = ran["middle proven"]
    assert (run.result, own(run)) == ("SUCCESS", ["a", "b", "d", "e"])
    assert judged(run) == {**dict.fromkeys("abde", "success"), "c": "skipped"}


def test_each_leg_is_left_out_for_itself(ran: dict[str, Run]) -> None:
    """S23."""
    run = ran["legs"]
    assert (run.result, sorted(own(run))) == ("SUCCESS", ["a", "m 2", "z"])
    assert sorted(told(run)) == ["m-1", "m-3"]
    assert judged(run) == {"a": "success", "m-1": "skipped", "m-2": "success", "m-3": "skipped", "z": "success"}


def test_the_plan_leaves_out_what_it_says_itself_and_jenkins_the_rest(ran: dict[str, Run]) -> None:
    run = ran["left out"]
    assert own(run) == ["b", "c", "d", "e"]
    assert told(run) == {"a": "a is not run: SKIP_BRANCH"}


@pytest.mark.parametrize("name", [*SABOTAGE, "planner fails", "planner hangs"])
def test_without_a_plan_that_is_whole_everything_runs(ran: dict[str, Run], name: str) -> None:
    """S1."""
    run = ran[name]
    assert (run.result, own(run)) == ("SUCCESS", ["a", "b", "c", "d", "e"])
    assert run.scripts[-1] == GATE


@pytest.mark.parametrize("name", ["record fails", "record hangs"])
def test_a_record_that_cannot_be_kept_fails_no_job(ran: dict[str, Run], name: str) -> None:
    """S4, S17."""
    run = ran[name]
    assert (run.result, own(run)) == ("SUCCESS", ["a", "b", "c", "d", "e"])
    assert run.scripts.count(RECORD) == 2
    assert judged(run) == dict.fromkeys("abcde", "success")


def test_a_proof_in_between_hides_no_failure(ran: dict[str, Run]) -> None:
    """S19: what changes the world does not run behind it."""
    run = ran["fails above"]
    assert (run.result, own(run)) == ("FAILURE", ["a"])
    assert judged(run) == {"a": "failure", "b": "skipped", "deploy": "skipped"}
    assert excused(run) == []


def test_a_red_gate_fails_the_build(ran: dict[str, Run]) -> None:
    """S2."""
    assert ran["gate is red"].result == "FAILURE"


def test_a_job_that_its_condition_leaves_out_takes_those_with_it_that_need_it_though_it_is_proven(
    ran: dict[str, Run],
) -> None:
    """S2: and the gate is told of them, and of no others."""
    run = ran["elsewhere"]
    assert (run.result, own(run)) == ("SUCCESS", ["c"])
    assert excused(run) == ["a", "b"]
    assert judged(run) == {"a": "skipped", "b": "skipped", "c": "success"}


def test_what_changes_the_world_or_runs_whatever_happens_is_left_out_by_no_plan(ran: dict[str, Run]) -> None:
    """S26."""
    assert sorted(own(ran["never left out"])) == ["a", "b"]


def test_a_shard_is_no_entry_of_the_plan(ran: dict[str, Run]) -> None:
    """S4: and its success is no proof. A job that is called like one stands for itself."""
    run = ran["shards"]
    assert sorted(own(run)) == ["s 1", "s 1", "t", "t"]
    assert RECORD not in run.scripts
    assert judged(run) == {"s-1": "success", "t": "success", "t-1": "skipped"}
    run = ran["shards of a leg"]
    assert own(run) == ["t-1"]
    run = ran["shards of one leg"]
    assert own(run) == ["s 2", "s 2"]
    assert judged(run) == {"s-1": "skipped", "s-2": "success"}


def test_a_leg_that_may_fail_has_ended_well_enough(ran: dict[str, Run]) -> None:
    run = ran["soft"]
    assert (run.result, own(run)) == ("SUCCESS", ["m 2"])
    assert judged(run) == {"m-1": "skipped", "m-2": "success"}
    assert RECORD not in run.scripts


def test_a_failure_is_not_recorded(ran: dict[str, Run]) -> None:
    """S4."""
    assert ran["fails above"].scripts == [PLAN, "a", GATE]
    assert ran["again"].scripts == [PLAN, "a", "a", "a", GATE]


def test_the_record_has_the_planned_signature_and_its_event(ran: dict[str, Run]) -> None:
    """S7: what was planned is what `cig record` compares with the checkout."""
    records = [event["env"] for event in ran["nothing proven"].of("sh") if event["name"] == RECORD]
    assert [(one["CIG_JOB"], one["CIG_SIGNATURE"], one["CIG_EVENT"]) for one in records] == [
        ("a", "cs1:a", "push"),
        ("c", "cs1:c", "push"),
    ]
    assert [one["BASH_ENV"] for one in records] == ["", ""]


def test_without_a_plan_nothing_is_recorded(ran: dict[str, Run]) -> None:
    assert RECORD not in ran["planner fails"].scripts


def test_the_record_is_the_last_of_a_job(ran: dict[str, Run]) -> None:
    """S4: once the time of the job is up it has one of its own."""
    run = ran["nothing proven"]
    assert run.scripts[1:4] == ["a", RECORD, "b"]
    where = next(event["where"] for event in run.of("sh") if event["name"] == RECORD)
    assert [one for one in where if one.startswith("timeout")] == ["timeout:2 MINUTES"]


def test_the_key_reaches_nothing_but_the_record(ran: dict[str, Run]) -> None:
    """S16: neither the planner nor the scripts of the project."""
    scripts = ran["keyed"].of("sh")
    assert {event["name"] for event in scripts if "CIG_STORE_KEY" in event["env"]} == {RECORD}
    assert {event["name"] for event in scripts if "AWS_KEY" in event["env"]} == {RECORD, PLAN}


def test_the_planner_is_told_why_the_run_was_started_and_what_was_answered(ran: dict[str, Run]) -> None:
    def env(name: str) -> dict[str, str]:
        found: dict[str, str] = next(event["env"] for event in ran[name].of("sh") if event["name"] == PLAN)
        return found

    assert env("nothing proven")["CIG_EVENT"] == "push"
    assert (env("asked")["CIG_EVENT"], env("asked")["CIG_INPUT_CIG_FORCE"]) == ("manual", "test-*")


def test_the_planner_has_what_a_plan_is_made_of(ran: dict[str, Run]) -> None:
    extensions = ran["nothing proven"].of("checkout")[0]["what"]["extensions"]
    assert {"sparseCheckout": {"sparseCheckoutPaths": [{"path": "/cig.toml"}]}} in extensions
    assert next(one for one in extensions if "cloneOption" in one)["cloneOption"]["depth"] == 1


# -- with `cig` itself -------------------------------------------------------------------------------------------------

CONFIG = """\
version = "0.2"
[project]
name = "acted"
[on]
push = { branches = ["main"] }
tag = ["v*"]
pull_request = true
[jobs.build]
skip_if = { paths_unmodified = ["src/**"] }
steps = ["BUILD; echo build >> $CIG_LOG"]
[jobs.test]
needs = ["build"]
matrix = { part = ["one", "two"] }
skip_if = { paths_unmodified = ["test/**"] }
steps = ["echo test-{{ matrix.part }} >> $CIG_LOG"]
[jobs.docs]
skip_if = { paths_unmodified = ["docs/**"] }
retry = { max = 1 }
steps = ["DOCS; echo docs >> $CIG_LOG"]
[jobs.report]
needs = ["test"]
steps = ["echo report >> $CIG_LOG"]
[jobs.release]
needs = ["report", "docs"]
when = "event == 'tag'"
effects = true
steps = ["echo release >> $CIG_LOG"]
[[outputs]]
provider = "jenkins"
path = "Jenkinsfile"
"""
ALL = ["build", "docs", "report", "test-one", "test-two"]


def repository(made: Acted, name: str, *edits: str, build: str = "true", docs: str = "true") -> Path:
    """edits: files that are not as they were."""
    files = {path: "2\n" if path in edits else "1\n" for path in ("src/a", "test/a", "docs/a")}
    return made.repository(name, CONFIG.replace("BUILD", build).replace("DOCS", docs), files)


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Acted, dict[str, Run]]:
    """Runs in this order, with their own store where one must not see what another left."""
    made = Acted(tmp_path_factory.mktemp("acted"), Runs(tmp_path_factory.mktemp("runs")), MAIN)
    first = repository(made, "first")
    made.add("first", first)
    made.add("second", first)
    made.add("docs edited", repository(made, "docs", "docs/a"))
    made.add("source edited", repository(made, "source", "src/a"))
    tag = {"env": {"TAG_NAME": "v1", "BRANCH_NAME": "v1"}}
    made.add("tag", first, **tag)
    elsewhere = '[ "$1" = compute-signatures ] || exec "$REAL" "$@"\n'
    made.add("no plan", first, tool=f"{elsewhere}exit 1")
    made.add("half a plan", first, tool=f'{elsewhere}"$REAL" "$@" | head -c 300')
    made.add("no proof", first, store="none", tool='[ "$1" = record ] && exit 3\nexec "$REAL" "$@"')
    text = (first / "Jenkinsfile").read_text()
    lost = text.replace(
        "begun[leg.entry ?: leg.name] = true",
        "if (leg.name == 'test-two') { continue } else { begun[leg.name] = true }",
    )
    assert lost != text
    made.add("skipped", first, store="fresh", text=lost)
    fork = {"CHANGE_ID": "5", "CHANGE_TARGET": "main", "CHANGE_FORK": "stranger", "BRANCH_NAME": "PR-5"}
    made.add("fork", first, store="forks", env=fork)
    made.add("red", repository(made, "red", build="false"), store="red")
    flaky = f"[ -e {made.root}/once ] || {{ touch {made.root}/once; false; }}"
    made.add("flaky", repository(made, "flaky", docs=flaky), store="flaky")
    return made, made.runs.start()


def test_the_first_run_does_everything_the_second_nothing_and_an_edit_its_closure(
    acted: tuple[Acted, dict[str, Run]],
) -> None:
    made, runs = acted
    assert (runs["first"].result, made.ran("first")) == ("SUCCESS", ALL), runs["first"].events
    assert made.records("store") == ["build", "docs", "test-one", "test-two"]
    assert (runs["second"].result, made.ran("second")) == ("SUCCESS", ["report"])
    assert (runs["docs edited"].result, made.ran("docs edited")) == ("SUCCESS", ["docs", "report"])
    assert (runs["source edited"].result, made.ran("source edited")) == (
        "SUCCESS",
        ["build", "report", "test-one", "test-two"],
    )


def test_the_gate_says_of_each_job_what_became_of_it(acted: tuple[Acted, dict[str, Run]]) -> None:
    _, runs = acted
    lines = runs["second"].output(GATE).splitlines()
    assert [line.split("\t")[:3] for line in lines] == [
        ["build", "skipped", "hit"],
        ["docs", "skipped", "hit"],
        ["release", "skipped", "excluded"],
        ["report", "success", "run"],
        ["test", "skipped", "hit"],
    ]


def test_a_tag_releases_what_is_proven(acted: tuple[Acted, dict[str, Run]]) -> None:
    made, runs = acted
    assert (runs["tag"].result, made.ran("tag")) == ("SUCCESS", ["release", "report"]), runs["tag"].error


@pytest.mark.parametrize("name", ["no plan", "half a plan"])
def test_a_planner_that_does_not_plan_has_everything_run(acted: tuple[Acted, dict[str, Run]], name: str) -> None:
    """S1: although all of it is proven."""
    made, runs = acted
    assert (runs[name].result, made.ran(name)) == ("SUCCESS", ALL), runs[name].error


def test_a_leg_that_was_skipped_and_not_proven_makes_the_gate_red(acted: tuple[Acted, dict[str, Run]]) -> None:
    """S2: whoever keeps it from running."""
    made, runs = acted
    assert made.ran("skipped") == ["build", "docs", "report", "test-one"]
    assert runs["skipped"].result == "FAILURE"
    assert "test-two" in runs["skipped"].output(GATE)


def test_a_failure_proves_nothing_and_the_gate_is_red(acted: tuple[Acted, dict[str, Run]]) -> None:
    """S4."""
    made, runs = acted
    assert (runs["red"].result, made.ran("red"), made.records("red")) == ("FAILURE", ["docs"], ["docs"])
    assert 'job "build" is red' in runs["red"].output(GATE)


def test_a_fork_writes_no_record(acted: tuple[Acted, dict[str, Run]]) -> None:
    """S16."""
    made, runs = acted
    assert (runs["fork"].result, made.ran("fork"), made.records("forks")) == ("SUCCESS", ALL, [])


def test_a_cig_that_dies_fails_no_job(acted: tuple[Acted, dict[str, Run]]) -> None:
    """S17."""
    made, runs = acted
    assert (runs["no proof"].result, made.ran("no proof"), made.records("none")) == ("SUCCESS", ALL, [])


def test_what_passed_only_when_it_was_tried_again_proves_nothing(acted: tuple[Acted, dict[str, Run]]) -> None:
    """S5."""
    made, runs = acted
    assert (runs["flaky"].result, made.ran("flaky")) == ("SUCCESS", ALL)
    assert made.records("flaky") == ["build", "test-one", "test-two"]
