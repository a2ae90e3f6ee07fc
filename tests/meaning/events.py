"""What can happen to a repository, in no vendor's words: each reader turns an event into what its vendor would know."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cigen.sdk import Triggers, Workflow

__all__ = ["EVENTS", "Event", "Events", "events_of"]


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` as in conditions: push, pull_request, tag, schedule, manual, merge_queue. `branch`: what was pushed."""

    kind: str
    branch: str = ""
    tag: str = ""
    draft: bool = False
    fork: bool = False
    labels: tuple[str, ...] = ()
    base: str = "main"
    head: str = "feature/x"
    inputs: Mapping[str, str] = field(default_factory=dict)
    default_branch: str = "main"


Events = Mapping[str, Event]

EVENTS: Events = {
    "push to main": Event("push", branch="main"),
    "push to a branch": Event("push", branch="feature/x"),
    "push to a release branch": Event("push", branch="release/1"),
    "pull request": Event("pull_request"),
    "draft": Event("pull_request", draft=True),
    "pull request from a fork": Event("pull_request", fork=True),
    "pull request with a label": Event("pull_request", labels=("preview",)),
    "tag": Event("tag", tag="v1.2.0"),
    "another tag": Event("tag", tag="nightly"),
    "schedule": Event("schedule", branch="main"),
    "manual": Event("manual", branch="main"),
    "merge queue": Event("merge_queue", branch="gh-readonly-queue/main/pr-7-abc"),
}


def events_of(workflow: Workflow) -> Events:
    """Those, where the default branch is the workflow's, and more that its own triggers speak of."""
    main = workflow.default_branch
    known = {
        name: replace(event, branch=main if event.branch == "main" else event.branch, base=main, default_branch=main)
        for name, event in EVENTS.items()
    }
    for name, event in _asked_for(workflow.triggers or Triggers(), Event("manual", branch=main, base=main)):
        known.setdefault(name, replace(event, default_branch=main))
    return known


def _asked_for(triggers: Triggers, manual: Event) -> Iterator[tuple[str, Event]]:
    """A branch and a tag of each pattern, a pull request of each base and label, and each other answer."""
    if triggers.push:
        for branch in map(_of_pattern, triggers.push.branches + triggers.push.branches_ignore):
            yield f"push to {branch}", Event("push", branch=branch)
    if triggers.tag:
        for tag in map(_of_pattern, triggers.tag.patterns):
            yield f"tag {tag}", Event("tag", tag=tag)
    if triggers.pull_request:
        for base in map(_of_pattern, triggers.pull_request.branches):
            yield f"pull request to {base}", Event("pull_request", base=base)
        for label in triggers.pull_request.labels:
            yield f"pull request with the label {label}", Event("pull_request", labels=(label,), base=manual.base)
    for asked in triggers.manual.inputs if triggers.manual else ():
        for answer in {"boolean": ("true", "false"), "choice": asked.options}.get(asked.type, ("7",)):
            if answer != asked.default:
                yield f"manual, {asked.name}={answer}", replace(manual, inputs={asked.name: answer})


def _of_pattern(pattern: str) -> str:
    """A name that it matches, or takes back."""
    return re.sub(r"\[(.).*?\]|\*\*|\*|\?", lambda found: found[1] or "x", pattern.removeprefix("!"))
