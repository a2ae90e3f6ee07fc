"""Conditions as Groovy."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import (
    Expr,
    Leg,
    ManualInput,
    ManualTrigger,
    Matrix,
    Op,
    Pair,
    PullRequestTrigger,
    PushTrigger,
    Triggers,
    Workflow,
)
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.jenkins.conditions import ConditionScope, compile_condition
from cigen.std.provider.jenkins.used import Used

Make = Callable[..., Any]

ASKED = ManualTrigger((ManualInput("dry", "boolean", default="true"), ManualInput("where", default="x")))
WORKFLOW = Workflow("ci", triggers=Triggers(push=PushTrigger(), pull_request=PullRequestTrigger(), manual=ASKED))


def name(value: str) -> Expr:
    return Expr(Op.NAME, value)


def text(value: str) -> Expr:
    return Expr(Op.LITERAL, value)


def compared(left: str, right: str, op: Op = Op.EQ) -> Expr:
    return Expr(op, args=(name(left), text(right)))


EITHER = Expr(Op.OR, args=(compared("branch", "a"), compared("tag", "b")))


def compiled(expr: Expr, **env: str) -> str:
    return compile_condition(expr, ConditionScope(WORKFLOW, Used(), env))


@pytest.mark.parametrize(
    ("expr", "groovy"),
    [
        (compared("branch", "it's"), "branch() == 'it\\'s'"),
        (compared("tag", "v1", Op.NE), "tag() != 'v1'"),
        (compared("branch", "a.*/b", Op.MATCHES), "branch() ==~ 'a\\\\..*/b'"),
        (Expr(Op.IN, args=(name("event"), text("push"), text("tag"))), "['push', 'tag'].contains(event())"),
        (name("default_branch"), "branch() == 'main'"),
        (Expr(Op.NOT, args=(name("default_branch"),)), "!(branch() == 'main')"),
        (name("input.dry"), "answer('dry', 'true') == 'true'"),
        (Expr(Op.EQ, args=(name("input.dry"), Expr(Op.BOOL, "false"))), "!(answer('dry', 'true') == 'true')"),
        (compared("input.where", "y"), "answer('where', 'x') == 'y'"),
        (compared("matrix.os", "linux"), "leg.matrix.os == 'linux'"),
        (compared("env.MODE", "fast"), "(env.MODE ?: '') == 'fast'"),
        (compared("needs.build-x.go", "1"), "output('build-x', 'go') == '1'"),
        (
            Expr(Op.AND, args=(EITHER, name("default_branch"))),
            "(branch() == 'a' || tag() == 'b') && branch() == 'main'",
        ),
    ],
)  # fmt: skip
def test_every_name_is_a_text_that_is_compared(expr: Expr, groovy: str) -> None:
    assert compiled(expr) == groovy


def test_what_cig_toml_says_of_a_variable_is_decided_at_once() -> None:
    assert compiled(compared("env.MODE", "fast"), MODE="fast") == "true"
    assert compiled(compared("env.MODE", "fast"), MODE="slow") == "false"


@pytest.mark.parametrize("asked", ["draft", "label.preview"])
def test_what_a_build_is_not_told_is_refused(asked: str) -> None:
    with pytest.raises(CannotExpress):
        compiled(name(asked))
    without = ConditionScope(Workflow("ci", triggers=Triggers(push=PushTrigger())), Used())
    assert compile_condition(name(asked), without) == "false"


@pytest.mark.parametrize("broken", [text("x"), name("branch"), Expr(Op.EQ, args=(name("branch"),)), Expr(Op.NOT)])
def test_a_tree_that_is_no_condition_is_refused(broken: Expr) -> None:
    with pytest.raises(CannotExpress):
        compiled(broken)


def test_a_condition_of_a_job_stands_in_the_table(render: Make, make_job: Make) -> None:
    rendered = render(make_job(when=compared("branch", "main")))
    assert "when: { branch() == 'main' }" in rendered.text
    refused = render(make_job(when=name("draft")))
    assert refused.codes == ["JENKINS_006"]


def test_a_condition_on_the_matrix_is_asked_for_each_leg(render: Make, make_job: Make) -> None:
    legs = Matrix(legs=(Leg("test-1", (Pair("v", "1"),)), Leg("test-2", (Pair("v", "2"),))))
    rendered = render(make_job(when=compared("matrix.v", "1"), matrix=legs))
    assert rendered.function("jobTestLeg").startswith("if (leg.matrix.v == '1') {\n")
    assert "when:" not in rendered.text
