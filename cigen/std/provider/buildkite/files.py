"""The files as they will be written: what one upload and one build can hold, and whether all parts are there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cigen.sdk import Fragment
from cigen.sdk.yaml import YamlError, read
from cigen.std.provider.buildkite.chunks import part_of
from cigen.std.provider.buildkite.limits import JOBS_PER_UPLOAD
from cigen.std.report import Report

__all__ = ["check_files"]

_UPLOAD = re.compile(r"buildkite-agent pipeline upload (\.\S+)")


def check_files(rendered: Iterable[Fragment], report: Report) -> None:
    """Every pipeline file."""
    files = {file.path: file.content for file in rendered if file.path.endswith((".yml", ".yaml"))}
    for path, content in files.items():
        missing = [
            part for part in _UPLOAD.findall(content) if part_of(part) == (path, part_of(part)[1]) and part not in files
        ]
        if missing:
            outputs = " ".join(f'[[outputs]] provider = "buildkite" path = "{part}"' for part in missing)
            message = f"{path} holds as many steps as one upload may, and the rest belongs in {', '.join(missing)}"
            report.error("BUILDKITE_008", message, hint=f"add {outputs}, each with the same workflow", key=("outputs",))
        try:
            root: Any = read(content).root
        except YamlError:
            # Not ours to report: another plugin's part broke it.
            continue
        jobs = sum(_jobs(step) for step in _steps(root))
        if jobs > JOBS_PER_UPLOAD:
            message = f"{path} has {jobs:,} jobs; one upload to Buildkite has at most {JOBS_PER_UPLOAD}"
            report.error("BUILDKITE_009", message, hint="leave out values of matrices or shards", key=("outputs",))


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


def _items(value: Any) -> Sequence[Any]:
    found = _bare(value)
    return found if isinstance(found, list | tuple) else ()


def _bare(value: Any) -> Any:
    return value.value if type(value).__name__ == "Commented" else value
