"""A plan in a Jenkinsfile: who asks it, what differs from file to file, and what is told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from cigen.sdk import (
    Artifact,
    Checkout,
    Diagnostic,
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
    ProviderBlock,
    Retry,
    Run,
    Runner,
    Secret,
    Setting,
    Shards,
    SkipIf,
    Skipping,
    Step,
    Workflow,
)
from cigen.std.provider.jenkins.checklist import checklist
from cigen.std.provider.jenkins.pipeline import render_pipeline

ON = Skipping(machine=Runner("linux"), files=("cig.toml",), version="1.2.3", store="s3://proofs")
FILES = SkipIf(paths_unmodified=(PathGlob("src/**"),))
PARTS = Matrix(legs=tuple(Leg(f"a-{value}", (Pair("part", value),), Runner("linux")) for value in ("one", "two")))


def job(name: str, *needs: str, **given: Any) -> Job:
    steps = (Step("checkout", checkout=Checkout()), Step("make", run=Run("make")))
    return replace(Job(name, workflow="ci", machine=Runner("linux"), steps=steps, needs=needs), **given)


def provable(name: str, *needs: str, **given: Any) -> Job:
    return job(name, *needs, skip_if=FILES, **given)


def graph(*jobs: Job, skipping: Skipping | None = ON, secrets: tuple[Secret, ...] = ()) -> Graph:
    return Graph("p", (Workflow("ci"),), jobs, (), secrets, skipping)


def render(*jobs: Job, skipping: Skipping | None = ON) -> tuple[str, tuple[Diagnostic, ...]]:
    return render_pipeline(graph(*jobs, skipping=skipping), Output("jenkins", "Jenkinsfile"))


def text(*jobs: Job, **given: Any) -> str:
    return render(*jobs, **given)[0]


@pytest.mark.parametrize("skipping", [ON, None])
def test_without_a_job_that_can_be_skipped_nothing_speaks_of_plans(skipping: Skipping | None) -> None:
    effects = text(provable("a", effects=True), skipping=skipping)
    assert effects == text(job("a", effects=True), skipping=None)
    for word in ("plan", "entries", "String entry", "begun", "retried", "PROVEN"):
        assert word not in text(job("a"), skipping=skipping)
    assert "makePlan" not in text(provable("a"), skipping=None)


def test_the_table_names_the_entries_of_what_can_be_skipped() -> None:
    """S1: no plan has a say in any other."""
    found = text(provable("a", matrix=PARTS), provable("b", "a"), job("c", "b"), provable("d", effects=True))
    assert "    'a': [needs: [], entries: entriesOf(jobALegs()), run: { jobA() }],\n" in found
    assert "    'b': [needs: ['a'], entries: ['b'], run: { jobB() }],\n" in found
    assert "    'c': [needs: ['b'], run: { jobC() }],\n" in found
    assert "    'd': [needs: [], run: { jobD() }],\n" in found


def test_legs_that_are_left_out_are_not_begun() -> None:
    """S23."""
    assert "  runLegs(remaining(jobALegs()), true, 0) { Map leg ->\n" in text(provable("a", matrix=PARTS))
    assert "  runLegs(jobALegs(), true, 0) { Map leg ->\n" in text(job("a", matrix=PARTS), provable("b"))


def test_shards_know_the_entry_that_they_are_part_of() -> None:
    found = text(provable("a", matrix=PARTS, shards=Shards(2)))
    assert "    [name: 'a-one-2', shard: '1', entry: 'a-one', matrix: [part: 'one']],\n" in found
    assert "onNode('linux', 30) {" in found


@pytest.mark.parametrize(
    ("given", "head"),
    [
        ({}, "onNode('linux', 30, 'b') {"),
        ({"matrix": PARTS}, "onNode('linux', 30, leg.name) {"),
        ({"shards": Shards(2)}, "onNode('linux', 30) {"),
        ({"effects": True}, "onNode('linux', 30) {"),
        ({"steps": (Step("make", run=Run("make")),)}, "onNode('linux', 30) {"),
        ({"run_on": "always"}, "onNode('linux', 30) {"),
        ({"machine": Runner("windows")}, "onNode('windows', 30) {"),
        ({"raw": (ProviderBlock("jenkins", '{"after":"x()"}'),)}, "onNode('linux', 30) {"),
    ],
)
def test_only_of_what_can_prove_something_a_proof_is_kept(given: Mapping[str, Any], head: str) -> None:
    """S4."""
    found = text(provable("a"), provable("b", **given))
    assert head in found.partition("def jobB")[2].partition("\n}\n\n/**")[0]


def test_of_legs_on_several_systems_those_on_windows_keep_no_proof() -> None:
    legs = tuple(Leg(f"a-{value}", (Pair("os", value),), Runner(value)) for value in ("linux", "windows"))
    found = text(provable("a", machine=None, matrix=Matrix(legs=legs)))
    assert "onNode('linux', 30, leg.name) {" in found
    assert "onNode('windows', 30) {" in found


def test_tries_are_counted_where_a_proof_is_kept() -> None:
    """S5: Jenkins' own step tells nobody that it tried again."""
    assert "attempts(3, 0) {" in text(provable("a", retry=Retry(2)))
    assert "retry(3) {" in text(job("a", retry=Retry(2)), provable("b"))


def test_groovy_after_a_job_is_told_to_keep_it_from_being_proven() -> None:
    _, found = render(provable("a", raw=(ProviderBlock("jenkins", '{"after":"x()"}'),)))
    assert [(one.code, one.key) for one in found] == [("JENKINS_014", ("jobs", "a", "raw", "jenkins", "after"))]


