"""S2, S1: what the gate lets through. Names that are red are told; what is not known is never green."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.pipeline.gate import Planned, judge_results, plain_id, read_plan, read_results


def entry(key: str, decision: str, job: str = "") -> Planned:
    return Planned(key, job or key, plain_id(key), decision)


LEGS = (entry("test-ruby3.3", "hit", "test"), entry("test-ruby3.4", "run", "test"))


def red(plan: Any, /, workflow: str = "", excluded: tuple[str, ...] = (), **results: str) -> list[str]:
    return [one.name for one in judge_results(plan, results, workflow=workflow, excluded=excluded) if one.why]


def test_every_job_that_succeeded_is_green() -> None:
    assert (
        red((entry("a", "run"), entry("b", "forced"), entry("c", "hit")), a="success", b="success", c="success") == []
    )


@pytest.mark.parametrize("decision", ["hit", "excluded"])
def test_s2_a_job_may_be_skipped_as_planned_and_need_not_be_there(decision: str) -> None:
    assert red((entry("a", decision),), a="skipped") == []
    assert red((entry("a", decision),)) == []


@pytest.mark.parametrize("decision", ["run", "forced", "", "HIT", "hit "])
def test_s2_a_job_that_was_to_run_may_be_neither_skipped_nor_missing(decision: str) -> None:
    assert red((entry("a", decision),), a="skipped") == ["a"]
    assert red((entry("a", decision),)) == ["a"]


@pytest.mark.parametrize("result", ["failure", "cancelled", "timed_out", "", "Success", "neutral"])
@pytest.mark.parametrize("decision", ["run", "hit", "excluded"])
def test_s2_no_other_result_is_green_whatever_was_planned(result: str, decision: str) -> None:
    assert red((entry("a", decision),), a=result) == ["a"]


def test_a_job_that_the_plan_does_not_know_must_succeed() -> None:
    assert red((entry("a", "hit"),), plan="success") == []
    assert red((entry("a", "hit"),), plan="skipped") == ["plan"]


def test_s23_a_matrix_job_stands_for_all_its_legs() -> None:
    assert red(LEGS, test="success") == []
    assert red(LEGS, test="skipped") == ["test"]
    assert red(tuple(Planned(one.key, "test", one.id, "hit") for one in LEGS), test="skipped") == []


def test_s3_a_leg_is_known_by_its_key_and_by_its_id() -> None:
    assert red(LEGS, **{"test-ruby3.3": "skipped", "test-ruby3-4": "success"}) == []
    assert red(LEGS, **{"test-ruby3-3": "skipped", "test-ruby3.4": "skipped"}) == ["test-ruby3.4"]
    assert red(LEGS, **{"test-ruby3-3": "skipped"}) == ["test-ruby3.4"]


def test_s1_without_a_plan_nothing_may_be_skipped() -> None:
    assert red(None, a="success") == []
    assert red(None, a="success", b="skipped") == ["b"]


PLAN = {"schema": "cig.plan/1", "jobs": {"a": {"job": "a", "decision": "hit", "proved_by": {"url": "u"}, "new": 1}}}


def test_a_plan_is_read_and_unknown_fields_are_ignored() -> None:
    assert read_plan(json.dumps({**PLAN, "more": []})) == (Planned("a", "a", "a", "hit", "", "u"),)


@pytest.mark.parametrize(
    "document",
    [
        {**PLAN, "schema": "cig.plan/2"},
        {"schema": "cig.plan/1"},
        {**PLAN, "jobs": []},
        {**PLAN, "jobs": {"a": "hit"}},
        {**PLAN, "jobs": {"a": {"job": "a"}}},
        {**PLAN, "jobs": {"a": {"decision": "hit"}}},
        {**PLAN, "jobs": {"a": {"job": "a", "decision": True}}},
        [],
        None,
    ],
)
def test_s1_a_plan_of_another_shape_is_none(document: Any) -> None:
    assert read_plan(json.dumps(document)) is None


@given(st.integers(min_value=0, max_value=len(json.dumps(PLAN)) - 1))
def test_s1_a_truncated_plan_is_none(length: int) -> None:
    assert read_plan(json.dumps(PLAN)[:length]) is None


def test_results_are_those_of_github() -> None:
    assert read_results('{"a": {"result": "success", "outputs": null}}') == {"a": "success"}
    for wrong in ("", "[]", '{"a": "success"}', '{"a": {}}', '{"a": {"result": null}}', "[" * 60_000):
        assert read_results(wrong) is None


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["run", "hit", "excluded", "forced"])),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["success", "failure", "skipped", "cancelled"])),
)
def test_the_gate_is_green_exactly_when_everything_was_run_or_proven(
    plan: dict[str, str], results: dict[str, str]
) -> None:
    found = judge_results([entry(key, decision) for key, decision in plan.items()], results)
    fine = all(
        results.get(key, "skipped") == "success"
        or (results.get(key, "skipped") == "skipped" and plan.get(key) in ("hit", "excluded"))
        for key in {*plan, *results}
    )
    assert (not any(one.why for one in found)) == fine
    assert [one.name for one in found] == sorted({*plan, *results})


def test_a_name_is_a_plan_key_before_it_is_anything_else() -> None:
    plan = (entry("test", "run", "other"), entry("leg", "hit", "test"), entry("te.st", "hit"))
    assert red(plan, test="skipped") == ["test"]
    assert red((entry("a.b", "hit"), entry("a-b", "run")), **{"a-b": "skipped"}) == ["a-b"]


@pytest.mark.parametrize("name", ["test-ruby3.4", "test-ruby3-4", "test"])
def test_s2_what_a_condition_of_the_run_left_out_may_be_skipped_or_absent(name: str) -> None:
    assert red(LEGS, excluded=(name,)) == []
    assert red(LEGS, excluded=(name,), **{"test-ruby3.4": "skipped"}) == []
    assert red(LEGS, excluded=(name,), test="skipped") == []
    assert red(LEGS, excluded=("other",), test="skipped") == ["test"]
    assert red(None, excluded=("test",), test="skipped") == []


@pytest.mark.parametrize("result", ["failure", "cancelled", ""])
def test_s2_what_was_left_out_may_not_have_failed(result: str) -> None:
    assert red(LEGS, excluded=("test",), test=result) == ["test"]


def test_s2_one_leg_that_was_left_out_excuses_no_other() -> None:
    both = tuple(Planned(one.key, "test", one.id, "run") for one in LEGS)
    assert red(both, excluded=("test-ruby3.4",), test="skipped") == ["test"]
    assert red(both, excluded=("test-ruby3.4",)) == ["test-ruby3.3"]


def test_a_job_that_only_runs_after_a_failure_need_not_have_run() -> None:
    report = Planned("report", "report", "report", "run", "ON_FAILURE")
    assert red((report,)) == red((report,), report="skipped") == red((report,), report="success") == []
    assert red((report,), report="failure") == red((report,), report="cancelled") == ["report"]


def test_a_gate_of_one_workflow_asks_for_no_job_of_another() -> None:
    plan = tuple(Planned(one, one, one, "run", workflow=workflow) for one, workflow in ("ax", "by"))
    assert red(plan, workflow="x", a="success") == []
    assert red(plan, workflow="x") == ["a"]
    assert red(plan, a="success") == ["b"]
    assert red((entry("c", "run"), *plan), workflow="x", a="success") == ["c"]
    assert red(plan, workflow="x", a="success", b="skipped") == ["b"]


def audited(*reasons: str, result: str, name: str = "test") -> tuple[bool, bool]:
    plan = [
        Planned(f"test-{at}", "test", f"test-{at}", "hit" if one == "PROVEN" else "run", one)
        for at, one in enumerate(reasons)
    ]
    (found,) = [one for one in judge_results(plan, {name: result}) if one.name == name]
    return found.audited, found.escaped


def test_s20_an_audited_job_that_fails_is_an_escape() -> None:
    assert audited("AUDIT", result="failure") == (True, True)
    assert audited("AUDIT", "PROVEN", result="failure") == (True, True)
    assert audited("AUDIT", result="success") == (True, False)
    for result in ("skipped", "cancelled"):
        assert audited("AUDIT", result=result) == (False, False)


def test_s20_where_another_leg_may_have_failed_nothing_escaped() -> None:
    assert audited("AUDIT", "FILES", result="failure") == (False, False)
    assert audited("AUDIT", "FILES", result="failure", name="test-0") == (True, True)
    assert audited("PROVEN", result="failure") == (False, False)
