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
    Leg,
    Matrix,
    MatrixAxis,
    Pair,
    PathGlob,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Run,
    Runner,
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


def reads(script: str, **fields: Any) -> list[str]:
    """What is said of variables about a job that may be skipped."""
    found = judge(job(steps=(Step(id="a", run=Run(script)),), **{"skip_if": SKIPPED, **fields}))
    return [one.message for one in found if one.code == "CONVENTIONS_007"]


def test_s14_a_variable_that_no_signature_holds_is_told_where_the_job_may_be_skipped() -> None:
    told = ['job "test" may be skipped, and reads A, B, of which nothing is in its signature']
    assert reads("echo $B $A $HOME $CIG_SHARD_INDEX") == told
    assert reads("echo $B $A", skip_if=None, inputs=Inputs(files=(PathGlob("src/**"),))) == told
    assert reads("echo $B $A", skip_if=None) == reads("echo $B $A", effects=True) == []


def test_s14_an_answer_to_a_manual_run_is_a_variable_like_any_other() -> None:
    assert "CIG_INPUT_TARGET" in reads("deploy $CIG_INPUT_TARGET")[0]


@pytest.mark.parametrize(
    "declared",
    [
        {"env": (Pair("A", "1"),)},
        {"secrets": ("A",)},
        {"inputs": Inputs(env=("A",))},
        {"skip_if": SkipIf(paths_unmodified=(PathGlob("src/**"),), env=("A",))},
        {"steps": (Step(id="a", run=Run("echo $A"), env=(Pair("A", "1"),)),)},
        {"steps": (Step(id="a", run=Run("echo $A"), secrets=("A",)),)},
        {"steps": (Step(id="a", run=Run("echo A=1 >> $GITHUB_ENV")), Step(id="b", run=Run("echo $A")))},
        {"cleanup": (Step(id="b", run=Run("A=1; echo $A")),), "steps": ()},
    ],
)
def test_s14_a_declared_variable_is_fine(declared: dict[str, Any]) -> None:
    fields = {"skip_if": SKIPPED, "steps": (Step(id="a", run=Run("echo $A")),), **declared}
    assert [one.code for one in judge(job(**fields)) if one.code == "CONVENTIONS_007"] == []


def test_s14_a_variable_of_the_workflow_is_declared() -> None:
    workflow = Workflow("ci", env=(Pair("A", "1"),))
    steps = (Step(id="a", run=Run("echo $A")),)
    assert judge(job(steps=steps, skip_if=SKIPPED), workflow=workflow) == ()
    # One step's variables are not another's.
    steps = (Step(id="a", run=Run("true"), env=(Pair("B", "1"),)), Step(id="b", run=Run("echo $B")))
    assert len(judge(job(steps=steps, skip_if=SKIPPED), workflow=workflow)) == 1


@pytest.mark.parametrize(
    ("settings", "moves"),
    [
        ('{"runs-on":"ubuntu-latest"}', True),
        ('{"runs-on":["self-hosted","macos-latest"]}', True),
        ('{"machine":{"image":"ubuntu-2404:current"}}', True),
        ('{"runs-on":"ubuntu-24.04"}', False),
        ('{"runs-on":"latest-and-greatest"}', False),
    ],
)
def test_s15_a_machine_whose_label_moves_is_told_where_the_job_may_be_skipped(settings: str, moves: bool) -> None:
    machine = Runner("big", settings=(ProviderBlock("github", settings),))
    legs = Matrix((), legs=(Leg("test-big", runner=machine),))
    for fields in ({"machine": machine}, {"matrix": legs}):
        found = [one.code for one in judge(job(skip_if=SKIPPED, **fields))]
        assert found == (["CONVENTIONS_002"] if moves else [])
        assert judge(job(**fields)) == judge(job(skip_if=SKIPPED, effects=True, **fields)) == ()


def on_systems(*runners: str, axis: tuple[str, ...] = ("linux", "macos"), **fields: Any) -> Job:
    """A job with an axis `os`, whose legs run on these machines."""
    legs = tuple(Leg(f"test-{at}", (Pair("os", at),), Runner(name)) for at, name in zip(axis, runners, strict=False))
    return job(matrix=Matrix((MatrixAxis("os", axis),), legs=legs), **fields)


def test_an_axis_of_systems_that_chooses_no_machine_is_told() -> None:
    (found,) = judge(on_systems("linux", "linux"))
    assert (found.code, found.key) == ("CONVENTIONS_008", ("jobs", "test", "matrix", "os"))
    assert found.message == 'every leg of job "test" runs on "linux", whatever its axis "os" says'
    assert found.hint == 'runner = "{{ matrix.os }}" has each leg run where it says'


@pytest.mark.parametrize(
    "other",
    [
        on_systems("linux", "macos"),
        on_systems("linux", "linux", axis=("linux", "plan9")),
        on_systems("linux", axis=("linux",)),
        on_systems("linux", "linux", steps=(Step(id="a", run=Run("GOOS={{ matrix.os }} go build")),)),
        job(),
    ],
    ids=["it chooses", "other words", "one value", "it is used", "no matrix"],
)
def test_an_axis_that_is_used_or_names_no_systems_is_none_of_its_business(other: Job) -> None:
    assert [one for one in judge(other) if one.code == "CONVENTIONS_008"] == []
