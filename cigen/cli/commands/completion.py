"""`cig completion`: a completion script for a shell."""

from cigen.cli.completion import completion_script
from cigen.cli.console import Console
from cigen.cli.options import CompletionOptions

__all__ = ["run"]


def run(options: CompletionOptions, console: Console) -> int:
    """Prints the script."""
    console.out(completion_script(options.shell))
    return 0
