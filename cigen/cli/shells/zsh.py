"""Completion for zsh, for a file `_cig` in fpath as well as for `eval`."""

import re
from collections.abc import Iterable

from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Command, Flag, Takes
from cigen.cli.shells.template import KEYS, REVISIONS, filled

__all__ = ["zsh_script"]

_SCRIPT = r"""#compdef cig cigen
# Completion of cig for zsh. Written by `cig completion zsh`.

_cig_keys() {
    local -a keys
    keys=(${(f)"$(@KEYS@)"})
    compadd -a keys
}

_cig_revisions() {
    local -a revisions
    revisions=(${(f)"$(@REVISIONS@)"})
    compadd -a revisions
}

_cig_subject() {
    case $line[1] in
        job) _cig_keys ;;
        file) _files ;;
        action) _cig_keys --actions ;;
    esac
}

_cig_commands() {
    local -a commands
    commands=(
@COMMANDS@
    )
    _describe command commands
}

_cig() {
    local curcontext="$curcontext" state
    local -a line shared
    typeset -A opt_args
    shared=(
@SHARED@
    )
    _arguments -C $shared '1:command:_cig_commands' '*::argument:->rest'
    [[ $state == rest ]] || return
    case $line[1] in
@CASES@
    esac
}

if [[ $funcstack[1] == _cig ]]; then
    _cig "$@"
else
    compdef _cig cig cigen
fi
"""


def zsh_script() -> str:
    """The script of `cig completion zsh`."""
    commands = [*((name, command.purpose) for name, command in COMMANDS.items()), ("help", "tell about a command")]
    cases = [
        f"        {name}) _arguments $shared {' '.join([*_flags(command.flags), *_words(command)])} ;;"
        for name, command in COMMANDS.items()
    ]
    topics = _quoted(f"1:command:({' '.join(COMMANDS)})")
    parts = {
        "KEYS": KEYS,
        "REVISIONS": REVISIONS,
        "COMMANDS": "\n".join(f"        {_quoted(f'{name}:{purpose}')}" for name, purpose in commands),
        "SHARED": "\n".join(f"        {spec}" for spec in _flags(GLOBAL_FLAGS)),
        "CASES": "\n".join([*cases, f"        help) _arguments {topics} ;;"]),
    }
    return filled(_SCRIPT, parts)


def _flags(flags: Iterable[Flag]) -> list[str]:
    return [_flag(flag, name) for flag in flags for name in flag.names]


def _flag(flag: Flag, name: str) -> str:
    others = "*" if flag.many else f"({' '.join(flag.names)})"
    value = f":{flag.metavar}:{_value(flag.takes, flag.choices)}" if flag.metavar else ""
    equals = "=" if value and name.startswith("--") else ""
    told = re.sub(r"([]\[:\\])", r"\\\1", flag.help)
    return _quoted(f"{others}{name}{equals}[{told}]{value}")


def _words(command: Command) -> list[str]:
    return [
        _quoted(f"{index}:{word.name}:{_value(word.takes, word.choices)}")
        for index, word in enumerate(command.words, 1)
    ]


def _value(takes: Takes, choices: tuple[str, ...]) -> str:
    if choices:
        return f"({' '.join(choices)})"
    return {
        Takes.TEXT: "",
        Takes.FILE: "_files",
        Takes.FOLDER: "_files -/",
        Takes.REVISION: "_cig_revisions",
        Takes.SUBJECT: "_cig_subject",
    }[takes]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
