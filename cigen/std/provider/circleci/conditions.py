"""`when` as CircleCI can say it: expressions for jobs and workflows, logic statements for steps, shell for the rest.

Owns: what each name of the condition language is here. A condition is first told in pipeline values (`lower`), then
printed in one of three ways. Expressions know `==`, `!=` and `starts-with`; logic statements know regular expressions
too; both are decided before anything runs. What only the job can know, a variable or another job's output, is for the
shell.

CircleCI builds branches. `branch` is the branch of the pipeline; where the events of pull requests start pipelines too,
it must be another event's, because a fork may call its branch as it likes.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cigen.sdk import Expr, ManualInput, Op, Triggers, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.conditions import FALSE, TRUE, all_of, any_of, fold, glob_regex, matches_glob, names, negate
from cigen.std.ci.outputs import output_variable
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.circleci.texts import parameter, render_text

__all__ = [
    "BRANCH",
    "DRAFT",
    "EVENT",
    "SOURCE",
    "TAG",
    "ConditionScope",
    "asks_for_events",
    "equals",
    "expression",
    "is_static",
    "logic",
    "lower",
    "matches",
    "shell_test",
]

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
SOURCE, EVENT = "pipeline.trigger_source", "pipeline.event.name"
DRAFT = "pipeline.event.github.pull_request.draft"
_EVENTS = ("manual", "merge_queue", "pull_request", "push", "schedule", "tag")
_QUEUE = "gh-readonly-queue/*"
_ARGUMENTS = {Op.AND: 1, Op.OR: 1, Op.NOT: 1, Op.EQ: 2, Op.NE: 2, Op.IN: 2, Op.MATCHES: 2}
_VARIABLES = {BRANCH: "CIRCLE_BRANCH", TAG: "CIRCLE_TAG"}


@dataclass(frozen=True, slots=True)
class ConditionScope:
    """What a condition may refer to. `env`: the variables that cig.toml sets, by name."""

    workflow: Workflow
    env: Mapping[str, str] = field(default_factory=dict)


def asks_for_events(triggers: Triggers) -> bool:
    """Whether events of pull requests start pipelines of the workflow: nothing else tells base, draft or kind."""
    found = triggers.pull_request
    return found is not None and bool(found.branches or found.types or found.skip_drafts)


def equals(name: str, text: str) -> Expr:
    """That a pipeline value is this text."""
    return Expr(Op.EQ, args=(Expr(Op.NAME, name), Expr(Op.LITERAL, text)))


def matches(name: str, pattern: str) -> Expr:
    """That a pipeline value is a text which the glob matches; never for an empty one."""
    if not pattern.strip("*"):
        return negate(equals(name, ""))
    if not any(char in pattern for char in "*?[{"):
        return equals(name, pattern)
    found = Expr(Op.MATCHES, args=(Expr(Op.NAME, name), Expr(Op.LITERAL, pattern)))
    return all_of([negate(equals(name, "")), found]) if matches_glob(pattern, "") else found


def lower(expr: Expr, scope: ConditionScope) -> Expr:
    """The condition told in pipeline values, `env.X` and `needs.JOB.NAME`. Raises CannotExpress."""
    return _lower(fold(expr, _known(scope)), scope)


def _known(scope: ConditionScope) -> Callable[[str], str | None]:
    asks = _asks_for_pull_requests(scope.workflow)

    def known(name: str) -> str | None:
        if name.startswith("env."):
            text = scope.env.get(name[4:])
            return None if text is None or "{{" in text else text
        return "false" if not asks and (name == "draft" or name.startswith("label.")) else None

    return known


def _asks_for_pull_requests(workflow: Workflow) -> bool:
    return effective_triggers(workflow).pull_request is not None


def _lower(expr: Expr, scope: ConditionScope) -> Expr:
    if len(expr.args) < _ARGUMENTS.get(expr.op, 0):
        raise CannotExpress(f'"{expr.op}" lacks what it is about')
    match expr.op:
        case Op.AND:
            return all_of(_lower(arg, scope) for arg in expr.args)
        case Op.OR:
            return any_of(_lower(arg, scope) for arg in expr.args)
        case Op.NOT:
            return negate(_lower(expr.args[0], scope))
        case Op.EQ:
            return _compared(expr.args[0], expr.args[1], scope)
        case Op.NE:
            return negate(_compared(expr.args[0], expr.args[1], scope))
        case Op.IN:
            return any_of(_compared(expr.args[0], value, scope) for value in expr.args[1:])
        case Op.MATCHES:
            return _matched(expr.args[0].value, expr.args[1].value, scope)
        case Op.NAME:
            return _flag(expr.value, scope)
        case Op.BOOL:
            return expr
        case Op.LITERAL:
            raise CannotExpress(f'the text "{expr.value}" is no condition')


def _compared(name: Expr, value: Expr, scope: ConditionScope) -> Expr:
    if name.op is not Op.NAME or value.op not in (Op.LITERAL, Op.BOOL):
        raise CannotExpress("only a name can be compared, and only with a text, true or false")
    if value.op is Op.BOOL or _input_type(name.value, scope) == "boolean":
        flag = _flag(name.value, scope)
        return flag if value.value == "true" else negate(flag)
    if name.value == "event":
        return _event(value.value, scope)
    if _input_type(name.value, scope) == "number":
        number = Expr(Op.BOOL, value.value)
        whole = value.value.removeprefix("-").isdecimal()
        return Expr(Op.EQ, args=(Expr(Op.NAME, _operand(name.value)), number)) if whole else FALSE
    return _of_branch(name.value, equals(_operand(name.value), value.value), scope)


def _of_branch(name: str, found: Expr, scope: ConditionScope) -> Expr:
    """A condition on `branch`, which a pull request has none of."""
    if name not in ("branch", "default_branch") or not asks_for_events(effective_triggers(scope.workflow)):
        return found
    return all_of([negate(equals(EVENT, "pull_request")), found])


def _matched(name: str, pattern: str, scope: ConditionScope) -> Expr:
    if name == "event":
        return any_of(_event(event, scope) for event in _EVENTS if matches_glob(pattern, event))
    return _of_branch(name, matches(_operand(name), pattern), scope)


def _event(name: str, scope: ConditionScope) -> Expr:
    triggers = effective_triggers(scope.workflow)
    match name:
        case "manual":
            return equals(SOURCE, "api")
        case "schedule":
            return equals(SOURCE, "scheduled_pipeline")
        case "merge_queue":
            return matches(BRANCH, _QUEUE)
        case "tag":
            return negate(equals(TAG, ""))
        case "push":
            return _pushed(triggers) if triggers.push else FALSE
        case "pull_request":
            return _pulled(triggers) if triggers.pull_request else FALSE
    raise CannotExpress(f'"{name}" is no event', f"events: {', '.join(_EVENTS)}")


def _pushed(triggers: Triggers) -> Expr:
    """A branch that `on.push` names. Where it names none and pull requests count too, their events tell them apart."""
    listed = _listed(triggers)
    if listed is None:
        listed = negate(equals(EVENT, "pull_request")) if triggers.pull_request else TRUE
    named = triggers.push.branches if triggers.push else ()
    queued = [] if named and not any(set(one) & set("*?[{") for one in named) else _not_queued(triggers)
    return all_of([*_at_branches(triggers), *queued, listed])


def _pulled(triggers: Triggers) -> Expr:
    """A branch that `on.push` does not name."""
    known = [*_at_branches(triggers), *_not_queued(triggers)]
    if triggers.push is None:
        return all_of(known)
    listed = _listed(triggers)
    return all_of([*known, equals(EVENT, "pull_request") if listed is None else negate(listed)])


def _listed(triggers: Triggers) -> Expr | None:
    branches = triggers.push.branches if triggers.push else ()
    return any_of(matches(BRANCH, one) for one in branches) if branches else None


def _at_branches(triggers: Triggers) -> list[Expr]:
    """That the pipeline is of a branch and was pushed; what can be nothing else is not said."""
    found = [equals(SOURCE, "webhook")] if triggers.schedule or triggers.manual else []
    return found + ([equals(TAG, "")] if triggers.tag else [])


def _not_queued(triggers: Triggers) -> list[Expr]:
    """That the branch is not one of a merge queue's own."""
    return [negate(matches(BRANCH, _QUEUE))] if triggers.merge_queue else []


