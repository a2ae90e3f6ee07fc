"""`when` as expressions, as logic statements and as shell: the same answer in all three."""

import subprocess
from collections.abc import Callable

import pytest

from cigen.sdk import (
    Expr,
    ManualInput,
    ManualTrigger,
    Op,
    PullRequestTrigger,
    PushTrigger,
    Schedule,
    TagTrigger,
    Triggers,
    Workflow,
)
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.circleci.conditions import (
    ConditionScope,
    equals,
    expression,
    is_static,
    logic,
    lower,
    matches,
    shell_test,
)

When = Callable[[str], Expr]
BRANCH = "pipeline.git.branch"
INPUTS = (
    ManualInput("deploy", "boolean"),
    ManualInput("Level", "choice", options=("a", "b")),
    ManualInput("count", "number", default="1"),
    ManualInput("note"),
)
ALL = Triggers(
    PushTrigger(("main", "release/*")),
    PullRequestTrigger(),
    TagTrigger(("v*",)),
    (Schedule("0 3 * * *"),),
    ManualTrigger(INPUTS),
)


def scope(triggers: Triggers = ALL, **env: str) -> ConditionScope:
    return ConditionScope(Workflow("ci", triggers=triggers, default_branch="trunk"), env)


@pytest.mark.parametrize(
    ("condition", "printed"),
    [
        ("branch == 'main'", f'{BRANCH} == "main"'),
        ("branch != 'main'", f'{BRANCH} != "main"'),
        ("branch in ['a', 'b'] and tag == ''", f'({BRANCH} == "a" or {BRANCH} == "b") and pipeline.git.tag == ""'),
        ("branch matches 'release/*'", f'{BRANCH} starts-with "release/"'),
        ("not branch matches 'release/**'", f'not ({BRANCH} starts-with "release/")'),
        ("tag matches '*'", 'pipeline.git.tag != ""'),
        ("branch matches 'plain'", f'{BRANCH} == "plain"'),
        ("default_branch", f'{BRANCH} == "trunk"'),
        ("event == 'tag'", 'pipeline.git.tag != ""'),
        ("event == 'schedule' or event == 'manual'", None),
        ("event == 'merge_queue'", f'{BRANCH} starts-with "gh-readonly-queue/"'),
        ("event matches 'sched*'", 'pipeline.trigger_source == "scheduled_pipeline"'),
        ("input.deploy", "pipeline.parameters.deploy"),
        ("not input.deploy", "not pipeline.parameters.deploy"),
        ("input.deploy == false", "not pipeline.parameters.deploy"),
        ("input.Level == 'a'", 'pipeline.parameters.level == "a"'),
        ("input.count == '3'", "pipeline.parameters.count == 3"),
        ("input.count == 'x'", "false"),
        ("input.note", 'pipeline.parameters.note == "true"'),
        ("env.MODE == 'fast'", "true"),
        ("env.MODE matches 's*' or true", "true"),
    ],
)
def test_each_name_has_its_pipeline_value(condition: str, printed: str | None, when: When) -> None:
    printed = printed or 'pipeline.trigger_source == "scheduled_pipeline" or pipeline.trigger_source == "api"'
    assert expression(lower(when(condition), scope(MODE="fast"))) == printed


@pytest.mark.parametrize(
    ("push", "pull_request", "event", "printed"),
    [
        (("main",), True, "push", f'{BRANCH} == "main"'),
        (("main",), True, "pull_request", f'{BRANCH} != "main"'),
        ((), True, "pull_request", 'pipeline.event.name == "pull_request"'),
        ((), True, "push", 'pipeline.event.name != "pull_request"'),
        ((), False, "push", "true"),
        ((), False, "pull_request", "false"),
        (None, True, "pull_request", "true"),
        (None, True, "push", "false"),
    ],
)
def test_branches_that_push_names_are_pushes_and_others_are_pull_requests(
    push: tuple[str, ...] | None, pull_request: bool, event: str, printed: str, when: When
) -> None:
    triggers = Triggers(
        push=None if push is None else PushTrigger(push), pull_request=PullRequestTrigger() if pull_request else None
    )
    assert expression(lower(when(f"event == '{event}'"), scope(triggers))) == printed


def test_events_say_what_else_could_start_a_pipeline_only_where_it_could(when: When) -> None:
    printed = expression(lower(when("event == 'push'"), scope()))
    assert printed.startswith('pipeline.trigger_source == "webhook" and pipeline.git.tag == "" and ')


