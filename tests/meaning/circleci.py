"""A CircleCI configuration, read as CircleCI would compile it and decide what runs. Knows nothing of the renderer."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from functools import partial

import yaml
from circleci_config import Compiled, CompiledJob, compile_config, pipeline_values
from events import Event, Events
from record import Leg, Meaning, input_name

__all__ = ["OWN", "read_circleci", "running_jobs", "values_at"]

OWN = "cig/"
"""What the names of the jobs begin with that are of cig, and that nobody planned."""


def read_circleci(text: str, workflow: str, events: Events) -> Meaning:
    """The legs of one workflow, which are its jobs, and what runs when."""
    legs: dict[str, Leg] = {}
    runs = {}
    for name, event in events.items():
        values, answers = values_at(event), _answers(text, event)
        compiled = compile_config(text, values, answers, every=True).workflows[workflow]
        every = tuple(job for job in compiled if not job.name.startswith(OWN))
        approvals = {job.name for job in every if job.kind == "approval"}
        for job in every:
            # What is decided before a pipeline runs differs from event to event: the fullest reading counts.
            leg = _leg(job, every, approvals)
            if job.kind != "approval" and len(leg.scripts) >= len(legs.get(job.name, Leg("")).scripts):
                legs[job.name] = leg
        started = compile_config(text, values, answers)
        halted = {job.name for job in started.workflows.get(workflow, ()) if _ends_at_once(job)}
        running = (job for job in running_jobs(started, workflow) if not job.startswith(OWN))
        runs[name] = frozenset(running) - approvals - halted
    return Meaning(legs, runs)


def _ends_at_once(job: CompiledJob) -> bool:
    """Whether the job's first script, as compiled for this event, is nothing but its end."""
    first = next((step for step in job.steps if step["kind"] == "run"), None)
    return first is not None and str(first["command"]).strip() == "circleci-agent step halt"


def values_at(event: Event) -> dict[str, object]:
    """The pipeline values of an event: a pipeline of the GitHub App, which alone is told of pull requests."""
    sources = {"schedule": "scheduled_pipeline", "manual": "api"}
    known = partial(pipeline_values, trigger_source=sources.get(event.kind, "webhook"))
    if event.kind == "pull_request":
        return known(
            git__branch="pull/7" if event.fork else event.head,
            event__name="pull_request",
            event__action="opened",
            event__github__pull_request__draft=event.draft,
            event__github__pull_request__base__ref=event.base,
            event__github__pull_request__head__ref=event.head,
        )
    name = "push" if event.kind in ("push", "tag", "merge_queue") else ""
    default = event.branch == event.default_branch
    return known(git__branch=event.branch, git__branch__is_default=default, git__tag=event.tag, event__name=name)


def _answers(text: str, event: Event) -> Mapping[str, object]:
    """What the person at the form answers, of the parameters' types."""
    declared = (yaml.safe_load(text) or {}).get("parameters") or {}
    typed = {name: one == "true" if declared[name]["type"] == "boolean" else one for name, one in event.inputs.items()}
    return {name: int(one) if declared[name]["type"] == "integer" else one for name, one in typed.items()}


def running_jobs(compiled: Compiled, workflow: str) -> Iterable[str]:
    """The jobs that run if none fails and every approval is given.

    A job that its filters leave out does not count for those that require it, unless they ask for `not_run`; a job
    all of whose requirements are left out is left out too.
    """
    waiting = list(compiled.workflows.get(workflow, ()))
    ran: dict[str, bool] = {}
    while waiting:
        ready = [job for job in waiting if set(job.requires) <= set(ran)]
        for job in ready:
            waiting.remove(job)
            ran[job.name] = job.passes and _satisfied(job, ran)
    return [name for name, did in ran.items() if did]


def _satisfied(job: CompiledJob, ran: Mapping[str, bool]) -> bool:
    counted = [above for above in job.requires if ran[above] or "not_run" in job.requires[above]]
    if not counted:
        return not job.requires
    return all("success" in job.requires[above] for above in counted if ran[above])


def _leg(job: CompiledJob, every: Iterable[CompiledJob], approvals: set[str]) -> Leg:
    above = {one.name: set(one.requires) for one in every}
    needs = set(job.requires)
    waits = bool(needs & approvals)
    while needs & approvals:
        needs = {inner for one in needs for inner in (above[one] if one in approvals else {one})}
    images = job.body.get("docker", [])
    environment: dict[str, str] = {}
    for name, value in (job.body.get("environment") or {}).items():
        environment[name] = ("true" if value else "false") if isinstance(value, bool) else str(value)
    services = {one["image"]: (one["image"], None) for one in images[1:]}
    limited = re.match(r"timeout (\d+) ", str(job.body.get("shell", "")))
    return Leg(
        key=job.name,
        needs=frozenset(needs),
        scripts=tuple(str(step["command"]) for step in job.steps if step["kind"] == "run"),
        env=environment,
        secrets=None,
        services=services,
        artifacts=None,
        fetches=any(step["kind"] == "attach_workspace" for step in job.steps),
        timeout=int(limited[1]) // 60 if limited else 0,
        allow_failure=None,
        image=images[0]["image"] if images else "",
        waits_for_approval=waits,
        starts=next((one for step in job.steps for one in _started(str(step.get("command", "")))), None),
    )


def _started(script: str) -> Iterable[tuple[str, frozenset[tuple[str, str]], bool]]:
    """The pipeline that CircleCI's API is asked for, by the repository's name."""
    asked = re.search(r"--data (\S.*?) \"\$api/project/\S*?([^/\s]+)/pipeline\"", script)
    if asked:
        parameters = json.loads(shlex.split(asked[1])[0]).get("parameters", {})
        texts = {name: str(one).lower() if isinstance(one, bool) else str(one) for name, one in parameters.items()}
        yield asked[2], frozenset((input_name(name), one) for name, one in texts.items()), "while true" in script
