"""The words of a command line → what the user asked for.

Which words there are stands in `grammar.py`. Wrong usage raises UsageError (exit 64) with a diagnostic like any other,
and with the name that was probably meant. Not argparse: to load it and describe a command to it takes twenty times as
long as to read a command line, of which our grammar has but flags, their values and required words.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

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
    values = _Line(command).read(rest)
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


class _Line:
    """One line of words, in any order: flags, their values, and the command's own words."""

    def __init__(self, command: Command | None) -> None:
        self._command = command
        self._flags = {
            name: flag for flag in [*_shared_flags(), *(command.flags if command else ())] for name in flag.names
        }
        self._missing = list(command.words if command else ())
        self._values: dict[str, Any] = {}
        self._surplus: list[str] = []

    def read(self, words: Sequence[str]) -> dict[str, Any]:
        """Field → value, of what is given. Defaults stand in options.py alone."""
        waiting = list(reversed(words))
        while waiting:
            word = waiting.pop()
            if word == "--":
                for each in reversed(waiting):
                    self._plain(each)
                break
            if word.startswith("-") and word != "-":
                self._flag(word, waiting)
            else:
                self._plain(word)
        if self._missing:
            names = " and ".join(word.name for word in self._missing)
            raise self._refused(f"{names} {'are' if len(self._missing) > 1 else 'is'} missing")
        if self._surplus:
            raise _unknown(self._command, self._surplus[0])
        return self._values

    def _plain(self, word: str) -> None:
        if self._missing:
            wanted = self._missing.pop(0)
            self._values[wanted.name.lower()] = _checked(wanted.name, word, wanted.choices)
        else:
            self._surplus.append(word)

    def _flag(self, word: str, waiting: list[str]) -> None:
        """Take a word that begins with `-`; its value, if it has none of its own, is the last of `waiting`."""
        name, equals, value = word.partition("=")
        flag = self._flags.get(name)
        if flag is None and "-" not in word[1:3]:  # -vv, -Cfolder
            name, value = word[:2], word[2:]
            flag = self._flags.get(name)
            if flag is not None and not flag.metavar:
                waiting.append("-" + value)
        if flag is None:
            self._surplus.append(word)
        elif flag.metavar:
            if not (equals or value):
                if not waiting or (waiting[-1].startswith("-") and waiting[-1] != "-"):
                    raise self._refused(f"{name}: expected one argument")
                value = waiting.pop()
            if not flag.empty:
                _checked(flag.names[-1], value, flag.choices)
            self._values[flag.field] = (*self._values.get(flag.field, ()), value) if flag.many else value
        elif equals:
            raise self._refused(f"{name} takes no value")
        else:
            self._values[flag.field] = self._values.get(flag.field, 0) + 1 if flag.many else True

    def _refused(self, message: str) -> UsageError:
        return _wrong(message, f"`cig help{f' {self._command.name}' if self._command else ''}` tells what it takes")


def _shared_flags() -> list[Flag]:
    """Without help and version, which are answered before anything is parsed."""
    return [flag for flag in GLOBAL_FLAGS if flag.field not in ("help", "version")]


def _checked(name: str, value: str, choices: tuple[str, ...]) -> str:
    """The value, if it is one of the choices, or anything but nothing where there are none."""
    if not value:
        raise _wrong(f"{name} is empty", "give it a value")
    if choices and value not in choices:
        meant = _nearest(value, choices)
        hint = f'did you mean "{meant}"?' if meant else ""
        raise _wrong(f'{name} is "{value}"; it may be {_listed(choices)}', hint)
    return value


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
