"""One plugin's fragment joins another's file: by key, by step id, and never silently."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cigen.formats.yaml_merge import MergeConflict, merge_documents, merge_values
from cigen.formats.yaml_values import YamlError

BASE = """\
# Generated

jobs:
  # The tests.
  test:
    runs-on: ubuntu-latest
    steps:
      - id: checkout
        uses: actions/checkout@abc # v5.0.0
      - run: make
    tags: [a, b]
"""


def test_a_fragment_adds_keys_steps_and_items() -> None:
    overlay = """\
jobs:
  test:
    steps:
      - id: checkout
        with:
          lfs: true # large files
      - id: report
        run: ./report
    tags: [b, c]
  extra:
    runs-on: macos-latest
"""
    assert (
        merge_documents(BASE, overlay)
        == """\
# Generated

jobs:
  # The tests.
  test:
    runs-on: ubuntu-latest
    steps:
      - id: checkout
        uses: actions/checkout@abc # v5.0.0
        with:
          lfs: true # large files
      - run: make
      - id: report
        run: ./report
    tags: [a, b, c]
  extra:
    runs-on: macos-latest
"""
    )


def test_a_step_without_an_id_is_appended_even_if_it_is_there_already() -> None:
    merged = yaml.safe_load(merge_documents(BASE, "jobs: {test: {steps: [{run: make}]}}"))
    assert merged["jobs"]["test"]["steps"][1:] == [{"run": "make"}, {"run": "make"}]


def test_every_disagreement_is_told_with_its_key_path() -> None:
    overlay = "jobs: {test: {runs-on: macos-latest, steps: [{id: checkout, uses: x}], tags: {a: 1}}}"
    with pytest.raises(MergeConflict) as caught:
        merge_documents(BASE, overlay)
    assert [found.key for found in caught.value.all] == [
        "jobs.test.runs-on",
        "jobs.test.steps[checkout].uses",
        "jobs.test.tags",
    ]
    assert (caught.value.key, caught.value.ours, caught.value.theirs) == (
        *("jobs.test.runs-on", "ubuntu-latest", "macos-latest"),
    )
    assert (caught.value.all[2].ours, caught.value.all[2].theirs) == ("a list", "a mapping")


@pytest.mark.parametrize(("ours", "theirs"), [("a: 1", 'a: "1"'), ("a: true", "a: 1"), ("a:", "a: {b: 1}")])
def test_equal_looking_values_of_different_types_disagree(ours: str, theirs: str) -> None:
    with pytest.raises(MergeConflict):
        merge_documents(ours, theirs)


def test_equal_scalars_agree_and_the_fragments_comment_fills_the_gap() -> None:
    assert (
        merge_documents("a: 1\nb: 2 # ours\n", "# why\na: 1 # theirs\nb: 2 # lost\n") == "a: 1 # theirs\nb: 2 # ours\n"
    )


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(MergeConflict) as caught:
        merge_documents("a: " + "x" * 500, "a: y")
    assert len(caught.value.ours) == 60


def test_the_files_own_footer_stays() -> None:
    assert merge_documents("a: 1\n# ours\n", "b: 2\n# theirs\n") == "a: 1\nb: 2\n# ours\n"
    assert merge_documents("a: 1\n", "b: 2\n# theirs\n") == "a: 1\nb: 2\n# theirs\n"


def test_an_empty_document_merges_with_anything() -> None:
    assert merge_documents("", "a: 1\n") == merge_documents("a: 1\n", "") == "a: 1\n"


def test_an_unreadable_fragment_is_refused() -> None:
    with pytest.raises(YamlError):
        merge_documents(BASE, "a: [")


VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda inner: (
        st.lists(inner, max_size=3, unique_by=repr) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(MAPPINGS)
def test_merging_a_document_with_itself_changes_nothing(value: dict[str, Any]) -> None:
    assert merge_values(value, value) == value


@given(MAPPINGS, MAPPINGS, MAPPINGS)
def test_merging_is_associative_where_nothing_disagrees(a: Any, b: Any, c: Any) -> None:
    def attempt(*parts: Any) -> Any:
        first, second = parts
        return None if first is None or second is None else _try(first, second)

    left, right = attempt(attempt(a, b), c), attempt(a, attempt(b, c))
    assert left is None or right is None or left == right


def _try(a: Any, b: Any) -> Any:
    try:
        return merge_values(a, b)
    except MergeConflict:
        return None
