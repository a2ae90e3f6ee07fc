"""`if`: which builds a step is part of, in Buildkite's C-like expressions.

Buildkite evaluates it when the pipeline is uploaded, and a step that is left out counts as satisfied for those that
depend on it. So each job's expression holds everything: what starts its workflow, its own `when`, and those of all the
jobs it needs. The condition is judged once for each event that starts the workflow, with what is known about such a
build, and only what is left of it is written down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cigen.sdk import Expr, Op, Triggers, Workflow
from cigen.std.ci.conditions import FALSE, fold, glob_regex, is_false, is_true, matches_glob
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.buildkite.events import TEST, Guard, Starts, guards
from cigen.std.provider.buildkite.literals import literal, regex

__all__ = ["Names", "Text", "compile_expression", "input_default", "input_variable", "step_condition"]

_OR, _AND, _COMPARISON, _ATOM = range(4)


@dataclass(frozen=True, slots=True)
class Text:
    """An expression and how tightly its outermost operator binds."""

    text: str
    level: int = _ATOM

    def within(self, level: int) -> str:
        return f"({self.text})" if self.level < level else self.text


@dataclass(frozen=True, slots=True)
class Names:
    """What a condition may ask for: the workflow's, and the variables that cig.toml sets."""

    workflow: Workflow
    env: Mapping[str, str]
    starts: Starts = field(default_factory=Starts)


def step_condition(when: Expr | None, names: Names) -> str | None:
    """The value of `if`, empty where every build has the step, None where none has. Raises CannotExpress."""
    found: list[Guard] = []
    for guard in guards(names.workflow, names.starts):
        known = _known(guard, names)
        left = fold(_matchable(when, known), known) if when is not None else None
        if is_false(left):
            continue
        parts = () if is_true(left) or left is None else left.args if left.op is Op.AND else (left,)
        narrowed = _narrowed(guard, parts, names)
        if narrowed is None:
            continue
        guard, parts = narrowed
        rest = [compile_expression(one, names).within(_AND) for one in parts]
        own = [one for one in guard.tests if one not in rest]
        tests = (*rest, *own) if guard.event == "push" else (*own, *rest)
        found.append(Guard(guard.event, tests))
    if not found:
        return None
    return _joined(found)


def _narrowed(guard: Guard, parts: tuple[Expr, ...], names: Names) -> tuple[Guard, tuple[Expr, ...]] | None:
    """The guard without a filter that a condition makes needless, and the conditions without one that the filter is.

    None if no build can meet both.
    """
    exact = next((value for one in parts if (value := _exact(one, guard.name, names))), "")
    if exact and not guard.lets_in(exact):
        return None
    if exact:
        tests = tuple(test for test in guard.tests if test not in guard.filters)
        tag = (TEST["tag"].own,) if guard.event == "tag" else ()
        return Guard(guard.event, tuple(test for test in tests if test not in tag)), parts
    if len(guard.patterns) == 1:
        # In a condition `*` matches more than in a filter, so that the filter alone says it.
        same = Expr(Op.MATCHES, args=(Expr(Op.NAME, guard.name), Expr(Op.LITERAL, guard.patterns[0])))
        return guard, tuple(one for one in parts if one != same)
    return guard, parts


def _exact(one: Expr, name: str, names: Names) -> str:
    """The one branch or tag for which a condition holds."""
    if one.op is Op.NAME and one.value == "default_branch" and name == "branch":
        return names.workflow.default_branch
    if one.op is Op.EQ and len(one.args) == 2 and one.args[0] == Expr(Op.NAME, name):
        return one.args[1].value
    return ""


def _matchable(expr: Expr, known: Callable[[str], str | None]) -> Expr:
    """The condition with no glob asked of a branch or tag that is not there: not even `*` matches it."""
    if expr.op is Op.MATCHES and expr.args and expr.args[0].value in ("branch", "tag"):
        return FALSE if known(expr.args[0].value) == "" else expr
    args = tuple(_matchable(arg, known) for arg in expr.args)
    return expr if args == expr.args else Expr(expr.op, expr.value, args)


def _joined(found: Sequence[Guard]) -> str:
    """The guards joined by `||`, each without what those that let in everything of their kind make needless."""
    bare = {guard.event for guard in found if guard.is_bare}
    terms = []
    for guard in found:
        tests = [test for test in guard.tests if not any(TEST[event].excluded == test for event in bare)]
        tests = tests or ["true"]
        terms.append(tests)
    if any(tests == ["true"] for tests in terms):
        return ""
    if len(terms) == 1:
        return " && ".join(terms[0])
    return " || ".join(tests[0] if len(tests) == 1 else f"({' && '.join(tests)})" for tests in terms)


def _known(guard: Guard, names: Names) -> Callable[[str], str | None]:
    """What is known of a build that such an event started."""
    event = guard.event
    has_branch = event in ("push", "schedule", "manual", "merge_queue")

    def value(name: str) -> str | None:
        group, _, word = name.partition(".")
        if name == "event":
            return event
        if name == "branch" and not has_branch:
            return ""
        if name == "tag" and event != "tag":
            return ""
        if name == "default_branch" and (not has_branch or event == "merge_queue"):
            return "false"
        if (name == "draft" or group == "label") and event != "pull_request":
            return "false"
        if group == "input" and event != "manual":
            return input_default(word, names.workflow)
        return names.env.get(word) if group == "env" else None

    return value


