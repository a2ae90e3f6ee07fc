"""`when` as Groovy.

Owns: what each name of the condition language is on Jenkins, where every value is a text: nothing is left to Groovy's
truth, by which "false" is true. `branch()`, `tag()` and `event()` are functions of the runtime. A condition that cannot
be said exactly is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cigen.sdk import Expr, Op, Workflow
from cigen.std.ci.conditions import fold, glob_regex, names
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.jenkins.groovy import axis_value, call, is_plain, literal
from cigen.std.provider.jenkins.used import Used

__all__ = ["ConditionScope", "asks_for_matrix", "compile_condition"]

_SIMPLE = {"branch": "branch", "tag": "tag", "event": "event"}


@dataclass(frozen=True, slots=True)
class ConditionScope:
    """What a condition may refer to. `env`: variables that cig.toml itself gives a value, by name."""

    workflow: Workflow
    used: Used
    env: Mapping[str, str] = field(default_factory=dict)


def asks_for_matrix(expr: Expr | None) -> bool:
    """Whether the legs of a job may differ in it."""
    return any(name.startswith("matrix.") for name in names(expr))


def compile_condition(expr: Expr, scope: ConditionScope) -> str:
    """The condition as an expression that is true or false. Raises CannotExpress."""

    def known(name: str) -> str | None:
        group, _, word = name.partition(".")
        if group == "env" and word in scope.env and "{{" not in scope.env[word]:
            return scope.env[word]
        if (name == "draft" or group == "label") and effective_triggers(scope.workflow).pull_request is None:
            return "false"
        return None

    return _compile(fold(expr, known), scope)


def _compile(expr: Expr, scope: ConditionScope) -> str:
    match expr.op:
        case Op.AND:
            return " && ".join(_within(arg, scope) for arg in expr.args)
        case Op.OR:
            return " || ".join(_within(arg, scope) for arg in expr.args)
        case Op.NOT if expr.args:
            return f"!({_compile(expr.args[0], scope)})"
        case Op.EQ | Op.NE if len(expr.args) == 2:
            return _compared(expr, scope)
        case Op.IN if len(expr.args) > 1:
            listed = ", ".join(literal(value.value) for value in expr.args[1:])
            return f"[{listed}].contains({_operand(expr.args[0].value, scope)})"
        case Op.MATCHES if len(expr.args) == 2:
            return _matched(expr.args[0].value, expr.args[1].value, scope)
        case Op.NAME:
            return _flag(expr.value, scope)
        case Op.BOOL:
            return "true" if expr.value == "true" else "false"
    raise CannotExpress(f'"{expr.value or expr.op}" is no condition')


def _matched(name: str, glob: str, scope: ConditionScope) -> str:
    operand, pattern = _operand(name, scope), glob_regex(glob)
    test = f"{operand} ==~ {literal(pattern)}"
    # Where there is no branch or no tag, no glob matches, not even one that any text would.
    return f"({operand} && {test})" if name in ("branch", "tag") and re.fullmatch(pattern, "") else test


def _within(expr: Expr, scope: ConditionScope) -> str:
    found = _compile(expr, scope)
    return f"({found})" if expr.op in (Op.AND, Op.OR) else found


def _compared(expr: Expr, scope: ConditionScope) -> str:
    name, value = expr.args
    if name.op is not Op.NAME or value.op not in (Op.LITERAL, Op.BOOL):
        raise CannotExpress("only a name can be compared, and only with a text, true or false")
    if value.op is Op.BOOL:
        flag = _flag(name.value, scope)
        return flag if (value.value == "true") is (expr.op is Op.EQ) else f"!({flag})"
    return f"{_operand(name.value, scope)} {'==' if expr.op is Op.EQ else '!='} {literal(value.value)}"


def _flag(name: str, scope: ConditionScope) -> str:
    group, _, _ = name.partition(".")
    if name == "default_branch":
        return f"{_operand('branch', scope)} == {literal(scope.workflow.default_branch)}"
    if name == "draft" or group == "label":
        raise CannotExpress(
            f'Jenkins does not tell a build about "{name}" of its pull request',
            "ask for the branch or the event, or let a step ask the host of the repository",
        )
    if group in ("input", "needs", "env", "matrix"):
        return f"{_operand(name, scope)} == 'true'"
    raise CannotExpress(f'"{name}" is neither true nor false', f'compare it: {name} == "…"')


def _operand(name: str, scope: ConditionScope) -> str:
    group, _, word = name.partition(".")
    if name in _SIMPLE:
        scope.used.function(name)
        return f"{_SIMPLE[name]}()"
    if group == "input":
        scope.used.function("answer")
        return call("answer", literal(word), literal(_default(word, scope.workflow)))
    if group == "matrix":
        return axis_value(word)
    if group == "env":
        return f"(env.{word} ?: '')" if is_plain(word) else f"(env[{literal(word)}] ?: '')"
    if group == "needs":
        job, _, output = word.rpartition(".")
        scope.used.function("output")
        return call("output", literal(job), literal(output))
    if name == "default_branch":
        return f"({_flag(name, scope)}).toString()"
    raise CannotExpress(f'"{name}" cannot be compared with a text')


def _default(name: str, workflow: Workflow) -> str:
    manual = workflow.triggers.manual if workflow.triggers else None
    return next((one.default for one in manual.inputs if one.name == name), "") if manual else ""
