"""Values travel from a job to those that need it."""

from collections.abc import Callable
from typing import Any

from cigen.schema.conditions import parse_condition
from cigen.sdk import Job, JobOutputs, Pair, Run, Step

RUN = Step("run", run=Run("make"))


def test_a_job_hands_its_values_on_whatever_happens(render_step: Callable[..., Any]) -> None:
    job = render_step(RUN, outputs=JobOutputs(values=("tag", "other-one"))).job
    assert job["outputs"] == {
        "tag": "${{ steps.cig-values.outputs.tag }}",
        "other-one": "${{ steps.cig-values.outputs.other-one }}",
    }
    assert [step.get("name") for step in job["steps"]] == [
        "Check out",
        "Prepare the values",
        None,
        "Hand on the values",
    ]
    assert (job["steps"][-1]["id"], job["steps"][-1]["if"]) == ("cig-values", "always()")


def test_a_job_without_values_has_no_steps_for_them(render_step: Callable[..., Any]) -> None:
    job = render_step(RUN, outputs=JobOutputs(files=("dist/**",))).job
    assert len(job["steps"]) == 2
    assert "outputs" not in job


def test_jobs_that_need_it_find_them(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    ask = make_job(RUN, id="ask-it", outputs=JobOutputs(values=("big-one",)))
    step = Step("s", run=Run("x"), when=parse_condition("needs.ask-it.big-one matches 'v*'"))
    told = make_job(step, id="told", needs=("ask-it",), when=parse_condition("needs.ask-it.big-one != 'no'"))
    jobs = render(ask, told, make_job(id="stranger")).data["jobs"]
    assert jobs["told"]["env"] == {"CIG_NEEDS_ASK_IT_BIG_ONE": "${{ needs.ask-it.outputs.big-one }}"}
    assert jobs["told"]["if"] == "needs.ask-it.outputs.big-one != 'no'"
    assert jobs["told"]["steps"][-1]["if"] == "startsWith(needs.ask-it.outputs.big-one, 'v')"
    assert "env" not in jobs["stranger"]


def test_what_the_job_itself_says_of_a_variable_wins(render: Callable[..., Any], make_job: Callable[..., Job]) -> None:
    ask = make_job(RUN, id="ask", outputs=JobOutputs(values=("x",)))
    told = make_job(id="told", needs=("ask",), env=(Pair("CIG_NEEDS_ASK_X", "mine"),))
    assert render(ask, told).data["jobs"]["told"]["env"] == {"CIG_NEEDS_ASK_X": "mine"}
