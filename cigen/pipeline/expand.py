"""cig.toml's jobs with everything in them that needs no plugin resolved: matrix legs, runners, reserved references.

Both the DAG stage and the signatures start from here. Signatures must not need a plugin process: on a CI machine the
plan is computed from git trees and cig.toml alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cigen.model.codec import from_json, to_json
from cigen.model.config import Config
from cigen.model.dataclass import replace
from cigen.model.diagnostics import Diagnostic, error
from cigen.model.resources import Job, Leg, Runner
from cigen.pipeline.globs import check_globs
from cigen.pipeline.matrix import expand_matrix
from cigen.schema.interpolate import substitute

__all__ = ["expand_jobs", "map_text", "matrix_text", "runner_names"]

T = TypeVar("T")


def expand_jobs(config: Config) -> tuple[tuple[Job, ...], tuple[Diagnostic, ...]]:
    """The jobs in the order of cig.toml, with `matrix.legs` and `machine` filled in."""
    runners = {runner.name: runner for runner in config.runners}
    jobs: list[Job] = []
    found: list[Diagnostic] = []
    for job in config.jobs:
        name = job.runner or config.project.default_runner
        if job.matrix is None:
            jobs.append(replace(job, runner=name, machine=runners.get(name, Runner(name))))
            continue
        legs, diagnostics = expand_matrix(job.id, job.matrix)
        found.extend(diagnostics)
        placed = tuple(_place(leg, name, runners) for leg in legs)
        same = {leg.runner for leg in placed}
        machine = placed[0].runner if len(same) == 1 else None
        jobs.append(replace(job, runner=name, machine=machine, matrix=replace(job.matrix, legs=placed)))
    own = _with_names_of_their_own(jobs, found)
    return own, (*found, *(wrong for job in own for wrong in check_globs(job)))


def _with_names_of_their_own(jobs: Sequence[Job], found: list[Diagnostic]) -> tuple[Job, ...]:
    """The jobs; a matrix has no legs if one has a name that is taken: whatever is said of one would count for both."""
    taken = {job.id: job.id for job in jobs}
    own: list[Job] = []
    for job in jobs:
        legs = job.matrix.legs if job.matrix else ()
        twice = next((leg.key for leg in legs if leg.key in taken), "")
        if job.matrix is None or not twice:
            taken.update((leg.key, job.id) for leg in legs)
            own.append(job)
            continue
        other = f'{"" if taken[twice] == twice else "a leg of "}job "{taken[twice]}"'
        message = f'a leg of job "{job.id}" would be named "{twice}", as {other} is'
        found.append(error("DAG_006", message, hint="rename one of the jobs", key=("jobs", job.id, "matrix")))
        own.append(replace(job, matrix=replace(job.matrix, legs=())))
    return tuple(own)


def _place(leg: Leg, runner: str, runners: Mapping[str, Runner]) -> Leg:
    name = matrix_text(runner, leg)
    return replace(leg, runner=runners.get(name, Runner(name)))


def matrix_text(text: str, leg: Leg) -> str:
    """`text` with `{{ matrix.AXIS }}` replaced by the values of one leg; other placeholders stay."""
    values = {f"matrix.{pair.name}": pair.value for pair in leg.values}
    return substitute(text, values.get)[0]


def runner_names(job: Job) -> str:
    """The names of the machines a job runs on, in the order of its legs: `linux, macos`."""
    legs = job.matrix.legs if job.matrix else ()
    names = [job.machine.name] if job.machine else [leg.runner.name for leg in legs if leg.runner]
    return ", ".join(dict.fromkeys(names)) or job.runner


def map_text(value: T, change: Callable[[str], str]) -> T:
    """A frozen value with `change` applied to every text in it that holds a placeholder."""
    # Most jobs hold none, and making JSON is compiled where walking values is not.
    given = to_json(value)
    if "{{" not in str(given):
        return value
    return from_json(type(value), _map(given, change))


def _map(data: Any, change: Callable[[str], str]) -> Any:
    if type(data) is str:
        return change(data) if "{{" in data else data
    if type(data) is list:
        return [_map(item, change) for item in data]
    return {name: _map(item, change) for name, item in data.items()} if type(data) is dict else data
