"""The writer's layout, and that any value at all comes back through a parser not written here."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cigen.formats.yaml_reader import read
from cigen.formats.yaml_text import emit
from cigen.formats.yaml_values import Commented, Document, Plain

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SCRIPT = st.lists(
    st.sampled_from(["", " ", "\t", "x", "  x", "# no comment", "a: b", "x  ", "\tx", "é—😀"]), min_size=1
).map("\n".join)
SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXT | SCRIPT
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["on", "yes", "3.3", "a b", "a: b"]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=5)


def _loaded(text: str) -> Any:
    """What PyYAML reads, with its one wrong answer put right: the plain root key `on`."""
    found = yaml.safe_load(text)
    return {"on" if key is True else key: value for key, value in found.items()}


@given(DOCUMENTS)
@settings(max_examples=150)
def test_any_value_comes_back_through_a_foreign_parser(value: dict[str, Any]) -> None:
    assert _loaded(emit(value)) == value


@given(DOCUMENTS)
@settings(max_examples=150)
def test_any_value_comes_back_through_our_reader(value: dict[str, Any]) -> None:
    text = emit(value)
    document = read(text)
    assert document.root == value
    assert emit(document) == text


def test_a_workflow_looks_as_people_write_it() -> None:
    value = Document(
        {
            "name": "CI",
            "on": {"push": {"branches": ["main"]}, "pull_request": None},
            "permissions": Commented({}, above=("",)),
            "jobs": Commented(
                {
                    "test": {
                        "runs-on": "ubuntu-latest",
                        "strategy": {"matrix": {"python": ["3.10", "3.11"], "include": [{"os": "x", "fast": True}]}},
                        "steps": [
                            {"uses": Commented("actions/checkout@abc", "v5.0.0"), "with": {"fetch-depth": 0}},
                            {"run": "make\nmake test\n"},
                        ],
                    },
                    "lint": Commented({"env": {"A": ""}}, above=("", "# Style only.")),
                },
                above=("",),
            ),
        },
        header=("# Generated", ""),
    )
    assert emit(value) == (
        "# Generated\n\nname: CI\non:\n  push:\n    branches: [main]\n  pull_request:\n\npermissions: {}\n\njobs:\n"
        "  test:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n"
        '        python: ["3.10", "3.11"]\n        include:\n          - os: x\n            fast: true\n'
        "    steps:\n      - uses: actions/checkout@abc # v5.0.0\n        with:\n          fetch-depth: 0\n"
        "      - run: |\n          make\n          make test\n\n"
        '  # Style only.\n  lint:\n    env:\n      A: ""\n'
    )


def test_on_is_plain_at_the_root_and_quoted_everywhere_else() -> None:
    assert emit({"on": {"on": "on"}}) == 'on:\n  "on": "on"\n'


def test_a_list_leaves_its_line_when_it_grows_too_long_or_gets_a_note() -> None:
    full = ["x" * 37, "y" * 34]
    assert len(emit({"key": full})) == 80 + 1
    assert emit({"keys": full}).count("\n") == 3
    short = ["x" * 10] * 6
    assert emit({"key": short}) == f"key: [{', '.join(short)}]\n"
    assert emit({"key": ["x" * 40] * 2}) == "key:\n  - " + "x" * 40 + "\n  - " + "x" * 40 + "\n"
    assert emit({"key": [Commented("a", "why"), "b"]}) == "key:\n  - a # why\n  - b\n"
    assert emit({"key": ["a\nb\n"]}) == "key:\n  - |\n    a\n    b\n"


def test_empty_collections_and_nested_lists_have_a_spelling() -> None:
    value = {"a": {}, "b": [], "c": [[], {}, [1, [2]], None, [{"x": 1}]]}
    assert yaml.safe_load(emit(value)) == value


def test_notes_of_a_list_item_that_is_a_mapping_stand_above_its_dash() -> None:
    value = {"steps": [Commented({"run": Commented("x", above=("# first",))}, "second", ("# zeroth",))]}
    text = emit(value)
    assert text == "steps:\n  # zeroth\n  # second\n  # first\n  - run: x\n"
    assert emit(read(text)) == text


def test_a_key_too_long_for_one_line_is_still_a_key() -> None:
    value = {"k" * 2000: {"a": [1]}, "l" * 2000: "x"}
    text = emit(value)
    assert yaml.safe_load(text) == value
    assert read(text).root == value


def test_a_comment_cannot_break_out_of_its_line() -> None:
    text = emit({"a": Commented("x", "one\ntwo: 3\x00"), "b": Commented("y", above=("# one\rtwo",))})
    assert yaml.safe_load(text) == {"a": "x", "b": "y"}


def test_what_yaml_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="must be text"):
        emit({1: "x"})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="not a value"):
        emit({"a": b"bytes"})  # type: ignore[dict-item]


def test_a_spelling_is_kept() -> None:
    assert emit({"a": Plain("1:30"), "b": [Plain("3.10"), "x"]}) == "a: 1:30\nb: [3.10, x]\n"
