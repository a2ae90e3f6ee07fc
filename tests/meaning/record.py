"""What a pipeline means, in no vendor's words, and how two meanings differ."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Difference", "Leg", "Meaning", "differences", "input_name", "plain_key", "started_services"]


@dataclass(frozen=True, slots=True)
class Leg:
    """A job as it runs, one variant of its matrix. Texts are as the shell gets them.

    `scripts`: in order, what setup a renderer adds included. `secrets`: names that any script gets. None where the
    system's file does not tell: `secrets` that come from outside, `ports` that need no mention, what a script
    does with `artifacts` and failures (which is executed elsewhere). `starts`: another pipeline, its inputs by
    `input_name`, and whether it is waited for; where it is not, `timeout` is None.
    """

    key: str
    needs: frozenset[str] = frozenset()
    scripts: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] | None = frozenset()
    services: Mapping[str, tuple[str, tuple[int, ...] | None]] = field(default_factory=dict)
    artifacts: frozenset[str] | None = frozenset()
    fetches: bool = False
    timeout: int | None = 0
    allow_failure: bool | None = False
    image: str = ""
    waits_for_approval: bool | None = False
    starts: tuple[str, frozenset[tuple[str, str]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """Legs by plan key, and for each event the keys of those that run if nothing fails."""

    legs: Mapping[str, Leg]
    runs: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """`what` is a field of a leg, `legs` or `runs`."""

    what: str
    leg: str
    detail: str


def plain_key(key: str) -> str:
    """A plan key as every system can spell it: CircleCI knows no dots in some places, Buildkite in others."""
    return re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-").lower()


def input_name(name: str) -> str:
    """The name of an input as every system can spell it: it may come as a variable, `CIG_INPUT_NAME`."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).lower().removeprefix("cig_input_")


def differences(plan: Meaning, read: Meaning, events: Sequence[str]) -> Iterator[Difference]:
    """Where what was read is not what was planned. Setup that a renderer adds is no difference."""
    for key in sorted(set(plan.legs) ^ set(read.legs)):
        yield Difference("legs", key, "is not rendered" if key in plan.legs else "is rendered but not planned")
    for key in sorted(set(plan.legs) & set(read.legs)):
        # A job may ask more of those that it waits for anyway.
        needs = read.legs[key].needs
        if not plan.legs[key].needs <= needs <= _above(plan.legs, key):
            yield Difference("needs", key, f"{sorted(needs)} instead of {sorted(plan.legs[key].needs)}")
        yield from _leg_differences(plan.legs[key], read.legs[key])
    for event in events:
        for key in sorted(plan.runs[event] ^ read.runs[event]):
            yield Difference("runs", key, f"{event}: {'does not run' if key in plan.runs[event] else 'runs'}")


def _above(legs: Mapping[str, Leg], key: str) -> set[str]:
    """All that a leg waits for, and those that these wait for."""
    found: set[str] = set()
    waiting = list(legs[key].needs)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += legs[one].needs if one in legs else ()
    return found


def _leg_differences(plan: Leg, read: Leg) -> Iterator[Difference]:
    if plan.fetches and not read.fetches:
        yield Difference("fetches", plan.key, "nothing is fetched")
    for what in ("secrets", "timeout", "allow_failure", "waits_for_approval"):
        planned, found = getattr(plan, what), getattr(read, what)
        if planned != found and None not in (planned, found):
            yield Difference(what, plan.key, f"{_shown(found)} instead of {_shown(planned)}")
    if plan.starts != read.starts:
        yield Difference("starts", plan.key, f"{read.starts} instead of {plan.starts}")
    for name, value in plan.env.items():
        if read.env.get(name) != value:
            yield Difference("env", plan.key, f"{name}={read.env.get(name)!r} instead of {value!r}")
    if plan.image and plan.image != read.image:
        # Without one a system may take an image for the machine itself.
        yield Difference("image", plan.key, f"{read.image!r} instead of {plan.image!r}")
    yield from _service_differences(plan, read)
    if read.artifacts is not None and not _folders(plan.artifacts) <= _folders(read.artifacts):
        yield Difference("artifacts", plan.key, f"{sorted(read.artifacts)} instead of {sorted(plan.artifacts or ())}")
    yield from _script_differences(plan, read)


def _service_differences(plan: Leg, read: Leg) -> Iterator[Difference]:
    planned, found = dict(plan.services), dict(read.services)
    if any(ports is None for _, ports in found.values()):
        # Such a system knows them by their images, and reaches every port.
        if sorted(image for image, _ in planned.values()) != sorted(image for image, _ in found.values()):
            yield Difference("services", plan.key, f"{found} instead of {planned}")
    elif planned != found:
        yield Difference("services", plan.key, f"{found} instead of {planned}")


def _folders(patterns: frozenset[str] | None) -> set[str]:
    """Patterns, a folder and all that is in it being one, and a class of one character that character."""
    literal = [re.sub(r"\[(\w)\1?\]", r"\1", pattern) for pattern in patterns or ()]
    return {re.sub(r"/\*\*(/\*)?$", "", pattern).rstrip("/") for pattern in literal}


def _shown(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _script_differences(plan: Leg, read: Leg) -> Iterator[Difference]:
    """Every planned script must stand in what was read, whole and in order."""
    lines = [line for script in read.scripts for line in _lines(script)]
    at = 0
    for script in plan.scripts:
        wanted = _lines(script)
        found = next((i for i in range(at, len(lines) + 1) if lines[i : i + len(wanted)] == wanted), None)
        if found is None:
            yield Difference("scripts", plan.key, f"not in its place: {script!r}")
        else:
            at = found + len(wanted)


def _lines(script: str) -> list[str]:
    return [line.strip() for line in script.splitlines() if line.strip()]


def started_services(script: str) -> Iterator[tuple[str, tuple[str, tuple[int, ...] | None]]]:
    """Servers that the script starts itself, by the alias it gives them."""
    for line in script.replace("\\\n", " ").splitlines():
        if "docker run" in line and "--detach" in line and "--network-alias" in line:
            words = line.split(" >/dev/null")[0].split()
            ports = tuple(int(words[i + 1].split(":")[0]) for i, word in enumerate(words) if word == "--publish")
            yield words[words.index("--network-alias") + 1], (words[-1].strip("'"), ports or None)
