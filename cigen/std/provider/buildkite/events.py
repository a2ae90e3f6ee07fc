"""What starts a workflow, as tests on a build.

Which builds there are is set up on buildkite.com, not in the file: the tests make sure that a build which `on` does not
name has no steps. One event each: a build of a tag is `tag` and one of a pull request `pull_request` however it was
started, so that rebuilding one repeats it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cigen.sdk import PullRequestTrigger, TagTrigger, Workflow
from cigen.std.ci.caches import glob_expression
from cigen.std.ci.workflows import effective_triggers
from cigen.std.provider.buildkite.literals import literal, regex

__all__ = ["CHOICE", "TEST", "Guard", "Starts", "guards", "what_starts"]

CHOICE = "CIG_WORKFLOW"
"""The variable by which whoever starts a build says which workflow of a file it is for."""

_WILD = frozenset("*?[{")
_EVERYTHING = ("*", "**")


@dataclass(frozen=True, slots=True)
class _Test:
    """How builds of an event are known, and how all others are."""

    own: str
    excluded: str


TEST = {
    "pull_request": _Test("build.pull_request.id != null", "build.pull_request.id == null"),
    "tag": _Test("build.tag != null", "build.tag == null"),
    "merge_queue": _Test("build.merge_queue.base_branch != null", "build.merge_queue.base_branch == null"),
    "schedule": _Test('build.source == "schedule"', 'build.source != "schedule"'),
    "manual": _Test(
        '(build.source == "ui" || build.source == "api" || build.source == "trigger_job")',
        'build.source == "webhook"',
    ),
    "push": _Test("", ""),
}


@dataclass(frozen=True, slots=True)
class Starts:
    """Which of schedules and hands start any workflow of a file; and which start several, told apart by name."""

    any: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()


_ALONE = Starts()


@dataclass(frozen=True, slots=True)
class Guard:
    """The builds of one event that a workflow, or a job, is for: all tests hold.

    name: what its filter is for, `branch` or `tag`. patterns: the filter's globs. filters: the tests that it makes.
    """

    event: str
    tests: tuple[str, ...]
    name: str = ""
    patterns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether it lets in every build of its event."""
        return self.tests == (TEST[self.event].own,)

    def lets_in(self, value: str) -> bool:
        """Whether a branch or tag passes the filter."""
        wanted = [one for one in self.patterns if not one.startswith("!")]
        dropped = [one[1:] for one in self.patterns if one.startswith("!")]
        found = not wanted or any(_matches(one, value) for one in wanted)
        return found and not any(_matches(one, value) for one in dropped)


def guards(workflow: Workflow, starts: Starts = _ALONE) -> tuple[Guard, ...]:
    """One for each event that starts the workflow, in an order of their own.

    A build that was scheduled, or started by hand, for another workflow of the file is no push.
    """
    named = f'build.env("{CHOICE}") == {literal(workflow.id)}'
    triggers = effective_triggers(workflow)
    found = []
    others = [TEST["pull_request"].excluded, TEST["tag"].excluded]
    if triggers.pull_request is not None:
        found.append(Guard("pull_request", (TEST["pull_request"].own, *_pull_request(triggers.pull_request))))
    if triggers.push is not None:
        patterns = (*triggers.push.branches, *(f"!{one}" for one in triggers.push.branches_ignore))
        filters = tests = _filtered("build.branch", patterns)
        if triggers.manual is not None or "manual" in starts.any:
            tests += (TEST["manual"].excluded,)
        elif triggers.schedule or "schedule" in starts.any:
            tests += (TEST["schedule"].excluded,)
        if not triggers.push.branches:
            others.append(TEST["merge_queue"].excluded)
        found.append(Guard("push", (*tests, *others), "branch", patterns, filters))
    if triggers.tag is not None:
        filters = _filtered("build.tag", triggers.tag.patterns)
        found.append(Guard("tag", _tag(triggers.tag), "tag", triggers.tag.patterns, filters))
    if triggers.merge_queue:
        found.append(Guard("merge_queue", (TEST["merge_queue"].own,)))
    if triggers.schedule:
        found.append(Guard("schedule", (TEST["schedule"].own, *((named,) if "schedule" in starts.several else ()))))
    if triggers.manual is not None:
        tests = (TEST["manual"].own, *((named,) if "manual" in starts.several else ()), *others[:2])
        found.append(Guard("manual", tests))
    return tuple(found)


def what_starts(workflows: Sequence[Workflow]) -> Starts:
    """What starts the workflows of one file."""
    scheduled = sum(bool(effective_triggers(one).schedule) for one in workflows)
    manual = sum(effective_triggers(one).manual is not None for one in workflows)
    counts = {"schedule": scheduled, "manual": manual}
    return Starts(*(frozenset(name for name, count in counts.items() if count > least) for least in (0, 1)))


def _pull_request(trigger: PullRequestTrigger) -> tuple[str, ...]:
    found = _filtered("build.pull_request.base_branch", trigger.branches)
    labels = [f"build.pull_request.labels includes {literal(label)}" for label in trigger.labels]
    if labels:
        found += (labels[0] if len(labels) == 1 else f"({' || '.join(labels)})",)
    return (*found, "!build.pull_request.draft") if trigger.skip_drafts else found


def _tag(trigger: TagTrigger) -> tuple[str, ...]:
    found = _filtered("build.tag", trigger.patterns)
    # A filter on the tag holds for no build without one.
    positive = any(not pattern.startswith("!") and pattern not in _EVERYTHING for pattern in trigger.patterns)
    return found if found and positive else (TEST["tag"].own, *found)


def _filtered(operand: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Tests that the operand matches one of the globs and none of those that begin with `!`."""
    wanted = [one for one in patterns if not one.startswith("!")]
    found = []
    if wanted and not any(one in _EVERYTHING for one in wanted):
        tests = [_test(operand, one) for one in wanted]
        found.append(tests[0] if len(tests) == 1 else f"({' || '.join(tests)})")
    found += [_test(operand, one[1:], negated=True) for one in patterns if one.startswith("!")]
    return tuple(found)


def _matches(pattern: str, text: str) -> bool:
    return pattern in _EVERYTHING or re.fullmatch(glob_expression(pattern)[1:-1], text) is not None


def _test(operand: str, pattern: str, *, negated: bool = False) -> str:
    if not _WILD.intersection(pattern):
        return f"{operand} {'!=' if negated else '=='} {literal(pattern)}"
    return f"{operand} {'!~' if negated else '=~'} {regex(glob_expression(pattern))}"
