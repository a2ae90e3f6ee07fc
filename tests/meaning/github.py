"""A GitHub workflow, read as GitHub would: expressions, matrices, filters. Knows nothing of the renderer."""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import yaml
from events import Event, Events
from expressions import GITHUB, ExpressionError, evaluate, parse
from plan import glob_matches
from record import Leg, Meaning, input_name

__all__ = ["read_github", "read_matrix"]

_EXPRESSION = re.compile(r"\$\{\{((?:[^'}]|'[^']*'|\}(?!\}))*)\}\}")
_SECRET = re.compile(r"secrets\.([A-Za-z_]\w*)")
_KINDS = {
    "push": "push",
    "tag": "push",
    "pull_request": "pull_request",
    "schedule": "schedule",
    "manual": "workflow_dispatch",
    "merge_queue": "merge_group",
}
LookUp = Callable[[str], object]


def read_github(text: str, events: Events) -> Meaning:
    """The workflow's legs, named `job` or `job` and its matrix's values as `job|axis=value`, and what runs when.

    Nothing has been proven: what plans and what judges the others is no leg, and leaves none out.
    """
    workflow = yaml.safe_load(text)
    jobs: dict[str, Any] = workflow["jobs"]
    own = {job_id for job_id, job in jobs.items() if _text(job.get("name")).startswith("cig/")}
    keys = {job_id: [_key(job_id, values) for values in read_matrix(job)] for job_id, job in jobs.items()}
    keys |= {job_id: [] for job_id in own}
    legs = {}
    for job_id, job in jobs.items():
        if job_id in own:
            continue
        needs = frozenset(key for needed in _listed(job.get("needs")) for key in keys[needed])
        for values in read_matrix(job):
            key = _key(job_id, values)
            legs[key] = _leg(workflow, job, key, values, needs)
    runs = {name: frozenset(_running(workflow, event, keys)) for name, event in events.items()}
    return Meaning(legs, runs)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _key(job_id: str, values: Mapping[str, Any]) -> str:
    return "|".join([job_id, *(f"{name}={_text(value)}" for name, value in sorted(values.items()))])


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def read_matrix(job: Mapping[str, Any], needs: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The combinations, as GitHub's documentation describes exclude and then include; values differ beyond case.

    needs: what the jobs that this one needs came to, `needs.JOB.result` and `needs.JOB.outputs.NAME`.
    """
    matrix = (job.get("strategy") or {}).get("matrix")
    if matrix is None:
        return [{}]
    axes = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    excluded = _rows(matrix.get("exclude"), needs or {})
    assert all(name in axes for row in excluded for name in row), "exclude of what is no axis: GitHub refuses it"
    rows = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())] if axes else []
    rows = [row for row in rows if not any(_agree(out, row, out) for out in excluded)]
    made = [dict(row) for row in rows]
    added = []
    for extra in _rows(matrix.get("include"), needs or {}):
        fits = [i for i, row in enumerate(rows) if _agree(extra, row, [name for name in extra if name in row])]
        if not fits or not axes:
            added.append(dict(extra))
        for i in fits:
            made[i] |= extra
    assert 0 < len(made + added) <= 256, "GitHub refuses a matrix without legs, and one with more"
    return made + added


def _agree(one: Mapping[str, Any], other: Mapping[str, Any], names: Iterable[str]) -> bool:
    return all(_text(one[name]).casefold() == _text(other[name]).casefold() for name in names)


def _rows(given: Any, needs: Mapping[str, object]) -> list[Any]:
    """A list, or what the expression says that makes one."""

    def look_up(name: str) -> object:
        if name.startswith("fromJSON("):
            return json.loads(name.removeprefix("fromJSON(").removesuffix(")"))
        assert re.fullmatch(r"needs\.[\w-]+\.(result|outputs\.[\w-]+)", name), name
        return needs.get(name)

    whole = _EXPRESSION.fullmatch(given) if isinstance(given, str) else None
    found = evaluate(parse(whole[1], GITHUB), GITHUB, look_up) if whole else given
    assert found is None or isinstance(found, list)
    return found or []


# -- what a leg is -----------------------------------------------------------------------------------------------------


def _leg(
    workflow: Mapping[str, Any], job: Mapping[str, Any], key: str, values: Mapping[str, Any], needs: frozenset[str]
) -> Leg:
    def look_up(name: str) -> object:
        group, _, word = name.partition(".")
        if group == "matrix":
            return values.get(word)
        raise ExpressionError(name)

    def fill(text: Any) -> str:
        return _filled(_text(text), look_up)

    scripts, secrets, artifacts = [], set[str](), set[str]()
    for step in job["steps"]:
        if "cig record" not in step.get("run", ""):
            # What keeps a proof is no script of the job's.
            secrets |= set(_SECRET.findall(str(step.get("env", ""))))
        if "run" in step:
            scripts.append(fill(step["run"]))
        if "actions/upload-artifact" in step.get("uses", ""):
            artifacts |= {fill(path) for path in step["with"]["path"].splitlines()}
    services = {name: _service(one, fill) for name, one in (job.get("services") or {}).items()}
    container = job.get("container") or ""
    environment = (workflow.get("env") or {}) | (job.get("env") or {})
    return Leg(
        key=key,
        needs=needs,
        scripts=tuple(scripts),
        env={name: fill(value) for name, value in environment.items() if "secrets." not in str(value)},
        secrets=frozenset(secrets),
        services=services,
        artifacts=frozenset(artifacts),
        fetches=any("actions/download-artifact" in step.get("uses", "") for step in job["steps"]),
        timeout=int(job.get("timeout-minutes", 360)),
        allow_failure=bool(job.get("continue-on-error", False)),
        image=fill(container["image"] if isinstance(container, dict) else container),
        # A setting of the environment.
        waits_for_approval=None,
        starts=next((one for script in scripts for one in _started(script)), None),
    )


def _started(script: str) -> Iterator[tuple[str, frozenset[tuple[str, str]], bool]]:
    """The workflow that GitHub's command line starts, which is named by its file."""
    named = re.search(r"gh workflow run (\S+)|/actions/workflows/([^/\s]+)/dispatches", script)
    if named:
        words = shlex.split(script.replace("\\\n", "").partition(")\n")[0])
        fields = [words[i + 1].partition("=") for i, word in enumerate(words) if word == "--raw-field"]
        given = {re.sub(r"inputs\[(.*)\]", r"\1", name): value for name, _, value in fields if name != "ref"}
        name = (named[1] or named[2]).removesuffix(".yml")
        yield name, frozenset((input_name(one), value) for one, value in given.items()), "while true" in script


def _service(service: Mapping[str, Any], fill: Callable[[Any], str]) -> tuple[str, tuple[int, ...]]:
    return fill(service["image"]), tuple(int(str(port).split(":")[0]) for port in service.get("ports") or [])


def _filled(text: str, look_up: LookUp) -> str:
    """Every expression replaced whose names are known; the rest as it stands."""

    def one(found: "re.Match[str]") -> str:
        try:
            return _text(evaluate(parse(found[1], GITHUB), GITHUB, look_up))
        except ExpressionError:
            return found[0]

    return _EXPRESSION.sub(one, text)


# -- what runs when ----------------------------------------------------------------------------------------------------


def _running(workflow: Mapping[str, Any], event: Event, keys: Mapping[str, list[str]]) -> Iterator[str]:
    """The legs that run, if none fails."""
    started = workflow.get("on", workflow.get(True))
    if not _starts(started, event):
        return
    context = _context(started, event)
    results: dict[str, str] = {}
    jobs = dict(workflow["jobs"])
    while jobs:
        ready = [job_id for job_id, job in jobs.items() if set(_listed(job.get("needs"))) <= set(results)]
        assert ready, "GitHub would refuse the cycle"
        for job_id in ready:
            job = jobs.pop(job_id)
            above = {one: results[one] for one in _listed(job.get("needs"))}
            results[job_id] = "success" if _job_runs(job, above, context) else "skipped"
            if results[job_id] == "success":
                yield from keys[job_id]


def _job_runs(job: Mapping[str, Any], above: Mapping[str, str], context: Mapping[str, object]) -> bool:
    good = all(result == "success" for result in above.values())
    condition = job.get("if")
    if condition is None:
        return good
    text = _text(condition).strip()
    whole = _EXPRESSION.fullmatch(text)
    text = whole[1] if whole else text
    status = {"always()": True, "success()": good, "failure()": False, "cancelled()": False}
    # Without a status function there is an invisible success() in front.
    asks = any(name.split("(")[0] + "()" in text.replace(" ", "") for name in status)

    def look_up(name: str) -> object:
        if name in status:
            return status[name]
        if name.startswith("needs.") and name.endswith(".result"):
            return above[name.split(".")[1]]
        if re.fullmatch(r"needs\.[\w-]+\.outputs\.[\w-]+", name):
            return None
        return _looked_up(name, context)

    return (asks or good) and bool(evaluate(parse(text, GITHUB), GITHUB, look_up))


def _looked_up(name: str, context: Mapping[str, object]) -> object:
    if name in context:
        return context[name]
    group = name.partition(".")[0]
    if group == "inputs" or name.startswith("github.event."):
        return None
    raise ExpressionError(f"{name} is not available where a job's condition is evaluated")


def _starts(started: Any, event: Event) -> bool:
    if not isinstance(started, dict):
        started = dict.fromkeys(_listed(started))
    kind = _KINDS[event.kind]
    if kind not in started:
        return False
    filters = started[kind] or {}
    if event.kind == "push":
        if "branches" not in filters and "branches-ignore" not in filters:
            return "tags" not in filters and "tags-ignore" not in filters
        if "branches-ignore" in filters:
            return not _passes(filters["branches-ignore"], event.branch)
        return _passes(filters["branches"], event.branch)
    if event.kind == "tag":
        if "tags" not in filters:
            return "branches" not in filters and "branches-ignore" not in filters
        return _passes(filters["tags"], event.tag)
    return "branches" not in filters or _passes(filters["branches"], event.base)


def _passes(patterns: list[str], name: str) -> bool:
    found = False
    for pattern in patterns:
        if glob_matches(pattern.removeprefix("!"), name):
            found = not pattern.startswith("!")
    return found


def _context(started: Any, event: Event) -> dict[str, object]:
    request = event.kind == "pull_request"
    ref = "refs/pull/7/merge" if request else f"refs/tags/{event.tag}" if event.tag else f"refs/heads/{event.branch}"
    context: dict[str, object] = {
        "github.event_name": _KINDS[event.kind],
        "github.ref": ref,
        "github.ref_name": ref.split("/", 2)[2],
        "github.ref_type": "tag" if event.tag else "branch",
        "github.head_ref": event.head if request else "",
        "github.base_ref": event.base if request else "",
        "github.event.pull_request.draft": event.draft if request else None,
        "github.event.pull_request.labels.*.name": list(event.labels) if request else [],
        "github.event.pull_request.head.repo.fork": event.fork if request else None,
    }
    given = (started.get("workflow_dispatch") or {}).get("inputs") or {} if isinstance(started, dict) else {}
    for name, one in given.items():
        if event.kind == "manual":
            answer = event.inputs.get(name, one.get("default"))
            context[f"inputs.{name}"] = _text(answer) == "true" if one.get("type") == "boolean" else answer
    return context
