"""A CircleCI configuration made to fit one plan: what a pipeline is continued with.

Owns: which entries leave a workflow, what those that needed them need instead, and how a plan reaches the jobs that it
leaves; which of these can take files that a plan has brought, in place of making them. Works on the text that
`cig render` wrote: everything but the workflows and the definitions that nobody uses any more is passed on as it
stands. Refuses: to judge. A job goes if the plan says so by name; whatever this module does not recognise stays, and a
text that it cannot take apart is an error, after which everything runs.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cigen.formats.yaml_reader import read
from cigen.formats.yaml_text import emit
from cigen.formats.yaml_values import Commented, Value, YamlError, bare

__all__ = [
    "GATE",
    "LAST_LINE",
    "PLANNER",
    "RESTORED",
    "SIGNATURE",
    "Configuration",
    "find_restorable",
    "fit_to_plan",
    "take_apart",
]

GATE, PLANNER = "cig/gate", "cig/plan"
"""What the two jobs are called that are of cig; further gates have a suffix."""

SIGNATURE = "cig-signature"
"""The parameter of a job's definition that takes the signature which the job was planned with."""

RESTORED = "cig-restored"
"""The parameter of a job's definition that takes the sum of the files which the plan has brought for it."""

LAST_LINE = "# End of what the plan has run."
"""Without it the text is not whole."""

_ALL = ("success", "failed", "canceled", "unauthorized", "not_run")
_SIGNED = re.compile(r"cs1:[0-9a-f]{64}")
_MOST_BYTES = 100_000
"""Of a plan at the gate: a command has room for 128 KiB. Longer ones lose their links."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration that was taken apart.

    sections: the text by outermost key, in its order. definitions: that of each job. workflows: each as it was read.
    """

    sections: Mapping[str, str]
    definitions: Mapping[str, str]
    workflows: Mapping[str, Value]


@dataclass(slots=True)
class _Entry:
    """A job's place in a workflow. `requires`: name → the statuses that satisfy it."""

    key: str
    arguments: dict[str, Value]
    requires: dict[str, frozenset[str]]
    above: tuple[str, ...] = ()
    never: bool = field(default=False)

    @property
    def name(self) -> str:
        return str(bare(self.arguments.get("name", self.key)))

    @property
    def is_approval(self) -> bool:
        return bare(self.arguments.get("type")) == "approval"


@dataclass(frozen=True, slots=True)
class _Plan:
    """`jobs`: its entries. `skipped`: names. `definitions`: text of each; `signed`: those that take a signature.

    `restored`: name → sum of the files that it need not make.
    """

    jobs: Mapping[str, Mapping[str, Any]]
    skipped: frozenset[str]
    definitions: Mapping[str, str]
    signed: frozenset[str]
    restored: Mapping[str, str]


def take_apart(text: str) -> Configuration:
    """Raises YamlError for a text that is not as `cig render` writes it."""
    sections = _sections(text)
    return Configuration(sections, _definitions(sections.get("jobs", "")), _workflows(sections))


def find_restorable(configuration: Configuration) -> frozenset[str]:
    """Names of the jobs that take files which a plan has brought. Raises YamlError as `fit_to_plan`."""
    taking = _taking(RESTORED, configuration.definitions)
    listed = [one for name, body in configuration.workflows.items() for one in _entries(name, body)]
    return frozenset(one.name for one in listed if one.key in taking and "matrix" not in one.arguments)


def fit_to_plan(
    configuration: Configuration,
    jobs: Mapping[str, Mapping[str, Any]],
    skipped: Iterable[str],
    restored: Mapping[str, str] | None = None,
) -> str:
    """The configuration without the jobs of `skipped`, plan keys. jobs: the plan's entries.

    restored: those that stay, but find what they leave; the sum of it by plan key.
    Raises YamlError for what `cig render` would not have written.
    """
    sections, definitions = dict(configuration.sections), configuration.definitions
    plan = _Plan(jobs, frozenset(skipped), definitions, _taking(SIGNATURE, definitions), restored or {})
    used, found = set[str](), dict[str, Value]()
    for name, value in configuration.workflows.items():
        workflow = _fitted(name, value, plan, used)
        if workflow is not None:
            found[name] = workflow
    if not found:
        raise YamlError("no workflow is left")
    sections.pop("setup", None)
    kept = "".join(body for key, body in definitions.items() if key in used)
    sections["jobs"] = f"jobs:\n{kept.lstrip(chr(10))}"
    first = next(iter(found))
    found[first] = _without_blank(found[first])
    sections["workflows"] = emit({"workflows": found})
    return "".join(sections.values()) + LAST_LINE + "\n"


