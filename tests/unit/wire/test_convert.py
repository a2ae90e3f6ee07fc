"""Values cross the wire unchanged, and the protocol says what the model says."""

import dataclasses
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cigen.model import diagnostics, expressions, plans, resources
from cigen.model.diagnostics import Diagnostic, Level
from cigen.model.expressions import Expr, Op
from cigen.model.plans import (
    DetectRequest,
    DetectResult,
    GenerateRequest,
    Hello,
    PlanResult,
    PluginInfo,
    RepoSnapshot,
    StepGroup,
    ValidateResult,
)
from cigen.model.resources import Cache, Checkout, Job, PushTrigger, Run, Step, Tool, Triggers
from cigen.model.shape import shape
from cigen.plugin.v1 import plugin_pb2
from cigen.wire.convert import from_message, message_class, to_message
from cigen.wire.methods import HANDSHAKE, methods

MODULES = (plans, resources, expressions, diagnostics)
CLASSES = [
    item
    for module in MODULES
    for item in (getattr(module, name) for name in module.__all__)
    if isinstance(item, type) and dataclasses.is_dataclass(item)
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_every_value_has_a_message_of_the_same_fields(cls: type) -> None:
    assert [f.name for f in shape(cls)] == [f.name for f in message_class(cls).DESCRIPTOR.fields]


def test_every_message_has_a_value() -> None:
    assert sorted(plugin_pb2.DESCRIPTOR.message_types_by_name) == sorted(cls.__name__ for cls in CLASSES)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_a_default_that_is_not_empty_is_optional_in_the_message(cls: type) -> None:
    fields = message_class(cls).DESCRIPTOR.fields_by_name
    for field in shape(cls):
        scalar = field.kind.value == "scalar" and not field.many
        wanted = scalar and not field.required and bool(field.default)
        assert (scalar and fields[field.name].has_presence) == wanted, field.name


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_value_survives_the_way_over_the_wire(cls: type, values: Any, data: st.DataObject) -> None:
    value = data.draw(values(cls))
    content = to_message(value).SerializeToString()
    again = from_message(cls, message_class(cls).FromString(content))
    assert again == value
    assert type(again) is cls


def test_equal_values_have_equal_bytes(values: Any) -> None:
    generate = next(m for m in methods().values() if m.name == "generate")
    request = GenerateRequest("github", plans.Graph("p", jobs=(Job("a", steps=(Step(id="x"),)),)))
    assert generate.encode(request) == generate.encode(dataclasses.replace(request))


def test_an_empty_message_is_all_defaults() -> None:
    for cls in (DetectResult, PlanResult, ValidateResult, PluginInfo, Cache, Checkout):
        empty = from_message(cls, message_class(cls)())
        required = {f.name: "" for f in shape(cls) if f.required}
        assert empty == cls(**required)
    assert from_message(DetectRequest, plugin_pb2.DetectRequest()) == DetectRequest(RepoSnapshot())


def test_an_empty_value_differs_from_none() -> None:
    assert from_message(Triggers, to_message(Triggers(push=PushTrigger()))) == Triggers(push=PushTrigger())
    assert from_message(Triggers, to_message(Triggers())) == Triggers()


def test_a_default_of_the_model_is_spelled_out_for_other_languages() -> None:
    assert to_message(Cache("gems")).fallback is True  # type: ignore[attr-defined]
    assert from_message(Cache, to_message(Cache("gems", fallback=False))).fallback is False


def test_two_actions_in_one_step_are_refused_not_lost() -> None:
    with pytest.raises(ValueError, match="Step: only one of run, tool may be given"):
        to_message(PlanResult((plans.Resource("r", job=Job("a", steps=(Step(run=Run("x"), tool=Tool("t")),))),)))


def test_an_enum_left_out_is_its_default() -> None:
    assert from_message(StepGroup, plugin_pb2.StepGroup(job="a")) == StepGroup("a")


def test_a_required_enum_left_out_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expr\.op is not given"):
        from_message(Expr, plugin_pb2.Expr(value="x"))


def test_an_enum_of_a_later_minor_version_is_refused() -> None:
    content = plugin_pb2.Expr(op=3).SerializeToString().replace(b"\x03", b"\x63")
    with pytest.raises(ValueError, match=r"Expr\.op: 99 is no Op"):
        from_message(Expr, plugin_pb2.Expr.FromString(content))


def test_a_field_of_a_later_minor_version_is_ignored() -> None:
    content = plugin_pb2.Hello(core_protocol=1).SerializeToString() + b"\xfa\x01\x01x"
    assert from_message(Hello, plugin_pb2.Hello.FromString(content)) == Hello(1)


def test_indices_of_a_key_path_survive() -> None:
    found = Diagnostic(Level.WARNING, "X_1", "t", "m", key=("jobs", "a", "needs", 0))
    message = to_message(found)
    assert list(message.key) == ["jobs", "a", "needs", "[0]"]  # type: ignore[attr-defined]
    assert from_message(Diagnostic, message) == found


def test_a_float_comes_back_as_it_was_written() -> None:
    assert from_message(DetectResult, to_message(DetectResult(confidence=0.9))).confidence == 0.9


def test_nested_conditions_survive() -> None:
    expr = Expr(Op.AND, args=(Expr(Op.NOT, args=(Expr(Op.NAME, "draft"),)), Expr(Op.BOOL, "true")))
    assert from_message(Expr, to_message(expr)) == expr


def test_the_service_has_a_handshake_and_every_hook() -> None:
    assert {m.name for m in methods().values()} == {"handshake", *(hook.value for hook in plans.Hook)}
    assert HANDSHAKE in methods()


def test_bytes_that_are_no_message_are_refused() -> None:
    detect = next(m for m in methods().values() if m.name == "detect")
    with pytest.raises(ValueError, match="the bytes are no DetectResult"):
        detect.decode_result(b"\xff\xff\xff")
