"""Conditions, evaluated for builds of every kind: the file's `if`, and the same asked by bash within a job."""

import re
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from cigen.std.provider.buildkite.conditions import Names, step_condition
from cigen.std.provider.buildkite.shell_tests import bash_test

INPUTS = (
    ManualInput("level", default="some"),
    ManualInput("dry-run", "boolean", default="true"),
    ManualInput("loud", "boolean"),
)
EVERYTHING = Workflow(
    "ci",
    triggers=Triggers(
        PushTrigger(), PullRequestTrigger(), TagTrigger(("*",)), (Schedule("0 3 * * *"),), ManualTrigger(INPUTS), "full"
    ),
)
BUILDS: dict[str, dict[str, Any]] = {
    "push to main": {"branch": "main"},
    "push to next": {"branch": "release/1"},
    "pull request": {"branch": "main", "pull_request.id": "7", "pull_request.labels": ["ci"], "base": "main"},
    "draft": {"branch": "fix", "pull_request.id": "8", "pull_request.draft": True, "pull_request.labels": []},
    "tag": {"branch": "v1.2", "tag": "v1.2"},
    "schedule": {"branch": "main", "source": "schedule"},
    "by hand": {"branch": "main", "source": "ui", "env": {"CIG_INPUT_LEVEL": "all", "CIG_INPUT_DRY_RUN": "false"}},
    "by hand, no answers": {"branch": "release/2", "source": "api"},
    "merge queue": {"branch": "gh-readonly-queue/main/pr-1", "merge_queue.base_branch": "main"},
}
"""What Buildkite knows of each."""


TOKEN = re.compile(r"""\s*(&&|\|\||==|!=|=~|!~|!|\(|\)|includes|"[^"]*"|'[^']*'|/(?:[^/\\]|\\.)*/|build\.env|[\w.]+)""")
CONSTANTS = {"null": None, "true": True, "false": False}


class Reader:
    """What Buildkite makes of an `if`, read as its documentation says."""

    def __init__(self, text: str, build: Mapping[str, Any]) -> None:
        self.words = [found[1] for found in TOKEN.finditer(text)]
        assert "".join(self.words) == re.sub(r"\s", "", text), text
        self.build = build

    def value(self, word: str) -> Any:
        if word in CONSTANTS:
            return CONSTANTS[word]
        if word[0] in "\"'":
            return word[1:-1]
        if word[0] == "/":
            return re.compile(word[1:-1].replace("\\/", "/"))
        default = {"build.source": "webhook", "build.pull_request.labels": []}.get(word)
        return self.build.get(word.removeprefix("build."), default)

    def primary(self) -> Any:
        word = self.words.pop(0)
        if word == "!":
            return not self.primary()
        if word == "(":
            inner = self.either()
            assert self.words.pop(0) == ")"
            return inner
        if word == "build.env":
            name = self.value(self.words[1])
            del self.words[:3]
            return self.build.get("env", {}).get(name)
        return self.value(word)

    def comparison(self) -> Any:
        left = self.primary()
        if not self.words or self.words[0] not in ("==", "!=", "=~", "!~", "includes"):
            return left
        operator, right = self.words.pop(0), self.primary()
        if operator == "includes":
            return right in left
        if operator in ("=~", "!~"):
            return (left is not None and right.search(left) is not None) is (operator == "=~")
        return (left == right) is (operator == "==")

    def both(self) -> Any:
        found = self.comparison()
        while self.words and self.words[0] == "&&":
            del self.words[0]
            found = self.comparison() and found
        return found

    def either(self) -> Any:
        found = self.both()
        while self.words and self.words[0] == "||":
            del self.words[0]
            found = self.both() or found
        return found


def evaluate(text: str, build: Mapping[str, Any]) -> bool:
    reader = Reader(text, build)
    found = reader.either()
    assert not reader.words
    return bool(found)


def runs(when: Expr | None, build: str, workflow: Workflow = EVERYTHING, env: Mapping[str, str] | None = None) -> bool:
    condition = step_condition(when, Names(workflow, env or {}))
    if condition is None:
        return False
    return not condition or evaluate(condition, BUILDS[build])


