"""What is known about a condition decides it, and nothing else does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.schema.conditions import parse_condition, print_condition
from cigen.sdk import Expr, Op
from cigen.std.ci.conditions import (
    FALSE,
    TRUE,
    all_of,
    any_of,
    conjuncts,
    fold,
    glob_regex,
    is_false,
    is_true,
    matches_glob,
    names,
    negate,
)

VALUES = {"branch": "main", "tag": "", "draft": "false", "default_branch": "true", "input.x": "true"}


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("branch == 'main'", "true"),
        ("branch != 'main'", "false"),
        ("branch in ['dev', 'main']", "true"),
        ("branch matches 'ma*'", "true"),
        ("input.x == true and draft", "false"),
        ("not draft and default_branch", "true"),
        ("label.ci and branch == 'main'", "label.ci"),
        ("label.ci or branch == 'main'", "true"),
        ("label.ci or branch == 'dev' or event == 'tag'", 'label.ci or event == "tag"'),
        ("label.ci and (label.ci and event == 'tag')", 'label.ci and event == "tag"'),
        ("not (event == 'tag' or draft)", 'event != "tag"'),
    ],
)
def test_what_is_known_is_decided_and_the_rest_is_left(condition: str, left: str) -> None:
    assert print_condition(fold(parse_condition(condition), VALUES.get)) == left


CONDITIONS = st.recursive(
    st.sampled_from(
        ["branch == 'main'", "tag == ''", "draft", "input.x", "event == 'push'", "branch matches 'm*'"]
    ).map(parse_condition),
    lambda inner: st.one_of(
        inner.map(negate),
        st.lists(inner, min_size=1, max_size=3).map(all_of),
        st.lists(inner, min_size=1, max_size=3).map(any_of),
        inner.map(lambda one: Expr(Op.NOT, args=(one,))),
    ),
)


def holds(expr: Expr, values: dict[str, str]) -> bool:
    """What the condition says, told plainly."""
    match expr.op:
        case Op.AND:
            return all(holds(arg, values) for arg in expr.args)
        case Op.OR:
            return any(holds(arg, values) for arg in expr.args)
        case Op.NOT:
            return not holds(expr.args[0], values)
        case Op.NAME:
            return values[expr.value] == "true"
        case Op.BOOL:
            return expr.value == "true"
        case Op.MATCHES:
            return values[expr.args[0].value].startswith("m")
        case _:
            return (values[expr.args[0].value] == expr.args[1].value) is (expr.op is Op.EQ)


@given(
    CONDITIONS,
    st.fixed_dictionaries(
        {
            "branch": st.sampled_from(["main", "dev", ""]),
            "tag": st.sampled_from(["", "v1"]),
            "draft": st.sampled_from(["true", "false"]),
            "input.x": st.sampled_from(["true", "false"]),
            "event": st.sampled_from(["push", "tag"]),
        }
    ),
    st.sets(st.sampled_from(["branch", "tag", "draft", "input.x", "event"])),
)
def test_folding_in_two_steps_arrives_where_the_condition_does(
    condition: Expr, values: dict[str, str], early: set[str]
) -> None:
    left = fold(condition, lambda name: values[name] if name in early else None)
    assert not early & set(names(left))
    assert fold(left, values.get) == (TRUE if holds(condition, values) else FALSE)


def test_no_condition_always_holds() -> None:
    assert is_true(None)
    assert is_true(TRUE)
    assert is_false(FALSE)
    assert not is_false(None)
    assert conjuncts(None) == ()
    assert all_of([None, TRUE]) == TRUE
    assert any_of([]) == FALSE


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("release/*", ["release/1", "release/1/2"], ["release", "xrelease/1"]),
        ("v?.[0-9]*", ["v1.0", "v1.99"], ["v1.x", "v12.0"]),
        ("{a,b*}.x", ["a.x", "bcd.x"], ["c.x", "aXx"]),
        ("[!a]+", ["b+"], ["a+", "bb"]),
        ("a**b", ["ab", "a/x/b"], ["a"]),
        ("(x|y)$", ["(x|y)$"], ["x"]),
        ("a[", ["a["], ["a"]),
        ("[z-a]", ["z", "-", "a"], ["b"]),
        ("[!]", ["!"], ["x"]),
        ("[&^.]", ["&", "^", "."], ["a"]),
        ("a{b", ["a{b"], ["ab"]),
    ],
)
def test_a_glob_stands_for_a_whole_text(pattern: str, yes: list[str], no: list[str]) -> None:
    assert all(matches_glob(pattern, text) for text in yes)
    assert not any(matches_glob(pattern, text) for text in no)


@given(st.one_of(st.text(), st.text(alphabet="[]!^-az*{,}\\")))
def test_every_glob_is_a_regular_expression(pattern: str) -> None:
    re.compile(glob_regex(pattern))


@given(st.text(alphabet=st.characters(exclude_characters="*?[{")))
def test_a_glob_without_wildcards_matches_itself_alone(text: str) -> None:
    assert matches_glob(text, text)
    assert not matches_glob(text, text + "x")
