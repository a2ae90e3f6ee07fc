"""The documents are right, and between them use every key of the schema."""

from collections.abc import Iterator
from typing import Any

import tomli
from documents import documents, to_toml, with_outputs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cigen.pipeline.dag import build_graph
from cigen.pipeline.expand import expand_jobs
from cigen.schema.document import deref, load_schema
from cigen.schema.load import load_config

UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@UNHURRIED
@given(documents())
def test_a_document_is_accepted(tree: dict[str, Any]) -> None:
    text = to_toml(tree)
    assert tomli.loads(text) == tree
    config, diagnostics = load_config(text.encode())
    assert diagnostics == ()
    assert config is not None


@UNHURRIED
@given(documents(modules=False), st.sampled_from(["buildkite", "circleci", "github", "jenkins"]))
def test_without_modules_a_document_becomes_a_graph(tree: dict[str, Any], provider: str) -> None:
    config, diagnostics = load_config(to_toml(with_outputs(tree, provider)).encode())
    assert diagnostics == ()
    assert config is not None
    jobs, found = expand_jobs(config)
    assert found == ()
    graph, found = build_graph(config, jobs, {}, ())
    assert found == ()
    assert graph is not None


def schema_keys(node: dict[str, Any], at: str = "") -> Iterator[str]:
    node = deref(node)
    for name, own in node.get("properties", {}).items():
        yield f"{at}.{name}"
        yield from schema_keys(own, f"{at}.{name}")
    if isinstance(node.get("additionalProperties"), dict):
        yield from schema_keys(node["additionalProperties"], f"{at}.*")
    if "items" in node:
        yield from schema_keys(node["items"], f"{at}[]")


def used_keys(node: dict[str, Any], value: Any, at: str = "") -> Iterator[str]:
    node = deref(node)
    if isinstance(value, list):
        for item in value:
            yield from used_keys(node.get("items", {}), item, f"{at}[]")
    elif isinstance(value, dict):
        other = node.get("additionalProperties")
        for name, item in value.items():
            known = name in node.get("properties", {})
            yield f"{at}.{name if known else '*'}"
            inner = node["properties"][name] if known else other if isinstance(other, dict) else {}
            yield from used_keys(inner, item, f"{at}.{name if known else '*'}")


def test_every_key_of_the_schema_is_drawn_sooner_or_later() -> None:
    missing = {key for key in schema_keys(load_schema()) if not key.startswith(tuple(_ELSEWHERE))}

    @settings(UNHURRIED, max_examples=200, phases=[Phase.generate], database=None)
    @given(documents())
    def collect(tree: dict[str, Any]) -> None:
        missing.difference_update(used_keys(load_schema(), tree))

    # What is drawn depends on which modules are imported, whatever the seed: rare keys may want another one.
    for number in range(8):
        if missing:
            seed(number)(collect)()
    assert missing == set()


_ELSEWHERE = {
    ".templates.*.steps[].": ".jobs.*.steps[].",
    ".jobs.*.finally[].": ".jobs.*.steps[].",
    ".workflows.*.on.": ".on.",
    ".jobs.*.raw.*.": ".jobs.*.raw.github.",
}
"""Keys that are those of another table, and so are drawn there."""


def test_what_is_drawn_elsewhere_is_the_same_there() -> None:
    keys = set(schema_keys(load_schema()))
    for here, there in _ELSEWHERE.items():
        assert {there + key.removeprefix(here) for key in keys if key.startswith(here)} <= keys
