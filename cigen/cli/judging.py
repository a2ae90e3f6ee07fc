"""What `cig gate` and `cig audit` read, and what both say of a proof that was wrong."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cigen.cli.console import Console
from cigen.model.diagnostics import Diagnostic, error
from cigen.pipeline.gate import Outcome, Planned, read_plan, read_results

__all__ = ["escapes", "read_inputs"]


def read_inputs(
    plan: str, results: str, console: Console
) -> tuple[tuple[Planned, ...] | None, Mapping[str, str] | None, tuple[Diagnostic, ...]]:
    """The plan of a file, and the results of a file or of standard input; None for what cannot be read.

    For results that cannot be read, with what is wrong with them.
    """
    read = read_results(_results(results, console))
    if read is None:
        message = "the results are not an object of jobs, each with its result"
        return None, None, (error("GATE_003", message, hint='they look like {"test": {"result": "success"}}'),)
    return _plan(plan, console), read, ()


def escapes(outcomes: Sequence[Outcome]) -> list[Diagnostic]:
    """An error for each proof that was tried and turned out to be wrong."""
    hint = (
        "find what it depends on and does not declare, before it is skipped again; `cig explain job` lists its inputs"
    )
    return [
        error("GATE_004", f'job "{one.name}" is proven{_by(one.url)}, and failed when it was tried', hint=hint)
        for one in outcomes
        if one.escaped
    ]


def _by(url: str) -> str:
    return f" by {url}" if url else ""


def _plan(name: str, console: Console) -> tuple[Planned, ...] | None:
    try:
        return read_plan((console.start / name).read_text("utf-8")) if name else None
    except (OSError, ValueError):
        return None


def _results(name: str, console: Console) -> str:
    try:
        if name:
            return Path(console.start, name).read_text("utf-8")
        return sys.stdin.buffer.read().decode("utf-8")
    except (OSError, ValueError):
        return ""
