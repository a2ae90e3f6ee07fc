"""Completion for fish."""

from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Flag, Takes, Word
from cigen.cli.shells.template import REVISIONS, all_flags, filled, names_of

__all__ = ["fish_script"]

_SCRIPT = r"""# Completion of cig for fish. Written by `cig completion fish`.

function __cig_keys
    cig graph $argv --json 2>/dev/null | sed -n 's/^ *"key": "\([^"\\]*\)",\{0,1\}$/\1/p'
end

# The words of the command line that are no options and no values of options: the command and what follows it.
function __cig_words
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word @VALUED@
            set skip yes
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

# __cig_at COMMAND N [WORD]: is this word N (from 0) after COMMAND, and was the one after the command WORD?
function __cig_at
    set -l words (__cig_words)
    test (count $words) -eq (math $argv[2] + 1); and test "$words[1]" = $argv[1]; or return 1
    test (count $argv) -lt 3; or test "$words[2]" = $argv[3]
end

function __cig_in
    set -l words (__cig_words)
    test "$words[1]" = $argv[1]
end

complete -c cig -f
complete -c cigen -w cig
"""


def fish_script() -> str:
    """The script of `cig completion fish`."""
    lines = [filled(_SCRIPT, {"VALUED": " ".join(names_of(flag for flag in all_flags() if flag.metavar))})]
    lines += [_flag(flag, "") for flag in GLOBAL_FLAGS]
    for name, purpose in [*((c.name, c.purpose) for c in COMMANDS.values()), ("help", "tell about a command")]:
        lines.append(f"complete -c cig -n 'test -z \"$(__cig_words)\"' -a {name} -d {_quoted(purpose)}")
    for name, command in COMMANDS.items():
        lines += [_flag(flag, f" -n '__cig_in {name}'") for flag in command.flags]
        for position, word in enumerate(command.words):
            lines += _word(name, position, word)
    lines.append(f"complete -c cig -n '__cig_at help 0' -a '{' '.join(COMMANDS)}'")
    return "\n".join(lines) + "\n"


def _flag(flag: Flag, condition: str) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
    value = f" {_value(flag)}" if flag.metavar else ""
    return f"complete -c cig{condition} {names} -d {_quoted(flag.help)}{value}"


def _value(flag: Flag) -> str:
    if flag.choices:
        return f"-x -a '{' '.join(flag.choices)}'"
    return {
        Takes.FILE: "-r -F",
        Takes.FOLDER: "-x -a '(__complete_directories)'",
        Takes.REVISION: f'-x -a "({REVISIONS})"',
    }.get(flag.takes, "-x")


def _word(name: str, position: int, word: Word) -> list[str]:
    if word.takes is Takes.FILE:
        return [f"complete -c cig -n '__cig_at {name} {position}' -F"]
    if word.takes is not Takes.SUBJECT:
        return [f"complete -c cig -n '__cig_at {name} {position}' -a '{' '.join(word.choices)}'"]
    values = {"job": "-a '(__cig_keys)'", "file": "-F", "action": "-a '(__cig_keys --actions)'"}
    return [f"complete -c cig -n '__cig_at {name} {position} {kind}' {value}" for kind, value in values.items()]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
