"""The completion script of a shell."""

from cigen.cli.shells.bash import bash_script
from cigen.cli.shells.fish import fish_script
from cigen.cli.shells.zsh import zsh_script

__all__ = ["completion_script"]


def completion_script(shell: str) -> str:
    """shell: bash, zsh or fish."""
    return {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}[shell]()
