"""Each condition as the expression a careful person would write, or refused."""

from collections.abc import Callable

import pytest

from cigen.schema.conditions import parse_condition
from cigen.sdk import ManualInput, ManualTrigger, PushTrigger, TagTrigger, Triggers, Workflow
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.github.conditions import ConditionScope, all_of, compile_condition, if_value

INPUTS = (ManualInput("dry-run", "boolean"), ManualInput("target", "choice", options=("a", "b")))


@pytest.fixture
def both(make_workflow: Callable[..., Workflow]) -> Workflow:
    """A workflow that everything starts."""
    usual = make_workflow().triggers
    assert usual is not None
    given = Triggers(usual.push, usual.pull_request, TagTrigger(), (), ManualTrigger(INPUTS), "full")
    return make_workflow(triggers=given)


@pytest.mark.parametrize(
    ("condition", "expression"),
    [
        ('branch == "main"', "github.ref == 'refs/heads/main'"),
        ('branch != "main"', "github.ref != 'refs/heads/main'"),
        ('not branch == "main"', "github.ref != 'refs/heads/main'"),
        ('branch == ""', "!startsWith(github.ref, 'refs/heads/')"),
        ('branch != ""', "startsWith(github.ref, 'refs/heads/')"),
        ('branch in ["a", "b"]', "github.ref == 'refs/heads/a' || github.ref == 'refs/heads/b'"),
        ('branch matches "release/*"', "startsWith(github.ref, 'refs/heads/release/')"),
        ('branch matches "*-fix"', "startsWith(github.ref, 'refs/heads/') && endsWith(github.ref_name, '-fix')"),
        ('branch matches "**/x/**"', "startsWith(github.ref, 'refs/heads/') && contains(github.ref_name, '/x/')"),
        ('branch matches "*"', "startsWith(github.ref, 'refs/heads/')"),
        ('branch matches "main"', "github.ref == 'refs/heads/main'"),
        ('branch matches "{a,b}*"', "startsWith(github.ref, 'refs/heads/a') || startsWith(github.ref, 'refs/heads/b')"),
        ('tag == "v1"', "github.ref == 'refs/tags/v1'"),
        ('tag matches "v*"', "startsWith(github.ref, 'refs/tags/v')"),
        ("default_branch", "github.ref == 'refs/heads/main'"),
        ("not default_branch", "github.ref != 'refs/heads/main'"),
        ("default_branch == false", "github.ref != 'refs/heads/main'"),
        ("draft", "github.event.pull_request.draft"),
        ("draft != true", "!github.event.pull_request.draft"),
        ("label.urgent", "contains(github.event.pull_request.labels.*.name, 'urgent')"),
        ('not label."it\'s"', "!contains(github.event.pull_request.labels.*.name, 'it''s')"),
        ('event == "push"', "github.event_name == 'push' && github.ref_type == 'branch'"),
        ('event == "tag"', "github.event_name == 'push' && github.ref_type == 'tag'"),
        ('event != "tag"', "!(github.event_name == 'push' && github.ref_type == 'tag')"),
        ('event == "manual"', "github.event_name == 'workflow_dispatch'"),
        ('event != "merge_queue"', "github.event_name != 'merge_group'"),
        (
            'event in ["push", "schedule"]',
            "github.event_name == 'push' && github.ref_type == 'branch' || github.event_name == 'schedule'",
        ),
        (
            'event matches "*e"',
            "github.event_name == 'merge_group' || github.event_name == 'schedule'",
        ),
        ('event matches "schedule"', "github.event_name == 'schedule'"),
        ('event matches "nothing*"', "false"),
        ("input.dry-run", "inputs.dry-run"),
        ("input.dry-run == false", "!inputs.dry-run"),
        ('input.dry-run == "true"', "inputs.dry-run"),
        ('input.target == "a"', "inputs.target == 'a'"),
        ("input.target", "inputs.target == 'true'"),
        ('matrix.os != "windows"', "matrix.os != 'windows'"),
        ('matrix.ruby matches "3.*"', "startsWith(matrix.ruby, '3.')"),
        ('env.MODE == "it\'s"', "env.MODE == 'it''s'"),
        ("true", "true"),
        (
            'branch == "main" and (draft or not label.x)',
            (
                "github.ref == 'refs/heads/main' && (github.event.pull_request.draft || "
                "!contains(github.event.pull_request.labels.*.name, 'x'))"
            ),
        ),
        (
            'not (branch == "a" and branch == "b")',
            "!(github.ref == 'refs/heads/a' && github.ref == 'refs/heads/b')",
        ),
    ],
)
def test_a_condition_becomes_an_expression(condition: str, expression: str, both: Workflow) -> None:
    scope = ConditionScope(both, in_step=True)
    assert compile_condition(parse_condition(condition), scope) == expression


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ('branch matches "a*b"', "no expression for the glob"),
        ('branch matches "v?"', "no expression for the glob"),
        ('matrix.os == "linux"', "before its matrix"),
        ('env.MODE == "x"', "not known before the job starts"),
        ('branch == "${{ x }}"', "would evaluate the text"),
    ],
)
def test_what_cannot_be_said_exactly_is_refused(condition: str, problem: str, both: Workflow) -> None:
    with pytest.raises(CannotExpress, match=problem):
        compile_condition(parse_condition(condition), ConditionScope(both))


def test_a_jobs_condition_knows_the_variables_of_cig_toml(both: Workflow) -> None:
    scope = ConditionScope(both, env={"MODE": "it's", "LEG": "{{ matrix.x }}"})
    assert compile_condition(parse_condition('env.MODE == "x"'), scope) == "'it''s' == 'x'"
    with pytest.raises(CannotExpress):
        compile_condition(parse_condition('env.LEG == "x"'), scope)


def test_an_event_that_starts_nothing_never_holds(make_workflow: Callable[..., Workflow]) -> None:
    scope = ConditionScope(make_workflow(triggers=Triggers(push=PushTrigger())))
    expected = {
        'event == "push"': "github.event_name == 'push'",
        'event == "tag"': "false",
        'event != "tag"': "true",
        "draft": "false",
        "not label.x": "true",
    }
    assert {text: compile_condition(parse_condition(text), scope) for text in expected} == expected


def test_conditions_are_joined_without_changing_what_they_mean() -> None:
    assert all_of("", "a", "") == "a"
    assert all_of("a || b", "c == '||'", "(d || e)") == "(a || b) && c == '||' && (d || e)"
    assert all_of() == ""


def test_an_exclamation_mark_needs_the_braces_of_an_expression() -> None:
    assert if_value("!x") == "${{ !x }}"
    assert if_value("x && !y") == "x && !y"
