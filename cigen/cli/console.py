"""What a command prints with: data to stdout, the rest to stderr, diagnostics in one form, and their exit code."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cigen.cli.head_start import HeadStart
from cigen.cli.options import GlobalOptions
from cigen.cli.terminal import emit, use_color
from cigen.errors import ProjectError, UsageError
from cigen.model.codes import CODES
from cigen.model.dataclass import dataclass, field
from cigen.model.diagnostics import Diagnostic, Level, error
from cigen.model.events import Observer, ignore

__all__ = ["Console", "exit_code"]

FAILURE = 3
PROJECT = 1


def exit_code(diagnostics: Iterable[Diagnostic]) -> int:
    """What the errors among them lead to: a failure of the machinery outweighs a mistake in the project; 0 for none."""
    codes = [
        CODES[d.code].exit if not d.source and d.code in CODES else PROJECT
        for d in diagnostics
        if d.level is Level.ERROR
    ]
    return max(codes, default=0) if FAILURE not in codes else FAILURE


@dataclass(slots=True)
class Console:
    """One invocation's outside: streams, environment, the folder it was started in, and who watches.

    head: what was begun before the command.
    """

    shared: GlobalOptions
    observer: Observer = ignore
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    head: HeadStart = field(default_factory=HeadStart)

    @property
    def start(self) -> Path:
        """The folder the command works from: `-C`, or the current one."""
        try:
            here = Path.cwd()
        except FileNotFoundError:
            message = "the folder that this command was started in has been removed"
            raise ProjectError(error("REPO_001", message, hint="go to the project's folder")) from None
        if not self.shared.directory:
            return here
        there = here / self.shared.directory
        if not there.is_dir():
            message = f'cannot work in "{self.shared.directory}": there is no such folder'
            raise UsageError(error("CLI_001", message, hint="-C takes an existing folder"))
        return there

    def color(self, stream: object) -> bool:
        """Whether a stream is to be coloured."""
        assert stream in (sys.stdout, sys.stderr)
        return use_color(self.shared.color, stream, self.environ)  # type: ignore[arg-type]

    def out(self, text: str) -> None:
        """Print data."""
        emit(text, sys.stdout)

    def err(self, text: str) -> None:
        """Print everything else."""
        emit(text, sys.stderr)

    def report(self, diagnostics: Iterable[Diagnostic], text: bytes | None = None) -> int:
        """Print diagnostics with the lines of cig.toml they are about; the exit code they lead to."""
        listed = list(diagnostics)
        self.err(self.told(listed, text, color=self.color(sys.stderr)))
        return exit_code(listed)

    def told(self, diagnostics: Iterable[Diagnostic], text: bytes | None, *, color: bool) -> str:
        """Diagnostics as text. Notes are for those who ask for more with `-v`."""
        shown = [d for d in diagnostics if d.level is not Level.INFO or self.shared.verbose]
        if not shown:
            return ""
        from cigen.cli.report import render_diagnostics

        return render_diagnostics(shown, config_text=text, color=color)