def _workflows(sections: Mapping[str, str]) -> Mapping[str, Value]:
    if "workflows" not in sections or "jobs" not in sections:
        raise YamlError("there are no jobs, or no workflows")
    workflows = bare(read(sections["workflows"]).root)
    inner = bare(workflows["workflows"]) if isinstance(workflows, Mapping) else None
    if not isinstance(inner, Mapping):
        raise YamlError("the workflows are no mapping")
    return inner


def _taking(parameter: str, definitions: Mapping[str, str]) -> frozenset[str]:
    """The definitions that have a parameter."""
    return frozenset(key for key, body in definitions.items() if f"\n      {parameter}:\n" in body)


def _without_blank(value: Value) -> Value:
    return (
        Commented(value.value, value.comment, value.above[1:])
        if isinstance(value, Commented) and value.above[:1] == ("",)
        else value
    )


def _sections(text: str) -> dict[str, str]:
    """The text at its outermost keys, which stand at the beginning of a line; first what is before them."""
    pieces = re.split(r"(?m)^(?=[^\s#])", text)
    found = {"": ""}
    for piece in pieces:
        name = piece.partition(":")[0] if piece[:1] not in ("", "#", "\n") else ""
        if name and name in found:
            raise YamlError(f'"{name}" stands there twice')
        found[name] = piece if name else found[""] + piece
    return found


def _definitions(section: str) -> dict[str, str]:
    """Each job's definition as it stands, with the lines of comment above it."""
    found: dict[str, str] = {}
    key, lines, notes = "", list[str](), list[str]()
    for line in section.splitlines(keepends=True)[1:]:
        if line.startswith("  #") or line == "\n":
            notes.append(line)
        elif line.startswith("  ") and line[2] != " ":
            found[key] = found.get(key, "") + "".join(lines)
            key, lines, notes = line.strip().partition(":")[0].strip('"'), [*notes, line], []
        else:
            lines += [*notes, line]
            notes = []
    found[key] = "".join([*lines, *notes])
    found.pop("", None)
    return found


def _fitted(name: str, value: Value, plan: _Plan, used: set[str]) -> Value:
    """The workflow; None for the planner's own. used: takes up the definitions that are still in use."""
    body = bare(value)
    entries = _entries(name, value)
    if entries and all(one.name == PLANNER for one in entries):
        return None
    skipped = _unread(entries, plan)
    left = _without(entries, skipped)
    if not left:
        raise YamlError(f'nothing is left of workflow "{name}"')
    for one in left:
        used.add(one.key)
        if one.name.startswith(GATE):
            _tell_gate(one, plan.jobs, skipped)
        signature = str(plan.jobs.get(one.name, {}).get("signature", ""))
        if one.key in plan.signed and _SIGNED.fullmatch(signature):
            one.arguments[SIGNATURE] = signature
        if one.name in plan.restored:
            one.arguments[RESTORED] = plan.restored[one.name]
    fitted = {**body, "jobs": [_item(one) for one in left]} if isinstance(body, Mapping) else body
    return Commented(fitted, value.comment, value.above) if isinstance(value, Commented) else fitted


def _entries(name: str, value: Value) -> list[_Entry]:
    """The entries of a workflow."""
    body = bare(value)
    listed = bare(body.get("jobs")) if isinstance(body, Mapping) else None
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise YamlError(f'workflow "{name}" lists no jobs')
    return [_entry(item, name) for item in listed]


def _unread(entries: Sequence[_Entry], plan: _Plan) -> frozenset[str]:
    """The skipped jobs but for those whose values a job that stays reads.

    A plan sees to that for jobs that need each other. A condition is asked by everybody behind its job, however far.
    """
    skipped = plan.skipped
    while True:
        texts = {plan.definitions.get(one.key, "") for one in entries if one.name not in skipped}
        read = {str(plan.jobs.get(name, {}).get("job", name)) for name in skipped}
        read = {job for job in read if any(f"/tmp/cig/outputs/{job}/*" in text for text in texts)}  # noqa: S108
        spared = {name for name in skipped if str(plan.jobs.get(name, {}).get("job", name)) in read}
        if not spared:
            return skipped
        skipped -= spared


def _entry(item: Value, workflow: str) -> _Entry:
    above = item.above if isinstance(item, Commented) else ()
    body = bare(item)
    if isinstance(body, str):
        return _Entry(body, {}, {}, above)
    if not isinstance(body, Mapping) or len(body) != 1:
        raise YamlError(f'workflow "{workflow}" has an entry that is no job')
    ((key, value),) = body.items()
    given = bare(value)
    arguments: dict[str, Value] = dict(given) if isinstance(given, Mapping) else {}
    return _Entry(key, arguments, dict(_requirements(arguments.pop("requires", ()), workflow)), above)


