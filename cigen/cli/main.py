"""The entry point. A plain `cig render` of an unchanged tree is answered here; the rest is `dispatch.py`."""

import gc
import os
import sys
from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:  # as in `typing`, which costs the null build too much
    from cigen.repo.evidence import Edited

__all__ = ["main"]

_STDERR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code (see docs/cli.md). Without `argv` it is the program's own, and may end it."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if os.name == "nt":
        return _not_here()
    if argv is None:
        _fill_standard_streams()
    try:
        edited = None
        if arguments == ["render"]:
            # The null build: no argument parser, no git library, no plugin. See cigen/engine/unchanged.py.
            told, edited = _look_for_changes()
            if told is not None and _tell(*told):
                return _end(0) if argv is None else 0
        return _dispatch(arguments, edited, program=argv is None)
    except KeyboardInterrupt:
        return _interrupted(program=argv is None)


def _fill_standard_streams() -> None:
    """Open what the caller closed of 0, 1 and 2, lest a file of ours gets that number: a child would write to it."""
    try:
        while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
            os.set_inheritable(number, True)
        os.close(number)
    except OSError:  # there is no such device here: what needs it says so
        return


def _not_here() -> int:
    """Say that processes, signals and files are used here as POSIX has them; the exit code."""
    from cigen.cli.report import render_diagnostics
    from cigen.model.diagnostics import error

    told = error("CLI_009", "cig runs on Linux and macOS.", hint="on Windows, run it in WSL")
    sys.stderr.write(render_diagnostics([told], config_text=None, color=False))
    return 3


def _look_for_changes() -> "tuple[tuple[str, str] | None, Edited | None]":
    from cigen.engine.unchanged import look_for_changes
    from cigen.repo.evidence import find_git

    try:
        found = find_git(os.getcwd())
        return look_for_changes(found[0], os.environ) if found and found[0] else (None, None)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        # Whatever is wrong here, the full run finds it too, and can say so properly.
        return None, None


def _tell(message: str, warnings: str) -> bool:
    """Print what there is to say; False if stdout did not take it, which the full run can say properly."""
    try:
        if warnings:
            sys.stderr.write(warnings)
    except (AttributeError, OSError, ValueError):  # closed, or full: past telling
        pass
    try:
        sys.stdout.write(message)
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        return False
    return True


def _dispatch(arguments: list[str], edited: "Edited | None", *, program: bool) -> int:
    if not program:
        from cigen.cli.dispatch import dispatch
        from cigen.cli.head_start import HeadStart

        return dispatch(arguments, HeadStart(edited))
    from cigen.cli.interrupts import ignore_interrupts, take_interrupts

    take_interrupts()
    # One command makes values and exits: collecting cycles would cost a sixth of its time and free nothing that counts.
    gc.disable()
    head = None
    if arguments[:1] == ["render"]:
        from cigen.cli.head_start import begin

        head = begin(edited, plain=len(arguments) == 1)
    from cigen.cli.dispatch import dispatch

    code = dispatch(arguments, head)
    ignore_interrupts()
    return _end(code)


def _end(code: int) -> int:
    """End the program without taking Python down: that costs a tenth of a short command's time and saves nothing.

    What a command opens or starts it has closed and stopped. The threads of a store's requests that were given up would
    crash where they find Python half taken down.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            return code  # Python's own end knows what this means
    os._exit(code)


def _interrupted(*, program: bool) -> int:
    from cigen.cli.interrupts import ignore_interrupts

    if program:
        ignore_interrupts()
    from cigen.cli.dispatch import tell_interrupted

    code = tell_interrupted()
    if program:
        # Whatever was interrupted may hold a lock that Python's own cleaning up would wait for.
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
