"""How jobs start: shards, approvals, other pipelines, schedules, hints about paths, what is tried again."""

from collections.abc import Callable
from typing import Any

import pytest

from cigen.model.config import Config
from cigen.model.diagnostics import Level
from cigen.model.resources import (
    Approval,
    Output,
    Pair,
    PullRequestTrigger,
    PushTrigger,
    Retry,
    Schedule,
    Shards,
    Trigger,
    Triggers,
)
from cigen.schema.load import load_config

Load = Callable[[str], Config]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", Shards(4)),
        ("{ count = 4 }", Shards(4)),
        ("{ count = 2, files = 'spec/**' }", Shards(2, ("spec/**",))),
        ("{ count = 2, files = ['a', 'b'], by = 'timings' }", Shards(2, ("a", "b"), "timings")),
    ],
)
def test_shards(load: Load, text: str, expected: Shards) -> None:
    assert load(f"[jobs.a]\nshards = {text}").jobs[0].shards == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", Approval()),
        ("false", None),
        ("'Ship it?'", Approval("Ship it?")),
        ("{ message = 'Ship {{ matrix.to }}?', by = 'ops' }", Approval("Ship {{ matrix.to }}?", ("ops",))),
    ],
)
def test_approval(load: Load, text: str, expected: Approval | None) -> None:
    assert load(f"[jobs.a]\nmatrix.to = ['x']\napprove = {text}").jobs[0].approve == expected


def test_a_job_that_starts_a_pipeline_changes_the_world_and_fetches_no_source(load: Load) -> None:
    short, long = load(
        """
variables.ENV = "prod"
defaults.checkout.depth = 5
[jobs.short]
trigger = "deploy"
approve = true
[jobs.long]
trigger = { pipeline = "deploy", branch = "main", inputs = { to = "{{ ENV }}", dry = false }, wait = true }
permissions = { actions = "write" }
"""
    ).jobs
    assert short.trigger == Trigger("deploy")
    assert long.trigger == Trigger("deploy", "main", (Pair("dry", "false"), Pair("to", "prod")), wait=True)
    assert (short.effects, short.checkout, short.approve) == (True, None, Approval())
    assert long.permissions == (Pair("actions", "write"),)


def test_schedules_have_names_and_say_whether_proof_counts(load: Load) -> None:
    text = "[on]\nschedule = ['0 1 * * *', { cron = '0 2 * * *', name = 'nightly', reuse = true }]"
    triggers = load(text).workflows[0].triggers
    assert triggers is not None
    assert triggers.schedule == (Schedule("0 1 * * *"), Schedule("0 2 * * *", "nightly", reuse=True))


def test_a_hint_about_paths_leaves_the_usual_triggers_in_place(load: Load) -> None:
    assert load("on.paths = 'app/**'").workflows[0].triggers == Triggers(
        push=PushTrigger(("main",)), pull_request=PullRequestTrigger(), paths=("app/**",)
    )


def test_what_is_tried_again(load: Load) -> None:
    text = (
        "[defaults]\nretry = { max = 2, on = 'agent_lost' }\n[jobs.a]\n[jobs.b]\nretry = { max = 1, on = ['failure'] }"
    )
    a, b = load(text).jobs
    assert (a.retry, b.retry) == (Retry(2, 0, ("agent_lost",)), Retry(1, 0, ("failure",)))


def test_one_file_may_hold_all_workflows(load: Load) -> None:
    output = "[[outputs]]\nprovider = 'circleci'\npath = '.circleci/config.yml'\nworkflow = '*'"
    config = load(f"workflows.late.on.schedule = '0 1 * * *'\n{output}")
    assert config.outputs == (Output("circleci", ".circleci/config.yml", workflow="*"),)


def test_variables_of_all_jobs_give_way_to_those_of_a_workflow(load: Load) -> None:
    text = "env.B = 'ci'\ndefaults.env = { A = 'all', B = 'all' }\nworkflows.x = { on.push = true, env.A = 'x' }"
    ci, x = load(text).workflows
    assert ci.env == (Pair("A", "all"), Pair("B", "ci"))
    assert x.env == (Pair("A", "x"), Pair("B", "all"))


def test_a_signature_of_a_file_without_the_new_keys_is_that_of_their_defaults() -> None:
    """Spelling a default out gives the same configuration, so the same keys and signatures."""
    head = 'version = "0.2"\nproject.name = "x"\n'
    plain = '[jobs.a]\nretry = { max = 1 }\nconcurrency = { group = "g" }\n[caches.c]\npaths = "x"\n'
    spelt = (
        '[jobs.a]\nretry = { max = 1 }\nconcurrency = { group = "g", max = 1 }\nrun_on = "success"\napprove = false\n'
        '[caches.c]\npaths = "x"\nsave = "success"\n'
    )
    assert load_config((head + plain).encode()) == load_config((head + spelt).encode())


def test_all_that_a_job_with_a_trigger_cannot_have_is_told(tell: Callable[..., Any]) -> None:
    keys = {
        "caches": "[]", "checkout": "false", "finally": "[]", "image": "'x'", "inputs": "{ env = 'X' }",
        "matrix": "{ a = [1] }", "notify": "[{ run = 'x' }]", "outputs": "{ files = 'x' }", "packages": "'ruby'",
        "services": "['redis']", "shards": "2", "shell": "'sh'", "skip_if": "{ env = 'X' }", "steps": "['x']",
        "working_directory": "'x'",
    }  # fmt: skip
    for key, value in keys.items():
        told = tell(f"[jobs.a]\ntrigger = 'deploy'\n{key} = {value}")
        assert (told.codes, told.marked()) == (["SCHEMA_025"], key)


def test_inputs_of_a_workflow_of_this_file_are_known_and_those_of_others_are_not(load: Load) -> None:
    manual = "workflows.deploy.on.manual.inputs.level = {}\n"
    load(manual + 'jobs.a.trigger = { pipeline = "deploy", inputs = { level = "all" } }')
    load(manual + 'jobs.a.trigger = { pipeline = "elsewhere", inputs = { anything = 1 } }')


def test_a_job_that_waits_for_failures_is_never_skipped_by_proof(load: Load) -> None:
    jobs = load("jobs.a.run_on = 'success'\njobs.b.run_on = 'failure'\njobs.c.run_on = 'always'").jobs
    assert [(job.run_on, job.effects) for job in jobs] == [("success", False), ("failure", True), ("always", True)]


def test_a_workflow_that_one_of_two_systems_lacks_is_mentioned(tell: Callable[..., Any]) -> None:
    def outputs(*held: tuple[str, str]) -> str:
        rows = (f"{{ provider = '{p}', path = '{p}/{w.strip('*')}x', workflow = '{w}' }}" for p, w in held)
        return f"workflows.late.on.tag = 'v*'\noutputs = [{', '.join(rows)}]"

    told = tell(outputs(("github", "ci"), ("github", "late"), ("buildkite", "ci")))
    assert (told.codes, told.config is not None) == (["SCHEMA_026"], True)
    assert told.only.level is Level.INFO
    assert told.only.message == 'the workflow "late" runs on github, and not on buildkite'
    assert told.marked() == "late"
    assert tell(outputs(("github", "ci"), ("github", "late"), ("circleci", "*"))).codes == []
