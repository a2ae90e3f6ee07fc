"""A Buildkite pipeline, read by the vendor's parser and by its documentation. Knows nothing of the renderer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from buildkite_pipeline import read_pipelines
from events import Event, Events
from expressions import BUILDKITE, evaluate, parse
from record import Leg, Meaning, input_name, started_services

__all__ = ["Step", "build_at", "read_buildkite", "runs_at", "uploaded"]

Step = dict[str, Any]
"""What runs a script or starts a pipeline: the vendor's fields, `leg`, `needs`, `waits`, `conditions`, `variables`."""


def read_buildkite(text: str, events: Events) -> Meaning:
    """The legs, named by key, those of a matrix as `key|dimension=value`; and what runs when."""
    # The gate judges the other jobs and is none of those that were planned.
    steps = [step for step in uploaded(text) if not step["leg"].startswith("cig-gate")]
    legs = {step["leg"]: _leg(step) for step in steps}
    runs = {name: frozenset(step["leg"] for step in steps if runs_at(step, event)) for name, event in events.items()}
    return Meaning(legs, runs)


def uploaded(text: str) -> list[Step]:
    """Every job of the pipeline after interpolation, groups and matrices opened."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "pipeline.yml")
        path.write_text(text)
        (parsed,) = read_pipelines([path])
    assert not parsed["errors"], parsed["errors"]
    pipeline = parsed["pipeline"]
    steps = list(_opened(pipeline["steps"], []))
    keys: dict[str, list[str]] = {}
    found = []
    for step in steps:
        legs = parsed["legs"].get(step.get("key", "")) if step.get("matrix") else None
        made = [{**step, **leg["step"], "leg": _named(step["key"], leg["matrix"])} for leg in legs or ()]
        made = made or [{**step, "leg": step.get("key", "")}]
        keys.setdefault(step.get("key", ""), []).extend(one["leg"] for one in made)
        for group in step["groups"]:
            keys.setdefault(group, []).extend(one["leg"] for one in made)
        found += made
    above = {step.get("key", ""): step["above"] for step in steps}
    blocks = {step["key"] for step in steps if "command" not in step and "trigger" not in step}
    gates = {step["key"] for step in steps if _is_gate(step)}
    for step in found:
        step["needs"], step["waits"] = _needs(step["above"], keys, above, blocks, gates)
        step["variables"] = {**(pipeline.get("env") or {}), **(step.get("env") or {})}
    return [step for step in found if step.keys() & {"command", "trigger"} and step.get("key") not in gates]


def _is_gate(step: Mapping[str, Any]) -> bool:
    """A step that does nothing, in a concurrency group: it only makes builds wait for one another."""
    return step.get("command") == "true" and "concurrency_group" in step


def _opened(steps: Sequence[Any], groups: list[Mapping[str, Any]]) -> Iterator[Step]:
    before: list[str] = []
    barrier: list[str] = []
    for step in steps:
        if step == "wait" or (isinstance(step, dict) and "wait" in step):
            barrier, before = list(before), before
            continue
        if "group" in step:
            inner = list(_opened(step["steps"], [*groups, step]))
            before += [one.get("key", "") for one in inner]
            yield from inner
            continue
        listed = step.get("depends_on")
        listed = [] if listed is None else [listed] if isinstance(listed, (str, dict)) else listed
        above = [one if isinstance(one, str) else one["step"] for one in listed]
        for group in groups:
            outer = group.get("depends_on") or []
            above += [outer] if isinstance(outer, str) else [o if isinstance(o, str) else o["step"] for o in outer]
        if listed == [] and "depends_on" not in step:
            above += barrier
        before.append(step.get("key", ""))
        conditions = [one["if"] for one in (*groups, step) if one.get("if")]
        yield {
            **step,
            "above": above,
            "groups": [one["key"] for one in groups if "key" in one],
            "conditions": conditions,
        }


def _named(key: str, values: Mapping[str, str]) -> str:
    return "|".join([key, *(f"{name}={value}" for name, value in sorted(values.items()))])


def _needs(
    above: Sequence[str],
    keys: Mapping[str, list[str]],
    all_above: Mapping[str, list[str]],
    blocks: set[str],
    gates: set[str],
) -> tuple[frozenset[str], bool]:
    """The legs a step waits for, and whether a person stands in between."""
    needs, waits, waiting = set[str](), False, list(above)
    while waiting:
        one = waiting.pop()
        if one in blocks or one in gates:
            waits = waits or one in blocks
            waiting += all_above[one]
        else:
            needs |= set(keys[one])
    return frozenset(needs), waits


def runs_at(step: Mapping[str, Any], event: Event) -> bool:
    """Whether the build of an event has the step: conditions are judged at upload, and nothing else leaves it out."""
    known = build_at(event)
    # Whoever starts a build by hand answers with variables.
    answers = {f"CIG_INPUT_{re.sub('[^A-Z0-9]', '_', name.upper())}": one for name, one in event.inputs.items()}

    def look_up(name: str) -> object:
        asked = re.fullmatch(r"build\.env\((.*)\)", name)
        if asked:
            return answers.get(asked[1], step["variables"].get(asked[1]))
        return known.get(name)

    return all(evaluate(parse(one, BUILDKITE), BUILDKITE, look_up) for one in step["conditions"])


def build_at(event: Event) -> dict[str, object]:
    """What a condition can ask of a build that the event started."""
    request = event.kind == "pull_request"
    sources = {"schedule": "schedule", "manual": "ui"}
    return {
        "build.branch": event.head if request else event.tag or event.branch,
        "build.tag": event.tag or None,
        "build.source": sources.get(event.kind, "webhook"),
        "build.pull_request.id": "7" if request else None,
        "build.pull_request.base_branch": event.base if request else None,
        "build.pull_request.draft": event.draft if request else None,
        "build.pull_request.labels": list(event.labels) if request else [],
        "build.pull_request.repository.fork": event.fork if request else None,
        "build.merge_queue.base_branch": "main" if event.kind == "merge_queue" else None,
        "pipeline.default_branch": event.default_branch,
    }


def _leg(step: Mapping[str, Any]) -> Leg:
    if "trigger" in step:
        return _start(step)
    artifacts = step.get("artifact_paths") or []
    listed = artifacts.split(";") if isinstance(artifacts, str) else artifacts
    return Leg(
        key=step["leg"],
        needs=step["needs"],
        scripts=(step["command"],),
        env={name: str(value) for name, value in step["variables"].items() if name not in ("CIG_JOB", "CIG_RECORD")},
        secrets=frozenset(one["environment_variable"] for one in step.get("secrets") or []),
        services=dict(started_services(step["command"])),
        artifacts=frozenset(one.strip() for one in listed),
        fetches="artifact download" in step["command"],
        timeout=int(step.get("timeout_in_minutes", 0)),
        allow_failure=bool(step.get("soft_fail", False)),
        image=_image(step),
        waits_for_approval=step["waits"],
    )


def _start(step: Mapping[str, Any]) -> Leg:
    given = (step.get("build") or {}).get("env") or {}
    inputs = frozenset((input_name(name), str(value)) for name, value in given.items())
    return Leg(
        key=step["leg"],
        needs=step["needs"],
        allow_failure=bool(step.get("soft_fail", False)),
        waits_for_approval=step["waits"],
        starts=(step["trigger"], inputs, not step.get("async", False)),
    )


def _image(step: Mapping[str, Any]) -> str:
    if step.get("image"):
        return str(step["image"])
    started = re.search(r"--entrypoint tail (\S+) -f /dev/null", step["command"])
    return started[1].strip("'") if started else ""
