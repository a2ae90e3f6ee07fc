"""Every key of cig.toml belongs to one feature, and every feature shows how it is asked for."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import tomli

from cigen.schema.document import deref, load_schema
from cigen.schema.load import load_config
from cigen.sdk.examples import EXAMPLES, HEAD
from cigen.sdk.features import FEATURES, Feature, feature_of


def keys_of(node: dict[str, Any], at: str = "") -> Iterator[str]:
    """Every key of the schema, as features spell it."""
    node = deref(node)
    for name, own in node.get("properties", {}).items():
        path = f"{at}.{name}" if at else name
        yield path
        yield from keys_of(own, path)
    if isinstance(node.get("additionalProperties"), dict):
        yield from keys_of(node["additionalProperties"], f"{at}.NAME")
    if "items" in node:
        yield from keys_of(node["items"], f"{at}[]")


KEYS = list(keys_of(load_schema()))
IDS = [feature.id for feature in FEATURES]
NAMED = re.compile(r"^(jobs|workflows|templates|caches|services|secrets|runners|plugins)\.[^.]+")


def used(value: Any, at: str = "") -> set[str]:
    """The keys that a tree uses; a name of the user's stays as it is."""
    if isinstance(value, list):
        return {key for item in value for key in used(item, f"{at}[]")}
    if not isinstance(value, dict):
        return set()
    found = {f"{at}.{name}" if at else name for name in value}
    return found | {key for name, item in value.items() for key in used(item, f"{at}.{name}" if at else name)}


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_schema_belongs_to_a_feature(key: str) -> None:
    assert feature_of(key) is not None


def test_a_key_belongs_to_the_row_that_names_it_most_closely() -> None:
    owners = {
        "jobs.NAME.outputs.values": "values",
        "jobs.NAME.outputs.logs": "artifacts",
        "workflows.NAME.on.schedule[].cron": "schedule",
        "workflows.NAME.name": "workflows",
        "jobs.NAME.finally[].retry.max": "retry",
        "templates.NAME.steps[].when": "step-condition",
        "jobs.NAME.matrix.include": "matrix",
    }
    assert {key: getattr(feature_of(key), "id", None) for key in owners} == owners
    assert feature_of("nothing.of.the.kind") is None


@pytest.mark.parametrize("feature", FEATURES, ids=IDS)
def test_the_keys_of_a_feature_are_keys_of_the_schema(feature: Feature) -> None:
    assert set(feature.keys) <= set(KEYS)
    assert all(feature_of(key) is feature for key in feature.keys), "a key stands in one row only"


@pytest.mark.parametrize("feature", FEATURES, ids=IDS)
def test_the_example_of_a_feature_loads_and_uses_all_its_keys(feature: Feature) -> None:
    text = HEAD + EXAMPLES[feature.id]
    config, diagnostics = load_config(text.encode())
    assert diagnostics == ()
    assert config is not None
    assert set(feature.keys) <= {NAMED.sub(r"\1.NAME", key) for key in used(tomli.loads(text))}


def test_every_example_is_one_of_a_feature() -> None:
    assert list(EXAMPLES) == IDS


def test_ids_are_unique_and_fit_for_headings() -> None:
    assert len(set(IDS)) == len(IDS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", id) for id in IDS)
