"""A Buildkite pipeline as `buildkite-agent pipeline upload` reads it, and the rules that only the server knows.

The first half is the vendor's parser (buildkite/main.go). The second is written from the vendor's documentation.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from expressions import BUILDKITE, ExpressionError, names, parse
from foreign import go_program, run

__all__ = ["UPLOAD", "command_steps", "read_pipelines", "rules", "upload"]

UPLOAD: dict[str, str] = {
    "BUILDKITE": "true",
    "BUILDKITE_BRANCH": "main",
    "BUILDKITE_TAG": "",
    "BUILDKITE_PULL_REQUEST": "false",
    "BUILDKITE_COMMIT": "0" * 40,
    "BUILDKITE_BUILD_ID": "018f",
    "BUILDKITE_BUILD_NUMBER": "7",
    "BUILDKITE_PIPELINE_SLUG": "shop",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
    "HOME": "/var/lib/agent",
    "PATH": "/usr/bin",
}
"""What an agent that uploads a pipeline has in its environment: all of it is interpolated."""

_KEY = re.compile(r"[A-Za-z0-9_\-:]{1,100}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARIABLE = re.compile(
    r"build\.(branch|tag|message|commit|number|id|source|state|fork|(author|creator)\.(id|name|email|teams)"
    r"|pull_request\.(id|base_branch|draft|label|labels|repository(\.fork)?)|merge_queue\.(base_branch|base_commit))"
    r"|pipeline\.(default_branch|id|slug|repository|started_(passing|failing))|organization\.(id|slug)"
)
_LIMITS = {"dimensions": 6, "elements": 25, "adjustments": 12, "legs": 50, "jobs": 500, "concurrency_group": 200}


def read_pipelines(files: Sequence[Path], env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What the vendor's parser makes of each file: `errors`, `pipeline`, and `legs` of steps with a matrix."""
    asked = json.dumps({"files": [str(file) for file in files], "env": dict(UPLOAD if env is None else env)})
    done = run([go_program("buildkite")], stdin=asked)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def upload(files: Sequence[Path]) -> list[str]:
    """What `pipeline upload` would say."""
    return [f"{Path(one['file']).name}: {error}" for one in read_pipelines(files) for error in one["errors"]]


def rules(files: Sequence[Path]) -> list[str]:
    """What the server would say of the uploaded pipeline."""
    found = []
    for one in read_pipelines(files):
        steps = (one.get("pipeline") or {}).get("steps") or []
        found += [f"{Path(one['file']).name}: {problem}" for problem in _problems(steps, one.get("legs") or {})]
    return found


def command_steps(steps: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Every step that runs commands, those of groups included."""
    for step in steps:
        if isinstance(step, dict) and "group" in step:
            yield from command_steps(step.get("steps") or [])
        elif isinstance(step, dict) and "command" in step:
            yield step


def _all_steps(steps: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for step in steps:
        if isinstance(step, dict):
            yield step
            yield from _all_steps(step.get("steps") or [])


def _problems(steps: Sequence[Any], legs: Mapping[str, list[Any]]) -> Iterator[str]:
    every = list(_all_steps(steps))
    keys = [step["key"] for step in every if "key" in step]
    jobs = sum(len(legs.get(step.get("key", ""), ())) or step.get("parallelism", 1) for step in command_steps(steps))
    if jobs > _LIMITS["jobs"]:
        yield f"{jobs} jobs, more than {_LIMITS['jobs']} in one upload"
    for key in keys:
        if keys.count(key) > 1:
            yield f"the key {key!r} stands twice"
        if not _KEY.fullmatch(key) or _UUID.fullmatch(key):
            yield f"{key!r} can be no key"
    above = {step["key"]: set(_needed(step)) for step in every if "key" in step}
    for step in every:
        name = step.get("key") or step.get("label") or step.get("command")
        for needed in _needed(step):
            if needed not in keys:
                yield f"{name!r} depends on {needed!r}, which is not there"
        yield from _step_problems(step, str(name))
    yield from _cycles(above)


def _needed(step: Mapping[str, Any]) -> list[str]:
    listed = step.get("depends_on") or []
    listed = [listed] if isinstance(listed, (str, dict)) else listed
    return [one if isinstance(one, str) else one["step"] for one in listed]


def _cycles(above: dict[str, set[str]]) -> Iterator[str]:
    while above:
        free = [key for key, needs in above.items() if not needs & set(above)]
        if not free:
            yield f"{sorted(above)} wait for each other"
            return
        for key in free:
            del above[key]


def _step_problems(step: Mapping[str, Any], name: str) -> Iterator[str]:
    if ("concurrency" in step) != ("concurrency_group" in step):
        yield f"{name!r} has one of concurrency and concurrency_group"
    if len(str(step.get("concurrency_group", ""))) > _LIMITS["concurrency_group"]:
        yield f"the concurrency group of {name!r} is too long"
    if "if" in step:
        yield from _condition_problems(str(step["if"]), name)
    matrix = step.get("matrix")
    if matrix is not None:
        yield from _matrix_problems(step, matrix, name)
    for field in ("key", "concurrency_group", "depends_on", "if"):
        if "{{matrix" in str(step.get(field, "")).replace(" ", ""):
            yield f"{field} of {name!r} holds a value of the matrix, which is not filled in there"


def _condition_problems(text: str, name: str) -> Iterator[str]:
    try:
        tree = parse(text, BUILDKITE)
    except ExpressionError as problem:
        yield f"the condition of {name!r}: {problem}"
        return
    for asked in sorted(names(tree)):
        if not _VARIABLE.fullmatch(asked):
            yield f"the condition of {name!r} asks for {asked!r}, which no build has"


def _matrix_problems(step: Mapping[str, Any], matrix: Any, name: str) -> Iterator[str]:
    setup = matrix if isinstance(matrix, list) else matrix.get("setup") or []
    dimensions = setup if isinstance(setup, dict) else {"": setup}
    adjustments = matrix.get("adjustments") or [] if isinstance(matrix, dict) else []
    legs = 1
    for values in dimensions.values():
        legs *= len(values)
        if len(values) > _LIMITS["elements"]:
            yield f"the matrix of {name!r} has a dimension of {len(values)} elements"
    for what, count in (("dimensions", len(dimensions)), ("adjustments", len(adjustments)), ("legs", legs)):
        if count > _LIMITS[what]:
            yield f"the matrix of {name!r} has {count} {what}"
    if "parallelism" in step:
        yield f"{name!r} has a matrix and parallelism"
