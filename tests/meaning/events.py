"""What can happen to a repository, in no vendor's words: each reader turns an event into what its vendor would know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["EVENTS", "Event"]


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
    cron: str = ""

    @property
    def on_default_branch(self) -> bool:
        """Whether it runs for main: schedules and manual starts do, where nothing else is said."""
        return self.branch == "main"


EVENTS: dict[str, Event] = {
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
