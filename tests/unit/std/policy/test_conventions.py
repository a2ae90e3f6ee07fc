"""policy/conventions: each rule fires on what it is for, and on nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.model.diagnostics import Level, Location
from cigen.model.expressions import Expr, Op
from cigen.model.plans import Fragment, Graph, ValidateRequest
from cigen.model.resources import (
    Container,
    Environment,
    Inputs,
    Job,
    Pair,
    PathGlob,
    PullRequestTrigger,
    PushTrigger,
    Run,
    Service,
    SkipIf,
    Step,
    Triggers,
    Workflow,
)
from cigen.std.policy.conventions.plugin import PLUGIN

Call = Callable[..., Any]

ON_PULL_REQUESTS = Workflow("ci", triggers=Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger()))
SKIPPED = SkipIf(paths_unmodified=(PathGlob("src/**"),))


def judge(*jobs: Job, workflow: Workflow = ON_PULL_REQUESTS, files: dict[str, str] | None = None) -> Any:
    rendered = tuple(Fragment(path, content) for path, content in (files or {}).items())
    return PLUGIN.validate(ValidateRequest(rendered, Graph("p", (workflow,), jobs))).diagnostics


def job(name: str = "test", **fields: Any) -> Job:
    return Job(**{"id": name, "workflow": "ci", **fields})


def when(name: str) -> Expr:
    literal = Expr(Op.LITERAL, "push")
    return Expr(Op.AND, args=(Expr(Op.EQ, args=(Expr(Op.NAME, name), literal)), Expr(Op.BOOL, "true")))


def test_a_good_pipeline_gets_no_warning() -> None:
    jobs = [
        job("lint", steps=(Step(id="a", run=Run("ruff check")),)),
        job("unit-tests", skip_if=SKIPPED, services=(Service("postgres", "postgres:17"),)),
        job("deploy", effects=True, environment=Environment("production"), skip_if=SKIPPED, when=when("branch"),
            steps=(Step(id="a", run=Run("./deploy"), secrets=("TOKEN",)),), permissions=(Pair("contents", "write"),)),
    ]  # fmt: skip
    pinned = "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n"
    assert judge(*jobs, files={".github/workflows/ci.yml": pinned}) == ()


def test_an_empty_request_is_fine() -> None:
    assert PLUGIN.validate(ValidateRequest()).diagnostics == ()


@pytest.mark.parametrize(
    ("ids", "listed", "hint"),
    [
        (["build-app", "unit-tests", "run_e2e"], '"run_e2e"', 'rename "run_e2e" to "run-e2e"'),
        (["a_b", "c_d", "e-f", "g"], '"e-f"', 'rename "e-f" to "e_f"'),
        (["a-b_c"], '"a-b_c"', 'rename "a-b_c" to "a-b-c"'),
    ],
)
def test_job_ids_in_two_styles(ids: list[str], listed: str, hint: str) -> None:
    (found,) = judge(*(job(name) for name in ids))
    assert (found.code, found.level, found.hint) == ("CONVENTIONS_001", Level.WARNING, hint)
    assert found.message.endswith(f"but not {listed}")


@pytest.mark.parametrize("ids", [["a", "b"], ["a-b", "c-d", "e"], ["a_b", "c"], []])
def test_job_ids_in_one_style(ids: list[str]) -> None:
    assert judge(*(job(name) for name in ids)) == ()


def test_ids_that_a_plugin_chose_are_not_the_users_affair() -> None:
    assert judge(job("a-b"), job("c_d", owner="acme/deploy")) == ()


@pytest.mark.parametrize(
    ("image", "floats"),
    [
        ("postgres", True),
        ("postgres:latest", True),
        ("ghcr.io/acme/app", True),
        ("localhost:5000/app", True),
        ("localhost:5000/app:1", False),
        ("postgres:17", False),
        ("postgres@sha256:abc", False),
        ("postgres:{{ matrix.postgres }}", False),
        ("{{ matrix.image }}", False),
    ],
)
def test_a_floating_image(image: str, floats: bool) -> None:
    for one, key in ((job(image=Container(image)), "image"), (job(services=(Service("db", image),)), "services")):
        found = judge(one)
        assert [d.code for d in found] == ["CONVENTIONS_002"] * floats
        assert [d.key for d in found] == [("jobs", "test", key)] * floats


@pytest.mark.parametrize(
    ("one", "fires"),
    [
        (job("deploy", skip_if=SKIPPED), True),
        (job("web-publish", inputs=Inputs(files=(PathGlob("src/**"),))), True),
        (job("ship", environment=Environment("production"), skip_if=SKIPPED), True),
        (job("deploy"), False),
        (job("deploy", skip_if=SkipIf(env=("SKIP",))), False),
        (job("deploy", skip_if=SKIPPED, effects=True), False),
        (job("redeployment", skip_if=SKIPPED), False),
        (job("release-notes", skip_if=SKIPPED), False),
    ],
)
def test_a_deployment_that_may_be_skipped(one: Job, fires: bool) -> None:
    assert [d.code for d in judge(one)] == ["CONVENTIONS_003"] * fires


@pytest.mark.parametrize(
    ("fields", "step", "fires"),
    [
        ({}, {"secrets": ("B", "A")}, True),
        ({"when": when("matrix.x")}, {"secrets": ("A",)}, True),
        ({"when": when("event")}, {"secrets": ("A",)}, False),
        ({}, {"secrets": ("A",), "when": when("branch")}, False),
        ({}, {"secrets": ("GITHUB_TOKEN",)}, False),
        ({"workflow": "other"}, {"secrets": ("A",)}, False),
        ({}, {}, False),
    ],
)
def test_secrets_on_pull_requests(fields: dict[str, Any], step: dict[str, Any], fires: bool) -> None:
    found = judge(job(**fields, steps=(Step(id="s", run=Run("x"), **step),)))
    assert [d.code for d in found] == ["CONVENTIONS_004"] * fires
    if fires and len(step["secrets"]) == 2:
        assert 'job "test" needs A, B and runs on pull requests' in found[0].message


@pytest.mark.parametrize(("run_on", "fires"), [("success", False), ("always", True)])
def test_secrets_of_a_job_that_does_not_run_without_one_that_pull_requests_lack(run_on: str, fires: bool) -> None:
    step = Step(id="s", run=Run("x"), secrets=("A",))
    jobs = (job("build", when=when("event")), job("check", needs=("build",)))
    found = judge(*jobs, job("deploy", needs=("check",), run_on=run_on, steps=(step,)))
    assert [d.code for d in found] == ["CONVENTIONS_004"] * fires


def test_secrets_where_no_pull_request_leads() -> None:
    on_push = Workflow("ci", triggers=Triggers(push=PushTrigger()))
    assert judge(job(steps=(Step(id="s", run=Run("x"), secrets=("A",)),)), workflow=on_push) == ()


@pytest.mark.parametrize(
    ("permissions", "jobs", "fires"),
    [
        ({"contents": "write"}, 2, True),
        ({"contents": "read"}, 2, False),
        ({"contents": "write"}, 1, False),
        ({}, 2, False),
    ],
)
def test_permissions_of_a_whole_workflow(permissions: dict[str, str], jobs: int, fires: bool) -> None:
    workflow = Workflow("ci", permissions=tuple(Pair(name, value) for name, value in permissions.items()))
    found = judge(*(job(f"j{i}") for i in range(jobs)), workflow=workflow)
    assert [(d.code, d.key) for d in found] == [("CONVENTIONS_005", ("permissions",))] * fires


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("      - uses: acme/deploy@v2", (2, 15, 14)),
        ("        uses: 'acme/deploy/sub@main' # why", (2, 16, 20)),
        ("      - uses: acme/deploy@3d3c42e5aac5ba805825da76410c181273ba90b1", None),
        ("      - uses: ./local", None),
        ("      - uses: docker://alpine:3", None),
        ("      - run: echo uses: a/b@c", None),
        ("      # uses: a/b@c", None),
    ],
)
def test_actions_are_pinned(line: str, place: tuple[int, int, int] | None) -> None:
    found = judge(files={".github/workflows/ci.yml": f"jobs:\n{line}\n"})
    assert [d.location for d in found] == ([Location(".github/workflows/ci.yml", *place)] if place else [])
    assert [d.code for d in found] == ["CONVENTIONS_006"] * bool(place)


def test_other_systems_have_no_actions() -> None:
    assert judge(files={".circleci/config.yml": "      - uses: acme/deploy@v2\n"}) == ()
