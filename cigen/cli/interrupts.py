"""Ctrl-C: when it may strike, and that it is never lost.

Python raises KeyboardInterrupt between any two instructions. In the middle of an import that can leave the lock of all
imports held for ever, and libraries written in C drop it; so it waits until no import is under way. Owns: the process's
reaction to SIGINT. Only the program itself uses it, never a caller of `main`.
"""

import signal
import sys
from types import FrameType

__all__ = ["ignore_interrupts", "take_interrupts"]

_SOON = 0.01


def take_interrupts() -> None:
    """From here on an interrupt strikes at the next moment at which it does no harm."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return  # whoever started this process ignores interrupts, as `nohup` and shell scripts do for jobs in the back
    signal.signal(signal.SIGINT, _strike)
    signal.signal(signal.SIGALRM, _strike)
    sys.unraisablehook = _strike_again


def ignore_interrupts() -> None:
    """From here on the exit code stands: Python, which is still to clean up, must not be interrupted into another."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _strike(_number: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            signal.setitimer(signal.ITIMER_REAL, _SOON)
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _strike_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Python drops what is raised while a generator is closed or an object collected."""
    if unraisable.exc_type is KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    else:
        sys.__unraisablehook__(unraisable)
