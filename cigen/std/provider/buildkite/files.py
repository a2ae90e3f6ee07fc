"""The files as they will be written: what one upload and one build can hold, and whether all parts are there."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cigen.sdk import Budget, Fragment
from cigen.sdk.yaml import YamlError, read
from cigen.std.provider.buildkite.chunks import full_path, part_of
from cigen.std.provider.buildkite.limits import JOBS_PER_BUILD, JOBS_PER_UPLOAD
from cigen.std.report import Report

__all__ = ["check_files"]

_UPLOADS = re.compile(r"(?:buildkite-agent pipeline upload|cig_upload)((?: \.\S+)+)$", re.MULTILINE)


def check_files(rendered: Iterable[Fragment], report: Report) -> tuple[Budget, ...]:
    """Every pipeline file; how much of an upload each uses, and of a build the first file of a pipeline."""
    budgets: list[Budget] = []
    builds: Counter[str] = Counter()
    files = {file.path: file.content for file in rendered if file.path.endswith((".yml", ".yaml"))}
    planners = {full_path(path): path for path in files}
    for path, content in files.items():
        uploaded = [part for line in _UPLOADS.findall(content) for part in line.split()]
        missing = [part for part in uploaded if part_of(part) == (path, part_of(part)[1]) and part not in files]
        if missing:
            outputs = " ".join(f'[[outputs]] provider = "buildkite" path = "{part}"' for part in missing)
            message = f"{path} holds as many steps as one upload may, and the rest belongs in {', '.join(missing)}"
            report.error("BUILDKITE_008", message, hint=f"add {outputs}, each with the same workflow", key=("outputs",))
        try:
            root: Any = read(content).root
        except YamlError:
            # Not ours to report: another plugin's part broke it.
            continue
        steps = [(_jobs(step), _tries(step)) for step in _steps(root)]
        jobs = sum(count for count, _ in steps)
        budgets.append(Budget("jobs", jobs, JOBS_PER_UPLOAD, path))
        builds[planners.get(path, part_of(path)[0])] += sum(count * tries for count, tries in steps)
        if jobs > JOBS_PER_UPLOAD:
            message = f"{path} has {jobs:,} jobs; one upload to Buildkite has at most {JOBS_PER_UPLOAD}"
            report.error("BUILDKITE_009", message, hint="leave out values of matrices or shards", key=("outputs",))
    budgets += [Budget("jobs with retries", count, JOBS_PER_BUILD, path) for path, count in builds.items()]
    return tuple(budgets)


def _steps(root: Any) -> Iterator[Mapping[str, Any]]:
    root = getattr(root, "value", root)
    for step in _items(root.get("steps") if isinstance(root, dict) else None):
        step = _bare(step)
        if isinstance(step, dict):
            yield step
            yield from _steps(step)


def _jobs(step: Mapping[str, Any]) -> int:
    if "group" in step:
        return 0
    shards = _bare(step.get("parallelism", 1))
    matrix = _bare(step.get("matrix"))
    if not isinstance(matrix, dict):
        return shards if isinstance(shards, int) else 1
    legs = 1
    setup = _bare(matrix.get("setup"))
    for values in setup.values() if isinstance(setup, dict) else ():
        legs *= len(_items(values))
    for adjustment in _items(matrix.get("adjustments")):
        legs += -1 if "skip" in _bare(adjustment) else 1
    return legs


def _tries(step: Mapping[str, Any]) -> int:
    """How often each job of a step can run at most, as its first matching rule has it."""
    retry = _bare(step.get("retry"))
    rules = _items(retry.get("automatic")) if isinstance(retry, dict) else ()
    limits = [_bare(_bare(rule).get("limit", 0)) for rule in rules if isinstance(_bare(rule), dict)]
    return 1 + max((limit for limit in limits if isinstance(limit, int)), default=0)


def _items(value: Any) -> Sequence[Any]:
    found = _bare(value)
    return found if isinstance(found, list | tuple) else ()


def _bare(value: Any) -> Any:
    return value.value if type(value).__name__ == "Commented" else value
