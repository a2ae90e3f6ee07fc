"""The cheap frozen classes behave as those of `dataclasses` do."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model import diagnostics, expressions, plans, resources
from cigen.model.frozen import dataclass
from cigen.model.resources import Job, Pair, Retry, Step


@dataclass(frozen=True, slots=True)
class Ours:
    """Some fields."""

    a: int
    b: str = "x"
    c: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """Some fields."""

    a: int
    b: str = "x"
    c: tuple[int, ...] = ()


VALUES = st.fixed_dictionaries(
    {"a": st.integers(0, 2)},
    optional={"b": st.sampled_from("xy"), "c": st.lists(st.integers(0, 1), max_size=2).map(tuple)},
)


@given(VALUES, VALUES)
def test_equality_hash_and_fields_are_those_of_dataclasses(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (Ours(**one) == Ours(**other)) == (Theirs(**one) == Theirs(**other))
    assert hash(Ours(**one)) == hash(Theirs(**one))
    assert dataclasses.astuple(Ours(**one)) == dataclasses.astuple(Theirs(**one))
    assert repr(Ours(**one)).replace("Ours", "Theirs") == repr(Theirs(**one))
    assert dataclasses.replace(Ours(**one), b="z") == Ours(**(one | {"b": "z"}))


def test_values_of_two_classes_are_never_equal() -> None:
    assert Ours(1) != Theirs(1)
    assert Retry(1) != Pair("a")


def test_nothing_can_be_changed_or_added() -> None:
    value = Ours(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'a'"):
        value.a = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'a'"):
        del value.a  # type: ignore[misc]
    with pytest.raises(AttributeError):
        value.d = 2  # type: ignore[attr-defined]
    assert not hasattr(value, "__dict__")


def test_copies_and_pickles_are_equal() -> None:
    step = Step(id="a", env=(Pair("b", "c"),))
    assert copy.copy(step) == copy.deepcopy(step) == pickle.loads(pickle.dumps(step)) == step


def test_a_class_can_be_matched_by_position() -> None:
    match Pair("a", "b"):
        case Pair(name, value):
            assert (name, value) == ("a", "b")


@pytest.mark.parametrize("arguments", [(), (1, 2, 3, 4)])
def test_wrong_arguments_are_refused_from_the_first_call_on(arguments: tuple[int, ...]) -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            Ours(*arguments)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            Job("a", colour="red")  # type: ignore[call-arg]


def test_after_its_first_call_the_constructor_is_the_classes_own() -> None:
    Ours(1)
    assert list(inspect.signature(Ours).parameters) == ["a", "b", "c"]


def test_every_class_of_the_model_is_frozen_and_has_slots() -> None:
    for module in (plans, resources, expressions, diagnostics):
        for name in module.__all__:
            cls = getattr(module, name)
            if dataclasses.is_dataclass(cls):
                assert cls.__slots__ == tuple(field.name for field in dataclasses.fields(cls))
                assert cls.__hash__ is not None


def test_importing_the_model_compiles_no_methods() -> None:
    code = "import cigen.model.plans as p; print(p.Job.__init__ is p.Step.__init__ is p.PlanResult.__init__)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"
