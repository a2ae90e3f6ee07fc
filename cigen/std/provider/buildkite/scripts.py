"""A job's one script: its steps as the blocks of a bash script, with what GitHub means by success, failure and always.

Owns: the control flow. A step that fails ends the job with its exit code; steps for failures and for always run all the
same, `finally` after a cancellation too. Each step has a group of the log. A step's own `set`, `cd`, `exit` and
variables stay its own: it stands in a subshell, but for one so plain that it cannot tell.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

__all__ = ["Block", "indented", "job_script", "says", "subshell"]

_PLAIN_LINE = re.compile(r"[A-Za-z0-9_./-]+( [^;&()<>{}`!\n]*)?")
_MATRIX = re.compile(r"\{\{matrix\.\w+\}\}")
_NOT_PLAIN = frozenset(
    [
        "alias",
        "bg",
        "break",
        "builtin",
        "case",
        "cd",
        "command",
        "continue",
        "coproc",
        "declare",
        "disown",
        "do",
        "done",
        "elif",
        "else",
        "enable",
        "esac",
        "eval",
        "exec",
        "exit",
        "export",
        "false",
        "fg",
        "fi",
        "for",
        "function",
        "getopts",
        "hash",
        "if",
        "in",
        "jobs",
        "let",
        "local",
        "logout",
        "mapfile",
        "popd",
        "pushd",
        "read",
        "readarray",
        "readonly",
        "return",
        "select",
        "set",
        "shift",
        "shopt",
        "source",
        "suspend",
        "then",
        "time",
        "trap",
        "type",
        "typeset",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "until",
        "wait",
        "while",
        ".",
    ]
)
_HEADING = 80


@dataclass(frozen=True, slots=True)
class Block:
    """A step. `run_on`: what those before it must have done. `test`: a bash condition. `setup`: what stands before its
    script in the same shell. `isolated`: it needs a subshell of its own, however plain it is.
    """

    script: str
    heading: str = ""
    run_on: str = "success"
    test: str = ""
    setup: tuple[str, ...] = ()
    allow_failure: bool = False
    isolated: bool = True

    @property
    def plain(self) -> bool:
        """Whether it may stand in the job's script as it is: nothing in it outlasts it, and any failure ends it."""
        return not self.isolated or (not self.setup and all(map(_is_plain, self.script.strip("\n").split("\n"))))


def _is_plain(line: str) -> bool:
    # A value of a matrix is as plain as a word: matrix.py sees to it.
    line = _MATRIX.sub("x", line)
    if not _PLAIN_LINE.fullmatch(line) or line.split(" ")[0] in _NOT_PLAIN:
        return False
    try:
        shlex.split(line)
    except ValueError:
        return False
    return not line.endswith("\\")


def subshell(script: str) -> str:
    """The script in a subshell. One that ends in a backslash would swallow the parenthesis."""
    body = indented(script.strip("\n"))
    return f"(\n{body}\n{chr(10) if body.endswith(chr(92)) else ''})"


def indented(script: str) -> str:
    """The script two columns to the right, if that changes nothing in it: text in quotes or heredocs has to stay."""
    lines = script.split("\n")
    if "<<" in script or not all(map(_is_whole, lines)):
        return script
    return "\n".join(f"  {line}" if line else "" for line in lines)


def _is_whole(line: str) -> bool:
    """Whether a line holds no part of a text that other lines hold too."""
    if line.endswith("\\") and not line.endswith((" \\", "\t\\")):
        return False
    try:
        shlex.split(line.removesuffix("\\"))
    except ValueError:
        return False
    return "`" not in line


def says(text: str) -> str:
    """A line of shell that begins a group of the log."""
    line = " ".join(text.split())
    line = f"--- {line if len(line) <= _HEADING else line[: _HEADING - 1] + '…'}"
    return f"echo {shlex.quote(line)}" if re.search(r'["\\$`!]', line) else f'echo "{line}"'


def job_script(
    blocks: Sequence[Block], prelude: Sequence[str], epilogue: str = "", again: str = "", last: str = ""
) -> str:
    """The job's script. prelude: what comes before any step. epilogue: shell for the end, whatever happened. again: a
    line that each stretch of steps begins with, since it is a shell of its own. last: a command that never fails, for
    when all has gone well.
    """
    managed = any(block.run_on != "success" for block in blocks)
    if len(blocks) == 1 and not prelude and not epilogue and not managed and not last:
        return _alone(blocks[0])
    lines = ["set -eo pipefail"]
    if epilogue:
        cleaning = "\n".join(f"  {line}" for line in epilogue.rstrip("\n").split("\n"))
        lines += [f"cig_clean() {{\n{cleaning}\n}}", "trap cig_clean EXIT"]
    lines += prelude
    if not managed:
        for block in blocks:
            lines += _lines(block, numerous=len(blocks) > 1)
        return "\n".join([*lines, *([last] if last else [])]) + "\n"
    lines += ["cig_status=0", 'cig_keep() { [ "$cig_status" -ne 0 ] || cig_status=$1; }']
    lines.append("# A cancelled job is told so, and has some seconds left for what must always run.")
    lines.append("trap 'cig_cancelled=true' TERM")
    for index, (run_on, group) in enumerate(groupby(blocks, lambda block: block.run_on)):
        first = index == 0 and run_on == "success"
        lines += _stretch("first" if first else run_on, list(group), again, numerous=len(blocks) > 1)
    if last:
        lines.append(f'if [ "$cig_status" -eq 0 ] && [ -z "${{cig_cancelled-}}" ]; then\n  {last}\nfi')
    return "\n".join([*lines, 'exit "$cig_status"']) + "\n"


def _alone(block: Block) -> str:
    body = block.script.strip("\n")
    if not (block.setup or block.test or block.allow_failure) and _is_plain(body) and "|" not in body:
        return body
    lines = ["set -eo pipefail", *_lines(block, numerous=False)]
    if block.test or block.allow_failure:
        return "\n".join(lines) + "\n"
    return "\n".join(["set -eo pipefail", *block.setup, body]) + "\n"


def _stretch(run_on: str, blocks: Sequence[Block], again: str, *, numerous: bool) -> Iterator[str]:
    """Steps that run under the same circumstances. One that must always run does so although the one before failed."""
    lines = []
    for stretch in [blocks] if run_on in ("first", "success") else [[block] for block in blocks]:
        inner = [line for block in stretch for line in _lines(block, numerous=numerous)]
        body = subshell("\n".join(["set -e", *([again] if again else []), *inner]))
        lines.append(f"set +e\n{body}\ncig_keep $?\nset -e")
    tests = {
        "success": 'if [ "$cig_status" -eq 0 ]; then',
        "failure": 'if [ "$cig_status" -ne 0 ] && [ -z "${cig_cancelled-}" ]; then',
    }
    if run_on in tests:
        yield from (tests[run_on], indented("\n".join(lines)), "fi")
    else:
        yield from lines


def _lines(block: Block, *, numerous: bool) -> Iterator[str]:
    found = [says(block.heading)] if block.heading and numerous else []
    script = block.script.strip("\n")
    if block.allow_failure:
        found.append(f"set +e\n{subshell(chr(10).join(['set -e', *block.setup, script]))}\nset -e")
    else:
        found.append(script if block.plain else subshell("\n".join([*block.setup, script])))
    if block.test:
        yield from (f"if {block.test}; then", indented("\n".join(found)), "fi")
    else:
        yield from found
