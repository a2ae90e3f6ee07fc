"""A plan on GitHub: who waits for it, what its word does to a condition, and what the gate is told."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from cigen.sdk import (
    Checkout,
    Diagnostic,
    Environment,
    Expr,
    Graph,
    Job,
    JobOutputs,
    Leg,
    Matrix,
    MatrixAxis,
    MatrixRow,
    Op,
    Output,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    Run,
    Runner,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Triggers,
    Workflow,
)
from cigen.std.provider.github.workflow import render_workflow

FILES = SkipIf(paths_unmodified=(PathGlob("src/**"),))
ON = Skipping(machine=Runner("linux"), files=("cig.toml",), version="1.2.3", store="s3://proofs")
PLANNED = (
    "needs.cig-plan.result != 'success' || !needs.cig-plan.outputs.plan || needs.cig-plan.outputs.run-%s != 'false'"
)
DONE = "(needs.%s.result == 'success' || needs.%s.result == 'skipped' && needs.cig-plan.outputs.run-%s == 'false')"
MAIN = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main")))


def job(name: str, *needs: str, **given: Any) -> Job:
    steps = (Step("checkout", checkout=Checkout()), Step("make", run=Run("make")))
    return replace(Job(name, workflow="ci", machine=Runner("linux"), steps=steps, needs=needs), **given)


def provable(name: str, *needs: str, **given: Any) -> Job:
    return job(name, *needs, skip_if=FILES, **given)


def render(
    *jobs: Job, skipping: Skipping | None = ON, triggers: Triggers | None = None
) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    graph = Graph("p", (Workflow("ci", triggers=triggers),), jobs, skipping=skipping)
    text, found = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    return yaml.safe_load(text)["jobs"], found


def condition(rendered: Mapping[str, Any]) -> list[str]:
    """The parts of a job's condition."""
    text: str = rendered["if"]
    return text.rstrip("\n").split(" &&\n")


def test_without_a_job_that_can_be_skipped_there_is_no_plan() -> None:
    assert list(render(job("a"))[0]) == ["a"]
    assert list(render(provable("a", effects=True))[0]) == ["a"]
    assert list(render(provable("a"), skipping=None)[0]) == ["a"]


def test_the_planner_comes_first_and_the_gate_last_and_needs_every_job() -> None:
    """S3: under one name."""
    jobs, _ = render(provable("a"), job("b", "a"), job("c"))
    assert list(jobs) == ["cig-plan", "a", "b", "c", "cig-gate"]
    assert jobs["cig-gate"]["needs"] == ["cig-plan", "a", "b", "c"]
    assert (jobs["cig-gate"]["name"], jobs["cig-gate"]["if"]) == ("cig/gate", "always()")
    assert jobs["cig-gate"]["permissions"] == {}
    assert jobs["cig-plan"]["permissions"] == {"contents": "read"}


def test_a_job_runs_unless_a_plan_that_succeeded_says_otherwise() -> None:
    """S1."""
    jobs, _ = render(provable("a"))
    assert condition(jobs["a"]) == ["!cancelled()", f"({PLANNED % 'a'})"]
    assert jobs["a"]["needs"] == "cig-plan"


def test_a_job_that_the_plan_has_no_say_in_does_not_wait_for_it() -> None:
    jobs, _ = render(provable("a"), job("b"), job("c", "b"))
    assert "needs" not in jobs["b"]
    assert (jobs["c"]["needs"], jobs["c"].get("if")) == ("b", None)


def test_each_of_a_chain_says_when_it_runs() -> None:
    """S19: four deep; from one that changes the world, a proven job does not hide what became of those before it."""
    jobs, _ = render(provable("a"), job("b", "a"), provable("c", "b"), job("d", "c"), job("e", "c", effects=True))
    assert condition(jobs["b"]) == ["!cancelled()", DONE % ("a", "a", "a")]
    assert condition(jobs["c"]) == ["!cancelled()", f"({PLANNED % 'c'})", "needs.b.result == 'success'"]
    assert condition(jobs["d"]) == ["!cancelled()", DONE % ("c", "c", "c")]
    assert jobs["d"]["needs"] == ["cig-plan", "c"]
    assert condition(jobs["e"]) == ["!cancelled()", DONE % ("c", "c", "c"), "needs.b.result == 'success'"]
    assert jobs["e"]["needs"] == ["cig-plan", "c", "b"]


