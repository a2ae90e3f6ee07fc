"""Cron expressions."""

import pytest

from cigen.schema.cron import cron_mistake


@pytest.mark.parametrize(
    "text",
    ["0 3 * * *", "*/15 * * * *", "0 0 1,15 * *", "5-10/2 * * JAN-mar SUN,tue", "59 23 31 12 6", "0 0 * * 1-5"],
)
def test_what_every_system_reads_alike_is_accepted(text: str) -> None:
    assert cron_mistake(text) == ""


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "has 0"),
        ("* * * *", "has 4"),
        ("* * * * * *", "has 6"),
        ("0  3 * * *", "one space"),
        (" 0 3 * * *", "one space"),
        ("@daily", "has 1"),
        ("60 * * * *", '"60" is no minute'),
        ("* 24 * * *", '"24" is no hour'),
        ("* * 0 * *", '"0" is no day of the month'),
        ("* * * 13 *", '"13" is no month'),
        ("* * * FOO *", '"FOO" is no month'),
        ("* * * * 7", '"7" is no day of the week'),
        ("5-1 * * * *", '"5-1" is no minute'),
        ("*/0 * * * *", '"*/0" is no minute'),
        ("5/15 * * * *", '"5/15" is no minute'),
        ("H * * * *", '"H" is no minute'),
        ("1, * * * *", '"" is no minute'),
        ("-1 * * * *", '"-1" is no minute'),
        ("٣ * * * *", "is no minute"),
    ],
)
def test_anything_else_is_told_apart(text: str, part: str) -> None:
    assert part in cron_mistake(text)
