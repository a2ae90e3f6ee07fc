"""The condition language: parsing, types, columns, printing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.model.expressions import Expr, Op
from cigen.schema.conditions import EVENTS, ConditionError, parse_condition, print_condition

WORDS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,6}", fullmatch=True)
STRINGS = st.text(st.characters(exclude_characters='"\n', exclude_categories=["Cs"]), max_size=6)
LITERALS = STRINGS.map(lambda text: Expr(Op.LITERAL, text))
BOOLS = st.sampled_from([Expr(Op.BOOL, "true"), Expr(Op.BOOL, "false")])


def names(*fixed: str, groups: tuple[str, ...] = ()) -> st.SearchStrategy[Expr]:
    found: list[st.SearchStrategy[str]] = [st.sampled_from(fixed)] if fixed else []
    found += [WORDS.map(lambda word, group=group: f"{group}.{word}") for group in groups]
    return st.one_of(found).map(lambda name: Expr(Op.NAME, name))


TEXTS = names("branch", "tag", groups=("matrix", "env", "input"))
FLAGS = st.one_of(
    names("draft", "default_branch", groups=("label", "input")),
    STRINGS.filter(bool).map(lambda text: Expr(Op.NAME, f"label.{text}")),
)
EVENT = Expr(Op.NAME, "event")
EVENT_LITERALS = st.sampled_from(EVENTS).map(lambda text: Expr(Op.LITERAL, text))


@st.composite
def comparisons(draw: st.DrawFn) -> Expr:
    equal = draw(st.sampled_from([Op.EQ, Op.NE]))
    left, right = draw(
        st.one_of(
            st.tuples(TEXTS, LITERALS),
            st.tuples(FLAGS, BOOLS),
            st.tuples(st.just(EVENT), EVENT_LITERALS),
        )
    )
    op = draw(st.sampled_from([equal, Op.IN, Op.MATCHES])) if right.op is Op.LITERAL else equal
    if op is Op.IN:
        more = draw(st.lists(EVENT_LITERALS if left == EVENT else LITERALS, max_size=2))
        return Expr(op, args=(left, right, *more))
    return Expr(op, args=(left, right))


def chains(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Canonical trees: a chain holds no chain of its own operator."""

    def chain(op: Op) -> st.SearchStrategy[Expr]:
        others = parts.filter(lambda part: part.op is not op)
        return st.lists(others, min_size=2, max_size=3).map(lambda args: Expr(op, args=tuple(args)))

    return st.one_of(chain(Op.AND), chain(Op.OR), parts.map(lambda part: Expr(Op.NOT, args=(part,))))


CONDITIONS = st.recursive(st.one_of(BOOLS, FLAGS, comparisons()), chains, max_leaves=8)


@given(CONDITIONS)
def test_printing_and_parsing_are_inverse(expr: Expr) -> None:
    assert parse_condition(print_condition(expr)) == expr


@given(st.text("branch ==!()[],andornot\"'draft.label x", max_size=30))
def test_any_text_parses_or_is_refused_within_its_own_characters(text: str) -> None:
    try:
        parse_condition(text)
    except ConditionError as caught:
        mistake = caught
    else:
        return
    assert 0 <= mistake.offset <= len(text)
    assert mistake.width >= 1
    assert mistake.message


def test_and_binds_tighter_than_or_and_not_tighter_than_both() -> None:
    either = parse_condition("draft or not default_branch and label.x")
    assert either.op is Op.OR
    assert either.args[1].op is Op.AND
    assert either.args[1].args[0].op is Op.NOT


def test_chains_of_one_operator_are_one_node_whatever_their_parentheses() -> None:
    flat = parse_condition("draft and label.a and label.b")
    assert len(flat.args) == 3
    assert parse_condition("draft and (label.a and label.b)") == flat


def test_both_quotes_and_quoted_labels_are_read() -> None:
    assert parse_condition("branch == 'a'") == parse_condition('branch == "a"')
    assert parse_condition('label."needs review"') == Expr(Op.NAME, "label.needs review")


def test_line_breaks_are_space() -> None:
    assert parse_condition("draft\n  and label.x\n") == parse_condition("draft and label.x")


@pytest.mark.parametrize(
    ("text", "marked", "part"),
    [
        ("", "", "empty"),
        ("branch = 'x'", "=", "means nothing here"),
        ("branch == main", "main", "expected a string"),
        ("branch", "branch", "text, not a condition"),
        ("draft and 'x'", "'x'", "a string, not a condition"),
        ("event == 'pul_request'", "'pul_request'", "no event"),
        ("event in ['push', 'pull']", "'pull'", "no event"),
        ("draft == 'x'", "'x'", "true or false"),
        ("branch == true", "true", "is text"),
        ("draft in ['x']", "in", "needs text"),
        ("(draft", "", "expected )"),
        ("draft)", ")", "expected and, or, or the end"),
        ("branch in []", "]", "expected a string"),
        ("branch in 'x'", "'x'", "expected ["),
        ("'x' == branch", "'x'", "only a name"),
        ("brunch == 'x'", "brunch", "no name"),
        ("label.a.b", "label.a.b", "no name"),
        ("matrix.'a b' == 'x'", "matrix.'a b'", "no name"),
        ("branch == 'x", "'x", "not closed"),
        ("not", "", "expected a name"),
        ("draft and", "", "expected a name"),
        ("draft draft", "draft", "expected and, or, or the end"),
        ("fact.ruby == 'x'", "fact.ruby", "no name"),
    ],
)
def test_a_mistake_is_marked_where_it_is(text: str, marked: str, part: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    mistake = caught.value
    assert part in mistake.message
    assert text[mistake.offset : mistake.offset + mistake.width] == marked


def test_the_second_of_two_equal_words_is_marked_not_the_first() -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition("draft draft")
    assert caught.value.offset == 6


def test_a_near_miss_is_named() -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition("brunch == 'x'")
    assert caught.value.hint.startswith("did you mean branch?")


@pytest.mark.parametrize("text", ["(" * 10_000, "not " * 10_000 + "draft", "(" * 60 + "draft" + ")" * 60])
def test_nesting_without_end_is_refused_without_a_traceback(text: str) -> None:
    with pytest.raises(ConditionError, match="nested more than 50 levels"):
        parse_condition(text)