def test_a_draft_is_asked_for_only_of_pull_requests(when: When) -> None:
    printed = 'pipeline.event.name == "pull_request" and pipeline.event.github.pull_request.draft'
    assert expression(lower(when("draft"), scope())) == printed
    assert expression(lower(when("draft"), scope(Triggers(push=PushTrigger())))) == "false"
    assert expression(lower(when("label.ci"), scope(Triggers(push=PushTrigger())))) == "false"


@pytest.mark.parametrize("condition", ["branch == 'trunk'", "default_branch", "branch matches 'trunk'"])
def test_no_pull_request_passes_for_a_branch(condition: str, when: When) -> None:
    events = scope(Triggers(PushTrigger(("trunk",)), PullRequestTrigger(skip_drafts=True)))
    printed = expression(lower(when(condition), events))
    assert printed == f'pipeline.event.name != "pull_request" and {BRANCH} == "trunk"'


@pytest.mark.parametrize("condition", ["label.ci", "matrix.x == '1'"])
def test_what_circleci_does_not_know_is_refused(condition: str, when: When) -> None:
    with pytest.raises(CannotExpress):
        lower(when(condition), scope())


@pytest.mark.parametrize("broken", [Expr(Op.LITERAL, "x"), Expr(Op.EQ), Expr(Op.NOT), Expr(Op.NAME, "nothing")])
def test_a_condition_that_a_plugin_made_up_is_refused(broken: Expr) -> None:
    with pytest.raises(CannotExpress):
        lower(broken, scope())


@pytest.mark.parametrize("pattern", ["*-x", "a?", "{a,b}*", "[ab]"])
def test_a_glob_that_is_no_prefix_has_no_expression(pattern: str) -> None:
    with pytest.raises(CannotExpress, match="glob"):
        expression(matches(BRANCH, pattern))


def test_a_text_that_would_end_its_quotes_has_no_expression() -> None:
    with pytest.raises(CannotExpress, match="compare"):
        expression(equals(BRANCH, 'a"b'))


def test_a_logic_statement_knows_regular_expressions(when: When) -> None:
    value = f"<< {BRANCH} >>"
    text = "not (branch matches 'v?.*' or branch == 'x') and input.deploy and input.count == '2'"
    assert logic(lower(when(text), scope())) == {
        "and": [
            {"not": {"or": [{"matches": {"pattern": r"^v.\..*$", "value": value}}, {"equal": ["x", value]}]}},
            "<< pipeline.parameters.deploy >>",
            {"equal": [2, "<< pipeline.parameters.count >>"]},
        ]
    }


def test_a_draft_in_a_text_is_asked_for_only_of_pull_requests(when: When) -> None:
    value = '<< pipeline.event.name == "pull_request" and pipeline.event.github.pull_request.draft >>'
    assert value in str(logic(lower(when("draft"), scope())))
    assert value in shell_test(lower(when("draft or env.A == 'x'"), scope()))[1].values()


def test_a_glob_that_matches_nothing_at_all_asks_for_a_name() -> None:
    assert logic(matches(BRANCH, "{a,}*")) == {
        "and": [
            {"not": {"equal": ["", f"<< {BRANCH} >>"]}},
            {"matches": {"pattern": "^(?:a|).*$", "value": f"<< {BRANCH} >>"}},
        ]
    }


@pytest.mark.parametrize(
    ("condition", "environment", "holds"),
    [
        ('env.A == "it\'s"', {"A": "it's"}, True),
        ("env.A != 'x'", {"A": "y"}, True),
        ("env.A matches 'v{1,2}.?'", {"A": "v2.x"}, True),
        ("env.A matches 'v{1,2}.?'", {"A": "v3.x"}, False),
        ("not (env.A == 'x' or branch == 'main')", {"CIRCLE_BRANCH": "main"}, False),
        ("not (env.A == 'x' or branch == 'main')", {"CIRCLE_BRANCH": "dev"}, True),
        ("env.A == 'true' and input.deploy", {"A": "true", "CIG_PARAMETERS_DEPLOY": "1"}, True),
        ("env.A == 'true' and not input.deploy", {"A": "true", "CIG_PARAMETERS_DEPLOY": "true"}, False),
        ("needs.build-it.version == '2'", {"CIG_NEEDS_BUILD_IT_VERSION": "2"}, True),
        ("tag matches 'v*' and env.A != 'q'", {"CIRCLE_TAG": "v1"}, True),
    ],
)
def test_the_shell_tells_what_only_the_job_knows(
    condition: str, environment: dict[str, str], holds: bool, when: When
) -> None:
    lowered = lower(when(condition), scope())
    assert not is_static(lowered)
    test, values = shell_test(lowered)
    assert set(values) <= set(environment)
    command = ["bash", "-euc", f"if {test}; then echo yes; fi"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("yes\n" if holds else "", "")