def test_the_condition_of_cig_toml_holds_beside_the_plan() -> None:
    either = Expr(Op.OR, args=(MAIN, Expr(Op.NAME, "default_branch")))
    jobs, _ = render(provable("a", when=either))
    assert condition(jobs["a"])[2:] == ["(github.ref == 'refs/heads/main' || github.ref == 'refs/heads/main')"]


def test_a_job_counts_as_proven_only_where_it_would_have_run() -> None:
    """One that its own condition leaves out takes those that need it with it."""
    jobs, _ = render(provable("a", when=MAIN), job("b", "a"))
    assert condition(jobs["b"])[1] == DONE[:-1] % ("a", "a", "a") + " && github.ref == 'refs/heads/main')"


def test_drafts_start_neither_planner_nor_gate() -> None:
    triggers = Triggers(pull_request=PullRequestTrigger(skip_drafts=True))
    jobs, _ = render(provable("a"), triggers=triggers)
    draft = "!github.event.pull_request.draft"
    assert jobs["cig-plan"]["if"] == f"${{{{ {draft} }}}}"
    assert condition(jobs["a"])[-1] == draft
    assert jobs["cig-gate"]["if"] == f"always() && {draft}"


# -- matrices ----------------------------------------------------------------------------------------------------------


def matrix(*, include: bool = False, exclude: bool = False) -> Matrix:
    values = ["1", "2"] if exclude else ["1", "2", "3"]
    legs = [Leg(f"a-x{value}", (Pair("x", value),), Runner("linux")) for value in values]
    rows = (MatrixRow((Pair("x", "4"), Pair("y", "z"))),) if include else ()
    if include:
        legs.append(Leg("a-x4-yz", (Pair("x", "4"), Pair("y", "z")), Runner("linux")))
    dropped = (MatrixRow((Pair("x", "3"),)),) if exclude else ()
    return Matrix((MatrixAxis("x", ("1", "2", "3")),), rows, dropped, legs=tuple(legs))


HEARD = "needs.cig-plan.result == 'success' && needs.cig-plan.outputs.run-a == 'true'"


def test_legs_are_skipped_one_by_one() -> None:
    """S23: and without a plan, all of them run."""
    jobs, _ = render(provable("a", matrix=matrix()))
    expected = f"${{{{ fromJSON({HEARD} && needs.cig-plan.outputs.skip-legs-a || '[]') }}}}"
    assert jobs["a"]["strategy"]["matrix"] == {"x": ["1", "2", "3"], "exclude": expected}
    assert jobs["cig-plan"]["outputs"]["skip-legs-a"] == "${{ steps.plan.outputs.skip-legs-a }}"


def test_legs_that_were_never_there_stay_away_without_a_plan() -> None:
    jobs, _ = render(provable("a", matrix=matrix(exclude=True)))
    expected = f"""${{{{ fromJSON({HEARD} && needs.cig-plan.outputs.skip-legs-a || '[{{"x": "3"}}]') }}}}"""
    assert jobs["a"]["strategy"]["matrix"]["exclude"] == expected


def test_rows_of_their_own_are_a_list_of_legs() -> None:
    """S23: GitHub makes a leg of a row of `include` whose leg was taken away, so that nothing is taken away."""
    jobs, _ = render(provable("a", matrix=matrix(include=True)))
    assert jobs["a"]["strategy"]["matrix"] == {
        "include": f"${{{{ fromJSON({HEARD} && needs.cig-plan.outputs.legs-a || '[\n"
        '  {"leg": "a-x1", "x": "1"},\n'
        '  {"leg": "a-x2", "x": "2"},\n'
        '  {"leg": "a-x3", "x": "3"},\n'
        '  {"leg": "a-x4-yz", "x": "4", "y": "z"}\n'
        "]') }}"
    }
    assert (jobs["a"]["name"], jobs["a"]["steps"][-1]["env"]["CIG_JOB"]) == ("${{ matrix.leg }}",) * 2


