"""Version requirements of three ecosystems, and the version chosen from each."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.std.lang.ranges import ANY, Range, choose, may_satisfy, parse_gem, parse_npm, parse_python, release

NODE = ("24", "22", "20", "18", "16")
PYTHON = ("3.13", "3.12", "3.11", "3.10", "3.9", "3.8", "3.14")
RUBY = ("3.3", "3.4", "3.2")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("20", "20"),
        ("20.x", "20"),
        ("20.x.x", "20"),
        ("v20.11.0", "20.11.0"),
        ("=20.11.0", "20.11.0"),
        ("^20.11.0", "20"),
        ("~20.11.0", "20.11"),
        ("~20.11.3", "20.11.3"),
        (">=18", "24"),
        (">= 18.0.0", "24"),
        (">=18.0.0-rc1", "24"),
        (">=18 <21", "20"),
        (">=18, <21", "20"),
        ("<20", "18"),
        ("<=20", "20"),
        (">20", "24"),
        ("18 - 20", "20"),
        ("^18 || ^20", "20"),
        ("^14.17.0 || ^16.13.0 || >=18.0.0", "24"),
        (">=26", "26"),
        (">=26.1", "26.1"),
        ("*", "24"),
        ("x", "24"),
        ("", "24"),
        ("^0.12", "0.12"),
        (">=20 <20", ""),
        ("<0", ""),
    ],
)
def test_npm_range(text: str, chosen: str) -> None:
    allowed = parse_npm(text)
    assert allowed is not None
    assert choose(allowed, NODE) == chosen


@pytest.mark.parametrize("text", ["lts/*", "latest", "!18", "~=3.1", ">=a", "18 -", "1.2.3.4.5", "20 || lts/*", "\x00"])
def test_what_is_no_npm_range(text: str) -> None:
    assert parse_npm(text) is None


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        (">=3.9", "3.13"),
        (">= 3.9", "3.13"),
        (">=3.9,<4", "3.13"),
        (">=3.9 , <3.12", "3.11"),
        ("~=3.11", "3.13"),
        ("~=3.11.2", "3.11"),
        ("^3.10", "3.13"),
        ("^3.7 || ^2.7", "3.13"),
        ("^3.7|^2.7", "3.13"),
        ("~3.9", "3.9"),
        ("3.11.*", "3.11"),
        ("==3.11.*", "3.11"),
        ("===3.12.1", "3.12.1"),
        (">=3.8,!=3.13.*", "3.12"),
        (">=2.7, !=3.0.*, !=3.1.*, <4", "3.13"),
        ("<3.12", "3.11"),
        ("<=3.12", "3.11"),
        (">3.12", "3.13"),
        (">=3.14", "3.14"),
        (">=3.15", "3.15"),
        ("^3", "3.13"),
        ("*", "3.13"),
    ],
)
def test_python_requirement(text: str, chosen: str) -> None:
    allowed = parse_python(text)
    assert allowed is not None
    assert choose(allowed, PYTHON) == chosen


@pytest.mark.parametrize("text", ["three", "~>3.9", ">=3.9;", "3.9-"])
def test_what_is_no_python_requirement(text: str) -> None:
    assert parse_python(text) is None


@pytest.mark.parametrize(
    ("requirements", "chosen"),
    [
        (["3.3.0"], "3.3.0"),
        (["~> 3.3.0"], "3.3"),
        (["~> 3.3.0.rc1"], "3.3"),
        (["~> 3.3"], "3.3"),
        (["~> 3"], "3.3"),
        ([">= 3.1", "< 3.3"], "3.2"),
        ([">=2.7"], "3.3"),
        (["> 3.4"], "3.4"),
        (["!= 3.3.0"], "3.3"),
        (["~> 4.0"], "4.0"),
    ],
)
def test_gem_requirement(requirements: list[str], chosen: str) -> None:
    allowed = parse_gem(requirements)
    assert allowed is not None
    assert choose(allowed, RUBY) == chosen


@pytest.mark.parametrize("text", ["^3.3", "==3.3", "latest"])
def test_what_is_no_gem_requirement(text: str) -> None:
    assert parse_gem([text]) is None


def test_a_release_line_satisfies_a_range_that_it_reaches_into() -> None:
    allowed = parse_npm(">=20.11 <22")
    assert allowed is not None
    assert [v for v in ("19", "20", "20.10.0", "20.11.0", "21.9", "22", "lts/*") if may_satisfy(v, allowed)] == [
        "20",
        "20.11.0",
        "21.9",
        "lts/*",
    ]


VERSIONS = st.tuples(*[st.integers(0, 30)] * 3)
RANGES = st.lists(st.tuples(VERSIONS, VERSIONS), max_size=4).map(
    lambda pairs: Range(()) if not pairs else _union([Range(((min(p), max(p)),)) for p in pairs if p[0] != p[1]])
)


def _union(ranges: list[Range]) -> Range:
    joined = Range(())
    for one in ranges:
        joined |= one
    return joined


@given(RANGES, RANGES, VERSIONS)
def test_and_and_or_mean_what_they_say(a: Range, b: Range, version: tuple[int, int, int]) -> None:
    assert (version in (a & b)) == (version in a and version in b)
    assert (version in (a | b)) == (version in a or version in b)


@given(RANGES, st.permutations(NODE))
def test_the_chosen_version_is_allowed(allowed: Range, preferred: list[str]) -> None:
    chosen = choose(allowed, preferred)
    assert bool(chosen) == bool(allowed.intervals)
    if chosen:
        assert may_satisfy(chosen, allowed)
        assert re.fullmatch(r"\d+(\.\d+){0,2}", chosen)


@given(st.lists(st.tuples(st.sampled_from([">=", "<", "<=", ">", "^", "~", "="]), VERSIONS), max_size=3))
def test_npm_comparators_all_hold(comparators: list[tuple[str, tuple[int, int, int]]]) -> None:
    text = " ".join(f"{operator}{'.'.join(map(str, version))}" for operator, version in comparators)
    allowed = parse_npm(text)
    assert allowed is not None
    expected = ANY
    for operator, version in comparators:
        one = parse_npm(f"{operator} {'.'.join(map(str, version))}")
        assert one is not None
        expected &= one
    assert allowed == expected


@given(st.text())
def test_no_text_breaks_a_parser(text: str) -> None:
    for allowed in (parse_npm(text), parse_python(text), parse_gem([text])):
        assert allowed is None or isinstance(choose(allowed, NODE), str)
    assert all(number >= 0 for number in release(text))
