"""What `cig help` prints. Pure; the same on every terminal and every Python."""

import textwrap

from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Command, Flag

__all__ = ["help_text"]

_WIDTH = 88


def help_text(topic: str = "") -> str:
    """The help of one command, or the list of all."""
    return _command_help(COMMANDS[topic]) if topic else _overview()


def _overview() -> str:
    lines = ["cig: one cig.toml, native configuration for every CI system", "", "Usage: cig [OPTIONS] COMMAND"]
    group = ""
    for command in COMMANDS.values():
        if command.group != group:
            group = command.group
            lines += ["", group]
        lines.append(f"  {command.name:<20}{command.purpose}")
    lines += ["", "Options, before or after the command", *_flag_lines(GLOBAL_FLAGS)]
    lines += ["", "`cig help COMMAND` tells more. New here: `cig init`, then `cig plan`, then `cig render`."]
    return "\n".join(lines) + "\n"


def _command_help(command: Command) -> str:
    words = "".join(f" {word.name}" for word in command.words)
    options = " [OPTIONS]" if command.flags else ""
    lines = [f"cig {command.name}: {command.purpose}", "", f"Usage: cig {command.name}{options}{words}", ""]
    lines += textwrap.wrap(command.about, _WIDTH, break_on_hyphens=False)
    if command.words:
        lines += ["", *_columns([(word.name, word.help) for word in command.words])]
    if command.flags:
        lines += ["", "Options", *_flag_lines(command.flags)]
        lines += [f"  {', '.join(names)}: one of them at most" for names in command.exclusive]
    if command.examples:
        lines += ["", "Examples", *_columns(list(command.examples))]
    lines += ["", "`cig help` lists the commands, and the options that all of them take."]
    return "\n".join(lines) + "\n"


def _flag_lines(flags: tuple[Flag, ...]) -> list[str]:
    return _columns([(f"{', '.join(flag.names)} {flag.metavar}".rstrip(), flag.help) for flag in flags])


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    column = max(len(left) for left, _ in rows) + 4
    lines: list[str] = []
    for left, right in rows:
        first, *more = textwrap.wrap(right, max(_WIDTH - column, 30), break_on_hyphens=False) or [""]
        lines.append(f"  {left:<{column - 2}}{first}".rstrip())
        lines += [" " * column + line for line in more]
    return lines
