"""What a CI system cannot say, and the tables that cig.toml keeps for one provider alone."""

import pytest

from cigen.std.ci.problems import CannotExpress, read_table


def test_a_table_is_read() -> None:
    assert read_table('{"queue": "linux"}', "what a runner is") == {"queue": "linux"}


@pytest.mark.parametrize("text", ["[]", "7", "{", "", "[" * 100_000])
def test_anything_else_is_said_to_be_no_table(text: str) -> None:
    with pytest.raises(CannotExpress) as problem:
        read_table(text, "what a runner is")
    assert (problem.value.message, problem.value.hint) == ("what a runner is is no table", "")
