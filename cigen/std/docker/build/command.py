"""The command line of one build.

Owns: quoting. `$NAME` and `${NAME}` in an input are left to the shell, so that a tag may hold the commit; every other
character stands for itself.
"""

import re
import shlex
from collections.abc import Sequence

from cigen.std.inputs import Given

__all__ = ["build_command", "shell_word"]

_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})")


def build_command(given: Given) -> str:
    """`docker buildx build` with the inputs as its options; one a line where a line would not hold them."""
    words = ["docker buildx build"]
    options: list[tuple[str, Sequence[str]]] = [
        ("--file", _one(given.text("file"))),
        ("--target", _one(given.text("target"))),
        ("--platform", _one(",".join(given.items("platforms")))),
        ("--build-arg", given.items("build_args")),
        ("--tag", given.items("tags")),
    ]
    for name, values in options:
        words += [f"{name} {shell_word(value)}" for value in values]
    if given.flag("push", False):
        words.append("--push")
    elif given.items("tags") and len(given.items("platforms")) < 2:
        # Otherwise the image stays inside the builder, out of reach of the steps that follow.
        words.append("--load")
    words.append(shell_word(given.text("context") or "."))
    line = " ".join(words)
    return line if len(line) <= 80 else " \\\n  ".join(words)


def _one(value: str) -> list[str]:
    return [value] if value else []


def shell_word(text: str) -> str:
    """The text as one word of a POSIX shell, in which only variables mean something."""
    if not _VARIABLE.search(text):
        return shlex.quote(text)
    parts = []
    position = 0
    for variable in _VARIABLE.finditer(text):
        parts += [_escaped(text[position : variable.start()]), variable[0]]
        position = variable.end()
    return f'"{"".join(parts)}{_escaped(text[position:])}"'


def _escaped(text: str) -> str:
    return re.sub(r'[\\"`$]', r"\\\g<0>", text)
