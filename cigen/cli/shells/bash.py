"""Completion for bash: what bash 3.2 knows, as macOS ships it."""

from collections.abc import Iterable

from cigen.cli.grammar import COMMANDS, GLOBAL_FLAGS, Takes
from cigen.cli.shells.template import KEYS, REVISIONS, all_flags, filled, names_of

__all__ = ["bash_script"]

_SCRIPT = r"""# Completion of cig for bash. Written by `cig completion bash`.

_cig_keys() {
    @KEYS@
}

_cig_reply() {
    # $1: the candidates, one a line. compgen -W would run a branch named $(…).
    local candidate
    while IFS= read -r candidate; do
        [[ -n $candidate && $candidate == "$cur"* ]] && COMPREPLY+=("$(printf %q "$candidate")")
    done <<<"$1"
}

_cig_files() {
    local IFS=$'\n'
    COMPREPLY=($(compgen "$1" -- "$cur"))
    compopt -o filenames 2>/dev/null
}

_cig_complete() {
    local cur="$1" flag="$2" command="$3" position="$4" subject="$5"
    case "$flag" in
@VALUES@
    esac
    if [[ $cur == -* ]]; then
        case "$command" in
@FLAGS@
        esac
        return
    fi
    case "$command:$position" in
        :*) _cig_reply $'@COMMANDS@' ;;
@WORDS@
    esac
}

_cig() {
    local line="${COMP_LINE:0:COMP_POINT}" command="" subject="" position=0 flag="" index word typed
    local -a words
    COMPREPLY=()
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    local last=$((${#words[@]} - 1))
    for ((index = 1; index < last; index++)); do
        word="${words[index]}"
        case "$word" in
            @VALUED@)
                index=$((index + 1))
                ((index == last)) && flag="$word"
                ;;
            -*) ;;
            *)
                if [[ -z $command ]]; then
                    command="$word"
                else
                    [[ -z $subject ]] && subject="$word"
                    position=$((position + 1))
                fi
                ;;
        esac
    done
    typed="${words[last]}"
    if [[ $typed == --*=* ]]; then
        _cig_complete "${typed#*=}" "${typed%%=*}" "$command" "$position" "$subject"
        return
    fi
    _cig_complete "$typed" "$flag" "$command" "$position" "$subject"
    # Where a colon ends a word, readline replaces only what follows it.
    if [[ $typed == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local before="${typed%"${typed##*:}"}"
        for ((index = 0; index < ${#COMPREPLY[@]}; index++)); do
            COMPREPLY[index]="${COMPREPLY[index]#"$before"}"
        done
    fi
}

complete -F _cig cig cigen
"""


def bash_script() -> str:
    """The script of `cig completion bash`."""
    values = [
        f"        {'|'.join(flag.names)}) {_value(flag.takes, flag.choices)}; return ;;"
        for flag in all_flags()
        if flag.metavar
    ]
    flags = [
        f"            {name}) _cig_reply $'{_lines(names_of([*command.flags, *GLOBAL_FLAGS]))}' ;;"
        for name, command in COMMANDS.items()
    ]
    flags.append(f"            *) _cig_reply $'{_lines(names_of(GLOBAL_FLAGS))}' ;;")
    words = [
        f"        {name}:{position}) {_value(word.takes, word.choices)} ;;"
        for name, command in COMMANDS.items()
        for position, word in enumerate(command.words)
    ]
    parts = {
        "KEYS": KEYS,
        "VALUES": "\n".join(values),
        "FLAGS": "\n".join(flags),
        "COMMANDS": _lines([*COMMANDS, "help"]),
        "WORDS": "\n".join([*words, f"        help:0) _cig_reply $'{_lines(COMMANDS)}' ;;"]),
        "VALUED": " | ".join(names_of(flag for flag in all_flags() if flag.metavar)),
    }
    return filled(_SCRIPT, parts)


def _value(takes: Takes, choices: tuple[str, ...]) -> str:
    if choices:
        return f"_cig_reply $'{_lines(choices)}'"
    return {
        Takes.TEXT: ":",
        Takes.FILE: "_cig_files -f",
        Takes.FOLDER: "_cig_files -d",
        Takes.REVISION: f'_cig_reply "$({REVISIONS})"',
        Takes.SUBJECT: 'case "$subject" in job) _cig_reply "$(_cig_keys)" ;; file) _cig_files -f ;; '
        'action) _cig_reply "$(_cig_keys --actions)" ;; esac',
    }[takes]


def _lines(words: Iterable[str]) -> str:
    return r"\n".join(words)
