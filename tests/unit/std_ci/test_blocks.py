"""The tables that cig.toml keeps for one CI system alone."""

import pytest

from cigen.sdk import ProviderBlock
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.blocks import merge, own_table, read_own, sort_keys
from cigen.std.ci.problems import CannotExpress
from cigen.std.report import Report

BLOCKS = (ProviderBlock("circleci", '{"size":"large"}'), ProviderBlock("github", "{}"), ProviderBlock("jenkins", "[]"))


def test_a_provider_reads_its_own_table_alone() -> None:
    assert own_table(BLOCKS, "circleci", "it") == {"size": "large"}
    assert own_table(BLOCKS, "github", "it") == {}
    assert own_table(BLOCKS, "buildkite", "it") is None


def test_what_is_no_table_cannot_be_read() -> None:
    with pytest.raises(CannotExpress, match=r"^what it is is no table$"):
        own_table(BLOCKS, "jenkins", "what it is")


def test_what_is_no_table_is_reported_where_it_stands_and_counts_as_none() -> None:
    report = Report({"X_001": "No table"})
    assert read_own(BLOCKS, "jenkins", "its block", report, "X_001", ("jobs", "a")) == {}
    assert [(one.code, one.message, one.key) for one in report.found] == [
        ("X_001", "its block is no table", ("jobs", "a"))
    ]


def test_a_table_that_can_be_read_or_is_not_there_is_not_reported() -> None:
    report = Report({"X_001": "No table"})
    found = [read_own(BLOCKS, name, "it", report, "X_001", ()) for name in ("circleci", "github", "buildkite")]
    assert found == [{"size": "large"}, {}, {}]
    assert not report.found


def test_tables_are_merged_key_by_key_and_all_else_is_replaced() -> None:
    into: dict[str, Value] = {"env": Commented({"A": "1", "B": ["x"]}), "steps": [1], "name": "old"}
    merge(into, {"env": {"B": ["y"], "C": "3"}, "steps": [2], "name": {"a": "b"}})
    assert into == {"env": Commented({"A": "1", "B": ["y"], "C": "3"}), "steps": [2], "name": {"a": "b"}}


def test_keys_stand_in_their_order_and_unknown_ones_last_as_they_came() -> None:
    table: dict[str, Value] = {"z": 1, "run": 2, "a": 3, "name": 4}
    sort_keys(table, ("name", "if", "run"))
    assert list(table) == ["name", "run", "z", "a"]
