"""Which jobs have no part in a run, and that nothing is left out that might have one."""

from typing import Any

import pytest

from cigen.model.config import Config, Project
from cigen.model.resources import Job, Leg, ManualInput, Matrix, MatrixAxis, Pair, SkipIf, Skipping, Workflow
from cigen.model.triggers import ManualTrigger, PullRequestTrigger, PushTrigger, Schedule, Triggers
from cigen.pipeline.exclusion import exclusions
from cigen.pipeline.occasion import Occasion, read_occasion
from cigen.pipeline.signature import planned_jobs
from cigen.schema.conditions import parse_condition

BOTH = Triggers(push=PushTrigger(), pull_request=PullRequestTrigger())
PUSH = Occasion("push", ("main",), "", False, frozenset(), {}, "main", by_file=True)
PULL = Occasion("pull_request", ("",), "", False, frozenset(), {}, "topic", by_file=True)


def job(id: str, *needs: str, when: str = "", **fields: Any) -> Job:
    return Job(id, needs=needs, when=parse_condition(when) if when else None, **fields)


def excluded(
    *jobs: Job, on: Occasion = PUSH, triggers: Triggers = BOTH, env: dict[str, str] | None = None, **environ: str
) -> dict[str, str]:
    pairs = tuple(Pair(*item) for item in (env or {}).items())
    workflows = (Workflow("ci", triggers=triggers, env=pairs),)
    config = Config("0.2", Project("shop"), workflows=workflows, skipping=Skipping())
    return exclusions(planned_jobs(jobs), config, on, environ)


@pytest.mark.parametrize(
    ("when", "on", "expected"),
    [
        ("default_branch", PUSH, {}),
        ("default_branch", PULL, {"a": "WHEN"}),
        ("event == 'push'", PULL, {"a": "WHEN"}),
        ("event == 'pull_request'", PULL, {}),
        ("branch matches 'release/*'", PUSH, {"a": "WHEN"}),
        ("draft", PULL, {"a": "WHEN"}),
        ("label.full", PULL, {"a": "WHEN"}),
        ("tag matches '*'", PUSH, {"a": "WHEN"}),
        ("env.SET == '1'", PUSH, {}),
        ("env.SET == '2'", PUSH, {"a": "WHEN"}),
        ("env.ELSE == '2'", PUSH, {}),
        ("needs.b.x == '2'", PUSH, {}),
        ("matrix.x == '2'", PUSH, {"a": "WHEN"}),
        ("default_branch", Occasion(), {}),
        ("event == 'push'", Occasion(), {}),
        ("default_branch", read_occasion({"CIRCLE_BRANCH": "x"}, {}, "branch"), {"a": "WHEN"}),
        ("default_branch", read_occasion({"CIRCLE_BRANCH": "main"}, {}, "branch"), {}),
    ],
)
def test_a_condition_that_does_not_hold_for_certain_leaves_a_job_out(
    when: str, on: Occasion, expected: dict[str, str]
) -> None:
    assert excluded(job("a", when=when), on=on, SET="1") == expected


def test_a_literal_of_cig_toml_counts_before_the_machines_variable() -> None:
    own = job("a", when="env.X == 'job'", env=(Pair("X", "job"),))
    shared = job("b", when="env.X == 'workflow'")
    assert excluded(own, shared, env={"X": "workflow"}, X="machine") == {}
    assert excluded(job("c", when="env.X == 'machine'"), env={"X": "workflow"}, X="machine") == {"c": "WHEN"}
    assert excluded(job("d", when="env.X == 'a'", env=(Pair("X", "{{ fact }}"),)), X="machine") == {}


LEGS = Matrix((MatrixAxis("x", ("1", "2")),), legs=(Leg("m-x1", (Pair("x", "1"),)), Leg("m-x2", (Pair("x", "2"),))))


def test_s23_a_condition_may_leave_out_one_leg_and_whoever_needs_the_others_runs() -> None:
    assert excluded(job("m", when="matrix.x == '1'", matrix=LEGS), job("b", "m")) == {"m-x2": "WHEN"}
    every = excluded(job("m", when="matrix.x == '3'", matrix=LEGS), job("b", "m"))
    assert every == {"m-x1": "WHEN", "m-x2": "WHEN", "b": "UPSTREAM_EXCLUDED"}


def test_s19_a_job_that_is_left_out_takes_those_that_need_it_with_it_however_far() -> None:
    chain = (job("a", when="draft"), job("b", "a"), job("c", "b"), job("d", "c"), job("other"))
    assert excluded(*chain) == {
        "a": "WHEN",
        "b": "UPSTREAM_EXCLUDED",
        "c": "UPSTREAM_EXCLUDED",
        "d": "UPSTREAM_EXCLUDED",
    }


@pytest.mark.parametrize("run_on", ["always", "failure"])
def test_a_job_that_runs_whatever_became_of_others_is_not_taken_along(run_on: str) -> None:
    assert excluded(job("a", when="draft"), job("b", "a", run_on=run_on), job("c", "b")) == {"a": "WHEN"}


