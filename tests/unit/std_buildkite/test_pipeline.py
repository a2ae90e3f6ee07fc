"""The file as a whole: workflows, stages, gates, parts, what is told beside it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cigen.sdk import (
    Approval,
    Concurrency,
    Environment,
    Fragment,
    GenerateRequest,
    Graph,
    ManualInput,
    ManualTrigger,
    Output,
    Pair,
    ProviderBlock,
    PullRequestTrigger,
    PushTrigger,
    Run,
    Schedule,
    SkipIf,
    Step,
    TagTrigger,
    Tool,
    Triggers,
    ValidateRequest,
)
from cigen.std.provider.buildkite.chunks import part_of, part_path
from cigen.std.provider.buildkite.pipeline import HEADER, render_pipeline
from cigen.std.provider.buildkite.plugin import PLUGIN
from cigen.std.provider.buildkite.problems import TITLES

MAKE = Step("make", run=Run("make"))


def test_the_file_says_where_it_comes_from(make_workflow: Callable, make_job: Callable) -> None:
    output = Output("buildkite", ".buildkite/pipeline.yml", "What runs.\n\nAnd why.")
    text, *_ = render_pipeline(Graph("shop", (make_workflow(),), (make_job(),)), output)
    assert text.splitlines()[:5] == [HEADER, "# What runs.", "#", "# And why.", ""]


def graph_of_two(make_workflow: Callable, make_job: Callable) -> Graph:
    ci = make_workflow(env=(Pair("A", "1"),))
    nightly = make_workflow(id="nightly", triggers=Triggers(schedule=(Schedule("0 3 * * *", "soak"),)))
    return Graph("shop", (ci, nightly), (make_job(MAKE), make_job(MAKE, id="soak", workflow="nightly")))


@pytest.mark.parametrize(("workflow", "keys"), [("ci", ["test"]), ("nightly", ["soak"]), ("*", ["test", "soak"])])
def test_a_file_holds_one_workflow_or_all(
    workflow: str, keys: list[str], make_workflow: Callable, make_job: Callable
) -> None:
    graph = graph_of_two(make_workflow, make_job)
    text, *_ = render_pipeline(graph, Output("buildkite", ".buildkite/pipeline.yml", workflow=workflow))
    data = yaml.safe_load(text)
    assert [step["key"] for step in data["steps"]] == keys
    if workflow == "*":
        assert "env" not in data
        assert [step.get("env") for step in data["steps"]] == [{"A": "1"}, None]
        assert data["steps"][1]["if"] == 'build.source == "schedule"'


@pytest.mark.parametrize(("workflow", "code"), [("", "BUILDKITE_001"), ("gone", "BUILDKITE_001")])
def test_an_output_has_to_name_a_workflow(
    workflow: str, code: str, make_workflow: Callable, make_job: Callable
) -> None:
    graph = graph_of_two(make_workflow, make_job)
    text, found, _ = render_pipeline(graph, Output("buildkite", ".buildkite/pipeline.yml", workflow=workflow))
    assert (text, [one.code for one in found]) == ("", [code])


def test_a_workflow_needs_jobs(make_workflow: Callable) -> None:
    text, found, _ = render_pipeline(Graph("shop", (make_workflow(),)), Output("buildkite", ".buildkite/pipeline.yml"))
    assert (text, [one.code for one in found]) == ("", ["BUILDKITE_002"])


@pytest.mark.parametrize("path", ["ci.yml", ".buildkite/pipeline.json"])
def test_a_file_elsewhere_is_told(path: str, make_job: Callable, render: Callable) -> None:
    assert render(make_job(MAKE), path=path).codes == ["BUILDKITE_003"]


def test_jobs_of_a_stage_stand_in_a_group(make_job: Callable, render: Callable) -> None:
    rendered = render(
        make_job(MAKE, id="a", stage="build"),
        make_job(MAKE, id="b", stage="build"),
        make_job(MAKE, id="c", needs=("a",)),
        stages=("build",),
    )
    assert [step.get("group") for step in rendered.data["steps"]] == ["build", None]
    assert rendered.keys == ["a", "b", "c"]


def test_a_build_for_another_workflow_of_the_file_has_neither_its_jobs_nor_its_gate(
    make_workflow: Callable, make_job: Callable
) -> None:
    nightly = Triggers(schedule=(Schedule("0 3 * * *", "nightly"),))
    workflows = (
        make_workflow(),
        make_workflow(id="nightly", triggers=nightly, concurrency=Concurrency("serial")),
    )
    jobs = (make_job(MAKE), make_job(MAKE, id="soak", workflow="nightly"))
    text, *_ = render_pipeline(Graph("shop", workflows, jobs), Output("buildkite", ".buildkite/p.yml", "", "*"))
    conditions = {step["key"]: step["if"] for step in yaml.safe_load(text)["steps"]}
    assert 'build.source != "schedule"' in conditions.pop("test")
    assert set(conditions) == {"gate-open-nightly", "soak", "gate-close-nightly"}
    assert set(conditions.values()) == {'build.source == "schedule"'}


def test_builds_pass_a_gate_one_at_a_time(make_job: Callable, render: Callable) -> None:
    rendered = render(make_job(MAKE, id="a"), make_job(MAKE, id="b", needs=("a",)), concurrency=Concurrency("serial"))
    opening, a, b, closing = rendered.steps
    assert opening["concurrency_group"] == closing["concurrency_group"] == "shop/ci"
    assert (a["depends_on"], b["depends_on"], closing["depends_on"]) == ("gate-open", "a", ["a", "b"])
    assert closing["allow_dependency_failure"] is True
    assert rendered.codes == []


@pytest.mark.parametrize(
    ("concurrency", "codes"),
    [
        (Concurrency("pr-latest"), ["BUILDKITE_020"]),
        (Concurrency(group="g", max=2), ["BUILDKITE_023"]),
        (Concurrency(group="g", cancel=True), ["BUILDKITE_023"]),
    ],
)
def test_what_gates_cannot_do_is_told(
    concurrency: Concurrency, codes: list[str], make_job: Callable, render: Callable
) -> None:
    rendered = render(make_job(MAKE), concurrency=concurrency)
    assert rendered.codes == codes
    assert ("gate-open" in rendered.keys) is (codes != ["BUILDKITE_020"])


def test_a_gate_with_a_person_in_it_is_told(make_job: Callable, render: Callable) -> None:
    assert render(make_job(approve=Approval()), concurrency=Concurrency("serial")).codes == ["BUILDKITE_023"]


def test_the_installer_of_tools_stands_in_the_file_once(make_job: Callable, render: Callable) -> None:
    tool = Step("ruby", tool=Tool("ruby", "3.4"))
    rendered = render(make_job(tool, MAKE, id="a"), make_job(tool, MAKE, id="b"))
    assert rendered.text.count("cig_install_mise() {") == 1
    assert "cig_tool ruby@3.4" in rendered.script
    assert 'eval "$CIG_SETUP_TOOLS"' in rendered.script


def test_an_unknown_tool_is_refused_with_those_there_are(render_step: Callable) -> None:
    rendered = render_step(Step("t", tool=Tool("cobol")))
    assert rendered.codes == ["BUILDKITE_005"]
    assert "ruby" in rendered.diagnostics[0].hint


def test_an_option_that_means_nothing_here_is_told(render_step: Callable) -> None:
    rendered = render_step(Step("t", tool=Tool("node", "22", (Pair("mirror", "https://node.example"),))))
    assert rendered.codes == ["BUILDKITE_006"]
    assert '"mirror" of node' in rendered.diagnostics[0].message


def test_a_tool_is_on_path_for_all_steps_that_follow(render_step: Callable, run: Callable) -> None:
    show = Run("which-tool")
    steps = (
        Step("t", tool=Tool("node", "22")),
        Step("a", run=show),
        Step("b", run=show, run_on="always"),
        Step("c", run=show, shell="bash"),
    )
    setup = """cig_tool() { mkdir -p bin; printf '#!/bin/sh\\necho "$0"\\n' > bin/which-tool; chmod +x bin/which-tool
      echo "export PATH=$PWD/bin:\\$PATH" >> "$CIG_ENV"; . "$CIG_ENV"; }"""
    done = run(render_step(*steps).script, CIG_SETUP_TOOLS=setup)
    assert done.code == 0
    assert sum(line.endswith("bin/which-tool") for line in done.out) == 3


def test_what_the_workflow_says_of_the_root_is_merged(make_job: Callable, render: Callable) -> None:
    raw = (ProviderBlock("buildkite", '{"notify":[{"slack":"#ci"}],"agents":{"queue":"x"}}'),)
    rendered = render(make_job(MAKE), raw=raw)
    assert rendered.data["notify"] == [{"slack": "#ci"}]
    assert rendered.data["agents"] == {"queue": "x"}
    assert list(rendered.data)[-1] == "steps"


def test_the_name_of_another_workflow_is_told(make_job: Callable, render: Callable) -> None:
    assert render(make_job(MAKE, workflow="nightly"), id="nightly", name="Nightly").codes == ["BUILDKITE_020"]
    assert render(make_job(MAKE, workflow="nightly"), id="nightly", name="").codes == []


MANUAL = ManualTrigger((ManualInput("level", default="some"), ManualInput("note")))


@pytest.mark.parametrize(
    ("triggers", "codes"),
    [
        (Triggers(PushTrigger(), schedule=(Schedule("0 3 * * *"),)), ["BUILDKITE_020"]),
        (Triggers(PushTrigger(), tag=TagTrigger(("v*",))), ["BUILDKITE_020"]),
        (Triggers(PushTrigger(), merge_queue="full"), ["BUILDKITE_020"]),
        (Triggers(pull_request=PullRequestTrigger(types=("opened",))), ["BUILDKITE_012"]),
        (Triggers(PushTrigger(), paths=("app/**",)), ["BUILDKITE_012"]),
        (Triggers(manual=MANUAL), ["BUILDKITE_024", "BUILDKITE_024"]),
    ],
)
def test_what_is_set_up_elsewhere_is_told(
    triggers: Triggers, codes: list[str], make_job: Callable, render: Callable
) -> None:
    assert render(make_job(MAKE), triggers=triggers).codes == codes


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ({"permissions": (Pair("packages", "write"),)}, "BUILDKITE_021"),
        ({"oidc": True}, "BUILDKITE_021"),
        ({"environment": Environment("production", "https://x")}, "BUILDKITE_022"),
        ({"skip_if": SkipIf(branch=("wip/*",))}, "BUILDKITE_016"),
    ],
)
def test_what_buildkite_does_not_have_is_told(job: dict[str, Any], code: str, render_step: Callable) -> None:
    assert render_step(MAKE, **job).codes == [code]


def test_inputs_are_variables_of_the_build_or_their_defaults(make_job: Callable, render: Callable) -> None:
    given = ManualTrigger((ManualInput("level", default="a$b"), ManualInput("note"), ManualInput("dry-run", "boolean")))
    env = render(make_job(MAKE), triggers=Triggers(PushTrigger(), manual=given), env=(Pair("A", "1"),)).data["env"]
    assert env == {
        "CIG_INPUT_LEVEL": "${CIG_INPUT_LEVEL:-a$$b}",
        "CIG_INPUT_NOTE": "${CIG_INPUT_NOTE:-}",
        "CIG_INPUT_DRY_RUN": "${CIG_INPUT_DRY_RUN:-false}",
        "A": "1",
    }


def test_a_default_that_the_agent_would_misread_is_refused(make_job: Callable, render: Callable) -> None:
    given = ManualTrigger((ManualInput("level", default="{}"),))
    assert "BUILDKITE_010" in render(make_job(MAKE), triggers=Triggers(manual=given)).codes


def many(count: int, make_job: Callable) -> list[Any]:
    return [make_job(MAKE, id=f"j{index}", needs=(f"j{index * 7 % index}",) if index else ()) for index in range(count)]


@pytest.mark.parametrize(("count", "sizes"), [(500, [500]), (501, [500, 2]), (1200, [500, 500, 201])])
def test_a_pipeline_is_dealt_out_to_files_that_one_upload_holds(
    count: int, sizes: list[int], make_workflow: Callable, make_job: Callable
) -> None:
    jobs = many(count, make_job)
    graph = Graph("shop", (make_workflow(),), tuple(reversed(jobs)))
    there: set[str] = set()
    found = []
    for number in range(1, len(sizes) + 1):
        path = part_path(".buildkite/pipeline.yml", number)
        text, problems, _ = render_pipeline(graph, Output("buildkite", path))
        assert problems == ()
        steps = yaml.safe_load(text)["steps"]
        found.append(len(steps))
        for step in steps:
            there.add(step["key"])
            assert step.get("depends_on", step["key"]) in there
    assert found == sizes
    assert there - {"upload"} == {job.id for job in jobs}


def test_the_first_part_uploads_the_others_in_order(make_job: Callable, render: Callable) -> None:
    rendered = render(*many(1001, make_job))
    assert rendered.steps[0]["command"] == (
        "set -e\nbuildkite-agent pipeline upload .buildkite/pipeline.2.yml\n"
        "buildkite-agent pipeline upload .buildkite/pipeline.3.yml\n"
    )


def test_a_part_that_is_not_needed_is_refused(make_job: Callable, render: Callable) -> None:
    assert render(make_job(MAKE), path=".buildkite/pipeline.2.yml").codes == ["BUILDKITE_008"]


def test_a_part_that_is_missing_is_told_with_what_to_add(make_job: Callable, render: Callable) -> None:
    text = render(*many(501, make_job)).text
    (problem,) = PLUGIN.validate(ValidateRequest((Fragment(".buildkite/pipeline.yml", text),))).diagnostics
    assert problem.code == "BUILDKITE_008"
    assert 'path = ".buildkite/pipeline.2.yml"' in problem.hint
    files = (Fragment(".buildkite/pipeline.yml", text), Fragment(".buildkite/pipeline.2.yml", "steps: []\n"))
    assert PLUGIN.validate(ValidateRequest(files)).diagnostics == ()


def test_more_jobs_in_a_file_than_an_upload_holds_are_refused() -> None:
    steps = [{"command": "x", "parallelism": 400}, {"group": "g", "steps": [{"command": "x", "parallelism": 101}]}]
    file = Fragment(".buildkite/pipeline.yml", json.dumps({"steps": steps}))
    assert [one.code for one in PLUGIN.validate(ValidateRequest((file,))).diagnostics] == ["BUILDKITE_009"]
    matrix = {
        "setup": {"a": list("abcdefghij"), "b": list("0123456789")},
        "adjustments": [{"with": {}, "skip": True}, {"with": {}}],
    }
    file = Fragment(".buildkite/pipeline.yml", json.dumps({"steps": [{"command": "x", "matrix": matrix}] * 6}))
    assert "600 jobs" in PLUGIN.validate(ValidateRequest((file,))).diagnostics[0].message


@pytest.mark.parametrize("content", ["{", "[1]", "steps: 3\n", "steps: [wait, {}]\n", ""])
def test_a_file_that_others_broke_does_not_stop_the_check(content: str) -> None:
    assert PLUGIN.validate(ValidateRequest((Fragment(".buildkite/pipeline.yml", content),))).diagnostics == ()


def test_a_build_of_too_many_jobs_is_refused(make_job: Callable, render: Callable) -> None:
    from cigen.sdk import Retry, Shards

    rendered = render(make_job(MAKE, shards=Shards(400), retry=Retry(10)))
    assert rendered.codes == ["BUILDKITE_009"]
    assert "4,400 jobs" in rendered.diagnostics[0].message


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (".buildkite/pipeline.yml", 1),
        (".buildkite/pipeline.2.yml", 2),
        (".buildkite/pipeline.10.yml", 10),
        (".buildkite/v1.yml", 1),
    ],
)
def test_parts_are_known_by_their_number(path: str, part: int) -> None:
    first, number = part_of(path)
    assert number == part
    assert part_path(first, number) == path


def test_the_plugin_writes_what_has_no_errors(make_workflow: Callable, make_job: Callable) -> None:
    graph = Graph("shop", (make_workflow(),), (make_job(MAKE),))
    outputs = (Output("buildkite", ".buildkite/pipeline.yml"), Output("buildkite", ".buildkite/pipeline.2.yml"))
    result = PLUGIN.generate(GenerateRequest("buildkite", graph, outputs))
    assert [fragment.path for fragment in result.fragments] == [".buildkite/pipeline.yml"]
    assert [one.code for one in result.diagnostics] == ["BUILDKITE_008"]
    assert all(TITLES[one.code] == one.title for one in result.diagnostics)


def test_what_is_rendered_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    script = tmp_path / "render.py"
    script.write_text(
        "from cigen.sdk import *\n"
        "from cigen.std.provider.buildkite.pipeline import render_pipeline\n"
        "steps = tuple(Step(c, run=Run(c), secrets=tuple('XYZ')) for c in 'abc') + (Step('u', run=Run('u')),)\n"
        "made = [Job(c, machine=Runner(c), steps=steps, needs=tuple('abcd'[:i])) for i, c in enumerate('abcd')]\n"
        "jobs = tuple(made)\n"
        "print(render_pipeline(Graph('p', (Workflow('ci'),), jobs), Output('buildkite', '.buildkite/pipeline.yml')))\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, str(script)], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


def test_a_file_whose_jobs_no_build_has_is_refused(make_job: Callable, render: Callable) -> None:
    from cigen.sdk import Expr, Op

    rendered = render(make_job(MAKE, when=Expr(Op.BOOL, "false")))
    assert (rendered.text, rendered.codes) == ("", ["BUILDKITE_002"])


def test_keys_of_steps_that_cig_adds_are_nobody_elses(make_job: Callable, render: Callable) -> None:
    jobs = [make_job(MAKE, id=name) for name in ("approve-b", "gate-open", "upload")]
    rendered = render(*jobs, make_job(MAKE, id="b", approve=Approval()), concurrency=Concurrency("serial"))
    assert len(set(rendered.keys)) == len(rendered.keys) == 7
    assert rendered.steps[-2]["depends_on"] == ["gate-open", "approve-b_"]


@pytest.mark.parametrize("workflow", ["*", "nightly"])
def test_whoever_starts_one_of_several_workflows_says_which(
    workflow: str, make_workflow: Callable, make_job: Callable
) -> None:
    schedule = Triggers(schedule=(Schedule("0 3 * * *"),))
    both = make_workflow(id="nightly", triggers=schedule), make_workflow(id="weekly", triggers=schedule)
    jobs = make_job(MAKE, id="a", workflow="nightly"), make_job(MAKE, id="b", workflow="weekly")
    text, found, _ = render_pipeline(
        Graph("shop", both, jobs), Output("buildkite", ".buildkite/p.yml", workflow=workflow)
    )
    named = ' && build.env("CIG_WORKFLOW") == "nightly"' if workflow == "*" else ""
    assert yaml.safe_load(text)["steps"][0]["if"] == f'build.source == "schedule"{named}'
    assert sum("CIG_WORKFLOW=" in one.message for one in found) == (2 if workflow == "*" else 0)
