"""Which jobs have no part in this run, whatever is proven: what `when`, the triggers and `skip_if` say of it.

Pure. Two kinds, which are never mixed up. What a CI system leaves out itself (`WHEN`, `EVENT`, `UPSTREAM_EXCLUDED`) is
told so that the gate expects its absence; the plan keeps no such job from running, so that a mistake here cannot. What
`skip_if.env` and `skip_if.branch` ask for (`SKIP_ENV`, `SKIP_BRANCH`) the plan itself skips. What is not known for
certain excludes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from cigen.model.config import Config
from cigen.model.matching import selects
from cigen.model.resources import ManualTrigger, Triggers, Workflow
from cigen.pipeline.judgement import Values, holds
from cigen.pipeline.occasion import Occasion, answer_variable
from cigen.pipeline.signature import PlannedJob, job_workflow, literal_env

__all__ = ["NATIVE", "PLANNED", "exclusions"]

NATIVE = frozenset({"EVENT", "UPSTREAM_EXCLUDED", "WHEN"})
"""Reasons of jobs that the CI system leaves out."""

PLANNED = frozenset({"SKIP_BRANCH", "SKIP_ENV"})
"""Reasons of jobs that the plan leaves out."""

_ON = frozenset({"1", "true", "yes", "on"})


def exclusions(
    planned: Sequence[PlannedJob], config: Config, occasion: Occasion, environ: Mapping[str, str]
) -> dict[str, str]:
    """Plan key → why the entry has no part in this run, for those that have none.

    planned: every dependency before its dependants. environ: the variables of the machine that asks. Where `[skipping]`
    is switched off, nothing is left out but by the CI system.
    """
    found: dict[str, str] = {}
    legs: dict[str, list[str]] = {}
    started = {workflow.id for workflow in config.workflows if _starts(workflow, occasion)}
    for one in planned:
        legs.setdefault(one.job.id, []).append(one.key)
        workflow = job_workflow(one.job, config.workflows)
        values = _values(one, workflow, occasion, environ)
        if workflow is not None and (_is_elsewhere(workflow, started) or _is_kept_out(workflow, occasion)):
            found[one.key] = "EVENT"
        elif one.job.when is not None and holds(one.job.when, values) is False:
            found[one.key] = "WHEN"
        elif one.job.run_on == "success" and _lacks(one.job.needs, legs, found):
            found[one.key] = "UPSTREAM_EXCLUDED"
        elif config.skipping and (reason := _skipped(one, workflow, occasion, environ)):
            found[one.key] = reason
    return found


def _is_elsewhere(workflow: Workflow, started: Collection[str]) -> bool:
    """Whether this run is one of other workflows. One that none of them names says nothing about any."""
    return bool(started) and workflow.id not in started


def _starts(workflow: Workflow, occasion: Occasion) -> bool:
    """Whether the event may start the workflow; filters of branches and tags are the CI system's own affair."""
    event = occasion.event
    if event is None:
        return True
    given = workflow.triggers or Triggers()
    if given == Triggers(paths=given.paths):
        return event in ("push", "pull_request")
    if event == "manual" and not occasion.by_file:
        # Where anybody can start anything by hand, such a run may count as a push.
        return True
    return bool(getattr(given, event))


def _is_kept_out(workflow: Workflow, occasion: Occasion) -> bool:
    """Drafts and labels no CI system can filter by: what is rendered for them leaves out every job."""
    trigger = workflow.triggers.pull_request if workflow.triggers else None
    if trigger is None or occasion.event != "pull_request":
        return False
    if trigger.skip_drafts and occasion.draft:
        return True
    return bool(trigger.labels) and occasion.labels is not None and occasion.labels.isdisjoint(trigger.labels)


def _lacks(needs: Iterable[str], legs: Mapping[str, Sequence[str]], found: Mapping[str, str]) -> bool:
    """Whether a job that is needed is left out by the CI system: all of its legs, for one leg is as good as none."""
    return any(all(found.get(key) in NATIVE for key in legs[need]) for need in needs if need in legs)


def _skipped(planned: PlannedJob, workflow: Workflow | None, occasion: Occasion, environ: Mapping[str, str]) -> str:
    asked = planned.job.skip_if
    if asked is None:
        return ""
    literals = literal_env(planned, workflow)
    if any(literals.get(name, environ.get(name, "")).lower() in _ON for name in asked.env):
        return "SKIP_ENV"
    return "SKIP_BRANCH" if selects(asked.branch, occasion.head) else ""


def _values(planned: PlannedJob, workflow: Workflow | None, occasion: Occasion, environ: Mapping[str, str]) -> Values:
    """What each name of a condition may be in this run."""
    axes = {pair.name: pair.value for pair in planned.leg.values} if planned.leg else {}
    default = workflow.default_branch if workflow else ""

    def value(name: str) -> tuple[str, ...] | None:
        group, _, word = name.partition(".")
        match group:
            case "event":
                return _known(occasion.event)
            case "branch":
                return occasion.branches
            case "default_branch":
                return occasion.branches and tuple(_flag(one == default) for one in occasion.branches)
            case "tag":
                return _known(occasion.tag)
            case "draft":
                return None if occasion.draft is None else (_flag(occasion.draft),)
            case "label":
                return None if occasion.labels is None else (_flag(word in occasion.labels),)
            case "matrix":
                return (axes.get(word, ""),)
            case "env":
                literals = literal_env(planned, workflow)
                found = literals.get(word, environ.get(word))
                return None if found is None or "{{" in found else (found,)
            case "input":
                return _known(_answer(word, workflow, occasion))
        return None

    return value


def _answer(name: str, workflow: Workflow | None, occasion: Occasion) -> str | None:
    """What was answered; where nobody was asked or answered, the question's default."""
    if occasion.answers is None:
        return None
    given = occasion.answers.get(answer_variable(name))
    if given is not None:
        return given
    manual = workflow.triggers.manual if workflow and workflow.triggers else None
    for one in (manual or ManualTrigger()).inputs:
        if one.name == name:
            return one.default or ("false" if one.type == "boolean" else "")
    return ""


def _known(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else (text,)


def _flag(truth: bool) -> str:
    return "true" if truth else "false"
