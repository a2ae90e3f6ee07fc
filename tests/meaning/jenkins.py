"""A Jenkinsfile, run with stub steps once for each event, and what it did: it knows nothing of the renderer.

What a job needs cannot be seen from one run: that is read from the file's own list of jobs.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from events import Event, Events
from foreign import HERE, run, tool
from record import Leg, Meaning, input_name, started_services

__all__ = ["build_of", "read_jenkins", "run_all", "run_jenkinsfiles", "scripts_of"]

_HARNESS = HERE / "jenkins" / "Harness.groovy"
_TEXT = r"'((?:[^'\\]|\\.)*)'"
_JOB = re.compile(rf"^    {_TEXT}: \[\s*(?:title: {_TEXT},\s*)?needs: \[([^\]]*)\]((?:.|\n(?!    '))*)", re.MULTILINE)
_TITLED = re.compile(rf"^    (?:{_TEXT}: \[\s*|\[name: {_TEXT}, )title: {_TEXT}", re.MULTILINE)
_ASKED = re.compile(rf"output\({_TEXT}, {_TEXT}\) == {_TEXT}")
_TIMER = "hudson.triggers.TimerTrigger$TimerTriggerCause"
_PERSON = "hudson.model.Cause$UserIdCause"
Log = list[dict[str, Any]]


def read_jenkins(text: str, keys: Sequence[str], events: Events) -> Meaning:
    """The legs, which are stages, and what runs when. keys: the names that a stage may have to count as a leg."""
    jobs = {_plain(name): (_texts(needs), rest) for name, _, needs, rest in _JOB.findall(text)}
    names = _names(text)
    seen = {event: _by_leg(log, keys, names) for event, log in _runs(text, events).items()}
    more = [_by_leg(log, keys, names) for log in _more(text, events)]
    legs: dict[str, Leg] = {}
    members: dict[str, set[str]] = {name: set() for name in jobs}
    each = [(key, *one) for by_leg in (*seen.values(), *more) for key, one in by_leg.items()]
    # The more of a leg has run, the surer it is where a script of another run belongs.
    for key, job, entries in sorted(each, key=lambda one: -len({entry.get("script") for entry in one[2]})):
        members.setdefault(job, set()).add(key)
        leg = _leg(key, entries, soft="soft: true" in jobs.get(job, ("", ""))[1])
        legs[key] = _joined(legs[key], leg) if key in legs else leg
    above = {key: job for job, inner in members.items() for key in inner}
    complete = {}
    for key, leg in legs.items():
        needed = [one for name in jobs.get(above[key], ((), ""))[0] for one in members.get(name) or {name}]
        complete[key] = replace(leg, needs=frozenset(needed))
    return Meaning(complete, {event: frozenset(by_leg) for event, by_leg in seen.items()})


def _plain(text: str) -> str:
    """A Groovy text without its escapes."""
    return re.sub(r"\\(.)", r"\1", text)


def _texts(listed: str) -> list[str]:
    return [_plain(one) for one in re.findall(_TEXT, listed)]


def _names(text: str) -> dict[str, str]:
    """What jobs and legs are called in the file, by the titles of their stages."""
    titled = [(_plain(title), _plain(job or leg)) for job, leg, title in _TITLED.findall(text)]
    found = dict(titled)
    assert len(found) == len(titled), "two stages of one title cannot be told apart"
    return found


_AT_ONCE = 60
"""Cases for one JVM: what it ends in time on a slow machine."""
_SEEN: dict[str, dict[str, Log]] = {}
_SEEN_LATER: dict[str, list[Log]] = {}


def run_all(texts: Mapping[str, Events]) -> None:
    """Run each file at its events in one JVM, to be read later one by one."""
    cases = [
        (text, name, build_of(event, {**_defaults(text), **_typed(text, event.inputs)}))
        for text, events in texts.items()
        if text not in _SEEN
        for name, event in events.items()
    ]
    for (text, name, _), done in zip(cases, _in_turn([(text, case) for text, _, case in cases]), strict=True):
        assert done["error"] is None, done["error"]
        _SEEN.setdefault(text, {})[name] = done["log"]


def _in_turn(cases: Sequence[tuple[str, Mapping[str, Any]]]) -> Log:
    return [one for at in range(0, len(cases), _AT_ONCE) for one in run_jenkinsfiles(cases[at : at + _AT_ONCE])]


def _runs(text: str, events: Events) -> dict[str, Log]:
    """What the file does at each event."""
    run_all({text: events})
    return _SEEN[text]


def _outputs(text: str) -> dict[str, str]:
    """What jobs would have to say for conditions to hold: the first value that each is compared with; by stage."""
    found: dict[str, dict[str, str]] = {}
    for job, name, value in _ASKED.findall(text):
        found.setdefault(_plain(job), {}).setdefault(_plain(name), _plain(value))
    titles = {name: title for title, name in _names(text).items()}
    return {titles.get(job, job): "".join(f"{k}={v}\n" for k, v in said.items()) for job, said in found.items()}


def _more(text: str, events: Events) -> list[Log]:
    """What the file does where jobs say something, or fail."""
    if text not in _SEEN_LATER:
        _SEEN_LATER[text] = [*_answered(text, events), *_failures(text, events)]
    return _SEEN_LATER[text]


def scripts_of(text: str, events: Events) -> dict[str, str]:
    """Every script that the file runs at any time, setup and clean-up included, by the label of its first step."""
    logs = [*_runs(text, events).values(), *_more(text, events)]
    found = {entry["script"]: entry["name"] for log in logs for entry in log if entry["kind"] == "sh"}
    return {f"{name} ({index})": script for index, (script, name) in enumerate(found.items())}


def _answered(text: str, events: Events) -> list[Log]:
    """What the file does at each event where jobs say what others wait for."""
    if not _outputs(text):
        return []
    cases = [{**build_of(one, _defaults(text)), "outputs": _outputs(text)} for one in events.values()]
    return [one["log"] for one in _in_turn([(text, case) for case in cases])]


def _failures(text: str, events: Events) -> list[Log]:
    """What the file does where one script fails, each in turn, if anything waits for a failure."""
    if "['failure', {" not in text and "on: 'failure'" not in text:
        return []
    event, log = max(_runs(text, events).items(), key=lambda item: len(item[1]))
    labels = dict.fromkeys(entry["name"] for entry in log if entry["kind"] == "sh")
    case = {**build_of(events[event], _defaults(text)), "outputs": _outputs(text)}
    return [one["log"] for one in _in_turn([(text, {**case, "fail": [label]}) for label in labels])]


def _joined(leg: Leg, other: Leg) -> Leg:
    """A leg as two runs show it: the scripts of both, in the order of both."""
    scripts, at = list(leg.scripts), 0
    for script in other.scripts:
        if script in scripts[at:]:
            at = scripts.index(script, at) + 1
        elif script not in scripts:
            scripts.insert(at, script)
            at += 1
    return replace(
        leg,
        scripts=tuple(scripts),
        env={**leg.env, **other.env},
        secrets=(leg.secrets or frozenset()) | (other.secrets or frozenset()),
        artifacts=(leg.artifacts or frozenset()) | (other.artifacts or frozenset()),
        fetches=leg.fetches or other.fetches,
    )


@cache
def _defaults(text: str) -> dict[str, Any]:
    """The answers of somebody who changes none: a first run declares the parameters."""
    if "parameters {" not in text:
        return {}
    (declared,) = run_jenkinsfiles([(text, build_of(Event("push", branch="main"), {}))])
    pipeline = next((one for one in declared["log"] if one["kind"] == "pipeline"), {"parameters": []})
    found = {}
    for kind, arguments in pipeline["parameters"]:
        given = arguments[0]
        default = given.get("defaultValue", "")
        # Somebody answers what has to be answered.
        found[given["name"]] = given["choices"][0] if kind == "choice" else "any" if default == "" else default
    return found


def build_of(event: Event, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What a multibranch project tells a build that the event started."""
    env = {"BUILD_NUMBER": "7", "BRANCH_NAME": event.branch, "JOB_NAME": "shop", "BUILD_TAG": "jenkins-shop-7"}
    if event.kind == "tag":
        env |= {"BRANCH_NAME": event.tag, "TAG_NAME": event.tag}
    if event.kind == "pull_request":
        env |= {"BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_TARGET": event.base, "CHANGE_BRANCH": event.head}
        env |= {"CHANGE_FORK": "someone"} if event.fork else {}
    causes = {"schedule": [_TIMER], "manual": [_PERSON]}.get(event.kind, [])
    return {"env": env, "params": dict(parameters), "causes": causes}


