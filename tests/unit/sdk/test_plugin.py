"""What a plugin author sees of the SDK."""

import inspect

import pytest

import cigen.sdk
from cigen.model.plans import Hook
from cigen.sdk import DetectRequest, DetectResult, Plugin, RepoSnapshot, ValidateRequest, ValidateResult
from cigen.sdk.plugin import implemented_hooks


class Some(Plugin):
    def detect(self, request: DetectRequest) -> DetectResult:
        return DetectResult()


class More(Some):
    def validate(self, request: ValidateRequest) -> ValidateResult:
        return ValidateResult()


def test_the_hooks_that_a_class_or_its_parents_override_are_implemented() -> None:
    assert implemented_hooks(Plugin()) == ()
    assert implemented_hooks(Some()) == ("detect",)
    assert implemented_hooks(More()) == ("detect", "validate")


def test_every_hook_has_a_method_and_the_others_refuse() -> None:
    for hook in Hook:
        assert list(inspect.signature(getattr(Plugin, hook.value)).parameters) == ["self", "request"]
    with pytest.raises(NotImplementedError, match="plan"):
        Some().plan(cigen.sdk.PlanRequest())
    assert Some().detect(DetectRequest(RepoSnapshot())) == DetectResult()


def test_everything_promised_is_there_and_sorted() -> None:
    assert sorted(cigen.sdk.__all__) == cigen.sdk.__all__
    for name in cigen.sdk.__all__:
        assert getattr(cigen.sdk, name) is not None


def test_every_value_of_the_protocol_can_be_imported_from_the_sdk() -> None:
    from cigen.plugin.v1 import plugin_pb2

    descriptor = plugin_pb2.DESCRIPTOR
    assert {*descriptor.message_types_by_name, *descriptor.enum_types_by_name} <= set(cigen.sdk.__all__)
