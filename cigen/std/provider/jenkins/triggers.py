"""`on`: what starts a run, as far as a Jenkinsfile can say it, and `wanted()`, which asks why a run was started.

A multibranch job builds every branch, tag and pull request it discovers; a Jenkinsfile cannot tell it otherwise. So the
pipeline itself asks whether this run is one of those that cig.toml wants, and does nothing at all if not.
"""

import re
from collections.abc import Iterable

from cigen.sdk import ManualInput, PullRequestTrigger, PushTrigger, Triggers, Workflow
from cigen.std.ci.caches import glob_expression
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal, short_literal
from cigen.std.provider.jenkins.used import Used
from cigen.std.report import Report

__all__ = ["render_parameters", "render_schedule", "render_wanted"]

_BUILT = frozenset({"opened", "reopened", "synchronize"})


def render_wanted(workflow: Workflow, used: Used, report: Report) -> list[Code]:
    """`wanted()`: whether the run is one that cig.toml asks for."""
    triggers = effective_triggers(workflow)
    used.function("event")
    found: list[str] = []
    if triggers.push is not None:
        found.append(" && ".join(["event() == 'push'", *_branches(triggers.push, used)]))
    if triggers.pull_request is not None:
        _check_pull_request(workflow, triggers.pull_request, report)
        targets = _any_of("env.CHANGE_TARGET", triggers.pull_request.branches)
        found.append(" && ".join(["event() == 'pull_request'", *targets]))
    if triggers.tag is not None:
        used.function("tag")
        found.append(" && ".join(["event() == 'tag'", *_any_of("tag()", triggers.tag.patterns)]))
    events = {"schedule": triggers.schedule, "manual": triggers.manual, "merge_queue": triggers.merge_queue}
    found += [f"event() == '{name}'" for name, given in events.items() if given]
    if triggers.paths:
        message = f'"paths" of workflow "{workflow.id}" is a hint that Jenkins is not given: every commit is built'
        report.info("JENKINS_008", message, key=workflow_key(workflow, "on", "paths"))
    _check_names(workflow, triggers, report)
    lines = [Code(f"{'return ' if index == 0 else '  || '}{one}") for index, one in enumerate(found)]
    body = [Code(line.text.lstrip(), 0 if index == 0 else 2) for index, line in enumerate(lines)]
    if len(found) > 1:
        # A line that begins with `||` would end the statement before it.
        body = [Code(line.text.removeprefix("|| ") + (" ||" if index < len(body) - 1 else ""), line.depth)
                for index, line in enumerate(body)]  # fmt: skip
    return [Code("/** Whether the run is one that cig.toml asks for. */"), *braces("boolean wanted()", body)]


def render_schedule(triggers: Triggers, workflow: Workflow) -> list[Code]:
    """`triggers { … }`: on the default branch alone, at hours of UTC, minutes spread where cig.toml leaves room."""
    if not triggers.schedule:
        return []
    specs = "\n".join(["TZ=Etc/UTC", *(_spread(one.cron) for one in triggers.schedule)])
    condition = f"env.BRANCH_NAME == {literal(workflow.default_branch)}"
    return braces("triggers", [Code(call("cron", f"{condition} ? {short_literal(specs)} : ''"))])


def render_parameters(triggers: Triggers) -> list[Code]:
    """`parameters { … }`: the questions of a run that is started by hand."""
    inputs = triggers.manual.inputs if triggers.manual else ()
    return braces("parameters", [Code(_parameter(given)) for given in inputs]) if inputs else []


def _parameter(given: ManualInput) -> str:
    about = [f"description: {literal(given.description)}"] if given.description else []
    name = f"name: {literal(given.name)}"
    if given.type == "boolean":
        return call("booleanParam", name, f"defaultValue: {'true' if given.default == 'true' else 'false'}", *about)
    if given.type == "choice":
        # Jenkins offers the first one.
        options = sorted(given.options, key=lambda option: option != given.default) if given.default else given.options
        return call("choice", name, f"choices: [{', '.join(map(literal, options))}]", *about)
    kind = "text" if "\n" in given.default else "string"
    return call(kind, name, f"defaultValue: {literal(given.default)}", *about)


def _spread(cron: str) -> str:
    """Top of the hour and every few minutes: any minute will do, and Jenkins chooses one that others do not."""
    minute, _, rest = cron.partition(" ")
    if minute == "0":
        return f"H {rest}"
    return f"H{minute[1:]} {rest}" if re.fullmatch(r"\*/\d+", minute) else cron


def _branches(trigger: PushTrigger, used: Used) -> list[str]:
    if not (trigger.branches or trigger.branches_ignore):
        return []
    used.function("branch")
    ignored = _any_of("branch()", trigger.branches_ignore)
    return [*_any_of("branch()", trigger.branches), *(f"!({one})" for one in ignored)]


def _any_of(operand: str, patterns: Iterable[str]) -> list[str]:
    """At most one condition: some pattern matches, and none of those that begin with `!`."""
    patterns = tuple(patterns)
    wanted = [_match(operand, pattern) for pattern in patterns if not pattern.startswith("!")]
    refused = [f"!({_match(operand, pattern[1:])})" for pattern in patterns if pattern.startswith("!")]
    either = [f"({' || '.join(wanted)})" if len(wanted) > 1 else wanted[0]] if wanted else []
    return [" && ".join([*either, *refused])] if either or refused else []


def _match(operand: str, pattern: str) -> str:
    if not re.search(r"[*?\[{]", pattern):
        return f"{operand} == {literal(pattern)}"
    return f"{operand} ==~ {literal(glob_expression(pattern)[1:-1])}"


def _check_names(workflow: Workflow, triggers: Triggers, report: Report) -> None:
    for schedule in triggers.schedule:
        if schedule.name:
            message = (
                f'Jenkins gives schedules no names: "{schedule.name}" of workflow "{workflow.id}" is a line of cron'
            )
            report.info("JENKINS_008", message, key=workflow_key(workflow, "on", "schedule"))
    for given in triggers.manual.inputs if triggers.manual else ():
        if given.type == "number":
            message = f'Jenkins asks for "{given.name}" as for any text, and takes what is no number too'
            report.info("JENKINS_008", message, key=workflow_key(workflow, "on", "manual", "inputs", given.name))


def _check_pull_request(workflow: Workflow, trigger: PullRequestTrigger, report: Report) -> None:
    key = workflow_key(workflow, "on", "pull_request")
    if trigger.skip_drafts:
        message = f'Jenkins does not know drafts: workflow "{workflow.id}" runs for them too'
        report.warning("JENKINS_008", message, key=(*key, "skip_drafts"))
    if trigger.labels:
        message = f'Jenkins does not know labels: workflow "{workflow.id}" runs for every pull request'
        report.warning("JENKINS_008", message, key=(*key, "labels"))
    others = sorted(set(trigger.types) - _BUILT)
    if others or (trigger.types and not set(trigger.types) >= _BUILT):
        message = 'Jenkins builds a pull request when it is opened and with every commit, whatever "types" says of it: '
        message += ", ".join(trigger.types)
        report.warning("JENKINS_008", message, key=(*key, "types"))
