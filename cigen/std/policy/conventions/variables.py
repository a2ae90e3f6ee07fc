"""Which variables a script reads from its environment: POSIX shells and PowerShell, by their spelling.

Owns the scanning. A variable that the script itself sets is none of its environment's. Refuses to be exact: a shell can
set and read variables in ways that only running it would show.
"""

import re

__all__ = ["given_to_later_steps", "read_variables"]

_POSIX = frozenset({"", "bash", "sh", "dash", "ash", "zsh", "ksh"})
_POWERSHELL = frozenset({"pwsh", "powershell"})

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"\{[#!]?([A-Za-z_][A-Za-z0-9_]*)")
_COMMAND = r"(?:^|[;&|({`]|\b(?:then|do|else|export|local|readonly|declare|typeset)\b(?:[ \t]+-\w+)*)[ \t]*"
"""Where a command begins. What looks like an assignment elsewhere is an argument: `make TARGET=all`."""

_ASSIGNMENTS = re.compile(_COMMAND + r"((?:[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=\S*[ \t]*)+)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"(?:^|[ \t])([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=(?![\"']?\$\{?\1\b)")
"""Not one that takes its own value over: `MODE=${MODE:-fast}`."""

_FILLED = re.compile(
    _COMMAND
    + r"(?:(?:while|until|if)[ \t]+)?(?:[A-Za-z_]\w*=\S*[ \t]+)*"
    + r"(?:for[ \t]+([A-Za-z_]\w*)|(?:read|mapfile|readarray|getopts[ \t]+\S+|printf[ \t]+-v)"
    + r"((?:[ \t]+-\w+(?:[ \t]+\d+)?)*(?:[ \t]+[A-Za-z_]\w*)+))",
    re.MULTILINE,
)
_ENVIRONMENT = re.compile(r"\$(?:env:([A-Za-z_]\w*)|\{env:([A-Za-z_]\w*)\})", re.IGNORECASE)
_ASSIGNED = re.compile(r"\$env:([A-Za-z_]\w*)\s*=(?!=)", re.IGNORECASE)
_QUOTED_DOCUMENT = re.compile(
    r"""<<-?[ \t]*\\?(['"]?)(\w+)\1(?<=['"])(.*?)^[ \t]*\2[ \t]*$""", re.DOTALL | re.MULTILINE
)
_LATER = re.compile(r"GITHUB_ENV|BASH_ENV")


def read_variables(script: str, shell: str) -> tuple[str, ...]:
    """The names, sorted. Nothing for a shell that is not known."""
    name = shell.split(" ")[0].rpartition("/")[2]
    if name in _POWERSHELL:
        found = {first or second for first, second in _ENVIRONMENT.findall(script)}
        return tuple(sorted(found - set(_ASSIGNED.findall(script))))
    if name not in _POSIX:
        return ()
    return tuple(sorted(_expanded(script) - _set(script)))


def given_to_later_steps(script: str) -> frozenset[str]:
    """The names of what a script writes into the file that later steps get their variables from."""
    lines = [line for line in script.splitlines() if _LATER.search(line)]
    return frozenset(name for line in lines for name in re.findall(r"\b([A-Za-z_]\w*)=", line))


def _set(script: str) -> set[str]:
    found = {name for words in _ASSIGNMENTS.findall(script) for name in _ASSIGNMENT.findall(words)}
    filled = " ".join(words for groups in _FILLED.findall(script) for words in groups)
    return found | {word for word in filled.split() if _NAME.fullmatch(word)}


def _expanded(script: str) -> set[str]:
    """Names behind a `$` that the shell looks at: neither in single quotes, nor escaped, nor in a comment."""
    script = _QUOTED_DOCUMENT.sub("", script)
    found = set()
    at, double = 0, False
    while at < len(script):
        letter = script[at]
        if letter == "\\" or script.startswith("$$", at):
            at += 2
            continue
        if letter == '"':
            double = not double
        elif letter == "'" and not double:
            at = _past(script, "'", at + 1)
            continue
        elif letter == "#" and not double and (at == 0 or script[at - 1] in " \t\n;("):
            at = _past(script, "\n", at)
            continue
        elif letter == "$":
            named = _NAME.match(script, at + 1) or _BRACED.match(script, at + 1)
            if named:
                found.add(named[named.lastindex or 0])
        at += 1
    return found


def _past(script: str, end: str, start: int) -> int:
    at = script.find(end, start)
    return len(script) if at < 0 else at + 1
