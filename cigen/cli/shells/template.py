"""What the completion scripts of all shells share.

Names of jobs and actions are asked of `cig graph --json` when they are needed: that document has one `"key"` a line, so
that sed can read it.
"""

import re
from collections.abc import Iterable

from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Flag

__all__ = ["KEYS", "REVISIONS", "all_flags", "filled", "names_of"]

KEYS = r"""cig graph "$@" --json 2>/dev/null | sed -n 's/^ *"key": "\([^"\\]*\)",\{0,1\}$/\1/p'"""
REVISIONS = "git for-each-ref --format='%(refname:short)' 2>/dev/null"


def all_flags() -> list[Flag]:
    """Every flag once. A flag that takes a value takes the same in every command, which a test sees to."""
    return list(dict.fromkeys([*GLOBAL_FLAGS, *(flag for command in COMMANDS.values() for flag in command.flags)]))


def names_of(flags: Iterable[Flag]) -> list[str]:
    """Every spelling."""
    return [name for flag in flags for name in flag.names]


def filled(template: str, parts: dict[str, str]) -> str:
    """`template` with each `@NAME@` replaced."""
    return re.sub(r"@([A-Z]+)@", lambda found: parts[found[1]], template)
