"""Jobs and their steps: order of keys, conditions, permissions, concurrency."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.schema.conditions import parse_condition
from cigen.sdk import (
    Checkout,
    Concurrency,
    Container,
    Environment,
    Job,
    Leg,
    Matrix,
    MatrixAxis,
    ModuleUse,
    Pair,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Run,
    SkipIf,
    Step,
    Triggers,
)

WHEN = parse_condition('branch == "main" or branch == "next"')
RUN = Step("run", run=Run("make"))


def test_keys_stand_in_the_order_people_write_them(render_step: Callable[..., Any]) -> None:
    step = Step(
        "a",
        "A",
        run=Run("make"),
        env=(Pair("X", "1"),),
        when=WHEN,
        timeout=3,
        allow_failure=True,
        working_directory="w",
        shell="sh",
    )
    rendered = render_step(
        step,
        needs=("a", "b"),
        when=WHEN,
        environment=Environment("prod"),
        concurrency=Concurrency("serial"),
        allow_failure=True,
        env=(Pair("Y", "2"),),
        working_directory="w",
        image=Container("x"),
    )
    assert list(rendered.job) == [
        *("name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "environment", "concurrency"),
        *("continue-on-error", "container", "env", "defaults", "steps"),
    ]
    assert list(rendered.step) == [
        *("name", "if", "run", "shell", "working-directory", "env", "timeout-minutes", "continue-on-error")
    ]


def test_every_job_ends_some_time(render_step: Callable[..., Any]) -> None:
    assert render_step(timeout=7).job["timeout-minutes"] == 7
    assert render_step().job["timeout-minutes"] == 30


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"contents": "read"}),
        ({"permissions": (Pair("contents", "none"), Pair("packages", "write"))}, {"packages": "write"}),
        ({"oidc": True}, {"contents": "read", "id-token": "write"}),
        ({"steps": (RUN,)}, {}),
        ({"steps": (RUN,), "permissions": (Pair("contents", "read"),)}, {"contents": "read"}),
    ],
)
def test_a_job_may_do_what_it_asks_for_and_no_more(
    given: Any, expected: dict[str, str], render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    rendered = render(make_job(**given))
    assert rendered.data["permissions"] == {}
    assert rendered.job["permissions"] == expected


def test_what_the_workflow_grants_each_job_states(render: Callable[..., Any]) -> None:
    rendered = render(permissions=(Pair("contents", "read"), Pair("checks", "write")))
    assert rendered.job["permissions"] == {"contents": "read", "checks": "write"}


PR = "${{ github.event.pull_request.number || github.run_id }}"
CANCEL = "${{ github.event_name == 'pull_request' }}"


@pytest.mark.parametrize(
    ("given", "workflow", "job"),
    [
        (None, None, None),
        (Concurrency(), None, None),
        (
            Concurrency("pr-latest"),
            {"group": f"ci-{PR}", "cancel-in-progress": CANCEL},
            {"group": f"ci-test-${{{{ matrix.x }}}}-{PR}", "cancel-in-progress": CANCEL},
        ),
        (Concurrency("serial"), {"group": "ci", "queue": "max"}, {"group": "ci-test-${{ matrix.x }}", "queue": "max"}),
        (
            Concurrency(group="{{ matrix.x }}", cancel=True),
            {"group": "${{ matrix.x }}", "cancel-in-progress": True},
            {"group": "${{ matrix.x }}", "cancel-in-progress": True},
        ),
        (Concurrency(group="g"), {"group": "g", "queue": "max"}, {"group": "g", "queue": "max"}),
    ],
)
def test_runs_wait_or_give_way_as_asked(
    given: Concurrency | None, workflow: Any, job: Any, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    matrix = Matrix((MatrixAxis("x", ("1",)),), legs=(Leg("test-x1", (Pair("x", "1"),)),))
    rendered = render(make_job(concurrency=given, matrix=matrix), concurrency=given)
    assert (rendered.data.get("concurrency"), rendered.job.get("concurrency")) == (workflow, job)


def test_without_pull_requests_nothing_gives_way(render: Callable[..., Any]) -> None:
    rendered = render(concurrency=Concurrency("pr-latest"), triggers=Triggers(push=PushTrigger()))
    assert "concurrency" not in rendered.data


@pytest.mark.parametrize(
    ("run_on", "when", "expected"),
    [
        ("success", None, None),
        ("always", None, "always()"),
        ("failure", None, "failure()"),
        ("always", WHEN, "always() && (github.ref == 'refs/heads/main' || github.ref == 'refs/heads/next')"),
        ("success", WHEN, "github.ref == 'refs/heads/main' || github.ref == 'refs/heads/next'"),
        ("success", parse_condition("not draft"), "${{ !github.event.pull_request.draft }}"),
        ("failure", parse_condition("not draft"), "failure() && !github.event.pull_request.draft"),
    ],
)
def test_a_step_runs_after_what_it_waits_for_and_only_if(
    run_on: str, when: Any, expected: str | None, render_step: Callable[..., Any]
) -> None:
    assert render_step(Step("a", run=Run("x"), run_on=run_on, when=when)).step.get("if") == expected


def test_a_condition_of_a_job_that_asks_for_its_matrix_is_an_error(render_step: Callable[..., Any]) -> None:
    when = parse_condition('matrix.x == "1"')
    rendered = render_step(when=when)
    assert [(found.code, found.key) for found in rendered.diagnostics] == [("GITHUB_007", ("jobs", "test", "when"))]
    assert render_step(Step("a", run=Run("x"), when=when)).codes == []


def test_secrets_are_variables_of_their_step_alone(render_step: Callable[..., Any]) -> None:
    step = Step("a", run=Run("x"), secrets=("TOKEN", "GITHUB_TOKEN", "OWN"), env=(Pair("OWN", "mine"),))
    rendered = render_step(step, Step("b", run=Run("y")))
    assert rendered.job["steps"][1]["env"] == {
        "OWN": "mine",
        "TOKEN": "${{ secrets.TOKEN }}",
        "GITHUB_TOKEN": "${{ secrets.GITHUB_TOKEN }}",
    }
    assert "env" not in rendered.step
    assert "env" not in rendered.job


@pytest.mark.parametrize("name", ["GITHUB_X", "1X", "A-B"])
def test_a_secret_github_cannot_have_is_an_error(name: str, render_step: Callable[..., Any]) -> None:
    assert render_step(Step("a", run=Run("x"), secrets=(name,))).codes == ["GITHUB_010"]


def test_a_jobs_retry_is_for_its_scripts_but_not_for_what_follows_a_failure(render_step: Callable[..., Any]) -> None:
    steps = (RUN, Step("own", run=Run("x"), retry=Retry(5)), Step("after", run=Run("y"), run_on="always"))
    rendered = render_step(*steps, retry=Retry(1)).job["steps"][1:]
    assert ["in 1 2;" in rendered[0]["run"], "in 1 2 3 4 5 6;" in rendered[1]["run"], rendered[2]["run"].strip()] == [
        *(True, True, "y")
    ]


def test_scripts_are_bash_unless_a_container_may_not_have_it(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    assert render().data["defaults"] == {"run": {"shell": "bash"}}
    rendered = render(make_job(), make_job(id="inside", image=Container("alpine")))
    assert "defaults" not in rendered.data
    assert rendered.job["defaults"] == {"run": {"shell": "bash"}}
    assert "defaults" not in rendered.data["jobs"]["inside"]
    inside = make_job(id="inside", image=Container("alpine"), shell="sh", working_directory="web")
    assert render(inside).job["defaults"] == {"run": {"shell": "sh", "working-directory": "web"}}


@pytest.mark.parametrize(
    ("checkout", "given"),
    [
        (Checkout(), {"persist-credentials": False}),
        (
            Checkout(0, True, True, True),
            {"persist-credentials": True, "fetch-depth": 0, "submodules": "recursive", "lfs": True},
        ),
        (Checkout(sparse=("a", "b")), {"persist-credentials": False, "sparse-checkout": "a\nb\n"}),
        (
            Checkout(sparse=("/a/*",)),
            {"persist-credentials": False, "sparse-checkout": "/a/*\n", "sparse-checkout-cone-mode": False},
        ),
    ],
)
def test_the_source_is_fetched_as_asked(
    checkout: Checkout, given: Any, render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    assert render(make_job(steps=(Step("checkout", checkout=checkout),))).step["with"] == given


def test_an_environment_may_have_an_address(render_step: Callable[..., Any]) -> None:
    assert render_step(environment=Environment("prod")).job["environment"] == "prod"
    address = Environment("prod-{{ matrix.x }}", "https://{{ matrix.x }}")
    assert render_step(environment=address).job["environment"] == {
        "name": "prod-${{ matrix.x }}",
        "url": "https://${{ matrix.x }}",
    }


def test_what_nobody_rendered_is_told(render_step: Callable[..., Any]) -> None:
    assert render_step(Step("m", module=ModuleUse("lang/ruby"))).codes == ["GITHUB_005"]
    assert render_step(Step("x", run=Run("echo ${{ github.sha }}"))).codes == ["GITHUB_012"]
    assert render_step(skip_if=SkipIf(env=("SKIP",))).codes == ["GITHUB_016"]
    assert render_step(skip_if=SkipIf()).codes == []


def test_needs_are_a_name_or_a_list(render_step: Callable[..., Any]) -> None:
    assert render_step(needs=("a",)).job["needs"] == "a"
    assert render_step(needs=("a", "b")).job["needs"] == ["a", "b"]


def test_job_names_that_differ_in_case_only_are_an_error(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    assert render(make_job(), make_job(id="Test")).codes == ["GITHUB_022"]


def test_a_timeout_that_a_hosted_machine_never_reaches_is_told(render_step: Callable[..., Any]) -> None:
    assert render_step(timeout=361).codes == ["GITHUB_021"]
    assert render_step(timeout=360).codes == []


def test_more_than_one_of_a_group_is_one_at_a_time(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    several = Concurrency(group="g", max=2)
    rendered = render(make_job(concurrency=several), concurrency=several)
    assert rendered.job["concurrency"] == {"group": "g", "queue": "max"}
    assert [(one.code, one.key) for one in rendered.diagnostics] == [
        ("GITHUB_024", ("concurrency", "max")),
        ("GITHUB_024", ("jobs", "test", "concurrency", "max")),
    ]


@pytest.mark.parametrize(
    ("on", "loops", "codes"),
    [((), True, []), (("failure",), True, []), (("failure", "agent_lost"), True, []), (("agent_lost",), False, ["x"])],
)
def test_a_lost_machine_is_not_replaced(
    on: tuple[str, ...], loops: bool, codes: list[str], render_step: Callable[..., Any]
) -> None:
    of_job = render_step(RUN, retry=Retry(1, on=on))
    of_step = render_step(Step("run", run=Run("make"), retry=Retry(1, on=on)))
    for rendered in (of_job, of_step):
        assert ("cig_try" in rendered.step["run"]) is loops
        assert rendered.codes == ["GITHUB_027"] * len(codes)


@pytest.mark.parametrize(
    ("run_on", "needs", "when", "expected"),
    [
        ("success", ("up",), None, None),
        ("always", ("up",), None, "always() && !github.event.pull_request.draft"),
        ("failure", ("up",), None, "failure()"),
        ("failure", ("up",), "default_branch", "failure() && github.ref == 'refs/heads/main'"),
        ("success", (), None, "${{ !github.event.pull_request.draft }}"),
    ],
)
def test_a_job_runs_after_what_it_waits_for(
    run_on: str,
    needs: tuple[str, ...],
    when: str | None,
    expected: str | None,
    render: Callable[..., Any],
    make_job: Callable[..., Job],
) -> None:
    """A draft starts nothing, and so nothing that runs whatever happened."""
    drafts = Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger(skip_drafts=True))
    condition = parse_condition(when) if when else None
    job = make_job(id="down", needs=needs, run_on=run_on, when=condition)
    rendered = render(make_job(id="up"), job, triggers=drafts)
    assert rendered.data["jobs"]["down"].get("if") == expected
