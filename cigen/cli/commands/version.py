"""`cig --version`."""

import cigen
from cigen.cli.console import Console
from cigen.cli.options import VersionOptions

__all__ = ["run"]


def run(options: VersionOptions, console: Console) -> int:  # noqa: ARG001
    """Prints one line."""
    console.out(f"cig {cigen.__version__}\n")
    return 0
