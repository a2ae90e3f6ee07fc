"""When a job runs, and that what needs it does not run without it."""

from collections.abc import Callable
from typing import Any

from cigen.sdk import Expr, Job, JobOutputs, ManualInput, ManualTrigger, Pair, PushTrigger, TagTrigger, Triggers

Render = Callable[..., Any]
Make = Callable[..., Job]
When = Callable[[str], Expr]
BRANCH = "pipeline.git.branch"


def test_a_job_states_the_conditions_of_all_it_needs(render: Render, make_job: Make, when: When) -> None:
    found = render(
        make_job(id="a", when=when("branch == 'main'")),
        make_job(id="b", needs=("a",)),
        make_job(id="c", needs=("b",), when=when("branch != 'x'")),
        make_job(id="d", needs=("a",), run_on="always"),
        make_job(id="e", needs=("a",), run_on="failure"),
    )
    main = f'{BRANCH} == "main"'
    assert [place.get("filters") for place in found.places.values()] == [
        main,
        main,
        f'{main} and {BRANCH} != "x"',
        None,
        None,
    ]
    assert found.places["d"]["requires"] == [{"a": "terminal"}]
    assert found.places["e"]["requires"] == [{"a": "failed"}]
    # Where a is filtered out, so are both.
    assert found.codes == ["CIRCLECI_034", "CIRCLECI_034"]


def test_needs_may_stand_before_what_they_need(render: Render, make_job: Make, when: When) -> None:
    found = render(make_job(id="b", needs=("a",)), make_job(id="a", when=when("branch == 'main'")))
    assert found.places["b"]["filters"] == f'{BRANCH} == "main"'


def test_an_expression_keeps_tags_out_that_nobody_let_in(render: Render, make_job: Make, when: When) -> None:
    job = make_job(when=when("branch != 'main'"))
    outside = render(job, triggers=Triggers(PushTrigger()))
    assert outside.places["test"]["filters"] == f'{BRANCH} != "main" and pipeline.git.tag == ""'
    asked = render(job, triggers=Triggers(PushTrigger(), tag=TagTrigger(("v*",))))
    assert asked.places["test"]["filters"] == f'{BRANCH} != "main"'
    closed = render(job, triggers=Triggers(PushTrigger(("a", "main"))))
    assert closed.places["test"]["filters"] == f'{BRANCH} != "main"'


def test_a_glob_that_no_filter_knows_ends_the_job_at_its_start(render: Render, make_job: Make, when: When) -> None:
    found = render(make_job(when=when("branch matches '*-rc' and branch != 'x'")))
    assert found.job["steps"][0]["unless"]["condition"] == {
        "matches": {"pattern": "^.*-rc$", "value": f"<< {BRANCH} >>"}
    }
    assert found.job["steps"][0]["unless"]["steps"][0]["run"]["command"] == "circleci-agent step halt"
    assert f'{BRANCH} != "x"' in found.places["test"]["filters"]
    assert found.codes == ["CIRCLECI_008"]


def test_another_jobs_output_is_asked_for_in_the_job(render: Render, make_job: Make, when: When) -> None:
    manual = Triggers(PushTrigger(), manual=ManualTrigger((ManualInput("go", "boolean"),)))
    found = render(
        make_job(id="plan", outputs=JobOutputs(values=("run", "why"))),
        make_job(id="go", needs=("plan",), when=when("needs.plan.run == 'yes' or input.go")),
        make_job(id="after", needs=("go",)),
        triggers=manual,
    )
    plan, go, after = found.data["jobs"].values()
    assert plan["steps"][0]["run"]["command"].startswith("mkdir -p /tmp/cig/outputs/plan\n")
    assert plan["steps"][-1] == {"persist_to_workspace": {"root": "/tmp/cig", "paths": ["outputs/plan"]}}
    attach, read, ask = go["steps"][:3]
    assert attach == {"attach_workspace": {"at": "/tmp/cig"}}
    assert "CIG_NEEDS_PLAN_RUN" in read["run"]["command"]
    assert "CIG_NEEDS_PLAN_WHY" in read["run"]["command"]
    assert ask["run"]["environment"] == {"CIG_PARAMETERS_GO": "<< pipeline.parameters.go >>"}
    assert "circleci-agent step halt" in ask["run"]["command"]
    # What needs it asks the same, though it does not need the plan itself.
    assert after["steps"][:3] == go["steps"][:3]


def test_a_variable_that_cig_toml_sets_is_known_before(render: Render, make_job: Make, when: When) -> None:
    job = make_job(when=when("env.MODE == 'fast' and branch == 'main'"), env=(Pair("MODE", "fast"),))
    assert render(job).places["test"]["filters"] == f'{BRANCH} == "main"'


def test_a_job_that_never_runs_is_left_out_with_what_needs_it(render: Render, make_job: Make, when: When) -> None:
    found = render(make_job(id="a"), make_job(id="b", when=when("false")), make_job(id="c", needs=("b",)))
    assert list(found.places) == ["a"]
    assert found.codes == ["CIRCLECI_029", "CIRCLECI_029"]


def test_a_condition_that_cannot_be_said_is_an_error(render: Render, make_job: Make, when: When) -> None:
    assert render(make_job(when=when("label.ci"))).codes == ["CIRCLECI_007"]


def test_failure_of_several_is_told_to_be_failure_of_all(render: Render, make_job: Make) -> None:
    found = render(make_job(id="a"), make_job(id="b"), make_job(id="c", needs=("a", "b"), run_on="failure"))
    assert found.codes == ["CIRCLECI_033"]