def bash(when: Expr, build: str, workflow: Workflow = EVERYTHING) -> bool:
    known = BUILDS[build]
    env = {
        "BUILDKITE_BRANCH": known["branch"],
        "BUILDKITE_TAG": known.get("tag", ""),
        "BUILDKITE_SOURCE": known.get("source", "webhook"),
        "BUILDKITE_PULL_REQUEST": known.get("pull_request.id", "false"),
        "BUILDKITE_PULL_REQUEST_DRAFT": "true" if known.get("pull_request.draft") else "false",
        "BUILDKITE_PULL_REQUEST_LABELS": ",".join(known.get("pull_request.labels", [])),
        "BUILDKITE_MERGE_QUEUE_BASE_BRANCH": known.get("merge_queue.base_branch", ""),
        **known.get("env", {}),
    }
    done = subprocess.run(
        ["bash", "-c", bash_test(when, workflow)], env=env, capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.returncode == 0


def name(text: str) -> Expr:
    return Expr(Op.NAME, text)


def equal(left: str, right: str) -> Expr:
    return Expr(Op.EQ, args=(name(left), Expr(Op.LITERAL, right)))


def matches(left: str, glob: str) -> Expr:
    return Expr(Op.MATCHES, args=(name(left), Expr(Op.LITERAL, glob)))


HAND = {"by hand", "by hand, no answers"}
REQUESTS = {"pull request", "draft"}
CASES: list[tuple[Expr, set[str]]] = [
    (equal("branch", "main"), {"push to main", "schedule", "by hand"}),
    (equal("branch", ""), {"pull request", "draft", "tag"}),
    (name("default_branch"), {"push to main", "schedule", "by hand"}),
    (matches("branch", "release/*"), {"push to next", "by hand, no answers"}),
    (matches("branch", "*"), set(BUILDS) - {"pull request", "draft", "tag"}),
    (matches("tag", "*"), {"tag"}),
    (matches("tag", "v*"), {"tag"}),
    (equal("tag", "v1.2"), {"tag"}),
    (equal("event", "push"), {"push to main", "push to next"}),
    (equal("event", "pull_request"), REQUESTS),
    (equal("event", "tag"), {"tag"}),
    (equal("event", "schedule"), {"schedule"}),
    (equal("event", "manual"), HAND),
    (equal("event", "merge_queue"), {"merge queue"}),
    (matches("event", "p*"), {"push to main", "push to next", *REQUESTS}),
    (name("draft"), {"draft"}),
    (name("label.ci"), {"pull request"}),
    (equal("input.level", "all"), {"by hand"}),
    (equal("input.level", "some"), set(BUILDS) - {"by hand"}),
    (equal("input.level", ""), set()),
    (matches("input.level", "s*"), set(BUILDS) - {"by hand"}),
    (name("input.dry-run"), set(BUILDS) - {"by hand"}),
    (Expr(Op.NOT, args=(name("input.dry-run"),)), {"by hand"}),
    (name("input.loud"), set()),
    (
        Expr(Op.NE, args=(name("branch"), Expr(Op.LITERAL, "main"))),
        set(BUILDS) - {"push to main", "schedule", "by hand"},
    ),
    (
        Expr(Op.IN, args=(name("branch"), Expr(Op.LITERAL, "main"), Expr(Op.LITERAL, "release/1"))),
        {"push to main", "schedule", "by hand", "push to next"},
    ),
    (Expr(Op.OR, args=(name("draft"), equal("tag", "v1.2"))), {"draft", "tag"}),
    (Expr(Op.AND, args=(name("default_branch"), equal("event", "push"))), {"push to main"}),
]
IDS = [f"{index}-{case[0].op}" for index, case in enumerate(CASES)]


@pytest.mark.parametrize(("when", "expected"), CASES, ids=IDS)
def test_a_condition_holds_for_exactly_its_builds(when: Expr, expected: set[str]) -> None:
    assert {build for build in BUILDS if runs(when, build)} == expected


@pytest.mark.parametrize(("when", "expected"), CASES, ids=IDS)
def test_bash_decides_as_the_server_does(when: Expr, expected: set[str]) -> None:
    assert {build for build in BUILDS if bash(when, build)} == expected


LEAVES = st.sampled_from([when for when, _ in CASES])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda args: Expr(Op.AND, args=tuple(args)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda args: Expr(Op.OR, args=tuple(args)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda arg: Expr(Op.NOT, args=(arg,)), inner),
    ),
    max_leaves=6,
)
TRUTH = dict(CASES)


def truth(when: Expr, build: str) -> bool:
    if when in TRUTH:
        return build in TRUTH[when]
    values = [truth(arg, build) for arg in when.args]
    return not values[0] if when.op is Op.NOT else all(values) if when.op is Op.AND else any(values)


@given(TREES)
def test_and_or_and_not_mean_what_they_say(when: Expr) -> None:
    for build in BUILDS:
        assert runs(when, build) is truth(when, build), build


@settings(max_examples=60)
@given(TREES, st.sampled_from(sorted(BUILDS)))
def test_so_they_do_in_bash(when: Expr, build: str) -> None:
    assert bash(when, build) is truth(when, build)


