"""What starts a workflow, as the condition it stands under, and the parameters of the pipeline.

CircleCI starts a pipeline for each push, tag, schedule or call of its API, and every workflow of the file is asked
whether it takes part. It builds branches: a pull request is the branch it comes from, and one that nothing else is
asked of runs with every push. Only the GitHub App knows the events of pull requests, so a filter on their base, their
draft or their kind needs its triggers. Crons live in the project's settings.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cigen.sdk import Expr, KeyPath, ManualInput, Op, PullRequestTrigger, PushTrigger, Triggers, Workflow
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.conditions import FALSE, TRUE, all_of, any_of, is_true, names, negate
from cigen.std.ci.inputs import must_be_given
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.circleci.conditions import (
    BRANCH,
    DRAFT,
    EVENT,
    SOURCE,
    TAG,
    asks_for_events,
    equals,
    expression,
    logic,
    matches,
)
from cigen.std.provider.circleci.texts import parameter, render_text
from cigen.std.report import Report

__all__ = ["Start", "answer_steps", "input_variables", "pipeline_parameters", "render_start", "workflow_starts"]

_ACTION = "pipeline.event.action"
_BASE = "pipeline.event.github.pull_request.base.ref"
_KEY_LIMIT, _VALUE_LIMIT, _COUNT_LIMIT = 128, 512, 100
_TYPES = {"boolean": "boolean", "choice": "enum", "number": "integer"}


@dataclass(frozen=True, slots=True)
class Start:
    """When a workflow takes part. `tags`: a tag may start it, so its jobs must let tags in. `only_tags`: nothing else
    does. `by_hand`: when somebody has started it.
    """

    condition: Expr
    tags: bool
    only_tags: bool
    by_hand: Expr


def workflow_starts(workflows: Sequence[Workflow], report: Report) -> dict[str, Start]:
    """Each workflow's start. What the other workflows of the file listen to decides how much one has to say."""
    given = {workflow.id: effective_triggers(workflow) for workflow in workflows}
    scheduled = [name for name, triggers in given.items() if triggers.schedule]
    manual = [name for name, triggers in given.items() if triggers.manual]
    pushed = equals(SOURCE, "webhook") if scheduled or manual else TRUE
    found = {}
    for workflow in workflows:
        triggers = given[workflow.id]
        each = [
            _pushes(triggers, triggers.push, pushed) if triggers.push else FALSE,
            _pull_requests(workflow, triggers.pull_request, pushed, report) if triggers.pull_request else FALSE,
            any_of(matches(TAG, one) for one in triggers.tag.patterns or ("*",)) if triggers.tag else FALSE,
            matches(BRANCH, "gh-readonly-queue/*") if triggers.merge_queue else FALSE,
            _schedules(workflow, triggers, len(scheduled) > 1, report),
            _manual(workflow, triggers, len(manual) > 1, report),
        ]
        if triggers.paths:
            message = f'workflow "{workflow.id}" runs whatever files changed: CircleCI filters by path with an orb only'
            report.info("CIRCLECI_022", message, key=workflow_key(workflow, "on", "paths"))
        only_tags = [one for one in each if one != FALSE] == [each[2]] and triggers.tag is not None
        condition = _joined(each, triggers)
        found[workflow.id] = Start(condition, triggers.tag is not None, only_tags, each[5])
    return found


def _joined(each: Sequence[Expr], triggers: Triggers) -> Expr:
    """Any of them, without those about branches where any branch will do."""
    any_branch = next((one for one in each if one in (TRUE, equals(SOURCE, "webhook"))), None)
    if any_branch is None:
        return any_of(each)
    others = [one for one in each if one not in (TRUE, any_branch) and BRANCH not in names(one)]
    # Where tags start the workflow too, it must say that it means branches.
    return any_of([all_of([any_branch, negate(equals(BRANCH, ""))]) if triggers.tag else any_branch, *others])


def _pushes(triggers: Triggers, push: PushTrigger, pushed: Expr) -> Expr:
    if asks_for_events(triggers):
        pushed = all_of([pushed, negate(equals(EVENT, "pull_request"))])
    listed = any_of(matches(BRANCH, one) for one in push.branches) if push.branches else TRUE
    ignored = [negate(matches(BRANCH, one)) for one in push.branches_ignore]
    return all_of([pushed, listed, *ignored])


def _pull_requests(workflow: Workflow, trigger: PullRequestTrigger, pushed: Expr, report: Report) -> Expr:
    key = workflow_key(workflow, "on", "pull_request")
    if trigger.labels:
        message = f'workflow "{workflow.id}" runs whatever labels a pull request has, which CircleCI does not tell'
        report.warning("CIRCLECI_022", message, key=(*key, "labels"))
    if not asks_for_events(effective_triggers(workflow)):
        return pushed
    message = f'workflow "{workflow.id}" asks for what only events of pull requests tell'
    hint = 'Project Setup: add a trigger of the GitHub App for "PR opened or pushed to"'
    report.info("CIRCLECI_021", message, hint=hint, key=key)
    return all_of(
        [
            equals(EVENT, "pull_request"),
            any_of(matches(_BASE, one) for one in trigger.branches) if trigger.branches else TRUE,
            any_of(equals(_ACTION, one) for one in trigger.types) if trigger.types else TRUE,
            negate(Expr(Op.NAME, DRAFT)) if trigger.skip_drafts else TRUE,
        ]
    )


