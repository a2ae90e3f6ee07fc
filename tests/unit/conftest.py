"""What the unit tests of several rooms share: strategies made from the shape of a value, a plain workflow and job.

The tests of all providers can import what stands in std_ci beside its own tests.
"""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from cigen.model.plans import Resource
from cigen.model.resources import (
    Checkout,
    Job,
    PullRequestTrigger,
    PushTrigger,
    Runner,
    Step,
    Triggers,
    Workflow,
)
from cigen.model.shape import Field, Kind, shape

sys.path.append(str(Path(__file__).parent / "std_ci"))

ONE_OF: dict[type, tuple[str, ...]] = {
    Resource: ("workflow", "job", "steps", "env", "service", "cache"),
    Step: ("run", "checkout", "tool", "cache", "upload", "download", "module", "native"),
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS: dict[type, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(0, 2**32 - 1),
    float: st.integers(0, 10**6).map(lambda n: n / 10**6),
    bytes: st.binary(max_size=8),
}


def field_strategy(field: Field, depth: int) -> st.SearchStrategy[Any]:
    """Contents of one field. Below `depth` levels of values only defaults are used."""
    if field.kind is Kind.VALUE:
        one = value_strategy(field.type, depth - 1)
    elif field.kind is Kind.ENUM:
        one = st.sampled_from(list(field.type))
    elif field.kind is Kind.KEY:
        one = st.one_of(TEXT.filter(lambda s: not s.startswith("[")), st.integers(0, 9))
    else:
        one = SCALARS[field.type]
    if field.many:
        return st.lists(one, max_size=2).map(tuple)
    return st.one_of(st.none(), one) if field.default is None else one


@cache
def value_strategy(cls: type, depth: int = 3) -> st.SearchStrategy[Any]:
    """Values of one class. Of the fields of a `oneof` at most one is given."""
    chosen = {f.name: field_strategy(f, depth) for f in shape(cls) if f.required or depth > 0 or f.kind is Kind.SCALAR}
    required = {f.name: chosen.pop(f.name) for f in shape(cls) if f.required}
    either = [name for name in ONE_OF.get(cls, ()) if name in chosen]
    if not either:
        return st.fixed_dictionaries(required, optional=chosen).map(lambda drawn: cls(**drawn))
    one_of = st.sampled_from(either).flatmap(lambda name: chosen[name].map(lambda item: {name: item}))
    rest = {name: strategy for name, strategy in chosen.items() if name not in either}
    return st.tuples(st.fixed_dictionaries(required, optional=rest), one_of).map(lambda d: cls(**d[0], **d[1]))


@pytest.fixture(scope="session")
def values() -> Any:
    """`values(cls)`: a strategy for values of a class of `cigen.model`."""
    return value_strategy


@pytest.fixture
def make_workflow() -> Callable[..., Workflow]:
    """A workflow for pushes to main and pull requests, with the given fields."""

    def workflow(**given: Any) -> Workflow:
        triggers = Triggers(push=PushTrigger(("main",)), pull_request=PullRequestTrigger())
        return Workflow(**{"id": "ci", "name": "CI", "triggers": triggers, **given})

    return workflow


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """A job on Linux that checks out and does the given steps."""

    def job(*steps: Step, **given: Any) -> Job:
        checkout = Step("checkout", checkout=Checkout())
        return Job(**{"id": "test", "workflow": "ci", "machine": Runner("linux"), "steps": (checkout, *steps), **given})

    return job


@pytest.fixture
def render_step(render: Callable[..., Any], make_job: Callable[..., Job]) -> Callable[..., Any]:
    """Render one job with these steps, as the provider's own `render` does; keywords are fields of the job."""
    return lambda *steps, **given: render(make_job(*steps, **given))
