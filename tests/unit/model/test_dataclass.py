"""The cheap classes behave as those of `dataclasses` do."""

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
from cigen.model.dataclass import dataclass, field
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


@dataclass(slots=True)
class Mutable:
    """Something that grows."""

    items: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, order=True)
class Ordered:
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


@given(VALUES)
def test_a_compiled_constructor_does_what_the_shared_one_did(one: dict[str, Any]) -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        """Made once by each test."""

        a: int
        b: str = "x"
        c: tuple[int, ...] = ()

    first = Fresh(**one)
    while "values" in inspect.signature(Fresh).parameters:
        assert Fresh(**one) == first
    assert list(inspect.signature(Fresh).parameters) == ["a", "b", "c"]
    assert Fresh(**one) == first


@pytest.mark.parametrize("often", [1, 50])
def test_what_follows_the_constructor_runs_once_for_each_object(often: int) -> None:
    seen = []

    @dataclass(frozen=True, slots=True)
    class Checked:
        """Looks at itself."""

        a: int

        def __post_init__(self) -> None:
            seen.append(self.a)

    for number in range(often):
        Checked(number)
    assert seen == list(range(often))


def test_a_field_may_be_called_as_anything_that_makes_objects() -> None:
    @dataclass(frozen=True, slots=True)
    class Named:
        """With as many fields as are set all at once."""

        call: int
        map: int
        repeat: int
        each: int
        setters: int
        exhaust: int
        after: int = 6
        default_call: int = 7
        set_0: int = 8
        _Named__call: int = 9

        def __post_init__(self) -> None:
            assert (self.call, self._Named__call) == (0, 9)

    for _ in range(50):
        made = Named(*range(6))
        assert [getattr(made, name) for name in Named.__slots__] == list(range(10))


def test_every_object_has_a_default_of_its_own() -> None:
    made = [Mutable() for _ in range(50)]
    for number, value in enumerate(made):
        value.items.append(number)
    assert [value.items for value in made] == [[number] for number in range(50)]
    given: list[int] = []
    assert Mutable(given).items is given


def test_a_mutable_class_is_compared_and_never_hashed() -> None:
    assert Mutable([1]) == Mutable([1]) != Mutable([2])
    changed = Mutable()
    changed.items = [3]
    assert changed == Mutable([3])
    with pytest.raises(TypeError, match="unhashable"):
        hash(changed)
    assert copy.deepcopy(changed) == pickle.loads(pickle.dumps(changed)) == changed


def test_a_class_below_one_with_fields_uses_its_constructor() -> None:
    class Below(Mutable):
        """Adds nothing."""

    for _ in range(50):
        assert Below([1]).items == [1]
        assert Mutable([1]).items == [1]


@given(VALUES, VALUES)
def test_an_ordered_class_is_ordered_by_its_fields(one: dict[str, Any], other: dict[str, Any]) -> None:
    fields = ("a", "b", "c")
    here, there = Ordered(**one), Ordered(**other)
    left, right = ([getattr(value, name) for name in fields] for value in (here, there))
    assert (here < there, here <= there, here > there, here >= there) == (
        left < right, left <= right, left > right, left >= right,
    )  # fmt: skip
    with pytest.raises(TypeError):
        assert here < Ours(1)


def test_a_class_may_say_itself_what_is_equal() -> None:
    @dataclass(frozen=True, slots=True)
    class Named:
        """Known by its name."""

        name: str
        shade: int = 0

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Named) and self.name == other.name

        def __hash__(self) -> int:
            return hash(self.name)

    assert {Named("a", 1), Named("a", 2)} == {Named("a")}


def test_every_class_of_the_model_is_frozen_and_has_slots() -> None:
    for module in (plans, resources, expressions, diagnostics):
        for name in module.__all__:
            cls = getattr(module, name)
            if dataclasses.is_dataclass(cls):
                assert cls.__slots__ == tuple(field.name for field in dataclasses.fields(cls))
                assert cls.__hash__ is not None


def test_importing_the_model_compiles_no_methods() -> None:
    code = "import sys, cigen.model.plans; print({'dataclasses', 'inspect'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"
