"""What a CircleCI pipeline is continued with, compiled as CircleCI would: S1, S2, S3, S4, S18, S19 and S23 there."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from circleci import running_jobs, values_at
from circleci_config import Compiled, CompiledJob, compile_config
from events import EVENTS

from cigen.formats.circleci import LAST_LINE, fit_to_plan, take_apart
from cigen.schema.conditions import parse_condition
from cigen.sdk import (
    Approval,
    Checkout,
    Graph,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    Output,
    Pair,
    PathGlob,
    PushTrigger,
    Run,
    Runner,
    SkipIf,
    Skipping,
    Step,
    TagTrigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.circleci.workflow import render_config

SIGNATURE = "cs1:" + "a" * 64
GATE = "cig/gate"
SKIPPING = Skipping(store="s3://proofs", machine=Runner("linux"), version="1.0.0")


def job(name: str, *needs: str, **given: Any) -> Job:
    """One that can be skipped, unless it says otherwise."""
    steps = (Step("checkout", checkout=Checkout()), Step("run", run=Run(f"make {name}")))
    usual = {"needs": needs, "steps": steps, "skip_if": SkipIf((PathGlob(f"{name}/**"),))}
    return Job(**{"id": name, "workflow": "ci", "machine": Runner("linux"), **usual, **given})


def legs(name: str, *needs: str, **given: Any) -> Job:
    found = tuple(Leg(f"{name}-ruby{one}", (Pair("ruby", one),)) for one in ("3.3", "3.4"))
    return job(name, *needs, matrix=Matrix((MatrixAxis("ruby", ("3.3", "3.4")),), legs=found), **given)


def rendered(*jobs: Job, triggers: Triggers | None = None, skipping: Skipping = SKIPPING) -> str:
    graph = Graph("shop", (Workflow("ci", triggers=triggers),), jobs, skipping=skipping)
    text, found = render_config(graph, Output("circleci", ".circleci/config.yml"))
    assert not [one for one in found if one.level.value == "error"], found
    return text


def full(text: str) -> str:
    """What the planner continues with where there is no plan."""
    return subprocess.run(
        ["sed", "/^setup: true$/d"], input=text, capture_output=True, check=True, text=True
    ).stdout  # fmt: skip


def planned(text: str, jobs: Iterable[Job], *hits: str, excluded: Mapping[str, str] | None = None) -> str:
    """The continuation where these are proven, and those are excluded for a reason."""
    plan: dict[str, dict[str, Any]] = {}
    for one in jobs:
        for key in [leg.key for leg in one.matrix.legs] if one.matrix else [one.id]:
            plan[key] = {"job": one.id, "decision": "run", "reason": "FILES", "signature": SIGNATURE}
            if key in hits:
                plan[key] |= {"decision": "hit", "reason": "PROVEN", "proved_by": {"url": "https://ci.example/1"}}
            elif key in (excluded or {}):
                plan[key] |= {"decision": "excluded", "reason": (excluded or {})[key]}
    skipped = [*hits, *(key for key, reason in (excluded or {}).items() if reason.startswith("SKIP_"))]
    return fit_to_plan(take_apart(text), plan, skipped)


def compiled(text: str, event: str = "push to main", *, setup: bool = False) -> Compiled:
    values = values_at(EVENTS[event])
    return compile_config(text, {**values, "pipeline.in_setup": setup})


def running(text: str, event: str = "push to main") -> set[str]:
    found = compiled(text, event)
    assert set(found.workflows) <= {"ci"}
    return set(running_jobs(found, "ci"))


def entries(text: str, event: str = "push to main") -> dict[str, CompiledJob]:
    return {one.name: one for one in compiled(text, event).workflows["ci"]}


CHAIN = (job("a"), job("b", "a"), job("c", "b"), job("d", "c", skip_if=None, effects=True))


def test_the_first_reading_plans_and_nothing_else_and_the_second_does_not_plan() -> None:
    text = rendered(*CHAIN)
    assert "\nsetup: true\n" in text
    first = compiled(text, setup=True)
    assert {name: [one.name for one in jobs] for name, jobs in first.workflows.items()} == {"cig-plan": ["cig/plan"]}
    assert "\nsetup:" not in full(text)
    assert running(full(text)) == {"a", "b", "c", "d", GATE}


def test_nothing_is_rendered_where_nothing_can_be_skipped_or_skipping_is_off() -> None:
    plain = rendered(job("a", skip_if=None))
    assert "cig" not in plain.partition("\n")[2]
    graph = Graph("shop", (Workflow("ci"),), CHAIN)
    assert "cig-" not in render_config(graph, Output("circleci", ".circleci/config.yml"))[0]


def test_s1_where_nothing_is_proven_everything_runs() -> None:
    text = rendered(*CHAIN)
    assert running(planned(text, CHAIN)) == running(full(text))


def test_s3_where_everything_is_proven_the_gate_still_reports() -> None:
    jobs = CHAIN[:3]
    text = planned(rendered(*jobs), jobs, "a", "b", "c")
    assert running(text) == {GATE}
    assert list(entries(text)) == [GATE]


def test_an_edit_runs_exactly_its_closure() -> None:
    jobs = (*CHAIN, job("docs"), job("site", "docs"))
    text = planned(rendered(*jobs), jobs, "a", "docs", "site")
    assert running(text) == {"b", "c", "d", GATE}


@pytest.mark.parametrize(
    ("hits", "requires"),
    [
        (("b",), {"a": [], "c": ["a"], "d": ["c"]}),
        (("b", "c"), {"a": [], "d": ["a"]}),
        (("a", "c"), {"b": [], "d": ["b"]}),
        (("a", "b", "c"), {"d": []}),
    ],
)
def test_s19_who_needs_a_skipped_job_needs_what_that_needed(hits: tuple[str, ...], requires: dict[str, Any]) -> None:
    found = entries(planned(rendered(*CHAIN), CHAIN, *hits))
    assert {name: list(one.requires) for name, one in found.items() if name != GATE} == requires
    assert set(found[GATE].requires) == set(requires)
    assert {status for one in found.values() for given in one.requires.values() for status in given} <= {"success"}


def test_s19_the_gate_waits_for_what_stands_before_a_skipped_job_that_may_be_left_out() -> None:
    jobs = (job("a"), job("b", "a", when=parse_condition("branch == 'main'")), job("c"))
    found = entries(planned(rendered(*jobs), jobs, "b"))
    assert found[GATE].requires == {"a": ("success",), "c": ("success",)}


def test_s23_legs_are_skipped_one_by_one() -> None:
    jobs = (job("lint"), legs("test", "lint"), job("pack", "test"))
    text = rendered(*jobs)
    assert running(full(text)) == {"lint", "test-ruby3.3", "test-ruby3.4", "pack", GATE}
    found = entries(planned(text, jobs, "lint", "test-ruby3.3"))
    assert set(found) == {"test-ruby3.4", "pack", GATE}
    assert list(found["pack"].requires) == ["test-ruby3.4"]
    assert [step["command"] for step in found["test-ruby3.4"].steps if step["kind"] == "run"][:1] == ["make test"]
    assert set(entries(planned(text, jobs, "test-ruby3.3", "test-ruby3.4"))) == {"lint", "pack", GATE}


def test_s4_a_planned_job_records_last_with_its_own_signature_and_only_after_success() -> None:
    jobs = (job("lint"), legs("test"), job("deploy", "test", skip_if=None, effects=True))
    text = rendered(*jobs)
    for name, one in entries(planned(text, jobs, "lint")).items():
        last = one.steps[-1]
        recorded = last["kind"] == "run" and "cig record" in last["command"]
        assert recorded is name.startswith("test-"), name
        if recorded:
            assert (last["environment"]["CIG_JOB"], last["environment"]["CIG_SIGNATURE"]) == (name, SIGNATURE)
            assert last.get("when", "on_success") == "on_success"
    # Without a plan there is no signature, and nothing is recorded.
    assert not any("cig record" in str(one.steps) for one in entries(full(text)).values())


def test_what_the_systems_own_filter_leaves_out_stays_there_for_it_to_leave_out() -> None:
    """S2: the plan only tells the gate."""
    jobs = (job("a"), job("b", "a", when=parse_condition("branch == 'main'")), job("c", "b"))
    text = planned(rendered(*jobs), jobs, "a", excluded={"b": "WHEN", "c": "UPSTREAM_EXCLUDED"})
    assert running(text, "push to a branch") == {GATE}
    assert running(text, "push to main") == {"b", "c", GATE}


def test_jobs_that_the_plan_itself_excludes_count_as_proven() -> None:
    text = planned(rendered(*CHAIN), CHAIN, excluded={"b": "SKIP_BRANCH"})
    assert running(text) == {"a", "c", "d", GATE}


def test_a_job_for_failures_goes_with_the_job_it_waits_for_and_one_for_all_ends_stays() -> None:
    after = {"skip_if": None}
    jobs = (job("a"), job("b", "a"), job("sweep", "b", run_on="always", **after))
    jobs += (job("tell", "b", run_on="failure", **after), job("retell", "tell", **after))
    found = entries(planned(rendered(*jobs), jobs, "b"))
    assert set(found) == {"a", "sweep", GATE}
    assert set(found["sweep"].requires["a"]) >= {"success", "failed", "not_run"}


def test_an_approval_stays_as_long_as_somebody_waits_for_it() -> None:
    jobs = (job("a"), job("stage", "a", approve=Approval("Sure?")), job("ship", "stage", skip_if=None, effects=True))
    text = rendered(*jobs)
    assert set(entries(planned(text, jobs, "a"))) == {"approve-stage", "stage", "ship", GATE}
    waiting = entries(planned(text, jobs, "stage"))
    assert list(waiting["ship"].requires) == ["a", "approve-stage"]
    alone = (*jobs[:2],)
    assert set(entries(planned(rendered(*alone), alone, "stage"))) == {"a", GATE}
    # A merge does not wait for a person.
    assert list(entries(full(text))[GATE].requires) == ["a"]


def test_s18_a_job_stays_whose_values_somebody_reads_however_far_behind_it() -> None:
    values = {"outputs": JobOutputs(values=("go",))}
    jobs = (job("x", **values), job("m", "x", when=parse_condition("needs.x.go == 'yes'")), job("c", "m"), job("d"))
    text = planned(rendered(*jobs), jobs, "x", "d", excluded={"m": "SKIP_ENV"})
    assert set(entries(text)) == {"x", "c", GATE}
    assert set(entries(planned(rendered(*jobs), jobs, "x", "m", "c"))) == {"d", GATE}


TAGS = Triggers(push=PushTrigger(("main",)), tag=TagTrigger(("v*",)))


@pytest.mark.parametrize(
    ("triggers", "event", "plans"),
    [
        (TAGS, "tag", True),
        (TAGS, "another tag", False),
        (TAGS, "push to main", True),
        (TAGS, "push to a branch", False),
        (Triggers(tag=TagTrigger(("v*",))), "tag", True),
        (Triggers(tag=TagTrigger(("v*",))), "push to main", False),
        (Triggers(push=PushTrigger(("main",))), "tag", False),
    ],
)
def test_s3_the_planner_and_the_gate_run_for_exactly_the_events_that_jobs_run_for(
    triggers: Triggers, event: str, plans: bool
) -> None:
    text = rendered(*CHAIN, triggers=triggers)
    first = compiled(text, event, setup=True)
    assert list(running_jobs(first, "cig-plan")) == (["cig/plan"] if plans else [])
    second = set(running_jobs(compiled(full(text), event), "ci"))
    assert second == ({"a", "b", "c", "d", GATE} if plans else set())


def test_several_workflows_have_one_planner_and_gates_of_their_own() -> None:
    """S3: two checks of one name would overwrite each other."""
    jobs = (job("a"), job("b", "a"), job("n", workflow="nightly"))
    graph = Graph("shop", (Workflow("ci"), Workflow("nightly")), jobs, skipping=SKIPPING)
    text, _ = render_config(graph, Output("circleci", ".circleci/config.yml", workflow="*"))
    found = compiled(planned(text, jobs, "a", "b", "n"))
    assert {name: [one.name for one in left] for name, left in found.workflows.items()} == {
        "ci": [GATE],
        "nightly": ["cig/gate-nightly"],
    }
    assert list(compiled(text, setup=True).workflows) == ["cig-plan"]


# -- the gate ----------------------------------------------------------------------------------------------------------


def judged(text: str, event: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """The gate's own script, with cig on PATH."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "cig").write_text(f'#!/bin/sh\nexec {sys.executable} -m cigen "$@"\n')
    (tools / "cig").chmod(0o755)
    script = str(entries(text, event)[GATE].steps[-1]["command"]).replace("/tmp/cig", f"{folder}/cig")
    path = f"{tools}:/usr/bin:/bin"
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, env={"PATH": path}, cwd=folder, capture_output=True, text=True, check=False)