def test_what_skip_if_leaves_out_takes_nobody_along() -> None:
    assert excluded(job("a", skip_if=SkipIf(env=("OFF",))), job("b", "a"), OFF="1") == {"a": "SKIP_ENV"}


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "Yes", "on"])
def test_skip_if_env_holds_for_what_says_yes(value: str) -> None:
    assert excluded(job("a", skip_if=SkipIf(env=("X", "OFF"))), OFF=value) == {"a": "SKIP_ENV"}
    literal = job("a", skip_if=SkipIf(env=("OFF",)), env=(Pair("OFF", value),))
    assert excluded(literal, OFF="0") == {"a": "SKIP_ENV"}


@pytest.mark.parametrize("value", ["", "0", "false", "no", "off", "2", "y", " 1", "1 ", "truee"])
def test_skip_if_env_holds_for_nothing_else(value: str) -> None:
    assert excluded(job("a", skip_if=SkipIf(env=("OFF",))), OFF=value) == {}
    assert excluded(job("a", skip_if=SkipIf(env=("OFF",)), env=(Pair("OFF", value),)), OFF="1") == {}


@pytest.mark.parametrize(
    ("globs", "branch", "holds"),
    [
        (("main",), "main", True),
        (("dependabot/*",), "dependabot/npm/x-1.2", True),
        (("main", "next"), "next", True),
        (("ma",), "main", False),
        (("*", "!main"), "main", False),
        (("!main",), "next", False),
        (("*",), "", False),
        ((), "main", False),
    ],
)
def test_skip_if_branch_is_about_the_branch_that_the_work_is_on(
    globs: tuple[str, ...], branch: str, holds: bool
) -> None:
    for event, branches in (("push", (branch,)), ("pull_request", ("",))):
        on = Occasion(event, branches, "", False, frozenset(), {}, branch)
        assert bool(excluded(job("a", skip_if=SkipIf(branch=globs)), on=on)) is holds


def two(on: Occasion, nightly: Triggers, ci: Triggers = BOTH) -> dict[str, str]:
    config = Config(
        "0.2", Project("shop"), workflows=(Workflow("ci", triggers=ci), Workflow("nightly", triggers=nightly))
    )
    jobs = (Job("a", workflow="ci"), Job("b", workflow="nightly"))
    return exclusions(planned_jobs(jobs), config, on, {})


NIGHTLY = Triggers(schedule=(Schedule("0 3 * * *"),))


def test_an_event_that_starts_another_workflow_leaves_this_one_out() -> None:
    assert two(PUSH, NIGHTLY) == {"b": "EVENT"}
    assert two(Occasion("schedule", ("main",)), NIGHTLY) == {"a": "EVENT"}
    assert two(PUSH, Triggers()) == {}
    assert two(Occasion(), NIGHTLY) == {}


def test_an_event_that_starts_no_workflow_says_nothing_about_any() -> None:
    assert two(Occasion("merge_queue", ("x",)), NIGHTLY) == {}
    assert excluded(job("a"), on=Occasion("schedule", ("main",))) == {}


def test_by_hand_anything_may_be_started_but_where_the_file_says_what_may() -> None:
    by_hand = Triggers(manual=ManualTrigger())
    assert two(Occasion("manual", ("main",)), by_hand) == {}
    assert two(Occasion("manual", ("main",), by_file=True), by_hand) == {"a": "EVENT"}


def test_drafts_and_labels_that_a_workflow_does_not_start_for_leave_all_of_it_out() -> None:
    skipping = Triggers(pull_request=PullRequestTrigger(skip_drafts=True))
    labelled = Triggers(pull_request=PullRequestTrigger(labels=("go", "full")))

    def pull(draft: bool | None = False, labels: frozenset[str] | None = frozenset()) -> Occasion:
        return Occasion("pull_request", ("",), "", draft, labels, {}, "topic")

    assert excluded(job("a"), on=pull(draft=True), triggers=skipping) == {"a": "EVENT"}
    assert excluded(job("a"), on=pull(draft=None), triggers=skipping) == {}
    assert excluded(job("a"), on=pull(), triggers=skipping) == {}
    assert excluded(job("a"), on=pull(), triggers=labelled) == {"a": "EVENT"}
    assert excluded(job("a"), on=pull(labels=frozenset({"go"})), triggers=labelled) == {}
    assert excluded(job("a"), on=pull(labels=None), triggers=labelled) == {}


MANUAL = Triggers(manual=ManualTrigger((ManualInput("level", default="some"), ManualInput("dry-run", type="boolean"))))


def test_answers_are_those_given_and_else_the_questions_defaults() -> None:
    asked = Occasion("manual", ("main",), "", False, frozenset(), {"CIG_INPUT_DRY_RUN": "true"})
    jobs = (job("a", when="input.level == 'some'"), job("b", when="input.dry-run"), job("c", when="input.none == 'x'"))
    assert excluded(*jobs, on=asked, triggers=MANUAL) == {"c": "WHEN"}
    assert excluded(*jobs, on=PUSH, triggers=MANUAL) == {"b": "WHEN", "c": "WHEN"}
    unknown = Occasion("manual", ("main",), "", False, frozenset(), None)
    assert excluded(*jobs, on=unknown, triggers=MANUAL) == {}
