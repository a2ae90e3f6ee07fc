"""The words of a command line → what the user asked for.

argparse does the splitting; which words there are stands in `grammar.py`. Wrong usage raises UsageError (exit 64) with
a diagnostic like any other, and with the name that was probably meant. Imported only when a command is not the no-op
render: argparse alone costs more than that.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from cigen.cli import options as ask
from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Command, Flag
from cigen.errors import UsageError
from cigen.model.diagnostics import error

__all__ = ["parse_arguments"]

_OPTIONS: dict[str, Callable[..., ask.Options]] = {
    "init": ask.InitOptions,
    "plan": ask.PlanOptions,
    "render": ask.RenderOptions,
    "validate": ask.ValidateOptions,
    "settings": ask.SettingsOptions,
    "explain": ask.ExplainOptions,
    "graph": ask.GraphOptions,
    "compute-signatures": ask.ComputeSignaturesOptions,
    "record": ask.RecordOptions,
    "collect": ask.CollectOptions,
    "gate": ask.GateOptions,
    "audit": ask.AuditOptions,
    "plugin": ask.PluginOptions,
    "completion": ask.CompletionOptions,
    "schema": ask.SchemaOptions,
}
_HELP = ("-h", "--help")


def parse_arguments(argv: Sequence[str]) -> ask.Invocation:
    """What `argv`, without the program's name, asks for. Raises UsageError."""
    name, rest = _split(argv)
    own = rest[: rest.index("--")] if "--" in rest else rest
    if name == "help":
        return ask.Invocation(ask.GlobalOptions(), ask.HelpOptions(_topic(rest)))
    if name is not None and name not in COMMANDS:
        raise _wrong(f'there is no command "{name}"', _meant(name, [*COMMANDS, "help"], "cig {}", "cig help"))
    if any(word in own for word in _HELP):
        return ask.Invocation(ask.GlobalOptions(), ask.HelpOptions(name or ""))
    if "--version" in own:
        return ask.Invocation(ask.GlobalOptions(), ask.VersionOptions())
    command = COMMANDS[name] if name is not None else None
    given, surplus = _Parser(command).parse_known_args(rest)
    if surplus:
        raise _unknown(command, surplus[0])
    values = {name: value for name, value in vars(given).items() if value is not None}
    fields = {flag.field for flag in _shared_flags()} & values.keys()
    shared = ask.GlobalOptions(**{field: values.pop(field) for field in fields})
    if command is None:
        return ask.Invocation(shared, ask.HelpOptions())
    _check_exclusive(command, values)
    return ask.Invocation(shared, _OPTIONS[command.name](**values))


def _split(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The command's name, None if there is none, and everything else. Options may stand on either side of it."""
    with_value = {name for flag in GLOBAL_FLAGS if flag.metavar for name in flag.names}
    index = 0
    while index < len(argv) and argv[index].startswith("-") and argv[index] != "--":
        index += 2 if argv[index] in with_value else 1
    if index >= len(argv):
        return None, list(argv)
    return argv[index], [*argv[:index], *argv[index + 1 :]]


def _topic(words: Sequence[str]) -> str:
    names = [word for word in words if not word.startswith("-")]
    if len(names) > 1:
        raise _wrong("help is about one command at a time", f"run `cig help {names[0]}`")
    if names and names[0] not in COMMANDS:
        raise _wrong(f'there is no command "{names[0]}"', _meant(names[0], COMMANDS, "cig help {}", "cig help"))
    return names[0] if names else ""


class _Parser(argparse.ArgumentParser):
    """argparse for one command, with our own way of saying what is wrong."""

    def __init__(self, command: Command | None) -> None:
        super().__init__(prog="cig", add_help=False, allow_abbrev=False, formatter_class=_NoFormatter)
        self._help = f"cig help {command.name}" if command else "cig help"
        for word in command.words if command else ():
            self.add_argument(word.name.lower(), metavar=word.name, type=_one_of(word.name, word.choices))
        for flag in [*_shared_flags(), *(command.flags if command else ())]:
            self._add(flag)

    def _add(self, flag: Flag) -> None:
        if flag.metavar:
            convert = str if flag.empty else _one_of(flag.names[-1], flag.choices)
            kind: dict[str, Any] = {"type": convert, "metavar": flag.metavar}
            kind |= {"action": _Append} if flag.many else {}
        else:
            kind = {"action": "count"} if flag.many else {"action": "store_true"}
        # Defaults stand in options.py alone.
        self.add_argument(*flag.names, dest=flag.field, default=None, **kind)

    def error(self, message: str) -> NoReturn:
        missing = message.removeprefix("the following arguments are required: ")
        if missing != message:
            message = f"{missing} is missing" if "," not in missing else f"{missing.replace(', ', ' and ')} are missing"
        message = message.removeprefix("argument ")
        raise _wrong(message, f"`{self._help}` tells what it takes")


class _NoFormatter(argparse.HelpFormatter):
    """`manual.py` writes the help. argparse would make a formatter for each option, to look at its own spelling of it,
    and load what measures the terminal."""

    def __init__(self, prog: str) -> None:
        self._prog = prog


class _Append(argparse.Action):
    """Collects values in a tuple."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, values: object, _option: object = None) -> None:
        setattr(namespace, self.dest, (*(getattr(namespace, self.dest) or ()), values))


def _shared_flags() -> list[Flag]:
    """Without help and version, which are answered before anything is parsed."""
    return [flag for flag in GLOBAL_FLAGS if flag.field not in ("help", "version")]


def _one_of(name: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    """A converter that lets the choices through, or anything if there are none but nothing."""

    def convert(value: str) -> str:
        if not value:
            raise _wrong(f"{name} is empty", "give it a value")
        if choices and value not in choices:
            meant = _nearest(value, choices)
            hint = f'did you mean "{meant}"?' if meant else ""
            raise _wrong(f'{name} is "{value}"; it may be {_listed(choices)}', hint)
        return value

    return convert


def _check_exclusive(command: Command, values: dict[str, Any]) -> None:
    fields = {name: flag.field for flag in command.flags for name in flag.names}
    for names in command.exclusive:
        given = [name for name in names if fields[name] in values]
        if len(given) > 1:
            raise _wrong(f"{given[0]} and {given[1]} exclude each other", f"`cig help {command.name}` tells about both")


def _unknown(command: Command | None, word: str) -> UsageError:
    subject, where = (f"cig {command.name}", f"cig help {command.name}") if command else ("cig", "cig help")
    if not word.startswith("-"):
        return _wrong(f'{subject} does not take "{word}"', f"`{where}` tells what it takes")
    flag = word.partition("=")[0]
    flags = [*(command.flags if command else ()), *GLOBAL_FLAGS]
    names = [spelled for each in flags for spelled in each.names if spelled.startswith("--")]
    return _wrong(f'{subject} has no option "{flag}"', _meant(flag, names, "{}", where))


def _meant(word: str, names: Iterable[str], form: str, otherwise: str) -> str:
    meant = _nearest(word, names)
    return f"did you mean `{form.format(meant)}`?" if meant else f"`{otherwise}` lists what there is"


def _nearest(word: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, sorted(names), n=1)), "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" or {names[-1]}"


def _wrong(message: str, hint: str) -> UsageError:
    return UsageError(error("CLI_001", message, hint=hint))