def compile_expression(expr: Expr, names: Names) -> Text:
    """A condition, folded already, as an expression. Raises CannotExpress."""
    match expr.op:
        case Op.AND:
            return Text(" && ".join(compile_expression(arg, names).within(_AND) for arg in expr.args), _AND)
        case Op.OR:
            return _any([compile_expression(arg, names) for arg in expr.args])
        case Op.NOT:
            return _not(compile_expression(expr.args[0], names))
        case Op.EQ | Op.NE if len(expr.args) == 2:
            return _compare(expr.args[0], expr.args[1], names, equal=expr.op is Op.EQ)
        case Op.IN if expr.args:
            return _any([_compare(expr.args[0], value, names, equal=True) for value in expr.args[1:]])
        case Op.MATCHES if len(expr.args) == 2:
            return _match(expr.args[0].value, expr.args[1].value, names)
        case Op.NAME:
            return _flag(expr.value, names)
        case Op.BOOL:
            return Text(expr.value)
    raise CannotExpress(f'"{expr.value or expr.op}" is no condition')


def _any(each: Sequence[Text]) -> Text:
    return each[0] if len(each) == 1 else Text(" || ".join(one.within(_AND) for one in each), _OR)


def _not(text: Text) -> Text:
    return Text(f"!{text.within(_ATOM)}")


def _compare(name: Expr, value: Expr, names: Names, *, equal: bool) -> Text:
    if name.op is not Op.NAME or value.op not in (Op.LITERAL, Op.BOOL):
        raise CannotExpress("only a name can be compared, and only with a text, true or false")
    group, _, word = name.value.partition(".")
    if value.op is Op.BOOL or (group == "input" and _input_type(word, names.workflow) == "boolean"):
        flag = _flag(name.value, names)
        return flag if (value.value == "true") is equal else _not(flag)
    operand = _operand(name.value)
    wanted = f"{operand} {'==' if equal else '!='} {literal(value.value)}"
    unset = _default(name.value, names)
    if unset is None:
        return Text(wanted, _COMPARISON)
    # A variable that is not set is null, and stands for its default.
    if (unset == value.value) is equal:
        return Text(f"{operand} == null || {wanted}", _OR)
    return Text(wanted, _COMPARISON) if equal else Text(f"{operand} != null && {wanted}", _AND)


def _match(name: str, pattern: str, names: Names) -> Text:
    operand = _operand(name)
    tested = f"{operand} =~ {regex(f'^{glob_regex(pattern)}$')}"
    unset = _default(name, names)
    matches = unset is not None and matches_glob(pattern, unset)
    return Text(f"{operand} == null || {tested}", _OR) if matches else Text(tested, _COMPARISON)


def _flag(name: str, names: Names) -> Text:
    """A name that is true or false by itself."""
    group, _, word = name.partition(".")
    if name == "default_branch":
        return Text(f"build.branch == {literal(names.workflow.default_branch)}", _COMPARISON)
    if name == "draft":
        return Text("build.pull_request.draft")
    if group == "label":
        return Text(f"build.pull_request.labels includes {literal(word)}", _COMPARISON)
    if group == "input":
        default = _default(name, names) == "true"
        return Text(
            f"{_operand(name)} {'!=' if default else '=='} {literal('false' if default else 'true')}", _COMPARISON
        )
    raise CannotExpress(f'"{name}" is neither true nor false', f'compare it: {name} == "…"')


def _operand(name: str) -> str:
    """A name that is a text, as Buildkite spells it."""
    group, _, word = name.partition(".")
    if name in ("branch", "tag"):
        return f"build.{name}"
    if group == "input":
        return f'build.env("{input_variable(word)}")'
    if group == "env":
        return f'build.env("{word}")'
    raise CannotExpress(f'"{name}" is not known when a build is put together')


def input_variable(name: str) -> str:
    """The variable that holds the answer of whoever starts a build."""
    return f"CIG_INPUT_{name.upper().replace('-', '_')}"


def _default(name: str, names: Names) -> str | None:
    """What the name stands for where Buildkite knows nothing; None if it always knows."""
    group, _, word = name.partition(".")
    if group == "env":
        return ""
    if group != "input":
        return None
    return input_default(word, names.workflow)


def input_default(name: str, workflow: Workflow) -> str:
    """What an input is where nobody was asked."""
    manual = (workflow.triggers or Triggers()).manual
    found = next((one for one in manual.inputs if one.name == name), None) if manual else None
    return (found.default or ("false" if found.type == "boolean" else "")) if found else ""


def _input_type(name: str, workflow: Workflow) -> str:
    manual = (workflow.triggers or Triggers()).manual
    return next((one.type for one in manual.inputs if one.name == name), "") if manual else ""
