"""The file as a whole."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cigen.sdk import (
    Cache,
    CacheUse,
    Concurrency,
    Container,
    Expr,
    Graph,
    Job,
    ManualInput,
    ManualTrigger,
    Op,
    Output,
    Pair,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Run,
    Schedule,
    Step,
    TagTrigger,
    Triggers,
    Workflow,
)
from cigen.std.provider.jenkins.limits import METHOD_BYTES, estimate_methods
from cigen.std.provider.jenkins.pipeline import render_pipeline

Make = Callable[..., Any]


def test_the_header_lists_the_plugins_that_the_file_needs_and_no_others(render: Make, make_job: Make) -> None:
    assert render().plugins == ["workflow-aggregator", "pipeline-model-definition", "git"]
    job = make_job(Step("a", run=Run("make"), secrets=("TOKEN",)), image=Container("node:20"))
    assert {"credentials-binding", "plain-credentials", "docker-workflow"} <= set(render(job).plugins)


def test_a_job_is_a_line_in_the_table_and_a_function(render: Make, make_job: Make) -> None:
    rendered = render(make_job(Step("unit", name="Unit tests", run=Run("make test")), id="unit-tests", needs=("lint",)))
    assert "'unit-tests': [needs: ['lint'], run: { jobUnitTests() }]," in rendered.text
    assert rendered.function("jobUnitTests") == (
        "onNode('linux', 30) {\n  source(1)\n  bash('Unit tests', 'make test')\n}\n"
    )


def test_names_that_look_alike_are_functions_of_their_own(render: Make, make_job: Make) -> None:
    rendered = render(make_job(id="a-b"), make_job(id="a_b"), make_job(id="A-B"))
    assert re.findall(r"run: \{ (\w+)\(\) \}", rendered.text) == ["jobAB", "jobAB_2", "jobAB_3"]


def test_a_job_does_not_take_the_name_of_another_jobs_legs(render: Make, make_job: Make) -> None:
    rendered = render(make_job(id="test-leg"), make_job(id="test"), make_job(id="leg"))
    assert re.findall(r"run: \{ (\w+)\(\) \}", rendered.text) == ["jobTestLeg_2", "jobTest", "jobLeg"]


def test_a_run_that_cig_toml_does_not_want_does_nothing(render: Make) -> None:
    triggers = Triggers(
        push=PushTrigger(("main", "release/*"), ("release/old",)),
        pull_request=PullRequestTrigger(("main",)),
        tag=TagTrigger(("v*", "!v0.*")),
    )
    assert render(triggers=triggers).function("wanted") == (
        "return event() == 'push' && (branch() == 'main' || branch() ==~ 'release/[^/]*')"
        " && !(branch() == 'release/old') ||\n"
        "    event() == 'pull_request' && env.CHANGE_TARGET == 'main' ||\n"
        "    event() == 'tag' && tag() ==~ 'v[^/]*' && !(tag() ==~ 'v0\\\\.[^/]*')\n"
    )


@pytest.mark.parametrize(
    ("cron", "spec"), [("0 4 * * *", "H 4 * * *"), ("*/15 * * * 1", "H/15 * * * 1"), ("17 4 * * *", "17 4 * * *")]
)
def test_a_schedule_leaves_jenkins_the_minute_where_any_will_do(render: Make, cron: str, spec: str) -> None:
    text = render(triggers=Triggers(schedule=(Schedule(cron),))).text
    assert f"    cron(env.BRANCH_NAME == 'main' ? 'TZ=Etc/UTC\\n{spec}' : '')\n" in text


def test_questions_become_parameters(render: Make) -> None:
    inputs = (
        ManualInput("dry", "boolean", default="true"),
        ManualInput("where", "choice", "Where?", "b", options=("a", "b")),
        ManualInput("what", required=True),
    )
    text = render(triggers=Triggers(manual=ManualTrigger(inputs))).text
    assert "booleanParam(name: 'dry', defaultValue: true)" in text
    assert "choice(name: 'where', choices: ['b', 'a'], description: 'Where?')" in text
    assert "if (event() == 'manual' && !params['what']) {" in text


def test_newer_builds_of_a_pull_request_replace_older_ones(render: Make) -> None:
    rendered = render(concurrency=Concurrency("pr-latest"))
    assert "if (env.CHANGE_ID) {\n            replaceOlder()\n          }\n          runAll(jobs())" in rendered.text
    assert "pipeline-milestone-step" in rendered.plugins


def test_a_group_is_a_lock(render: Make) -> None:
    rendered = render(concurrency=Concurrency(group="deploy", cancel=True, max=2))
    assert "lock(resource: 'project/deploy') {" in rendered.text
    assert rendered.codes == ["JENKINS_016", "JENKINS_016"]
    assert "lock(resource: 'project/ci') {" in render(concurrency=Concurrency("serial")).text


def test_names_of_schedules_and_kinds_of_inputs_are_told(render: Make) -> None:
    named, plain = Schedule("0 3 * * *", "nightly"), Schedule("0 3 * * *")
    number = ManualTrigger((ManualInput("count", "number"), ManualInput("note")))
    assert render(triggers=Triggers(schedule=(named, plain))).codes == ["JENKINS_008"]
    assert render(triggers=Triggers(manual=number)).codes == ["JENKINS_008"]


def test_what_jenkins_does_not_know_about_pull_requests_is_told(render: Make) -> None:
    trigger = PullRequestTrigger(types=("labeled",), labels=("ci",), skip_drafts=True)
    assert render(triggers=Triggers(pull_request=trigger)).codes == ["JENKINS_008"] * 3


def test_an_output_names_a_workflow_with_jobs(make_job: Make) -> None:
    graph = Graph("p", (Workflow("ci"), Workflow("nightly")), (make_job(),))
    codes = [
        [found.code for found in render_pipeline(graph, Output("jenkins", "Jenkinsfile", workflow=workflow))[1]]
        for workflow in ("ci", "", "gone", "nightly")
    ]
    assert codes == [[], ["JENKINS_001"], ["JENKINS_001"], ["JENKINS_002"]]


def test_a_workflows_raw_block_adds_options_functions_and_plugins(render: Make) -> None:
    block = '{"options":["timestamps()"],"functions":"def tell() {}","plugins":["timestamper"],"x":1}'
    rendered = render(raw=(ProviderBlock("jenkins", block),))
    assert "  options {\n    timestamps()\n  }\n" in rendered.text
    assert rendered.text.endswith("\ndef tell() {}\n")
    assert "timestamper" in rendered.plugins
    assert rendered.codes == ["JENKINS_011"]


def test_a_thousand_jobs_with_many_steps_make_no_large_function(make_job: Make) -> None:
    cache = Step("cache", cache=CacheUse(Cache("c", ("x",))))
    many = tuple(Step(f"s{number}", run=Run("make\n" * 50), secrets=("A", "B")) for number in range(40))
    jobs = tuple(make_job(cache, *many, id=f"job-{number}", env=(Pair("A", "b"),)) for number in range(1000))
    jobs = tuple(replace(job, needs=("job-0",) if number else ()) for number, job in enumerate(jobs))
    text, found = render_pipeline(Graph("p", (Workflow("ci"),), jobs), Output("jenkins", "Jenkinsfile"))
    assert not found
    assert max(size for _, size in estimate_methods(text)) < METHOD_BYTES // 2


def test_the_same_graph_renders_the_same_bytes(make_job: Make) -> None:
    when = Expr(Op.EQ, args=(Expr(Op.NAME, "branch"), Expr(Op.LITERAL, "main")))
    graph = Graph("p", (Workflow("ci"),), (make_job(when=when),))
    output = Output("jenkins", "Jenkinsfile")
    assert render_pipeline(graph, output) == render_pipeline(graph, output)


def test_the_description_stands_in_the_header() -> None:
    graph = Graph("p", (Workflow("ci"),), (Job("a", workflow="ci"),))
    text, _ = render_pipeline(graph, Output("jenkins", "Jenkinsfile", description="All\nchecks"))
    assert text.split("\n")[1:3] == ["// All", "// checks"]
