"""Values become JSON and come back the same."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cigen.model.codec import from_json, to_json
from cigen.model.diagnostics import Diagnostic, Level, Location
from cigen.model.expressions import Expr, Op
from cigen.model.plans import DetectRequest, DetectResult, File, GenerateRequest, PlanResult, RepoSnapshot
from cigen.model.resources import Cache, CacheUse, Job, Pair, PushTrigger, Retry, Run, Step, Triggers


@pytest.mark.parametrize(
    "cls", [Job, DetectResult, PlanResult, GenerateRequest, DetectRequest], ids=lambda c: c.__name__
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_value_survives_the_way_to_json_text_and_back(cls: type, values: Any, data: st.DataObject) -> None:
    value = data.draw(values(cls))
    again = from_json(cls, json.loads(json.dumps(to_json(value))))
    assert again == value
    assert type(again) is cls


def test_only_what_differs_from_the_defaults_is_written() -> None:
    assert to_json(Job("test", timeout=30, needs=("build",))) == {"id": "test", "needs": ["build"]}


def test_a_required_field_is_written_even_when_empty() -> None:
    assert to_json(Retry(0)) == {"max": 0}


def test_a_false_that_is_not_the_default_is_written() -> None:
    assert to_json(Cache("gems", fallback=False)) == {"id": "gems", "fallback": False}


def test_an_empty_value_differs_from_none() -> None:
    assert to_json(Triggers(push=PushTrigger())) == {"push": {}}
    assert from_json(Triggers, {"push": {}}) == Triggers(push=PushTrigger())


def test_bytes_are_base64_and_enums_their_values() -> None:
    assert to_json(RepoSnapshot((File("a", content=b"\xff\x00"),))) == {"files": [{"path": "a", "content": "/wA="}]}
    assert to_json(Expr(Op.AND, args=(Expr(Op.NAME, "branch"),))) == {
        "op": "and",
        "args": [{"op": "name", "value": "branch"}],
    }


def test_key_paths_keep_their_indices() -> None:
    found = Diagnostic(Level.ERROR, "X_001", "t", "m", key=("jobs", "a", "needs", 0), location=Location("f", 1))
    assert to_json(found)["key"] == ["jobs", "a", "needs", 0]
    assert from_json(Diagnostic, to_json(found)) == found


def test_a_value_read_from_json_is_as_frozen_as_any_other() -> None:
    step = from_json(Step, {"run": {"script": "make"}})
    assert step == Step(run=Run("make"))
    assert hash(step) == hash(Step(run=Run("make")))
    with pytest.raises(AttributeError):
        step.name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("cls", "data", "text"),
    [
        (Pair, {"name": "a", "value": "b", "colour": 1}, "Pair has no field 'colour'; it has name, value"),
        (Retry, {"delay": 1}, "Retry: missing max"),
        (Pair, ["a"], "Pair: expected an object, not list"),
        (Pair, {"name": 1, "value": ""}, "Pair.name: expected str, not int"),
        (Job, {"id": "a", "timeout": True}, "Job.timeout: expected int, not bool"),
        (Job, {"id": "a", "needs": "b"}, "Job.needs: expected a list, not str"),
        (Job, {"id": "a", "steps": [{"run": {"cmd": ""}}]}, "Run has no field 'cmd'; it has script"),
        (
            Expr,
            {"op": "xor"},
            "Expr.op: expected one of and, or, not, eq, ne, in, matches, name, literal, bool, not 'xor'",
        ),
        (File, {"path": "a", "content": "=="}, "File.content: "),
        (CacheUse, {"cache": None}, "Cache: expected an object, not NoneType"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(cls: type, data: Any, text: str) -> None:
    with pytest.raises(ValueError, match="^" + text.replace("(", r"\(")):
        from_json(cls, data)
