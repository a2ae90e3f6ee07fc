"""The generated validator, jsonschema's, and the files made from the schema."""

import copy
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from cigen.schema._generated.validator import JsonSchemaValueException, validate
from cigen.schema.document import deref, load_schema, node_at, schema_bytes
from cigen.schema.mistakes import validator
from cigen.schema.steps import STEP_KEYS

ROOT = Path(__file__).parents[3]
EVERYTHING = tomli.loads(Path(__file__).with_name("everything.toml").read_text())
MINIMAL = {"version": "0.2", "project": {"name": "x"}}


def is_valid(tree: Any) -> bool:
    try:
        validate(tree)
    except JsonSchemaValueException:
        return False
    return True


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*at, key))


def get(tree: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def known_names() -> list[str]:
    names: set[str] = set()
    waiting: list[Any] = [load_schema()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            names |= set(node.get("properties", {}))
            names |= {item for item in node.get("enum", ()) if isinstance(item, str)}
            waiting += node.values()
    return sorted(names)


PLACES = list(places(EVERYTHING))
ODD = [
    "",
    "\n",
    "x\n",
    "a b",
    "A-B",
    "1",
    "90m",
    "2h30m",
    "0m",
    "h",
    "full",
    "pr-latest\n",
    "{{ x }}",
    "lang/ruby",
    "é",
]
LEAVES = st.one_of(
    st.sampled_from(known_names()),
    st.sampled_from(ODD),
    st.sampled_from(
        [0, 1, -1, 10, 11, 50400, 50401, 65536, 2**63, True, False, 1.0, 30.0, 3.1, float("nan"), float("inf")]
    ),
    st.sampled_from([date(2020, 1, 1), time(1), datetime(2020, 1, 1, 1, tzinfo=UTC)]),
    st.text(max_size=4),
)
KEYS = st.one_of(st.sampled_from(known_names()), st.sampled_from(ODD))
VALUES = st.recursive(
    LEAVES, lambda i: st.one_of(st.lists(i, max_size=2), st.dictionaries(KEYS, i, max_size=2)), max_leaves=5
)


@st.composite
def trees(draw: st.DrawFn) -> Any:
    """`everything.toml` or a bare project, with a few things replaced, added, moved or removed."""
    tree = copy.deepcopy(draw(st.sampled_from([EVERYTHING, MINIMAL])))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(places(tree))))
        if not path:
            if isinstance(tree, dict):
                tree[draw(KEYS)] = draw(VALUES)
            continue
        parent = get(tree, path[:-1])
        what = draw(st.integers(0, 3))
        if what == 0:
            parent[path[-1]] = draw(VALUES)
        elif what == 1:
            del parent[path[-1]]
        elif what == 2:
            parent[path[-1]] = copy.deepcopy(get(EVERYTHING, draw(st.sampled_from(PLACES))))
        elif isinstance(parent, dict):
            parent[draw(KEYS)] = draw(VALUES)
        else:
            parent.append(draw(VALUES))
    return tree


@given(trees())
@example(EVERYTHING)
@example({**MINIMAL, "jobs": {"a": {"timeout": 30.0}}})
@example({**MINIMAL, "jobs": {"a": {"timeout": True}}})
@example({**MINIMAL, "jobs": {"a": {"checkout": {"depth": False}}}})
@example({**MINIMAL, "jobs": {"a\n": {}}})
@example({**MINIMAL, "variables": {"A": 1.0}})
@example({**MINIMAL, "on": {"merge_queue": "full\n"}})
def test_the_generated_validator_and_jsonschema_agree(tree: Any) -> None:
    assert is_valid(tree) == (not list(validator().iter_errors(tree)))


def test_the_schema_is_a_schema() -> None:
    Draft7Validator.check_schema(load_schema())
    assert load_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_generated_files_are_fresh() -> None:
    run = subprocess.run(
        [sys.executable, "schemas/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", ""), "run: python schemas/generate.py"


def test_the_copy_for_editors_is_the_schema() -> None:
    assert (ROOT / "schemas" / "cig.schema.json").read_bytes() == schema_bytes()


def nodes(node: dict[str, Any], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield at, node
    for name, own in node.get("properties", {}).items():
        yield from nodes(own, f"{at}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key], f"{at}.{key}")


def all_nodes() -> Iterator[tuple[str, dict[str, Any]]]:
    schema = load_schema()
    yield from nodes(schema)
    for name, definition in schema["definitions"].items():
        yield from nodes(definition, name)


def test_every_key_has_a_description_and_every_table_refuses_others() -> None:
    for at, node in all_nodes():
        for name, own in node.get("properties", {}).items():
            assert own.get("description", "").endswith((".", ")")), f"{at}.{name}"
        if "properties" in node and at != "raw":
            assert "additionalProperties" in node, at


def test_every_pattern_says_in_words_what_it_wants() -> None:
    for at, node in all_nodes():
        if "pattern" in node:
            assert node.get("x-expected"), at


def test_the_schema_has_no_keyword_whose_errors_need_guessing() -> None:
    for at, node in all_nodes():
        assert not {"anyOf", "oneOf", "allOf", "not", "if"} & set(node), at
        assert "$ref" in node or "type" in node, at


def test_the_keys_of_a_step_are_those_of_the_schema() -> None:
    known = set(load_schema()["definitions"]["step"]["properties"])
    assert known - {"github", "circleci", "buildkite", "jenkins"} == set(STEP_KEYS)


@pytest.mark.parametrize("room", ["jsonschema", "fastjsonschema", "difflib", "tomllib", "networkx", "yaml"])
def test_a_good_file_is_read_without_importing(room: str) -> None:
    code = (
        "import sys; from pathlib import Path; from cigen.schema.load import load_config;"
        "config, _ = load_config(Path(sys.argv[1]).read_bytes()); assert config;"
        "print(sys.argv[2] in sys.modules)"
    )
    path = str(Path(__file__).with_name("everything.toml"))
    run = subprocess.run([sys.executable, "-c", code, path, room], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_node_is_found_by_its_key_path() -> None:
    assert node_at(("jobs", "x", "steps", 0, "run"))["type"] == "string"
    assert node_at(("jobs", "x", "raw", "acme", "steps", "s", "deep", 0)) == {}
    assert deref({"$ref": "#/definitions/line"}) is load_schema()["definitions"]["line"]