def _schedules(workflow: Workflow, triggers: Triggers, several: bool, report: Report) -> Expr:
    found = []
    for schedule in triggers.schedule:
        name = schedule.name or workflow.id
        message = f'workflow "{workflow.id}" wants a schedule "{schedule.cron}", which no file of CircleCI can hold'
        hint = f'Project Settings, Triggers: add a schedule named "{name}" for "{schedule.cron}" (UTC)'
        report.info("CIRCLECI_020", message, hint=hint, key=workflow_key(workflow, "on", "schedule"))
        if several:
            named = equals("pipeline.schedule.name", name)
            found.append(all_of([equals(SOURCE, "scheduled_pipeline"), named]))
        else:
            found.append(equals(SOURCE, "scheduled_pipeline"))
    return any_of(found)


def _manual(workflow: Workflow, triggers: Triggers, several: bool, report: Report) -> Expr:
    if triggers.manual is None:
        return FALSE
    if not several:
        return equals(SOURCE, "api")
    message = f'workflow "{workflow.id}" is started by hand with the parameter "run-{parameter(workflow.id)}"'
    report.info("CIRCLECI_020", message, key=workflow_key(workflow, "on", "manual"))
    return Expr(Op.NAME, f"pipeline.parameters.run-{parameter(workflow.id)}")


def render_start(start: Start) -> Value:
    """The value of a workflow's `when`; None where it needs none."""
    if is_true(start.condition):
        return None
    try:
        return expression(start.condition)
    except CannotExpress:
        return logic(start.condition)


def pipeline_parameters(workflows: Sequence[Workflow], report: Report) -> dict[str, Value]:
    """The value of the file's `parameters`: what somebody is asked who starts a pipeline by hand."""
    manual = [(workflow, effective_triggers(workflow).manual) for workflow in workflows]
    asked = [(workflow, trigger) for workflow, trigger in manual if trigger is not None]
    found: dict[str, Value] = {}
    for workflow, trigger in asked:
        if len(asked) > 1:
            found[f"run-{parameter(workflow.id)}"] = {"type": "boolean", "default": False}
        for given in trigger.inputs:
            name, key = parameter(given.name), workflow_key(workflow, "on", "manual", "inputs", given.name)
            value = _parameter(given)
            if not name[:1].isalpha() or not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-"):
                message = f'"{given.name}" cannot be the name of a parameter on CircleCI'
                report.error("CIRCLECI_010", message, hint="a letter, then letters, digits, _ and -", key=key)
            if found.setdefault(name, value) != value:
                message = f'two workflows ask for "{name}" differently, but a pipeline has one parameter of a name'
                report.error("CIRCLECI_030", message, hint="rename one of them", key=key)
            _check_limits(given, key, report)
            if given in must_be_given(workflow):
                _check_required(given, key, report)
    if len(found) > _COUNT_LIMIT:
        message = f"{len(found)} inputs of manual runs; CircleCI takes at most {_COUNT_LIMIT} parameters"
        report.error("CIRCLECI_009", message, hint="join some of them", key=("on", "manual", "inputs"))
    return found


def input_variables(workflow: Workflow) -> dict[str, Value]:
    """The answers, as variables of all jobs of the workflow."""
    manual = effective_triggers(workflow).manual
    return {
        input_variable(given.name): f"<< pipeline.parameters.{parameter(given.name)} >>"
        for given in (manual.inputs if manual else ())
    }


def input_variable(name: str) -> str:
    """The variable that holds the answer."""
    return "CIG_INPUT_" + re.sub(r"[^A-Z0-9_]", "_", name.upper())


def answer_steps(workflow: Workflow, start: Start, shell: str) -> list[Value]:
    """What fails a job that nothing stands before, where whoever started the pipeline has left an answer out."""
    asked = [input_variable(one.name) for one in must_be_given(workflow)]
    if not asked:
        return []
    tests = [f'if [ -z "${name}" ]; then\n  echo "{name} has to be given." >&2\n  exit 1\nfi\n' for name in asked]
    run: dict[str, Value] = {"name": "Check inputs", "command": "".join(tests)}
    if shell:
        run["shell"] = shell
    return [{"when": {"condition": logic(start.by_hand), "steps": [{"run": run}]}}]


def _parameter(given: ManualInput) -> Value:
    kind = _TYPES.get(given.type, "string")
    default: Value = render_text(given.default)
    if kind == "boolean":
        default = given.default == "true"
    elif kind == "integer":
        default = int(given.default) if given.default.removeprefix("-").isdecimal() else 0
    elif kind == "enum":
        default = render_text(given.default or (given.options[0] if given.options else ""))
    found: dict[str, Value] = {"type": kind}
    if kind == "enum":
        found["enum"] = [render_text(option) for option in given.options]
    found["default"] = default
    if given.description:
        found["description"] = render_text(given.description)
    return Commented(found, "required" if given.required else "")


def _check_required(given: ManualInput, key: KeyPath, report: Report) -> None:
    """A text is empty where nobody answers, which `answer_steps` notices; other types have a value of their own."""
    value = {"choice": f'"{next(iter(given.options), "")}"', "number": "0"}.get(given.type)
    if value is not None:
        message = f'"{given.name}" has to be given, but CircleCI takes {value} for the answer where nobody gives one'
        hint = 'type = "string": a pipeline with an empty one fails'
        report.warning("CIRCLECI_036", message, hint=hint, key=key)


def _check_limits(given: ManualInput, key: KeyPath, report: Report) -> None:
    values: Iterable[str] = (given.default, *given.options)
    longest = max(map(len, values))
    if len(given.name) > _KEY_LIMIT:
        message = f'the name of input "{given.name}" has {len(given.name)} characters; CircleCI allows {_KEY_LIMIT}'
        report.error("CIRCLECI_009", message, hint="choose a shorter name", key=key)
    if longest > _VALUE_LIMIT:
        message = f'a value of input "{given.name}" has {longest} characters; CircleCI allows {_VALUE_LIMIT}'
        report.error("CIRCLECI_009", message, hint="choose a shorter value", key=key)