def test_a_list_goes_by_the_word_of_a_plan_of_just_these_legs() -> None:
    """S1."""
    outputs = [render(provable("a", matrix=one))[0]["cig-plan"]["outputs"] for one in (matrix(include=True), _longer())]
    named = [re.fullmatch(r"\$\{\{ steps\.plan\.outputs\.legs-a-(\w{8}) \}\}", one["legs-a"]) for one in outputs]
    assert named[0] is not None
    assert named[1] is not None
    assert named[0][1] != named[1][1]
    assert outputs[0]["run-a"] == f"${{{{ steps.plan.outputs.run-a-{named[0][1]} }}}}"


def _longer() -> Matrix:
    given = matrix(include=True)
    return replace(given, legs=(*given.legs, Leg("a-x5", (Pair("x", "5"),), Runner("linux"))))


def test_legs_keep_their_names_where_they_are_listed() -> None:
    """Whoever requires the check of one of them does not wait for ever."""
    axes = (MatrixAxis("x", ("A", "a")), MatrixAxis("y", ("c", "d")))
    legs = tuple(Leg(f"a-{x}-{y}", (Pair("x", x), Pair("y", y)), Runner("linux")) for x in "Aa" for y in "cd")
    listed, plain = (render(make("a", matrix=Matrix(axes, legs=legs)))[0]["a"] for make in (provable, job))
    assert list(listed["strategy"]["matrix"]) == ["include"]
    assert listed["name"] == plain["name"] == "a-${{ matrix.x }}-${{ matrix.y }}"


def test_how_legs_run_is_what_the_user_says_in_either_form() -> None:
    for given in (matrix(), matrix(include=True)):
        jobs, _ = render(provable("a", matrix=replace(given, fail_fast=False, max_parallel=2)))
        strategy = jobs["a"]["strategy"]
        assert (strategy["fail-fast"], strategy["max-parallel"]) == (False, 2)


@pytest.mark.parametrize("given", [{"shards": Shards(2)}, {"skip_if": SkipIf(env=("SKIP",))}])
def test_legs_that_no_plan_tells_apart_are_skipped_all_together(given: Mapping[str, Any]) -> None:
    jobs, _ = render(replace(provable("a", matrix=matrix()), **given))
    assert "exclude" not in jobs["a"]["strategy"]["matrix"]
    assert list(jobs["cig-plan"]["outputs"]) == ["plan", "signatures", "run-a"]
    assert f"({PLANNED % 'a'})" in condition(jobs["a"])


def test_a_leg_too_long_for_an_expression_goes_with_all_others() -> None:
    long = "x" * 15_000
    legs = tuple(Leg(f"a-x{value}", (Pair("x", value),), Runner("linux")) for value in ("1", long))
    rows = tuple(MatrixRow(leg.values) for leg in legs)
    jobs, _ = render(provable("a", matrix=Matrix(include=rows, legs=legs)))
    assert len(jobs["a"]["strategy"]["matrix"]["include"]) == 2
    assert jobs["cig-plan"]["outputs"]["run-a"] == "${{ steps.plan.outputs.run-a }}"


def test_thousands_of_legs_are_skipped_all_together() -> None:
    """Lists of them would be longer than a workflow may be."""
    legs = tuple(Leg(f"a-x{value}", (Pair("x", str(value)),), Runner("linux")) for value in range(7_000))
    large = Matrix((MatrixAxis("x", tuple(map(str, range(7_000)))),), legs=legs)
    jobs, _ = render(provable("a", matrix=large))
    assert [one for one in jobs["cig-plan"]["outputs"] if one.startswith("legs-")] == []
    assert all("fromJSON" not in str(one.get("strategy")) for one in jobs.values())


