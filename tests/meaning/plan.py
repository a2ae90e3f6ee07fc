"""What the planned graph means by docs/schema.md, without any provider: the yardstick of the readers."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from events import Event, events_of
from record import Leg, Meaning, input_name

from cigen.sdk import Expr, Graph, Job, Op, Pair, Step, Trigger, Triggers, Workflow

__all__ = ["glob_matches", "holds", "meaning_of", "starts"]

_PLACEHOLDER = re.compile(r"\{\{[ \t]*(?:'\{\{'|matrix\.([\w-]+))[ \t]*\}\}")


def meaning_of(graph: Graph, workflow: Workflow, inputs: Mapping[str, str] | None = None) -> Meaning:
    """The legs of one workflow, and which of them run at each event."""
    only = len(graph.workflows) == 1
    jobs = [job for job in graph.jobs if job.workflow == workflow.id or (only and not job.workflow)]
    keys = {job.id: [leg.key for leg in job.matrix.legs] if job.matrix else [job.id] for job in jobs}
    legs: dict[str, Leg] = {}
    for job in jobs:
        needs = frozenset(key for needed in job.needs for key in keys[needed])
        for key, values in _variants(job):
            legs[key] = _leg(job, key, values, needs, workflow)
    runs = {}
    for name, event in events_of(workflow).items():
        ran: set[str] = set()
        if starts(workflow, event):
            for job in _in_order(jobs):
                for key, values in _variants(job):
                    above = {one for needed in job.needs for one in keys[needed]}
                    if _runs(job, values, event, workflow, above <= ran):
                        ran.add(key)
        runs[name] = frozenset(ran)
    return Meaning(legs, runs)


def _variants(job: Job) -> list[tuple[str, dict[str, str]]]:
    if job.matrix is None:
        return [(job.id, {})]
    return [(leg.key, {pair.name: pair.value for pair in leg.values}) for leg in job.matrix.legs]


def _in_order(jobs: Iterable[Job]) -> list[Job]:
    waiting, done = list(jobs), set[str]()
    found = []
    while waiting:
        free = [job for job in waiting if set(job.needs) <= done]
        assert free, "the plan has a cycle"
        found += free
        done |= {job.id for job in free}
        waiting = [job for job in waiting if job.id not in done]
    return found


def _runs(job: Job, values: Mapping[str, str], event: Event, workflow: Workflow, above: bool) -> bool:
    if job.run_on == "failure" or (job.run_on == "success" and not above):
        return False
    return job.when is None or holds(job.when, event, workflow, values, job)


def _leg(job: Job, key: str, values: Mapping[str, str], needs: frozenset[str], workflow: Workflow) -> Leg:
    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], "") if found[1] else "{{", text)

    # What the matrix alone leaves out of a leg need not be rendered for it.
    job = replace(job, steps=tuple(step for step in job.steps if not _left_out(step.when, values)))
    uploads = [step.upload for step in job.steps if step.upload]
    return Leg(
        key=key,
        needs=needs,
        scripts=tuple(fill(step.run.script) for step in job.steps if step.run),
        # Without a script nobody sees a variable.
        env={} if job.trigger else {pair.name: fill(pair.value) for pair in _pairs(workflow.env, job.env)},
        secrets=frozenset(name for step in job.steps for name in _secrets(step)),
        services={one.name: (_image(fill(one.image), one.version), one.ports) for one in job.services},
        artifacts=frozenset(fill(path) for one in uploads for path in one.paths if not path.startswith("!")),
        fetches=any(step.download for step in job.steps),
        timeout=None if job.trigger and not job.trigger.wait else job.timeout,
        allow_failure=job.allow_failure,
        image=fill(job.image.image) if job.image else "",
        waits_for_approval=job.approve is not None,
        starts=_started(job.trigger) if job.trigger else None,
    )


def _started(trigger: Trigger) -> tuple[str, frozenset[tuple[str, str]], bool]:
    return trigger.pipeline, frozenset((input_name(one.name), one.value) for one in trigger.inputs), trigger.wait


def _left_out(when: Expr | None, values: Mapping[str, str]) -> bool:
    if when is None or not all(name.startswith("matrix.") for name in _names(when)):
        return False
    return not _evaluated(when, lambda name: values.get(name.removeprefix("matrix."), ""))


def _names(expr: Expr) -> set[str]:
    own = {expr.value} if expr.op is Op.NAME else set()
    return own.union(*map(_names, expr.args))


def _pairs(*groups: tuple[Pair, ...]) -> list[Pair]:
    return list({pair.name: pair for group in groups for pair in group}.values())


def _secrets(step: Step) -> set[str]:
    own = {pair.name for pair in step.env}
    return {name for name in step.secrets if name not in own}


def _image(image: str, version: str) -> str:
    return f"{image}:{version}" if version and ":" not in image.rpartition("/")[2] and "@" not in image else image


def starts(workflow: Workflow, event: Event) -> bool:
    """Whether the event starts the workflow."""
    triggers = workflow.triggers
    if triggers is None or triggers == Triggers():
        return event.kind == "pull_request" or (event.kind == "push" and event.branch == workflow.default_branch)
    match event.kind:
        case "push":
            push = triggers.push
            if push is None:
                return False
            kept = not push.branches or _any_glob(push.branches, event.branch)
            return kept and not (push.branches_ignore and _any_glob(push.branches_ignore, event.branch))
        case "pull_request":
            asked = triggers.pull_request
            if asked is None or (asked.branches and not _any_glob(asked.branches, event.base)):
                return False
            if asked.labels and not set(asked.labels) & set(event.labels):
                return False
            return not (asked.skip_drafts and event.draft)
        case "tag":
            return triggers.tag is not None and _any_glob(triggers.tag.patterns, event.tag)
        case "schedule":
            return bool(triggers.schedule)
        case "manual":
            return triggers.manual is not None
    return bool(triggers.merge_queue)


def _any_glob(patterns: Iterable[str], name: str) -> bool:
    """The last pattern that matches decides; `!` takes back."""
    found = False
    for pattern in patterns:
        if glob_matches(pattern.removeprefix("!"), name):
            found = not pattern.startswith("!")
    return found


def glob_matches(pattern: str, name: str) -> bool:
    """A filter of branches or tags: `*` stays within a segment, `**` does not."""
    out, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            out, at = out + ".*", at + 2
        elif pattern[at] == "[":
            end = pattern.index("]", at)
            out, at = out + pattern[at : end + 1].replace("[!", "[^"), end + 1
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at]))
            at += 1
    return re.fullmatch(out, name) is not None


def holds(expr: Expr, event: Event, workflow: Workflow, values: Mapping[str, str], job: Job | None = None) -> bool:
    """Whether a condition of cig.toml holds."""

    def value(name: str) -> str | bool:
        return _value(name, event, workflow, values, job)

    return bool(_evaluated(expr, value))


def _evaluated(expr: Expr, value: Callable[[str], str | bool]) -> str | bool:
    args = expr.args
    match expr.op:
        case Op.AND:
            return all(_evaluated(arg, value) for arg in args)
        case Op.OR:
            return any(_evaluated(arg, value) for arg in args)
        case Op.NOT:
            return not _evaluated(args[0], value)
        case Op.EQ | Op.NE:
            same = _text(_evaluated(args[0], value)) == _text(_evaluated(args[1], value))
            return same == (expr.op is Op.EQ)
        case Op.IN:
            return _evaluated(args[0], value) in [_evaluated(arg, value) for arg in args[1:]]
        case Op.MATCHES:
            # What is not there matches nothing.
            text = str(_evaluated(args[0], value))
            return text != "" and glob_matches(_in_conditions(args[1].value), text)
        case Op.NAME:
            return value(expr.value)
        case Op.BOOL:
            return expr.value == "true"
    return expr.value


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _in_conditions(pattern: str) -> str:
    """In conditions `*` stands for any text, as no system's expressions can tell segments apart."""
    return pattern.replace("**", "*").replace("*", "**")


def _value(name: str, event: Event, workflow: Workflow, values: Mapping[str, str], job: Job | None) -> str | bool:
    group, _, word = name.partition(".")
    match group:
        case "branch":
            return event.branch
        case "tag":
            return event.tag
        case "event":
            return event.kind
        case "default_branch":
            return event.branch == workflow.default_branch
        case "draft":
            return event.draft
        case "label":
            return word in event.labels
        case "matrix":
            return values.get(word, "")
        case "input":
            return _answer(word, event, workflow)
        case "env":
            given = {pair.name: pair.value for pair in (*workflow.env, *(job.env if job else ()))}
            return given.get(word, "")
        case "needs":
            return ""
    raise AssertionError(f"{name} is no name of a condition")


def _answer(name: str, event: Event, workflow: Workflow) -> str | bool:
    manual = workflow.triggers.manual if workflow.triggers else None
    given = next((one for one in manual.inputs if one.name == name), None) if manual else None
    if given is None:
        return ""
    answer = event.inputs.get(name, given.default)
    return answer == "true" if given.type == "boolean" else answer
