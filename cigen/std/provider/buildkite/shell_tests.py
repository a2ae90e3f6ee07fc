"""Conditions as bash tests, for what is decided within a job: the `when` of a step, and what a needed job said.

Owns: what each name of the condition language is in a job's environment. The same builds answer to the same events as
in `events.py`.
"""

import re
import shlex
from collections.abc import Sequence

from cigen.sdk import Expr, Op, Triggers, Workflow
from cigen.std.ci.outputs import output_variable
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.buildkite.conditions import input_default, input_variable

__all__ = ["bash_test"]

_NO_REQUEST = '"$BUILDKITE_PULL_REQUEST" == false'
_NO_TAG = '-z "${BUILDKITE_TAG-}"'
_NO_QUEUE = '-z "${BUILDKITE_MERGE_QUEUE_BASE_BRANCH-}"'
_BRANCH = f"{_NO_REQUEST} && {_NO_TAG}"
_BY_HAND = f'"$BUILDKITE_SOURCE" != webhook && "$BUILDKITE_SOURCE" != schedule && {_BRANCH}'
_WILD = re.compile(r"\*+|\?|\[[^\]]+\]")


def bash_test(expr: Expr, workflow: Workflow) -> str:
    """The condition as `[[ … ]]`. Raises CannotExpress."""
    return f"[[ {_Compiler(workflow).compile(expr)} ]]"


class _Compiler:
    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow

    def compile(self, expr: Expr) -> str:
        match expr.op:
            case Op.AND:
                return " && ".join(self.within(arg) for arg in expr.args)
            case Op.OR:
                return " || ".join(self.within(arg) for arg in expr.args)
            case Op.NOT if expr.args:
                return f"! ( {self.compile(expr.args[0])} )"
            case Op.EQ if len(expr.args) == 2:
                return self.compare(expr.args[0], expr.args[1])
            case Op.NE if len(expr.args) == 2:
                return f"! ( {self.compare(expr.args[0], expr.args[1])} )"
            case Op.IN if len(expr.args) > 1:
                return " || ".join(f"( {self.compare(expr.args[0], one)} )" for one in expr.args[1:])
            case Op.MATCHES if len(expr.args) == 2:
                return self.matched(expr.args[0].value, _pattern(expr.args[1].value))
            case Op.NAME:
                return self.flag(expr.value)
            case Op.BOOL:
                return expr.value
        raise CannotExpress(f'"{expr.value or expr.op}" is no condition')

    def within(self, expr: Expr) -> str:
        return f"( {self.compile(expr)} )" if expr.op in (Op.AND, Op.OR, Op.IN) else self.compile(expr)

    def compare(self, name: Expr, value: Expr) -> str:
        if name.op is not Op.NAME or value.op not in (Op.LITERAL, Op.BOOL):
            raise CannotExpress("only a name can be compared, and only with a text, true or false")
        group, _, word = name.value.partition(".")
        if value.op is Op.BOOL or (group == "input" and self.is_flag(word)):
            return self.flag(name.value) if value.value == "true" else f"! ( {self.flag(name.value)} )"
        if name.value == "event":
            return self.event(value.value)
        return self.tested(name.value, shlex.quote(value.value))

    def matched(self, name: str, pattern: str) -> str:
        """A test that a text matches a glob. A branch or tag that is not there matches none."""
        if name == "branch":
            return f'{_BRANCH} && "$BUILDKITE_BRANCH" == {pattern}'
        if name == "tag":
            return f'-n "${{BUILDKITE_TAG-}}" && "$BUILDKITE_TAG" == {pattern}'
        return self.tested(name, pattern)

    def tested(self, name: str, pattern: str) -> str:
        """A test that a text matches a pattern of bash."""
        group, _, word = name.partition(".")
        if name == "event":
            events = ("manual", "merge_queue", "pull_request", "push", "schedule", "tag")
            each = " || ".join(f"( {self.event(one)} && {one} == {pattern} )" for one in events)
            return f"( {each} )"
        if name == "branch":
            return _or_blank(f'{_BRANCH} && "$BUILDKITE_BRANCH" == {pattern}', _BRANCH, pattern)
        if name == "tag":
            return f'"${{BUILDKITE_TAG-}}" == {pattern}'
        if group == "env":
            return f'"${{{word}-}}" == {pattern}'
        if group == "input":
            return f'"${{{input_variable(word)}:-{_quoted(input_default(word, self.workflow))}}}" == {pattern}'
        if group == "needs":
            job, _, output = word.rpartition(".")
            return f'"${{{output_variable(job, output)}-}}" == {pattern}'
        raise CannotExpress(f'"{name}" cannot be compared with a text')

    def flag(self, name: str) -> str:
        group, _, word = name.partition(".")
        if name == "default_branch":
            return f'"$BUILDKITE_BRANCH" == {shlex.quote(self.workflow.default_branch)} && {_BRANCH}'
        if name == "draft":
            return '"${BUILDKITE_PULL_REQUEST_DRAFT-}" == true'
        if group == "label":
            return f'",${{BUILDKITE_PULL_REQUEST_LABELS-}}," == *{shlex.quote(f",{word},")}*'
        if group == "input":
            return f'"${{{input_variable(word)}:-{_quoted(input_default(word, self.workflow))}}}" == true'
        raise CannotExpress(f'"{name}" is neither true nor false', f'compare it: {name} == "…"')

    def event(self, name: str) -> str:
        declared = self.workflow.triggers or Triggers()
        match name:
            case "pull_request":
                return '"$BUILDKITE_PULL_REQUEST" != false'
            case "tag":
                return '-n "${BUILDKITE_TAG-}"'
            case "merge_queue":
                return '-n "${BUILDKITE_MERGE_QUEUE_BASE_BRANCH-}"'
            case "schedule":
                return f'"$BUILDKITE_SOURCE" == schedule && {_BRANCH}'
            case "manual":
                return _BY_HAND
            case "push":
                known = [_BRANCH, _NO_QUEUE]
                known += ['"$BUILDKITE_SOURCE" == webhook'] if declared.manual else []
                known += ['"$BUILDKITE_SOURCE" != schedule'] if declared.schedule and not declared.manual else []
                return " && ".join(known)
        raise CannotExpress(f'"{name}" is no event', "events: manual, merge_queue, pull_request, push, schedule, tag")

    def is_flag(self, name: str) -> bool:
        manual = self.workflow.triggers.manual if self.workflow.triggers else None
        return any(one.name == name and one.type == "boolean" for one in manual.inputs) if manual else False


def _quoted(text: str) -> str:
    """A text within double quotes."""
    return re.sub(r'(["\\$`])', r"\\\1", text)


def _or_blank(test: str, known: str, pattern: str) -> str:
    """The test, or where the name stands for nothing, that the pattern matches nothing."""
    return f"( ( {test} ) || ! ( {known} ) )" if pattern.strip("*") in ("", "''") else test


def _pattern(glob: str) -> str:
    """A glob as a pattern of `[[ == ]]`, where `*` matches slashes too. Raises CannotExpress for braces."""
    if "{" in glob:
        raise CannotExpress(f'bash has no pattern for the braces of "{glob}"', "join several tests with or")
    return "".join(_pieces(glob)) or "''"


def _pieces(glob: str) -> Sequence[str]:
    found, end = [], 0
    for wild in _WILD.finditer(glob):
        found += [shlex.quote(glob[end : wild.start()])] if wild.start() > end else []
        found.append("*" if wild[0].startswith("*") else wild[0])
        end = wild.end()
    return [*found, shlex.quote(glob[end:])] if end < len(glob) else found
