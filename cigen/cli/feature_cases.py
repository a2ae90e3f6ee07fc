"""The features of cig.toml as cases of the conformance suite: each example as a graph, and once more for each change.

Owns: the changes to an example: each of its keys left out, and given another value. A change that cig refuses, or that
leaves the graph as it is, is none of a provider's business and is dropped.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

from cigen.model.config import Config
from cigen.model.dataclass import dataclass, replace
from cigen.model.diagnostics import KeyPath, has_errors
from cigen.model.plans import GenerateRequest, Graph, Placement, PlanResult, Resource, StepGroup
from cigen.model.resources import Output, Step, Tool
from cigen.pipeline.dag import build_graph
from cigen.pipeline.expand import expand_jobs
from cigen.pipeline.merge import part_of
from cigen.schema.load import load_config
from cigen.schema.source import parse
from cigen.sdk.conformance import Case, Variant
from cigen.sdk.conformance.cases import Asked
from cigen.sdk.conformance.ordinary import output_path
from cigen.sdk.conformance.rendering import spelled
from cigen.sdk.examples import EXAMPLES, HEAD
from cigen.sdk.features import FEATURES, Feature, feature_of

__all__ = ["Planned", "asked_of", "feature_cases", "graph_of", "without"]

_CORE = (
    "secrets.NAME.version",
    "outputs[].provider",
    "outputs[].path",
    "outputs[].workflow",
    "on.schedule[].reuse",
    "jobs.NAME.steps[].id",
    "project.default_branch",
)
"""Keys that cig itself sees to, in rows that providers render."""

_OWNERS = {key: feature for feature in FEATURES for key in feature.keys}

_TOOLS = {"ruby": "3.4"}
"""What the modules of the examples' packages would set up."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An example, as far as it does not depend on the provider."""

    config: Config
    graph: Graph


def feature_cases(target: str) -> tuple[Case, ...]:
    """The cases for one CI system: every feature that is not cig's own."""
    cases = []
    for feature in FEATURES:
        if feature.core:
            continue
        planned, changed = _planned(feature)
        variants = [Variant(key, change, asked_of(target, other)) for key, change, other in changed]
        cases.append(Case(feature, EXAMPLES[feature.id], asked_of(target, planned), tuple(variants)))
    return tuple(cases)


def asked_of(target: str, planned: Planned) -> Asked:
    """A file for each workflow; or one file for all of them, for systems that have but one."""
    ids = [workflow.id for workflow in planned.graph.workflows]
    about = {output.workflow or ids[0]: output.description for output in planned.config.outputs}
    each = [Output(target, output_path(target, id), about.get(id, ""), id if len(ids) > 1 else "") for id in ids]
    requests = tuple(GenerateRequest(target, part_of(planned.graph, output), (output,)) for output in each)
    if len(ids) < 2:
        return (requests,)
    whole = replace(each[0], workflow="*")
    return requests, (GenerateRequest(target, planned.graph, (whole,)),)


def graph_of(tree: Mapping[str, Any]) -> Planned | None:
    """The graph of a tree of cig.toml, None if it has a mistake. Packages are set up as a module would."""
    config, found = load_config(_toml(tree).encode())
    if config is None or has_errors(found):
        return None
    jobs, found = expand_jobs(config)
    if has_errors(found):
        return None
    groups = [
        Resource(f"steps:{job.id}", steps=StepGroup(job.id, Placement.SETUP, steps=_setup(job.packages)))
        for job in jobs
        if job.packages
    ]
    graph, _ = build_graph(config, jobs, {"lang/any": PlanResult(tuple(groups))}, ())
    return None if graph is None else Planned(config, graph)


def without(feature: Feature) -> Planned | None:
    """The example of a feature with as few of its keys as cig accepts."""
    tree = _tree(feature)
    # Whole tables first; of a list the last item first, so that the others stay where they are.
    for key in sorted(_nodes(tree), key=lambda key: (len(key), [-part for part in key if isinstance(part, int)])):
        # Without any job there would be little to compare with.
        if (key[0] != "jobs" or len(key) > 2) and _belongs(key, feature) and _has(tree, key):
            less = _removed(tree, key)
            tree = less if graph_of(less) else tree
    return graph_of(tree)


@cache
def _planned(feature: Feature) -> tuple[Planned, tuple[tuple[KeyPath, str, Planned], ...]]:
    tree = _tree(feature)
    base = graph_of(tree)
    assert base is not None, f"the example of {feature.id} has a mistake"
    changed = []
    for key, change, other in _changes(tree):
        if not _belongs(key, feature) or spelled(key) in _CORE:
            continue
        planned = graph_of(other)
        if planned and (planned.graph, planned.config.outputs) != (base.graph, base.config.outputs):
            changed.append((key, change, planned))
    return base, tuple(changed)


def _belongs(key: KeyPath, feature: Feature) -> bool:
    """As the features say, or as the longest key says that stands there: `finally[]` is a list of steps too."""
    above = [owner for n in range(len(key), 0, -1) if (owner := _OWNERS.get(spelled(key[:n])))]
    return feature_of(spelled(key)) is feature or above[:1] == [feature]


def _tree(feature: Feature) -> dict[str, Any]:
    tree, found = parse((HEAD + EXAMPLES[feature.id]).encode())
    assert tree is not None, found
    return tree


def _setup(packages: Sequence[str]) -> tuple[Step, ...]:
    return tuple(Step(id=f"setup-{name}", tool=Tool(name, _TOOLS.get(name, "1.0"))) for name in packages)


def _changes(tree: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str, dict[str, Any]]]:
    """The tree with each of its leaves left out, and with another value there."""
    for key, value in _leaves(tree):
        yield key, "left out", _removed(tree, key)
        for other in _others(value):
            yield key, f"{json.dumps(other)} in place of {json.dumps(value)}", _changed(tree, key, other)


def _leaves(value: Any, key: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _leaves(item, (*key, name))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, (*key, index))
    else:
        yield key, value


def _nodes(value: Any, key: KeyPath = ()) -> Iterator[KeyPath]:
    """Everything in the tree, tables and lists too."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        yield (*key, part)
        yield from _nodes(item, (*key, part))


def _has(tree: Any, key: KeyPath) -> bool:
    for part in key:
        if part not in tree if isinstance(tree, Mapping) else int(part) >= len(tree):
            return False
        tree = tree[part]
    return True


def _others(value: Any) -> Iterator[Any]:
    """Values of the same kind. cig refuses some of them."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        yield f"{value}x"
        yield re.sub(r"[0-9]+", lambda number: str(int(number[0]) + 1), value, count=1)  # times and versions


def _removed(tree: Mapping[str, Any], key: KeyPath) -> dict[str, Any]:
    """Without a key, and without the tables and lists that are empty then."""
    copy: dict[str, Any] = deepcopy(dict(tree))
    while key:
        holder = _holder(copy, key)
        del holder[key[-1]]
        key = key[:-1] if not holder else ()
    return copy


def _changed(tree: Mapping[str, Any], key: KeyPath, value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = deepcopy(dict(tree))
    _holder(copy, key)[key[-1]] = value
    return copy


def _holder(tree: Any, key: KeyPath) -> Any:
    for part in key[:-1]:
        tree = tree[part]
    return tree


def _toml(tree: Mapping[str, Any]) -> str:
    """The tree as TOML, one line a key."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in tree.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)
