"""`when` as GitHub's expressions.

Owns: what each name of the condition language is on GitHub. `branch` is the branch that was pushed, so it asks for
`github.ref`: a pull request runs on `refs/pull/…`, a tag on `refs/tags/…`, and neither can pass for a branch of the
same name. A condition that cannot be said exactly is refused. One thing GitHub does its own way in all of them: it
compares texts without regard to case.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cigen.sdk import Expr, Op, Workflow
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.github.globs import expand_braces
from cigen.std.provider.github.inputs import answer, flag_answer, manual_input, only_by_hand
from cigen.std.provider.github.texts import has_placeholder, string_literal

__all__ = ["ConditionScope", "all_of", "compile_condition", "if_value"]

_EVENTS = {
    "manual": "workflow_dispatch",
    "merge_queue": "merge_group",
    "pull_request": "pull_request",
    "schedule": "schedule",
}
_ARGUMENTS = {Op.AND: 1, Op.OR: 1, Op.NOT: 1, Op.EQ: 2, Op.NE: 2, Op.IN: 2, Op.MATCHES: 2}
"""How many each needs. A condition of cig.toml has them; one that a plugin made up may not."""

_OR, _AND, _COMPARISON, _ATOM = range(4)


@dataclass(frozen=True, slots=True)
class ConditionScope:
    """What a condition may refer to, and where it stands.

    `env`: the variables known when a job's condition is evaluated, by name; GitHub has no `env` context there.
    """

    workflow: Workflow
    in_step: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Text:
    """An expression, how tightly its outermost operator binds, and its opposite where that is a mere change of sign."""

    text: str
    level: int = _ATOM
    opposite: str = ""

    def within(self, level: int) -> str:
        return f"({self.text})" if self.level < level else self.text

    def negated(self) -> "_Text":
        if self.opposite:
            return _Text(self.opposite, self.level, self.text)
        return _Text(f"!{self.text}", _ATOM, self.text) if self.level == _ATOM else _Text(f"!({self.text})")


_TRUE, _FALSE = _Text("true", _ATOM, "false"), _Text("false", _ATOM, "true")


def _equal(left: str, right: str) -> _Text:
    return _Text(f"{left} == {right}", _COMPARISON, f"{left} != {right}")


def compile_condition(expr: Expr, scope: ConditionScope) -> str:
    """The condition as an expression. Raises CannotExpress."""
    return _compile(expr, scope).text


def all_of(*conditions: str, join: str = " && ") -> str:
    """The expressions, those that are not empty, joined by `&&`."""
    given = [text for text in conditions if text]
    if len(given) == 1:
        return given[0]
    return join.join(f"({text})" if _binds_loosely(text) else text for text in given)


def if_value(expression: str) -> str:
    """An expression as the value of `if`, where `${{ }}` may be left out but for what YAML would misread.

    One of several lines becomes a block, which YAML takes as it is.
    """
    if "\n" in expression:
        return f"{expression}\n"
    return f"${{{{ {expression} }}}}" if expression.startswith("!") else expression


def _binds_loosely(expression: str) -> bool:
    """Whether `||` stands outside all parentheses and literals."""
    if "||" not in expression:
        return False
    depth, quoted = 0, False
    for index, char in enumerate(expression):
        if char == "'":
            quoted = not quoted
        elif not quoted:
            depth += (char == "(") - (char == ")")
            if depth == 0 and expression.startswith("||", index):
                return True
    return False


def _compile(expr: Expr, scope: ConditionScope) -> _Text:
    if len(expr.args) < _ARGUMENTS.get(expr.op, 0):
        raise CannotExpress(f'"{expr.op}" lacks what it is about')
    match expr.op:
        case Op.AND:
            return _Text(" && ".join(_compile(arg, scope).within(_AND) for arg in expr.args), _AND)
        case Op.OR:
            return _any([_compile(arg, scope) for arg in expr.args])
        case Op.NOT:
            return _compile(expr.args[0], scope).negated()
        case Op.EQ:
            return _compare(expr.args[0], expr.args[1], scope)
        case Op.NE:
            return _compare(expr.args[0], expr.args[1], scope).negated()
        case Op.IN:
            return _any([_compare(expr.args[0], value, scope) for value in expr.args[1:]])
        case Op.MATCHES:
            # `*` stands for any text here: no expression can tell whether a text holds a `/`.
            parts = expand_braces(expr.args[1].value)
            return _any([_match(expr.args[0].value, part, scope) for part in parts])
        case Op.NAME:
            return _flag(expr.value, scope)
        case Op.BOOL:
            return _TRUE if expr.value == "true" else _FALSE
        case Op.LITERAL:
            raise CannotExpress(f'the text "{expr.value}" is no condition')


def _any(each: Sequence[_Text]) -> _Text:
    return each[0] if len(each) == 1 else _Text(" || ".join(one.within(_AND) for one in each), _OR)


def _compare(name: Expr, value: Expr, scope: ConditionScope) -> _Text:
    if name.op is not Op.NAME or value.op not in (Op.LITERAL, Op.BOOL):
        raise CannotExpress("only a name can be compared, and only with a text, true or false")
    group, _, word = name.value.partition(".")
    if value.op is Op.BOOL or (group == "input" and _is_flag(word, scope.workflow)):
        flag = _flag(name.value, scope)
        return flag if value.value == "true" else flag.negated()
    if name.value in ("branch", "tag"):
        return _on_ref("heads" if name.value == "branch" else "tags", value.value)
    if name.value == "event":
        return _event(value.value, scope.workflow)
    equal = _equal(_operand(name.value, scope), _literal(value.value))
    if group == "input" and _is_zero(value.value) and not only_by_hand(scope.workflow):
        # What nobody was asked is null, which GitHub finds equal to zero.
        return _Text(f"github.event_name == 'workflow_dispatch' && {equal.text}", _AND)
    return equal


def _on_ref(kind: str, name: str) -> _Text:
    """Whether the run is for this branch or tag; with an empty name, for none at all."""
    if not name:
        return _on_any_ref(kind).negated()
    return _equal("github.ref", _literal(f"refs/{kind}/{name}"))


def _on_any_ref(kind: str) -> _Text:
    return _Text(f"startsWith(github.ref, 'refs/{kind}/')")


def _event(name: str, workflow: Workflow) -> _Text:
    if name in _EVENTS:
        return _equal("github.event_name", f"'{_EVENTS[name]}'")
    if name not in ("push", "tag"):
        raise CannotExpress(f'"{name}" is no event', "events: manual, merge_queue, pull_request, push, schedule, tag")
    triggers = workflow.triggers
    pushed = _equal("github.event_name", "'push'")
    if triggers is None or (triggers.push and triggers.tag):
        # GitHub calls both a push.
        return _Text(f"{pushed.text} && github.ref_type == '{'branch' if name == 'push' else 'tag'}'", _AND)
    return pushed if (triggers.push if name == "push" else triggers.tag) else _FALSE


def _flag(name: str, scope: ConditionScope) -> _Text:
    """A name that is true or false by itself."""
    group, _, word = name.partition(".")
    if name == "default_branch":
        return _on_ref("heads", scope.workflow.default_branch)
    if (name == "draft" or group == "label") and effective_triggers(scope.workflow).pull_request is None:
        return _FALSE
    if name == "draft":
        return _Text("github.event.pull_request.draft")
    if group == "label":
        return _Text(f"contains(github.event.pull_request.labels.*.name, {_literal(word)})")
    if group == "input":
        if not _is_flag(word, scope.workflow):
            return _equal(answer(word, scope.workflow), "'true'")
        flag = flag_answer(word, scope.workflow)
        return _Text(flag, _OR if "||" in flag else _ATOM)
    raise CannotExpress(f'"{name}" is neither true nor false', f'compare it: {name} == "…"')


def _operand(name: str, scope: ConditionScope) -> str:
    """A name that is a text, as GitHub spells it."""
    group, _, word = name.partition(".")
    if group == "input":
        return answer(word, scope.workflow)
    if group == "needs":
        job, _, value = word.partition(".")
        return f"needs.{job}.outputs.{value}"
    if group == "matrix":
        if not scope.in_step:
            raise CannotExpress(
                f'on GitHub the condition of a job is evaluated before its matrix, so it cannot ask for "{name}"',
                "leave legs out with matrix.exclude, or give the condition to the steps",
            )
        return f"matrix.{word}"
    if group == "env":
        if scope.in_step:
            return f"env.{word}"
        if word not in scope.env or has_placeholder(scope.env[word]):
            raise CannotExpress(
                f'on GitHub the condition of a job cannot ask for "{name}", which is not known before the job starts',
                "give the condition to the steps",
            )
        return _literal(scope.env[word])
    raise CannotExpress(f'"{name}" cannot be compared with a text')


def _match(name: str, pattern: str, scope: ConditionScope) -> _Text:
    wild = pattern.replace("**", "*")
    core = wild.strip("*")
    if any(char in core for char in "*?[") or pattern.startswith("!"):
        hint = 'GitHub can say "x*", "*x" and "*x*"; join several with and, or, not'
        raise CannotExpress(f'GitHub has no expression for the glob "{pattern}"', hint)
    starts, ends = not wild.startswith("*"), not wild.endswith("*")
    if name == "event":
        events = [event for event in sorted((*_EVENTS, "push", "tag")) if _fits(event, core, starts, ends)]
        return _any([_event(event, scope.workflow) for event in events]) if events else _FALSE
    if name in ("branch", "tag"):
        return _match_ref("heads" if name == "branch" else "tags", core, starts, ends)
    return _test(_operand(name, scope), core, starts, ends)


def _match_ref(kind: str, core: str, starts: bool, ends: bool) -> _Text:
    if not core:
        return _on_any_ref(kind)
    if starts:
        return _test("github.ref", f"refs/{kind}/{core}", starts, ends)
    # The name of a pull request's ref is `12/merge`: without the first test it might end so.
    return _Text(f"{_on_any_ref(kind).text} && {_test('github.ref_name', core, starts, ends).text}", _AND)


def _test(operand: str, core: str, starts: bool, ends: bool) -> _Text:
    if starts and ends:
        return _equal(operand, _literal(core))
    function = "startsWith" if starts else "endsWith" if ends else "contains"
    return _Text(f"{function}({operand}, {_literal(core)})")


def _fits(text: str, core: str, starts: bool, ends: bool) -> bool:
    if starts and ends:
        return text == core
    test: Callable[[str], bool] = text.startswith if starts else text.endswith if ends else text.__contains__
    return test(core)


def _is_flag(name: str, workflow: Workflow) -> bool:
    one = manual_input(name, workflow)
    return one is not None and one.type == "boolean"


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False


def _literal(text: str) -> str:
    if "${{" in text:
        raise CannotExpress(f'GitHub would evaluate the text "{text}" instead of comparing it')
    return string_literal(text)
