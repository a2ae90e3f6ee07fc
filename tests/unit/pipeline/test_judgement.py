"""Conditions judged before anything runs: as providers fold them where all is known, and no sooner where it is not."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.expressions import Expr, Op
from cigen.pipeline.judgement import holds
from cigen.schema.conditions import parse_condition
from cigen.std.ci.conditions import fold, is_false, is_true

KNOWN = {
    "branch": ("main",),
    "tag": ("",),
    "event": ("push",),
    "draft": ("false",),
    "label.preview": ("true",),
    "env.HOT": ("main", "next"),
}


def judged(condition: str) -> bool | None:
    return holds(parse_condition(condition), KNOWN.get)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("branch == 'main'", True),
        ("branch != 'main'", False),
        ("branch in ['main', 'next']", True),
        ("branch matches 'ma*'", True),
        ("branch matches 'x/*'", False),
        ("tag matches '*'", False),
        ("tag == ''", True),
        ("not draft", True),
        ("draft == false", True),
        ("label.preview and not draft", True),
        ("event == 'push' or input.x == 'y'", True),
        ("event == 'tag' and input.x == 'y'", False),
        ("input.x == 'y'", None),
        ("not input.x == 'y'", None),
        ("input.x", None),
        ("needs.a.b != ''", None),
        ("input.x == 'y' and input.z == 'y'", None),
        ("input.x == 'y' or event == 'tag'", None),
        ("env.HOT == 'main'", None),
        ("env.HOT == 'other'", False),
        ("env.HOT in ['main', 'next']", True),
        ("env.HOT matches '*'", True),
        ("true", True),
        ("false or not true", False),
    ],
)
def test_what_is_known_decides_and_nothing_else_does(condition: str, expected: bool | None) -> None:
    assert judged(condition) is expected


NAMES = ("branch", "tag", "event", "env.A")
TEXTS = ("", "main", "x/y")
leaves = st.one_of(
    st.builds(
        lambda op, name, text: Expr(op, args=(Expr(Op.NAME, name), Expr(Op.LITERAL, text))),
        st.sampled_from([Op.EQ, Op.NE, Op.IN]),
        st.sampled_from(NAMES),
        st.sampled_from(TEXTS),
    ),
    st.builds(lambda value: Expr(Op.BOOL, value), st.sampled_from(["true", "false"])),
    st.just(Expr(Op.NAME, "draft")),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda a, b: Expr(Op.AND, args=(a, b)), inner, inner),
        st.builds(lambda a, b: Expr(Op.OR, args=(a, b)), inner, inner),
        st.builds(lambda a: Expr(Op.NOT, args=(a,)), inner),
    ),
    max_leaves=6,
)
values = st.dictionaries(
    st.sampled_from([*NAMES, "draft"]), st.lists(st.sampled_from([*TEXTS, "true"]), min_size=1, unique=True).map(tuple)
)


@given(conditions, values)
def test_an_answer_is_that_of_every_world_that_could_be(condition: Expr, known: dict[str, tuple[str, ...]]) -> None:
    answer = holds(condition, known.get)
    every = [known.get(name, (*TEXTS, "true")) for name in (*NAMES, "draft")]
    worlds = [dict(zip((*NAMES, "draft"), world, strict=True)) for world in product(*every)]
    found = {is_true(folded) for folded in (fold(condition, world.get) for world in worlds)}
    assert all(is_true(one) or is_false(one) for one in (fold(condition, world.get) for world in worlds))
    if answer is not None:
        assert found == {answer}
    if all(len(options) == 1 for options in every):
        assert answer is not None
