"""What starts a workflow."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.sdk import (
    Cache,
    CacheUse,
    Job,
    ManualInput,
    ManualTrigger,
    PullRequestTrigger,
    PushTrigger,
    Schedule,
    Step,
    TagTrigger,
    Triggers,
)


@pytest.mark.parametrize(
    ("triggers", "on"),
    [
        (None, {"push": {"branches": ["main"]}, "pull_request": None}),
        (Triggers(), {"push": {"branches": ["main"]}, "pull_request": None}),
        # Without a filter GitHub would start it for tags too.
        (Triggers(push=PushTrigger()), {"push": {"branches": ["**"]}}),
        (Triggers(tag=TagTrigger()), {"push": {"tags": ["**"]}}),
        # A filter for tags alone would shut branches out.
        (Triggers(push=PushTrigger(), tag=TagTrigger(("v*",))), {"push": {"branches": ["**"], "tags": ["v*"]}}),
        (Triggers(push=PushTrigger((), ("wip/**",))), {"push": {"branches-ignore": ["wip/**"]}}),
        (Triggers(push=PushTrigger(("a",), ("b{1,2}",))), {"push": {"branches": ["a", "!b1", "!b2"]}}),
        (Triggers(push=PushTrigger(("!wip",))), {"push": {"branches": ["**", "!wip"]}}),
        (
            Triggers(pull_request=PullRequestTrigger(("main",), ("opened", "closed"))),
            {"pull_request": {"branches": ["main"], "types": ["opened", "closed"]}},
        ),
        (Triggers(schedule=(Schedule("0 3 * * *"),)), {"schedule": [{"cron": "0 3 * * *"}]}),
        (Triggers(manual=ManualTrigger()), {"workflow_dispatch": None}),
        (Triggers(merge_queue="reuse"), {"merge_group": None}),
    ],
)
def test_each_trigger_starts_what_it_says_and_nothing_else(
    triggers: Triggers, on: Any, render: Callable[..., Any]
) -> None:
    assert render(triggers=triggers).data["on"] == on


def test_inputs_have_the_types_that_were_declared(render: Callable[..., Any]) -> None:
    inputs = (
        ManualInput("dry", "boolean", "Really?", "true", True),
        ManualInput("count", "number", default="-3"),
        ManualInput("target", "choice", default="a", options=("a", "b")),
        ManualInput("plain"),
    )
    rendered = render(triggers=Triggers(manual=ManualTrigger(inputs)))
    assert rendered.data["on"]["workflow_dispatch"]["inputs"] == {
        "dry": {"description": "Really?", "type": "boolean", "required": True, "default": True},
        "count": {"type": "number", "default": -3},
        "target": {"type": "choice", "default": "a", "options": ["a", "b"]},
        "plain": {"type": "string"},
    }


def test_drafts_and_labels_become_the_condition_of_jobs_without_needs(
    render: Callable[..., Any], make_job: Callable[..., Any]
) -> None:
    trigger = PullRequestTrigger(labels=("ci", "full"), skip_drafts=True)
    rendered = render(make_job(), make_job(id="next", needs=("test",)), triggers=Triggers(pull_request=trigger))
    labels = " || ".join(f"contains(github.event.pull_request.labels.*.name, '{name}')" for name in ("ci", "full"))
    assert rendered.job["if"] == (
        f"${{{{ !github.event.pull_request.draft && (github.event_name != 'pull_request' || {labels}) }}}}"
    )
    assert "if" not in rendered.data["jobs"]["next"]
    assert rendered.data["on"]["pull_request"]["types"] == [
        *("opened", "synchronize", "reopened", "ready_for_review", "labeled")
    ]


def test_a_glob_that_github_reads_otherwise_is_refused(render: Callable[..., Any]) -> None:
    rendered = render(triggers=Triggers(push=PushTrigger(("v?",)), tag=TagTrigger(("v[0-9]+",))))
    assert [(found.level.value, found.code, found.key) for found in rendered.diagnostics] == [
        ("error", "GITHUB_008", ("on", "push", "branches")),
        ("warning", "GITHUB_008", ("on", "tag")),
    ]


def test_the_place_of_a_mistake_is_in_the_workflows_own_table(
    render: Callable[..., Any], make_job: Callable[..., Any]
) -> None:
    rendered = render(make_job(workflow="nightly"), id="nightly", triggers=Triggers(tag=TagTrigger(("?",))))
    assert rendered.diagnostics[0].key == ("workflows", "nightly", "on", "tag")


@pytest.mark.parametrize(
    ("triggers", "push", "codes"),
    [
        (Triggers(push=PushTrigger(("main",)), paths=("a/**",)), {"branches": ["main"], "paths": ["a/**"]}, []),
        (
            Triggers(push=PushTrigger(("main",)), tag=TagTrigger(("v*",)), paths=("!a/b", "a/{x,y}")),
            {"branches": ["main"], "tags": ["v*"], "paths": ["a/x", "a/y", "!a/b"]},
            [],
        ),
        (
            Triggers(push=PushTrigger(("main",)), paths=("!doc/**",)),
            {"branches": ["main"], "paths": ["**", "!doc/**"]},
            [],
        ),
        (
            Triggers(push=PushTrigger(), pull_request=PullRequestTrigger(), paths=("a/**",)),
            {"branches": ["**"], "paths": ["a/**"]},
            ["GITHUB_023"],
        ),
        (
            Triggers(push=PushTrigger(("main",)), merge_queue="full", paths=("a/**",)),
            {"branches": ["main"], "paths": ["a/**"]},
            ["GITHUB_023"],
        ),
        (Triggers(push=PushTrigger(), paths=("a/**",)), {"branches": ["**"]}, ["GITHUB_023"]),
        (Triggers(push=PushTrigger(("main", "x")), paths=("a/**",)), {"branches": ["main", "x"]}, ["GITHUB_023"]),
        (Triggers(pull_request=PullRequestTrigger(), paths=("a/**",)), None, ["GITHUB_023"]),
    ],
)
def test_a_hint_about_paths_leaves_no_required_check_waiting(
    triggers: Triggers, push: Any, codes: list[str], render: Callable[..., Any]
) -> None:
    rendered = render(triggers=triggers)
    assert rendered.data["on"].get("push") == push
    assert rendered.data["on"].get("pull_request") is None
    assert rendered.codes == codes


def test_schedules_keep_their_names_as_comments(render: Callable[..., Any]) -> None:
    rendered = render(triggers=Triggers(schedule=(Schedule("0 3 * * *", "nightly"), Schedule("0 6 * * 1"))))
    assert rendered.data["on"]["schedule"] == [{"cron": "0 3 * * *"}, {"cron": "0 6 * * 1"}]
    assert "# nightly\n" in rendered.text


def test_release_branches_with_caches_say_why_that_is_safe(
    render: Callable[..., Any], make_job: Callable[..., Job]
) -> None:
    cache = make_job(Step("c", cache=CacheUse(Cache("gems", ("vendor",)))))
    releases = Triggers(push=PushTrigger(("main", "release/*")))
    assert '    branches: [main, "release/*"] # zizmor: ignore' in render(cache, triggers=releases).text
    assert "zizmor" not in render(make_job(), triggers=releases).text
    assert "zizmor" not in render(cache, triggers=Triggers(push=PushTrigger(("main",)))).text


def test_paths_alone_leave_the_usual_events(render: Callable[..., Any]) -> None:
    on = render(triggers=Triggers(paths=("app/**",))).data["on"]
    assert on["push"] == {"branches": ["main"], "paths": ["app/**"]}
    assert "pull_request" in on
