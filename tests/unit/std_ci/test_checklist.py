"""What every provider's checklist begins with: who is in an output, and what its jobs ask for."""

import pytest

from cigen.sdk import (
    Checkout,
    Container,
    Graph,
    Inputs,
    Job,
    JobOutputs,
    Notify,
    Output,
    PathGlob,
    PushTrigger,
    Service,
    SkipIf,
    Skipping,
    Step,
    Tool,
    Triggers,
    Workflow,
)
from cigen.std.ci.checklist import (
    Checklist,
    asks_for_docker,
    install_by_hash,
    job_key,
    merge_rules,
    readers_of_files,
    secrets_of,
    workflows_in,
)

BOTH = Graph("p", (Workflow("ci"), Workflow("nightly")), (Job("a", workflow="ci"), Job("b", workflow="nightly")))


@pytest.mark.parametrize(
    ("named", "held"), [("ci", {"ci": ["a"]}), ("nightly", {"nightly": ["b"]}), ("*", {"ci": ["a"], "nightly": ["b"]})]
)
def test_an_output_holds_the_workflow_it_names_or_all(named: str, held: dict[str, list[str]]) -> None:
    found = workflows_in(BOTH, Output("x", "f", workflow=named))
    assert {workflow.id: [job.id for job in jobs] for workflow, jobs in found} == held


def test_keys_of_a_job_are_those_of_the_file() -> None:
    assert job_key(Job("a"), "secrets") == ("jobs", "a", "secrets")
    assert job_key(Job("setup", owner="lang/ruby"), "secrets") == (), "it stands in no file"


def test_secrets_of_steps_cleanup_notices_and_images_are_found_once() -> None:
    job = Job(
        "a",
        secrets=("ONE",),
        steps=(Step(secrets=("ONE", "TWO")),),
        cleanup=(Step(secrets=("THREE",)),),
        notify=(Notify(secrets=("FOUR",)),),
        image=Container("i", username="u", password="FIVE"),
    )
    assert secrets_of(job) == ("ONE", "TWO", "THREE", "FOUR", "FIVE")


@pytest.mark.parametrize(
    ("job", "key"),
    [
        (Job("a", image=Container("i")), "image"),
        (Job("a", services=(Service("s"),)), "services"),
        (Job("a", steps=(Step(tool=Tool("docker-buildx")),)), "packages"),
    ],
)
def test_images_services_and_builds_of_images_need_docker(job: Job, key: str) -> None:
    asked = asks_for_docker(job)
    assert asked is not None
    assert asked[1] == ("jobs", "a", key)


def test_other_jobs_need_no_docker() -> None:
    assert asks_for_docker(Job("a", steps=(Step(tool=Tool("node")),))) is None


def test_a_workflow_that_no_pull_request_starts_asks_for_no_checks() -> None:
    checks = Checklist()
    merge_rules(Workflow("ci", triggers=Triggers(push=PushTrigger())), [("r", ())], checks)
    assert checks.found == ()


def test_the_same_words_stand_once() -> None:
    checks = Checklist()
    checks.add("t", "p", "r")
    checks.add("t", "p", "r")
    checks.add("t", "p", "other")
    assert [one.reason for one in checks.found] == ["r", "other"]


def test_who_says_nothing_of_how_cig_is_installed_is_told_of_hashes() -> None:
    checks = Checklist()
    install_by_hash(Skipping(install=".ci/cig.txt"), checks)
    install_by_hash(Skipping(install="make cig"), checks)
    assert checks.found == ()
    install_by_hash(Skipping(version="1.2.3"), checks)
    assert [one.reason for one in checks.found] == [
        "plans, records and gates are made by whatever is served as cigen 1.2.3"
    ]


def test_who_keeps_files_in_the_store_is_told_who_may_read_them() -> None:
    files = SkipIf(paths_unmodified=(PathGlob("src/**"),))
    steps = (Step("c", checkout=Checkout()),)
    outputs = JobOutputs(("dist/**",))
    kept = [Job(name, skip_if=files, steps=steps, outputs=outputs) for name in ("b", "a", "unused")]
    jobs = [*kept, Job("use", needs=("a", "b"), inputs=Inputs(artifacts=("a", "b")))]
    checks = Checklist()
    readers_of_files(Graph("p", (), (), skipping=Skipping()), jobs, checks)
    readers_of_files(Graph("p", (), (), skipping=Skipping(restore=True)), jobs[:3], checks)
    assert checks.found == ()
    readers_of_files(Graph("p", (), (), skipping=Skipping(restore=True)), jobs, checks)
    assert [(one.reason, one.key) for one in checks.found] == [
        ("files of a, b are kept there", ("skipping", "restore"))
    ]