def test_parts_of_a_long_list_stand_each_for_itself() -> None:
    """S2, S23."""
    legs = tuple(Leg(f"a-x{value}", (Pair("x", str(value)),), Runner("linux")) for value in range(300))
    large = Matrix((MatrixAxis("x", tuple(map(str, range(300)))),), legs=legs)
    jobs, found = render(provable("a", matrix=large, when=MAIN), job("b", "a"))
    assert [one.code for one in found] == ["GITHUB_009"]
    assert [jobs[name]["strategy"]["matrix"]["include"].count("\n") for name in ("a", "a-2")] == [257, 45]
    assert f"({PLANNED % 'a-2'})" in condition(jobs["a-2"])
    heard = "needs.cig-plan.result == 'success' && needs.cig-plan.outputs.plan"
    proven = "needs.%s.result == 'skipped' && needs.cig-plan.outputs.run-%s == 'false'"
    done = [f"needs.{one}.result == 'success' || {proven % (one, one)}" for one in ("a", "a-2")]
    assert condition(jobs["b"])[1:] == [f"({one} && github.ref == 'refs/heads/main')" for one in done]
    results = judged(jobs)["CIG_RESULTS"]
    told = f"needs.a-2.result == 'skipped' && {heard} && needs.cig-plan.outputs.run-a-2 == 'false' && 'success'"
    assert f'"a-2": {{"result": "${{{{ {told} || needs.a-2.result }}}}"}}' in results
    assert "&& 'a' ||" in judged(jobs)["CIG_EXCLUDED"]
    assert "&& 'a-2' ||" in judged(jobs)["CIG_EXCLUDED"]


def test_the_parts_of_a_job_in_shards_go_by_one_word() -> None:
    jobs, _ = render(provable("a", shards=Shards(300)))
    assert [name for name in jobs if name.startswith("a")] == ["a", "a-2"]
    assert f"({PLANNED % 'a'})" in condition(jobs["a-2"])


def test_a_long_list_is_split_and_the_reason_told() -> None:
    legs = tuple(Leg(f"a-x{value}", (Pair("x", f"{value}" * 7_000),), Runner("linux")) for value in range(3))
    jobs, found = render(provable("a", matrix=Matrix((MatrixAxis("x", ("1",)),), legs=legs)))
    assert [name for name in jobs if name.startswith("a")] == ["a", "a-2"]
    assert [(one.code, "21,000 characters" in one.message) for one in found] == [("GITHUB_009", True)]


def test_a_machine_for_each_leg_leaves_them_apart() -> None:
    legs = tuple(Leg(f"a-{name}", (Pair("os", name),), Runner(name)) for name in ("linux", "macos"))
    jobs, _ = render(provable("a", machine=None, matrix=Matrix((MatrixAxis("os", ("linux", "macos")),), legs=legs)))
    assert jobs["a"]["runs-on"] == (
        """${{ fromJSON('{"linux": "ubuntu-latest", "macos": "macos-latest"}')[matrix.os] }}"""
    )
    assert jobs["a"]["strategy"]["matrix"] == {
        "os": ["linux", "macos"],
        "exclude": f"${{{{ fromJSON({HEARD} && needs.cig-plan.outputs.skip-legs-a || '[]') }}}}",
    }


def test_machines_that_no_axis_decides_go_by_the_leg() -> None:
    axes = (MatrixAxis("x", ("a", "b")), MatrixAxis("y", ("c", "d")))
    machines = {"a-c": "linux", "a-d": "macos", "b-c": "macos", "b-d": "linux"}
    legs = tuple(
        Leg(f"a-{key}", (Pair("x", key[0]), Pair("y", key[2])), Runner(machine)) for key, machine in machines.items()
    )
    jobs, _ = render(provable("a", machine=None, matrix=Matrix(axes, legs=legs)))
    assert jobs["a"]["runs-on"].endswith("')[matrix.leg] }}")
    assert '"a-b-c": "macos-latest"' in jobs["a"]["runs-on"]