def test_the_project_says_how_cig_gets_there() -> None:
    assert text(provable("a")).count("command -v cig >/dev/null || pipx install cigen==1.2.3") == 3
    assert (
        text(provable("a"), skipping=replace(ON, install="make cig")).count("command -v cig >/dev/null || make cig")
        == 3
    )


def test_the_plan_is_of_this_workflow() -> None:
    assert "cig compute-signatures --workflow ci > cig-plan.json\n" in text(provable("a"))


def test_a_machine_that_jenkins_does_not_know_is_refused() -> None:
    _, found = render(provable("a"), skipping=replace(ON, machine=Runner("tower")))
    assert [(one.code, one.key) for one in found] == [("JENKINS_003", ("skipping", "runner"))]


def test_a_key_for_jenkins_alone_is_told_to_mean_nothing() -> None:
    _, found = render(provable("a"), skipping=replace(ON, settings=(ProviderBlock("jenkins", '{"mode":"x"}'),)))
    assert [(one.code, one.key) for one in found] == [("JENKINS_005", ("skipping", "jenkins", "mode"))]


def test_a_variable_or_branch_that_skips_means_nothing_where_skipping_is_off() -> None:
    one = job("a", skip_if=SkipIf(env=("SKIP",)))
    assert [found.code for found in render(one, skipping=None)[1]] == ["JENKINS_014"]
    assert render(one)[1] == ()


# -- files that a plan brings ------------------------------------------------------------------------------------------

RESTORING = replace(ON, restore=True)


def leaving(name: str, *paths: str, **given: Any) -> Job:
    """A job that leaves files, as cig.toml makes one."""
    found = provable(name, outputs=JobOutputs(files=paths), **given)
    return replace(found, steps=(*found.steps, Step("keep", upload=Artifact(name, paths))))


def fetching(*names: str) -> Job:
    steps = tuple(Step(f"get-{name}", download=Download(name)) for name in names)
    return job("use", *names, steps=steps, inputs=Inputs(artifacts=names))


def test_only_where_a_plan_can_bring_files_it_is_asked_to() -> None:
    """S18."""
    jobs = leaving("build", "dist/**"), provable("docs"), fetching("build")
    found = text(*jobs, skipping=RESTORING)
    assert "cig compute-signatures --workflow ci --restore .cigen/cache/restored > cig-plan.json\n" in found
    assert "    Map restored = handRestored(entries, [\n      'build': 'dist/**',\n    ])\n" in found
    assert "entries: entries, restored: restored])" in found
    assert "onNode('linux', 30, 'build', 7) {" in found
    assert "onNode('linux', 30, 'docs') {" in found
    off = text(*jobs)
    for word in ("estore", "recording"):
        assert word not in off
    assert "within(2) {" in off
    unread = leaving("build", "dist/**"), job("use", "build")
    assert text(*unread, skipping=RESTORING) == text(*unread)


def test_a_leg_whose_files_are_kept_has_longer_for_its_record() -> None:
    found = text(leaving("a", "out/{{ matrix.part }}/*", matrix=PARTS), fetching("a"), skipping=RESTORING)
    assert "onNode('linux', 30, leg.name, 7) {" in found
    assert "'a': 'out/one/*,out/two/*'," in found


def test_what_looks_like_a_value_of_a_matrix_is_no_part_of_a_pattern() -> None:
    """There is no leg where a plan is made."""
    found = text(leaving("a", "out/{{ '{{' }} matrix.part }}"), fetching("a"), skipping=RESTORING)
    assert "'a': 'out/{{ matrix.part }},out/{{ matrix.part }}/**'," in found


# -- what is to be set up ----------------------------------------------------------------------------------------------


@pytest.fixture
def settings() -> Callable[..., tuple[Setting, ...]]:
    def found(*jobs: Job, **given: Any) -> tuple[Setting, ...]:
        return checklist(graph(*jobs, **given), Output("jenkins", "Jenkinsfile"), "")

    return found


def test_a_project_without_a_store_is_told_to_choose_one(settings: Callable[..., tuple[Setting, ...]]) -> None:
    def asked(one: Job, **skipping: Any) -> list[str]:
        found = settings(one, skipping=Skipping(**skipping))
        return [setting.place for setting in found if setting.title.startswith("Choose where the proofs")]

    variable = "CIG_STORE in Manage Jenkins > System > Global properties"
    assert asked(provable("a")) == [f"cig.toml: [skipping] store = the URL of a store, or {variable}"]
    assert asked(provable("a"), store="s3://proofs") == []
    assert asked(job("a")) == []


def test_a_merge_waits_for_the_build_which_the_gate_fails(settings: Callable[..., tuple[Setting, ...]]) -> None:
    """S3."""
    asked = next(one for one in settings(provable("a")) if one.title.startswith("Let merges wait"))
    assert asked.reason.startswith('the build is "continuous-integration/jenkins/pr-merge", which its stage cig/gate')
    plainly = next(one for one in settings(job("a")) if one.title.startswith("Let merges wait"))
    assert plainly.reason == 'the build is "continuous-integration/jenkins/pr-merge"'


def test_the_credentials_of_the_store_and_the_machine_of_the_plan_are_asked_for(
    settings: Callable[..., tuple[Setting, ...]],
) -> None:
    own = (Secret("CIG_STORE_KEY", (ProviderBlock("jenkins", '{"credentials":"proofs"}'),)),)
    given = replace(ON, trust=("branch:0a",), secrets=("AWS_KEY",), machine=Runner("macos"))
    found = [(one.title, one.key) for one in settings(provable("a"), skipping=given, secrets=own)]
    assert ('Add credentials with the id "proofs", of the kind Secret text', ("skipping", "trust")) in found
    assert ('Add credentials with the id "AWS_KEY", of the kind Secret text', ("skipping", "secrets")) in found
    assert ("Have an agent with the label macos", ("skipping", "runner")) in found