def test_s2_the_gate_is_green_for_what_ran_was_proven_or_is_left_out(tmp_path: Path) -> None:
    jobs = (job("a"), job("b", "a", when=parse_condition("branch == 'main'")), legs("c"), *CHAIN[3:])
    jobs = (*jobs[:3], replace(jobs[3], needs=("b",)))
    text = planned(rendered(*jobs), jobs, "a", "c-ruby3.3")
    for event in ("push to main", "push to a branch"):
        done = judged(text, event, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "https://ci.example/1" in done.stdout + done.stderr or "c-ruby3.3" in done.stdout
    without = judged(full(rendered(*jobs)), "push to a branch", tmp_path)
    assert without.returncode == 0, without.stdout + without.stderr


def test_s2_a_job_that_is_gone_though_the_plan_has_it_run_is_red_at_the_gate(tmp_path: Path) -> None:
    text = planned(rendered(*CHAIN), CHAIN, "a").replace("            true b\n", "")
    done = judged(text, "push to main", tmp_path)
    assert done.returncode == 1
    assert "b" in done.stdout + done.stderr


def test_the_last_line_says_that_the_text_is_whole() -> None:
    text = planned(rendered(*CHAIN), CHAIN, "a")
    assert text.endswith(f"\n{LAST_LINE}\n")
    assert LAST_LINE not in rendered(*CHAIN).replace(f'"{LAST_LINE}"', "")


def test_the_continuation_is_the_same_whatever_order_the_plan_has() -> None:
    jobs = (*CHAIN, legs("t", "a"))
    text = rendered(*jobs)
    hits = ["t-ruby3.3", "b", "c", "a"]
    assert planned(text, jobs, *hits) == planned(text, jobs[::-1], *hits[::-1])


def test_a_matrix_with_odd_names_is_skipped_leg_by_leg_too() -> None:
    odd = (Leg("t-one", (Pair("x", "1"),)), Leg("t-two", (Pair("x", "2"),)))
    jobs = (job("t", matrix=Matrix((MatrixAxis("x", ("1", "2")),), legs=odd)), job("u", "t"))
    found = entries(planned(rendered(*jobs), jobs, "t-one"))
    assert set(found) == {"t-two", "u", GATE}
    assert found["t-two"].steps[-1]["environment"]["CIG_JOB"] == "t-two"


def test_a_plan_of_another_workflows_jobs_does_not_make_a_gate_red() -> None:
    jobs = (job("a"), job("n", workflow="nightly"))
    graph = Graph("shop", (Workflow("ci"), Workflow("nightly")), jobs, skipping=SKIPPING)
    text, _ = render_config(graph, Output("circleci", ".circleci/config.yml", workflow="*"))
    gate = entries(planned(text, jobs))[GATE]
    plan = str(gate.steps[-1]["command"]).partition("PLAN'\n")[2].partition("\nPLAN")[0]
    assert list(json.loads(plan)["jobs"]) == ["a"]