# -- records -----------------------------------------------------------------------------------------------------------


def test_a_job_that_can_be_proven_ends_with_its_record() -> None:
    """S4: after everything else, where nothing has failed, and without failing the job."""
    given = replace(ON, trust=("branch:0a",), secrets=("AWS_KEY",))
    jobs, _ = render(provable("a", matrix=matrix(), outputs=JobOutputs(values=("tag",))), skipping=given)
    step = jobs["a"]["steps"][-1]
    assert (step["name"], step["continue-on-error"], step.get("if")) == ("Record that this passed", True, None)
    assert step["env"] == {
        "CIG_JOB": "a-x${{ matrix.x }}",
        "CIG_SIGNATURES": "${{ needs.cig-plan.outputs.signatures }}",
        "CIG_STORE_KEY": "${{ secrets.CIG_STORE_KEY }}",
        "AWS_KEY": "${{ secrets.AWS_KEY }}",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"shards": Shards(2)},
        {"effects": True},
        {"steps": ()},
        {"run_on": "always"},
        {"machine": Runner("windows")},
        {"machine": Runner("large", settings=(ProviderBlock("github", '{"runs-on":"windows-2025"}'),))},
    ],
)
def test_what_proves_nothing_is_not_recorded(given: Mapping[str, Any]) -> None:
    jobs, _ = render(provable("a"), provable("b", **given))
    assert all(step.get("name") != "Record that this passed" for step in jobs["b"]["steps"])


def test_of_legs_on_several_systems_those_on_windows_keep_no_proof() -> None:
    legs = tuple(Leg(f"a-os{value}", (Pair("os", value),), Runner(value)) for value in ("linux", "windows"))
    mixed = Matrix((MatrixAxis("os", ("linux", "windows")),), legs=legs)
    jobs, _ = render(provable("a", machine=None, matrix=mixed), provable("b"))
    recording = {name: jobs[name]["steps"][-1] for name in "ab"}
    assert {one["name"] for one in recording.values()} == {"Record that this passed"}
    assert {name: one.get("if") for name, one in recording.items()} == {"a": "runner.os != 'Windows'", "b": None}


def test_the_key_reaches_nothing_but_the_record() -> None:
    """S16: neither the planner nor the scripts of the project."""
    jobs, _ = render(provable("a"), skipping=replace(ON, trust=("branch:0a",), secrets=("AWS_KEY",)))
    holders = [
        (name, step.get("name", step.get("run")))
        for name, one in jobs.items()
        for step in one["steps"]
        if "CIG_STORE_KEY" in step.get("env", {})
    ]
    assert holders == [("a", "Record that this passed")]
    assert jobs["cig-plan"]["steps"][-1]["env"] == {"AWS_KEY": "${{ secrets.AWS_KEY }}"}


SIGNED = replace(ON, trust=("protected:0a",), settings=(ProviderBlock("github", '{"environment":"cig-protected"}'),))


def test_the_key_of_the_default_branch_comes_from_an_environment_that_no_other_run_names() -> None:
    """S16: an environment that keeps other branches out would fail their jobs, so they do not ask for it."""
    graph = Graph("p", (Workflow("ci", default_branch="trunk"),), (provable("a"), job("b")), skipping=SIGNED)
    text, found = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    jobs = yaml.safe_load(text)["jobs"]
    assert found == ()
    assert {name: one.get("environment") for name, one in jobs.items()} == {
        "cig-plan": None,
        "a": {"name": "${{ github.ref == 'refs/heads/trunk' && 'cig-protected' || '' }}", "deployment": False},
        "b": None,
        "cig-gate": None,
    }