def _requirements(value: Value, workflow: str) -> Iterator[tuple[str, frozenset[str]]]:
    value = bare(value)
    for one in value if isinstance(value, Sequence) and not isinstance(value, str) else ():
        need = bare(one)
        if isinstance(need, str):
            yield need, frozenset({"success"})
        elif isinstance(need, Mapping) and len(need) == 1:
            ((name, given),) = need.items()
            wanted = bare(given)
            listed = [wanted] if isinstance(wanted, str) else [str(bare(status)) for status in wanted or ()]  # type: ignore[union-attr]
            yield name, frozenset(_ALL if listed == ["terminal"] else listed)
        else:
            raise YamlError(f'workflow "{workflow}" requires what is no job')


def _without(entries: Sequence[_Entry], skipped: frozenset[str]) -> list[_Entry]:
    """The entries that stay, each with what it needs now."""
    left = {one.name: one for one in entries}
    if len(left) < len(entries):
        raise YamlError("two jobs of a workflow have one name")
    asked = {name for one in entries for name in one.requires}
    # A matrix that CircleCI expands is not one job of the plan.
    waiting = [one for one in entries if one.name in skipped and "matrix" not in one.arguments]
    while waiting:
        one = waiting.pop()
        del left[one.name]
        after = [other for other in left.values() if one.name in other.requires]
        waiting += [other for other in after if _relieve(other, one)]
        if not waiting:
            # Nobody is asked to approve what nobody waits for any more.
            wanted = {name for other in left.values() for name in other.requires}
            waiting = [other for other in left.values() if other.is_approval and other.name in asked - wanted]
    return list(left.values())


def _relieve(entry: _Entry, gone: _Entry) -> bool:
    """Make the entry need what the other, which is gone, needed. Whether it will never run by that.

    A job that the plan skips counts as one that succeeded; one that waits for a failure of such a job has nothing to
    wait for, and counts as one that was not run.
    """
    wanted = entry.requires.pop(gone.name)
    if entry.never:
        return False
    if ("not_run" if gone.never else "success") not in wanted:
        entry.never = True
        return True
    for name, statuses in gone.requires.items():
        # Who also goes on where the other was not run goes on whatever came before that.
        passed = frozenset(_ALL) if "not_run" in wanted else statuses
        entry.requires[name] = (entry.requires.get(name, passed) & passed) or entry.requires[name]
    return False


def _tell_gate(gate: _Entry, jobs: Mapping[str, Mapping[str, Any]], skipped: frozenset[str]) -> None:
    """Give the gate the plan, and take the skipped jobs from the list of those that ran."""
    listed = str(bare(gate.arguments.get("jobs", "")))
    lines = {_judged(line): line for line in listed.splitlines()}
    own = {name: job for name, job in jobs.items() if name in lines}
    gate.arguments["jobs"] = "".join(f"{line}\n" for name, line in lines.items() if name not in skipped)
    plan = _plan_text(own, links=True)
    gate.arguments["plan"] = plan if len(plan) <= _MOST_BYTES else _plan_text(own, links=False)


def _judged(line: str) -> str:
    """The job that a line of the gate is about: it stands after `true`, `false` or an expression."""
    return line.rpartition(">> ")[2] if line.startswith("<<") else line.partition(" ")[2]


def _plan_text(jobs: Mapping[str, Mapping[str, Any]], *, links: bool) -> str:
    """What the gate reads of a plan, a job a line. `<` is escaped: CircleCI would take two of them for a parameter."""
    rows = []
    for key, job in sorted(jobs.items()):
        row = {name: job.get(name, "") for name in ("job", "decision", "reason")}
        url = (job.get("proved_by") or {}).get("url", "")
        row |= {"proved_by": {"url": url}} if url and links else {}
        rows.append(f"{json.dumps(key)}: {json.dumps(row, sort_keys=True)}")
    return ('{"schema": "cig.plan/1", "jobs": {\n' + ",\n".join(rows) + "\n}}\n").replace("<", "\\u003c")


def _item(entry: _Entry) -> Value:
    needs = [_requirement(name, statuses) for name, statuses in entry.requires.items()]
    arguments = {"name": entry.arguments["name"]} if "name" in entry.arguments else {}
    arguments |= {"requires": needs} if needs else {}
    arguments |= {name: value for name, value in entry.arguments.items() if name != "name"}
    value: Value = {entry.key: arguments} if arguments else entry.key
    return Commented(value, above=entry.above) if entry.above else value  # type: ignore[arg-type]


def _requirement(name: str, statuses: frozenset[str]) -> Value:
    if statuses == {"success"}:
        return name
    if statuses == set(_ALL):
        return {name: "terminal"}
    listed = [status for status in _ALL if status in statuses] or sorted(statuses)
    return {name: listed[0] if len(listed) == 1 else listed}