@pytest.mark.parametrize(
    ("triggers", "expected"),
    [
        (None, {"push to main", "pull request", "draft", "schedule", "by hand"}),
        (Triggers(PushTrigger(("main",))), {"push to main", "schedule", "by hand"}),
        (Triggers(PushTrigger(("release/*", "!release/1"))), {"by hand, no answers"}),
        (
            Triggers(PushTrigger((), ("release/*",)), schedule=(Schedule("0 3 * * *"),)),
            {"push to main", "schedule", "by hand"},
        ),
        (Triggers(PushTrigger(), manual=ManualTrigger()), {"push to main", "push to next", *HAND}),
        (Triggers(pull_request=PullRequestTrigger(labels=("ci", "go"))), {"pull request"}),
        (Triggers(pull_request=PullRequestTrigger(skip_drafts=True)), {"pull request"}),
        (Triggers(tag=TagTrigger(("v*",))), {"tag"}),
        (Triggers(tag=TagTrigger(("x*",))), set()),
        (Triggers(tag=TagTrigger(("*", "!v1*"))), set()),
        (Triggers(merge_queue="full", pull_request=PullRequestTrigger()), {"merge queue", *REQUESTS}),
    ],
)
def test_a_build_that_nothing_asked_for_has_no_steps(triggers: Triggers | None, expected: set[str]) -> None:
    workflow = Workflow("ci", triggers=triggers)
    assert {build for build in BUILDS if runs(None, build, workflow)} == expected


def test_where_everything_starts_the_workflow_nothing_is_asked() -> None:
    triggers = Triggers(PushTrigger(), PullRequestTrigger(), TagTrigger(("**",)), merge_queue="full")
    assert step_condition(None, Names(Workflow("ci", triggers=triggers), {})) == ""


def test_a_condition_that_no_trigger_can_meet_leaves_the_step_out() -> None:
    workflow = Workflow("ci", triggers=Triggers(PushTrigger(("main",))))
    assert step_condition(matches("tag", "v*"), Names(workflow, {})) is None
    assert step_condition(equal("branch", "next"), Names(workflow, {})) is None


@pytest.mark.parametrize(
    ("when", "triggers", "text"),
    [
        (None, None, 'build.pull_request.id != null || (build.branch == "main" && build.tag == null)'),
        (matches("tag", "v*"), Triggers(PushTrigger(), tag=TagTrigger(("v*",))), r"build.tag =~ /^v[^\/]*$/"),
        (
            Expr(Op.AND, args=(name("default_branch"), equal("event", "push"))),
            None,
            'build.branch == "main" && build.pull_request.id == null && build.tag == null',
        ),
    ],
)
def test_what_is_written_is_what_is_left_to_ask(when: Expr | None, triggers: Triggers | None, text: str) -> None:
    assert step_condition(when, Names(Workflow("ci", triggers=triggers), {})) == text


def test_variables_of_cig_toml_are_known_and_others_are_asked_for() -> None:
    when = equal("env.MODE", "fast")
    assert runs(when, "push to main", env={"MODE": "fast"})
    assert not runs(when, "push to main", env={"MODE": "slow"})
    condition = step_condition(when, Names(EVERYTHING, {}))
    assert condition is not None
    assert 'build.env("MODE") == "fast"' in condition
    assert "build.env" not in (step_condition(equal("env.A", "1"), Names(EVERYTHING, {"A": "1"})) or "")


@pytest.mark.parametrize("text", ['it\'s "quoted"', "back\\slash", "'$'"])
def test_a_text_that_no_quotes_hold_is_refused(text: str) -> None:
    with pytest.raises(CannotExpress):
        step_condition(equal("branch", text), Names(EVERYTHING, {}))


@pytest.mark.parametrize("when", [Expr(Op.LITERAL, "x"), name("matrix.os"), Expr(Op.EQ, args=(name("branch"),))])
def test_what_is_no_condition_is_refused(when: Expr) -> None:
    with pytest.raises(CannotExpress):
        step_condition(when, Names(EVERYTHING, {}))


def test_a_condition_goes_down_to_all_that_need_the_job(make_job: Callable, render: Callable) -> None:
    first = make_job(id="a", when=name("default_branch"))
    rendered = render(first, make_job(id="b", needs=("a",)), make_job(id="c", needs=("b",), run_on="always"))
    a, b, c = (step["if"] for step in rendered.steps)
    assert a == b == 'build.branch == "main" && build.pull_request.id == null && build.tag == null'
    assert c == 'build.pull_request.id != null || (build.branch == "main" && build.tag == null)'


def test_the_condition_reaches_the_file_with_its_dollars_doubled(make_job: Callable, render: Callable) -> None:
    assert r"/^v[^\/]*$$/" in render(make_job(), triggers=Triggers(tag=TagTrigger(("v*",)))).step["if"]


def test_a_refused_condition_is_told_with_its_job(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(when=equal("branch", "a\\b")), triggers=Triggers(PushTrigger()))
    assert rendered.codes == ["BUILDKITE_007"]
    assert rendered.diagnostics[0].key == ("jobs", "test", "when")