def test_a_job_with_an_environment_of_its_own_keeps_it() -> None:
    jobs, _ = render(provable("a", environment=Environment("staging")), skipping=SIGNED)
    assert jobs["a"]["environment"] == "staging"


@pytest.mark.parametrize("asked", [True, False])
def test_nobody_but_who_asks_the_store_gets_a_token_for_it(*, asked: bool) -> None:
    """S16: the planner, and the jobs that record."""
    block = ProviderBlock("github", json.dumps({"oidc": asked}))
    unrecorded = job("c", skip_if=SkipIf(env=("FAST",)))
    own = provable("d", permissions=(Pair("packages", "read"),))
    jobs, found = render(provable("a"), job("b"), unrecorded, own, skipping=replace(ON, settings=(block,)))
    assert found == ()
    holders = [name for name, one in jobs.items() if "id-token" in one["permissions"]]
    assert holders == (["cig-plan", "a", "d"] if asked else [])
    assert jobs["d"]["permissions"].get("packages") == "read"
    assert jobs["cig-plan"]["permissions"]["contents"] == "read"


def test_a_token_is_asked_for_or_not() -> None:
    block = ProviderBlock("github", '{"oidc":"sts.amazonaws.com"}')
    _, found = render(provable("a"), skipping=replace(ON, settings=(block,)))
    assert [(one.code, one.key) for one in found] == [("GITHUB_014", ("skipping", "github", "oidc"))]


@pytest.mark.parametrize("name", ["", 1, None, "a'b", "${{ x }}", " a", "x" * 256])
def test_what_is_no_name_of_an_environment_is_refused(name: object) -> None:
    block = ProviderBlock("github", json.dumps({"environment": name}))
    jobs, found = render(provable("a"), skipping=replace(SIGNED, settings=(block,)))
    assert [(one.code, one.key) for one in found] == [("GITHUB_014", ("skipping", "github", "environment"))]
    assert "environment" not in jobs["a"]


def test_an_environment_for_a_key_means_nothing_where_nothing_is_signed() -> None:
    jobs, found = render(provable("a"), skipping=replace(SIGNED, trust=()))
    assert [(one.code, one.key) for one in found] == [("GITHUB_006", ("skipping", "github", "environment"))]
    assert "environment" not in jobs["a"]


# -- the gate ----------------------------------------------------------------------------------------------------------


def judged(jobs: Mapping[str, Any]) -> dict[str, str]:
    environment: dict[str, str] = jobs["cig-gate"]["steps"][-1]["env"]
    return environment


def test_the_gate_is_told_how_every_job_ended() -> None:
    jobs, _ = render(provable("a"), job("b"))
    results = yaml.safe_load(judged(jobs)["CIG_RESULTS"].replace("${{", "<").replace("}}", ">"))
    assert results == {"a": {"result": "< needs.a.result >"}, "b": {"result": "< needs.b.result >"}}
    assert judged(jobs)["CIG_PLAN"] == "${{ needs.cig-plan.outputs.plan }}"
    assert "CIG_EXCLUDED" not in judged(jobs)


def test_the_gate_is_told_what_a_condition_left_out_and_what_that_left_out() -> None:
    """S2: the condition is asked again, by the system that asked it first."""
    jobs, _ = render(provable("a", when=MAIN), job("b", "a"), job("c"))
    left_out = "${{ !(github.ref == 'refs/heads/main') && '%s' || '' }}\n"
    assert judged(jobs)["CIG_EXCLUDED"] == left_out % "a" + left_out % "b"


def test_the_gate_needs_no_plan_to_know_that_a_job_waits_for_a_failure() -> None:
    """S1: without a plan, all is well where all that ran is."""
    jobs, _ = render(provable("a"), job("alarm", "a", run_on="failure"), job("always", "a", run_on="always"))
    assert judged(jobs)["CIG_EXCLUDED"] == "alarm\n"


