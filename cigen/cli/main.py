"""The entry point. A plain `cig render` of an unchanged tree is answered here; the rest is `dispatch.py`."""

import os
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code (see docs/cli.md)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["render"]:
        # The null build: no argument parser, no git library, no plugin. See cigen/engine/unchanged.py.
        told = _unchanged()
        if told is not None:
            sys.stdout.write(told[0])
            sys.stderr.write(told[1])
            return 0
    from cigen.cli.dispatch import dispatch

    return dispatch(arguments)


def _unchanged() -> tuple[str, str] | None:
    from cigen.engine.unchanged import is_unchanged
    from cigen.repo.evidence import find_git

    try:
        found = find_git(os.getcwd())
        return is_unchanged(found[0], os.environ) if found and found[0] else None
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        # Whatever is wrong here, the full run finds it too, and can say so properly.
        return None


if __name__ == "__main__":
    sys.exit(main())
