"""`cig help`."""

from cigen.cli.console import Console
from cigen.cli.manual import help_text
from cigen.cli.options import HelpOptions

__all__ = ["run"]


def run(options: HelpOptions, console: Console) -> int:
    """Prints the help of one command, or the list of all."""
    console.out(help_text(options.topic))
    return 0