def test_a_workflow_that_starts_with_nothing_else_can_be_told_how_to_install_cig() -> None:
    jobs, _ = render(provable("a"), skipping=replace(ON, install="make cig"))
    scripts = [step["run"] for step in jobs["cig-plan"]["steps"] if step.get("name") == "Install cig"]
    assert scripts == ["command -v cig >/dev/null || make cig"]
    jobs, _ = render(provable("a"))
    assert "pipx install cigen==1.2.3" in jobs["cig-gate"]["steps"][0]["run"]


# -- what is told ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cig-plan", "cig-gate"])
def test_a_job_of_the_planners_or_the_gates_name_is_refused(name: str) -> None:
    graph = Graph("p", (Workflow("ci"),), (provable("a"), job(name)), skipping=ON)
    _, found = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    assert [(one.code, one.key) for one in found] == [("GITHUB_022", ("jobs", name))]


def test_a_machine_that_github_does_not_know_is_refused() -> None:
    graph = Graph("p", (Workflow("ci"),), (provable("a"),), skipping=replace(ON, machine=Runner("tower")))
    _, found = render_workflow(graph, Output("github", ".github/workflows/ci.yml"))
    assert [(one.code, one.key) for one in found] == [("GITHUB_004", ("skipping", "runner"))]


def test_a_key_for_github_alone_is_told_to_mean_nothing() -> None:
    _, found = render(provable("a"), skipping=replace(ON, settings=(ProviderBlock("github", '{"mode":"x"}'),)))
    assert [(one.code, one.key) for one in found] == [("GITHUB_006", ("skipping", "github", "mode"))]


def test_a_variable_or_branch_that_skips_means_nothing_where_skipping_is_off() -> None:
    one = job("a", skip_if=SkipIf(env=("SKIP",)))
    assert [found.code for found in render(one, skipping=None)[1]] == ["GITHUB_016"]
    assert render(one)[1] == ()


# -- proofs in GitHub's cache ------------------------------------------------------------------------------------------

CACHED = replace(ON, store="github-cache")


def uses(step: Mapping[str, Any]) -> str:
    """The action of a step, without its version; the command of a script."""
    return str(step["uses"]).partition("@")[0] if "uses" in step else str(step["run"]).partition("\n")[0]


def test_proofs_are_restored_before_the_plan_and_saved_after_the_gate() -> None:
    jobs, _ = render(provable("a", matrix=matrix()), skipping=CACHED)
    restore = ["actions/cache/restore"] * 2
    planner = [uses(step) for step in jobs["cig-plan"]["steps"]]
    assert planner[:3] == ["actions/checkout", *restore]
    assert planner[-1].startswith("cig compute-signatures")
    assert [uses(step) for step in jobs["cig-gate"]["steps"]][2:] == [
        *restore,
        "actions/download-artifact",
        "cig collect .cigen/cache/proofs-of-this-run --store github-cache",
        "actions/cache/save",
    ]
    assert [uses(step) for step in jobs["a"]["steps"]][-1] == "actions/upload-artifact"
    assert jobs["a"]["steps"][-1]["with"]["name"] == "cig-proof.a-x${{ matrix.x }}-${{ github.run_attempt }}"


def test_a_cache_that_fails_fails_nothing_and_the_gate_saves_whatever_it_says() -> None:
    """S17."""
    jobs, _ = render(provable("a"), skipping=CACHED)
    carrying = [
        step
        for one in jobs.values()
        for step in one["steps"]
        if "proofs" in str(step.get("with")) or "cig collect" in step.get("run", "")
    ]
    assert len(carrying) == 8
    assert all(step["continue-on-error"] is True for step in carrying)
    assert all("github.ref_type != 'tag'" in step["if"] for step in carrying)
    assert all(step["if"].startswith("always() && ") for step in jobs["cig-gate"]["steps"][2:])


def test_no_permission_is_asked_for_the_cache() -> None:
    jobs, _ = render(provable("a"), skipping=CACHED)
    assert jobs["cig-plan"]["permissions"] == {"contents": "read"}
    assert jobs["cig-gate"]["permissions"] == {}
