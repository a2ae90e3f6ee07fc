"""A Buildkite pipeline with what a plan makes of it: some steps skipped, the others told their signatures.

Owns: the step of a plan key (its variable `CIG_JOB`), `skip`, where the files of a skipped step are, and the way around
it. Buildkite says only of steps left out by `if` that those after them run, and nothing waits through one for what
stood before it. So whoever waited for a skipped step waits for what that waited for. Refuses: deciding anything; a step
that no plan key names is left as it is.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cigen.formats.yaml_reader import read
from cigen.formats.yaml_text import emit
from cigen.formats.yaml_values import Document, YamlError, bare

__all__ = ["COMPLETE", "FETCHES", "JOB", "PLANNED", "REASON_CHARS", "RESTORED", "SIGNATURE", "planned_pipeline"]

JOB, SIGNATURE, PLANNED = "CIG_JOB", "CIG_SIGNATURE", "CIG_PLANNED"
"""Variables of a step: its plan key, the signature it was planned with, and of a gate that there is a plan to read."""

FETCHES, RESTORED = "CIG_FETCHES", "CIG_RESTORED"
"""Variables of a step: the steps whose files it fetches, `STEP` or `STEP=KEY` for another plan key; and those of them
whose files the plan has brought.
"""

COMPLETE = "# cig: complete"
"""The last line. A text that lost its end could have lost jobs."""

REASON_CHARS = 70

_SIGNATURE = re.compile(r"[a-z0-9]+:[0-9a-f]+")
_ODD = re.compile(r"[^\w ./:#@+=,()-]")
"""What a reason does without: above all the dollar, which the agent would replace."""

_Step = dict[str, Any]


def planned_pipeline(
    text: str, skipped: Mapping[str, str], signatures: Mapping[str, str], restored: Collection[str] = ()
) -> str:
    """`text` as one build uploads it. Raises YamlError for a text that is no pipeline.

    skipped: plan key → why. signatures: plan key → that of a job that runs. restored: those of the skipped whose files
    the plan has brought.
    """
    document = read(text)
    listed = _list(_mapping(document.root).get("steps"))
    if not listed:
        raise YamlError("a pipeline has a list of steps")
    steps = list(_steps(listed))
    left: dict[str, _Step] = {}
    for step in steps:
        env = _mapping(step.get("env"))
        job = _text(env.get(JOB))
        if job and job in skipped:
            _put_after_key(step, "skip", _reason(skipped[job]))
            left[_text(step.get("key"))] = step
        elif _SIGNATURE.fullmatch(signatures.get(job, "")):
            env[SIGNATURE] = signatures[job]
        elif PLANNED in env:
            env[PLANNED] = "true"
        _tell_restored(env, restored)
    left.pop("", None)
    asking = {_text(step.get("key")) for step in steps if "block" in step or "input" in step}
    around = {id(step): _around(step, left, asking) for step in steps if "depends_on" in step}
    for step in steps:
        if id(step) in around and _text(step.get("key")) not in left:
            _set_needs(step, around[id(step)])
    _drop_questions(listed, steps, asking, left)
    return emit(Document(document.root, document.header, (*document.footer, COMPLETE)))


def _steps(listed: Sequence[Any]) -> Iterator[_Step]:
    """All steps, those of groups in their places."""
    for one in listed:
        step = _mapping(one)
        if step:
            yield step
            yield from _steps(_list(step.get("steps")))


def _tell_restored(env: dict[str, Any], restored: Collection[str]) -> None:
    """Say in the variables of a step that fetches files which of them are not where they usually are."""
    pairs = [one.partition("=") for one in _text(env.get(FETCHES)).split()]
    steps = [step for step, _, entry in pairs if (entry or step) in restored]
    if steps:
        env[RESTORED] = " ".join(steps)


def _reason(why: str) -> str:
    text = _ODD.sub("?", " ".join(why.split())) or "planned"
    return text if len(text) <= REASON_CHARS else f"{text[: REASON_CHARS - 1]}…"


def _put_after_key(step: _Step, name: str, value: str) -> None:
    """The entry where somebody who reads the step sees it."""
    before = dict(step)
    step.clear()
    for key, old in before.items():
        step[key] = old
        if key == "key":
            step[name] = value
    step[name] = value


def _around(step: _Step, left: Mapping[str, _Step], asking: set[str]) -> list[Any]:
    """What a step waits for, each skipped step replaced by what that waited for.

    A step that runs whatever those before it did has no part in what a person was asked before a skipped one.
    """
    unasked = bare(step.get("allow_dependency_failure")) is True
    found: list[Any] = []
    waiting, seen = [(need, False) for need in _needs(step)], set[str]()
    while waiting:
        need, inherited = waiting.pop(0)
        name = _name(need)
        if name in left:
            if name not in seen:
                seen.add(name)
                waiting[:0] = [(_renamed(need, one), True) for one in _needs(left[name])]
        elif name not in {_name(one) for one in found} and not (inherited and unasked and name in asking):
            found.append(need)
    return found


def _needs(step: _Step) -> list[Any]:
    listed = bare(step.get("depends_on"))
    return [] if listed is None else list(listed) if isinstance(listed, list) else [listed]


def _name(need: Any) -> str:
    value = bare(need)
    return _text(value.get("step")) if isinstance(value, dict) else _text(value)


def _renamed(need: Any, other: Any) -> Any:
    """`other` in place of `need`, which may say that a failure of it does not matter."""
    value = bare(need)
    return {**value, "step": _name(other)} if isinstance(value, dict) else other


def _set_needs(step: _Step, needs: Sequence[Any]) -> None:
    if not needs:
        del step["depends_on"]
    elif needs != _needs(step):
        step["depends_on"] = needs[0] if len(needs) == 1 and isinstance(bare(needs[0]), str) else list(needs)


def _drop_questions(listed: list[Any], steps: Sequence[_Step], asking: set[str], left: Mapping[str, _Step]) -> None:
    """Take out the questions that only skipped steps were waiting for: nothing would come of an answer."""
    wanted = {_name(need) for step in steps if _text(step.get("key")) not in left for need in _needs(step)}
    before = {_name(need) for step in left.values() for need in _needs(step)}
    useless = (asking & before) - wanted
    for items in (listed, *(_list(step.get("steps")) for step in steps)):
        items[:] = [one for one in items if _text(_mapping(one).get("key")) not in useless]


def _mapping(value: Any) -> dict[str, Any]:
    """The mapping itself, or one that nothing is seen of."""
    found = bare(value)
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    found = bare(value)
    return found if isinstance(found, list) else []


def _text(value: Any) -> str:
    found = bare(value)
    return found if isinstance(found, str) else ""
