"""From a command line to an exit code: parse, watch, run, and say what went wrong.

The one place that catches everything: the user never sees a traceback unless they ask for one with `-v`.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cigen.cli import options as ask
from cigen.cli.arguments import parse_arguments
from cigen.cli.console import Console
from cigen.cli.head_start import HeadStart
from cigen.cli.terminal import is_terminal
from cigen.errors import CigError
from cigen.model.diagnostics import error
from cigen.model.events import Event, Observer, ignore

__all__ = ["dispatch", "tell_interrupted"]

_COMMANDS: dict[type[Any], str] = {
    ask.InitOptions: "init",
    ask.PlanOptions: "plan",
    ask.RenderOptions: "render",
    ask.ValidateOptions: "validate",
    ask.SettingsOptions: "settings",
    ask.ExplainOptions: "explain",
    ask.GraphOptions: "graph",
    ask.ComputeSignaturesOptions: "compute_signatures",
    ask.RecordOptions: "record",
    ask.CollectOptions: "collect",
    ask.GateOptions: "gate",
    ask.AuditOptions: "audit",
    ask.PluginOptions: "plugin",
    ask.CompletionOptions: "completion",
    ask.SchemaOptions: "schema",
    ask.HelpOptions: "help",
    ask.VersionOptions: "version",
}


def dispatch(argv: Sequence[str], head: HeadStart | None = None) -> int:
    """Run one command line; the exit code. head: what was begun before this module was loaded."""
    console = Console(ask.GlobalOptions())
    try:
        invocation = parse_arguments(argv)
        console = Console(invocation.shared, head=head or HeadStart())
        module = importlib.import_module(f"cigen.cli.commands.{_COMMANDS[type(invocation.options)]}")
        with _watched(console):
            code: int = module.run(invocation.options, console)
            return code
    except CigError as failure:
        text = failure.config_text
        if text is None and any(diagnostic.key for diagnostic in failure.diagnostics):
            text = _config_text(console)
        return console.report(failure.diagnostics, text)
    except BrokenPipeError:
        # Whoever read our output has gone: there is nobody left to tell.
        return 0
    except Exception as failure:
        if console.shared.verbose:
            import traceback

            console.err(traceback.format_exc())
        hint = "run it again with -v and report what it prints: this is a mistake in cig, not in your project"
        return console.report([error("CLI_002", f"{type(failure).__name__}: {failure}", hint=hint)])


def tell_interrupted() -> int:
    """Say so, whatever command it was; the exit code."""
    console = Console(ask.GlobalOptions())
    console.err("\n")
    return console.report([error("CLI_006", "interrupted; no file was changed by halves")])


def _config_text(console: Console) -> bytes | None:
    """cig.toml, for showing the line a diagnostic is about, if it can be had."""
    from cigen.cli.session import CONFIG_FILE, find_root

    try:
        root, _ = find_root(console.start)
        return (root / CONFIG_FILE).read_bytes()
    except (CigError, OSError):
        return None


@contextmanager
def _watched(console: Console) -> Iterator[None]:
    """Attach progress, log lines and the trace for the length of a command."""
    watchers: list[Observer] = []
    progress = trace = None
    if console.shared.verbose:
        from cigen.cli.logs import LogLines

        watchers.append(LogLines(sys.stderr, console.shared.verbose))
    elif is_terminal(sys.stderr):
        from cigen.cli.progress import Progress

        progress = Progress(sys.stderr)
        watchers.append(progress)
    if console.shared.trace:
        from cigen.cli.trace import Trace

        trace = Trace(console.shared.trace)
        watchers.append(trace)

    def observe(event: Event) -> None:
        for watcher in watchers:
            watcher(event)

    console.observer = observe if watchers else ignore
    try:
        yield
    finally:
        if progress is not None:
            progress.close()
        if trace is not None:
            console.report(trace.close())
