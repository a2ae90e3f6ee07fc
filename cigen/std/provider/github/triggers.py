"""`on`: what starts the workflow, and the conditions GitHub can only state on the jobs.

GitHub calls pushed branches and pushed tags one event, `push`; a filter for one of them shuts out the other, and no
filter lets in both. So each is always spelled out. Drafts and labels have no filter at all: they become the condition
of the jobs that need no other job.
"""

from collections.abc import Iterable

from cigen.sdk import KeyPath, ManualInput, PullRequestTrigger, Triggers, Workflow
from cigen.sdk.yaml import Commented, Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.github.conditions import all_of
from cigen.std.provider.github.globs import filter_patterns
from cigen.std.provider.github.texts import string_literal
from cigen.std.report import Report

__all__ = ["render_triggers", "root_condition"]

_USUAL_TYPES = ("opened", "synchronize", "reopened")
_OWN_CACHES = "zizmor: ignore[cache-poisoning] pull requests cannot write what these restore"
_NO_CACHE_FOR_TAGS = "zizmor: ignore[cache-poisoning] no cache is restored for a tag"


def render_triggers(workflow: Workflow, report: Report, *, caches: bool) -> dict[str, Value]:
    """The value of `on`. `caches`: some job restores a cache, for which zizmor wants an answer if tags start it."""
    triggers = effective_triggers(workflow)
    found: dict[str, Value] = {}
    if triggers.push is not None or triggers.tag is not None:
        found["push"] = _push(workflow, triggers, report, caches=caches)
    if triggers.pull_request is not None:
        found["pull_request"] = _pull_request(workflow, triggers.pull_request, report)
    if triggers.paths and (not _filters_pushes(workflow, triggers) or triggers.pull_request or triggers.merge_queue):
        what = "are for pushes alone" if _filters_pushes(workflow, triggers) else "are left out"
        message = f'the paths of workflow "{workflow.id}" {what}: a required check that never starts waits forever'
        key = workflow_key(workflow, "on", "paths")
        report.warning("GITHUB_023", message, hint="skip_if is what leaves jobs out", key=key)
    if triggers.merge_queue:
        found["merge_group"] = None
    if triggers.schedule:
        found["schedule"] = [
            {"cron": Commented(schedule.cron, schedule.name) if schedule.name else schedule.cron}
            for schedule in triggers.schedule
        ]
    if triggers.manual is not None:
        inputs = {given.name: _manual_input(given) for given in triggers.manual.inputs}
        found["workflow_dispatch"] = {"inputs": inputs} if inputs else None
    return found


def root_condition(workflow: Workflow) -> str:
    """What the jobs that need no other have to ask, so that drafts and pull requests without the label do nothing."""
    trigger = effective_triggers(workflow).pull_request
    if trigger is None:
        return ""
    labels = [f"contains(github.event.pull_request.labels.*.name, {string_literal(name)})" for name in trigger.labels]
    # On any other event the pull request is null, and so is its draft.
    draft = "!github.event.pull_request.draft" if trigger.skip_drafts else ""
    return all_of(draft, " || ".join(["github.event_name != 'pull_request'", *labels]) if labels else "")


def _push(workflow: Workflow, triggers: Triggers, report: Report, *, caches: bool) -> Value:
    found: dict[str, Value] = {}
    if triggers.push is not None:
        branches = _filters(triggers.push.branches, report, workflow_key(workflow, "on", "push", "branches"))
        ignored = _filters(
            triggers.push.branches_ignore, report, workflow_key(workflow, "on", "push", "branches_ignore")
        )
        if ignored and not branches:
            found["branches-ignore"] = ignored
        else:
            pushed = _with_positive([*branches, *(f"!{pattern}" for pattern in ignored)])
            releases = caches and triggers.tag is None and any("release" in pattern for pattern in branches)
            found["branches"] = Commented(pushed, _OWN_CACHES) if releases else pushed
    if triggers.tag is not None:
        tags = _with_positive(_filters(triggers.tag.patterns, report, workflow_key(workflow, "on", "tag")))
        found["tags"] = Commented(tags, _NO_CACHE_FOR_TAGS) if caches else tags
    if triggers.paths and _filters_pushes(workflow, triggers):
        # Tags pass it, whatever they hold.
        paths = _filters(triggers.paths, report, workflow_key(workflow, "on", "paths"))
        found["paths"] = _with_positive(sorted(paths, key=lambda path: path.startswith("!")))
    return found


def _filters_pushes(workflow: Workflow, triggers: Triggers) -> bool:
    """Whether there are pushes to filter, and no pull request can wait for a run that its push does not start."""
    if triggers.push is None:
        return False
    return triggers.pull_request is not None or triggers.push.branches == (workflow.default_branch,)


def _pull_request(workflow: Workflow, trigger: PullRequestTrigger, report: Report) -> Value:
    found: dict[str, Value] = {}
    if trigger.branches:
        key = workflow_key(workflow, "on", "pull_request", "branches")
        found["branches"] = _with_positive(_filters(trigger.branches, report, key))
    types = list(trigger.types)
    if not types and (trigger.labels or trigger.skip_drafts):
        # Otherwise a pull request that leaves draft, or gets its label, would wait for the next commit.
        types = [*_USUAL_TYPES]
        types += ["ready_for_review"] if trigger.skip_drafts else []
        types += ["labeled"] if trigger.labels else []
    if types:
        found["types"] = types
    return found or None


def _filters(patterns: Iterable[str], report: Report, key: KeyPath) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        if "]+" in pattern:
            message = f'"+" in "{pattern}" stands for itself; in GitHub\'s own filters it repeats what is before it'
            report.warning("GITHUB_008", message, hint='use "*"', key=key)
        try:
            found += filter_patterns(pattern)
        except CannotExpress as problem:
            report.error("GITHUB_008", problem.message, hint=problem.hint, key=key)
    return found


def _with_positive(patterns: list[str]) -> list[str]:
    """The patterns, with one that lets something in: GitHub refuses a filter that only excludes."""
    return patterns if any(not pattern.startswith("!") for pattern in patterns) else ["**", *patterns]


def _manual_input(given: ManualInput) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if given.description:
        found["description"] = given.description
    found["type"] = given.type
    if given.required:
        found["required"] = True
    if given.default:
        found["default"] = _typed(given.default, given.type)
    if given.options:
        found["options"] = list(given.options)
    return found


def _typed(text: str, kind: str) -> Value:
    if kind == "boolean":
        return text == "true"
    if kind == "number":
        return int(text) if text.lstrip("-").isdecimal() else text
    return text