def _flag(name: str, scope: ConditionScope) -> Expr:
    """A name that is true or false by itself."""
    group = name.partition(".")[0]
    if name == "default_branch":
        return _of_branch(name, equals(BRANCH, scope.workflow.default_branch), scope)
    if name == "draft":
        return all_of([equals(EVENT, "pull_request"), Expr(Op.NAME, DRAFT)])
    if group == "label":
        raise CannotExpress(
            f'CircleCI does not tell the labels of a pull request, so no condition can ask for "{name}"',
            "ask for the branch, or start the pipeline by hand with an input",
        )
    if group == "input" and _input_type(name, scope) == "boolean":
        return Expr(Op.NAME, _operand(name))
    if group in ("input", "env", "needs"):
        return equals(_operand(name), "true")
    raise CannotExpress(f'"{name}" is neither true nor false', f'compare it: {name} == "…"')


def _operand(name: str) -> str:
    group, _, word = name.partition(".")
    if name in ("branch", "tag"):
        return BRANCH if name == "branch" else TAG
    if group == "input":
        return f"pipeline.parameters.{parameter(word)}"
    if group in ("env", "needs"):
        return name
    if group == "matrix":
        raise CannotExpress(f'there is no value for "{name}"', "the matrix has no such axis")
    raise CannotExpress(f'"{name}" cannot be compared with a text')


def _input_type(name: str, scope: ConditionScope) -> str:
    manual = effective_triggers(scope.workflow).manual
    known: tuple[ManualInput, ...] = manual.inputs if manual else ()
    return next((one.type for one in known if f"input.{one.name}" == name), "")


