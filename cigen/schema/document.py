"""The JSON Schema of cig.toml as a document: its bytes for editors, its nodes for messages and documentation.

One file is the source of everything that knows the format's keys: this one validates and explains, `_generated/` is the
compiled validator, `schemas/cig.schema.json` the copy that editors fetch, docs/schema.md the reference.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["deref", "load_schema", "node_at", "schema_bytes"]


def schema_bytes() -> bytes:
    """`cig.schema.json` as it ships."""
    return Path(__file__).with_name("cig.schema.json").read_bytes()


@cache
def load_schema() -> dict[str, Any]:
    """The parsed schema; not to be changed."""
    schema: dict[str, Any] = json.loads(schema_bytes())
    return schema


def deref(node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or the definition it refers to."""
    while "$ref" in node:
        node = load_schema()["definitions"][node["$ref"].removeprefix("#/definitions/")]
    return node


def node_at(key: Iterable[str | int]) -> dict[str, Any]:
    """The schema node of the value at a key path; empty where anything goes."""
    node = load_schema()
    for part in key:
        node = deref(node)
        if isinstance(part, int):
            node = node.get("items", {})
            continue
        other = node.get("additionalProperties")
        node = node.get("properties", {}).get(part, other if isinstance(other, dict) else {})
    return deref(node)