def run_jenkinsfiles(cases: Sequence[tuple[str, Mapping[str, Any]]], folder: Path | None = None) -> Log:
    """Run each file in its case; all in one JVM, which takes seconds to start. folder: where scripts are executed."""
    groovy = tool("groovy", "apt-get install groovy")
    with TemporaryDirectory() as temporary:
        asked = []
        for index, (text, case) in enumerate(cases):
            file = Path(temporary, str(index), "Jenkinsfile")
            file.parent.mkdir()
            file.write_text(text)
            place = str(folder or temporary)
            asked.append({"execute": folder is not None, "dir": place, **case, "file": str(file)})
        listed = Path(temporary, "cases.json")
        listed.write_text(json.dumps(asked))
        done = run([groovy, "-cp", HERE / "jenkins" / "stubs", _HARNESS, listed])
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == len(cases), done.stdout + done.stderr
    return found


def _typed(text: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Answers as the form gives them: a checkbox's is no text."""
    return {name: one == "true" if isinstance(_defaults(text).get(name), bool) else one for name, one in inputs.items()}


def _by_leg(log: Log, keys: Sequence[str], names: Mapping[str, str]) -> dict[str, tuple[str, Log]]:
    """The entries of each leg, and its job: the outermost stage that is named after one."""
    found: dict[str, tuple[str, Log]] = {}
    for entry in log:
        stages = [names.get(one, one) for one in entry["stages"]]
        leg = next((one for one in reversed(stages) if one in keys), None)
        if leg is not None and entry["kind"] not in ("caught", "not started"):
            found.setdefault(leg, (stages[0], []))[1].append(entry)
    return found


def _leg(key: str, entries: Log, *, soft: bool) -> Leg:
    scripts = [entry for entry in entries if entry["kind"] in ("sh", "bat", "pwsh", "powershell")]
    where = [one for entry in entries for one in entry["where"]]
    limits = [int(one.split(":")[1].split()[0]) for one in where if one.startswith("timeout:") and "MINUTES" in one]
    images = [one.partition(":")[2].split(" ")[0] for one in where if one.startswith("docker:")]
    bindings = [one for entry in entries if entry["kind"] == "credentials" for one in entry["bindings"]]
    archived = [entry["artifacts"] for entry in entries if entry["kind"] == "archive"]
    archived += [entry["testResults"] for entry in entries if entry["kind"] == "junit"]
    return Leg(
        key=key,
        scripts=tuple(entry["script"] for entry in scripts),
        env={name: str(value) for entry in scripts for name, value in entry["env"].items()},
        secrets=frozenset(one["variable"] for one in bindings),
        services=dict(started_services("\n".join(entry["script"] for entry in scripts))),
        artifacts=frozenset(path.strip() for paths in archived for path in paths.split(",")),
        fetches=any(entry["kind"] == "unstash" for entry in entries),
        timeout=max(limits, default=0),
        allow_failure=soft,
        image=images[0] if images else "",
        waits_for_approval=any(entry["kind"] == "input" for entry in entries),
        starts=next((_started(entry) for entry in entries if entry["kind"] == "build"), None),
    )


def _started(entry: Mapping[str, Any]) -> tuple[str, frozenset[tuple[str, str]], bool]:
    given = entry.get("parameters", ())
    return entry["job"], frozenset((input_name(one["name"]), one["value"]) for one in given), entry["wait"]