def is_static(expr: Expr) -> bool:
    """Whether all of it is known before anything runs."""
    return not any(name.startswith(("env.", "needs.")) for name in names(expr))


# -- expressions -------------------------------------------------------------------------------------------------------


def expression(expr: Expr) -> str:
    """A lowered condition as an expression. Raises CannotExpress where only a logic statement can tell."""
    match expr.op:
        case Op.AND:
            return " and ".join(_within(arg, Op.OR) for arg in expr.args)
        case Op.OR:
            return " or ".join(expression(arg) for arg in expr.args)
        case Op.NOT:
            inner = expression(expr.args[0])
            return f"not {inner}" if expr.args[0].op is Op.NAME else f"not ({inner})"
        case Op.EQ | Op.NE:
            sign = "==" if expr.op is Op.EQ else "!="
            other = expr.args[1].value
            return f"{expr.args[0].value} {sign} {other if expr.args[1].op is Op.BOOL else _literal(other)}"
        case Op.MATCHES:
            prefix = _prefix(expr.args[1].value)
            if not prefix:
                raise CannotExpress(f'CircleCI has no expression for the glob "{expr.args[1].value}"')
            return f"{expr.args[0].value} starts-with {_literal(prefix)}"
        case _:
            return expr.value


def _within(expr: Expr, *weaker: Op) -> str:
    text = expression(expr)
    return f"({text})" if expr.op in weaker else text


def _prefix(pattern: str) -> str:
    """What a text begins with that the glob matches, if that is all it asks for."""
    core = pattern.rstrip("*")
    return core if core != pattern and not any(char in core for char in "*?[{") else ""


def _literal(text: str) -> str:
    if '"' in text or "\\" in text or "<<" in text:
        raise CannotExpress(f'CircleCI cannot compare with the text "{text}"')
    return f'"{text}"'


# -- logic statements --------------------------------------------------------------------------------------------------


def logic(expr: Expr) -> Value:
    """A lowered condition as a logic statement."""
    match expr.op:
        case Op.AND | Op.OR:
            return {str(expr.op): [logic(arg) for arg in expr.args]}
        case Op.NOT:
            return {"not": logic(expr.args[0])}
        case Op.EQ:
            text = expr.args[1].value
            value: Value = int(text) if expr.args[1].op is Op.BOOL else render_text(text)
            return {"equal": [value, f"<< {expr.args[0].value} >>"]}
        case Op.NE:
            return {"not": logic(Expr(Op.EQ, args=expr.args))}
        case Op.MATCHES:
            pattern = render_text(f"^{glob_regex(expr.args[1].value)}$")
            return {"matches": {"pattern": pattern, "value": f"<< {expr.args[0].value} >>"}}
        case Op.BOOL:
            return expr.value == "true"
        case _:
            return _value(expr.value)


def _value(name: str) -> str:
    """A pipeline value in a text. Of a draft only pipelines of pull requests know, and asking others is an error."""
    guard = f'{EVENT} == "pull_request" and ' if name == DRAFT else ""
    return f"<< {guard}{name} >>"


# -- shell -------------------------------------------------------------------------------------------------------------


def shell_test(expr: Expr) -> tuple[str, dict[str, Value]]:
    """A lowered condition as a command that succeeds or fails, and the variables that it needs for pipeline values."""
    values: dict[str, Value] = {}
    return _test(expr, values), values


def _test(expr: Expr, values: dict[str, Value]) -> str:
    match expr.op:
        case Op.AND | Op.OR:
            sign = " && " if expr.op is Op.AND else " || "
            return f"{{ {sign.join(_test(arg, values) for arg in expr.args)}; }}"
        case Op.NOT:
            return f"! {_test(expr.args[0], values)}"
        case Op.EQ | Op.NE:
            sign = "=" if expr.op is Op.EQ else "!="
            return f"[ {_variable(expr.args[0].value, values)} {sign} {shlex.quote(expr.args[1].value)} ]"
        case Op.MATCHES:
            pattern = f"^{glob_regex(expr.args[1].value).replace('(?:', '(')}$"
            return f"printf %s {_variable(expr.args[0].value, values)} | grep -Eq {shlex.quote(pattern)}"
        case Op.BOOL:
            return expr.value
        case _:
            # CircleCI may spell a boolean either way.
            known = _variable(expr.value, values)
            return f"{{ [ {known} = true ] || [ {known} = 1 ]; }}"


def _variable(name: str, values: dict[str, Value]) -> str:
    group, _, word = name.partition(".")
    if group == "env":
        return f'"${{{word}:-}}"'
    if group == "needs":
        job, _, output = word.partition(".")
        return f'"${{{output_variable(job, output)}:-}}"'
    known = _VARIABLES.get(name, "")
    if not known:
        known = "CIG_" + re.sub(r"[^A-Z0-9]+", "_", name.removeprefix("pipeline.").upper())
        values[known] = _value(name)
    return f'"${{{known}:-}}"'
