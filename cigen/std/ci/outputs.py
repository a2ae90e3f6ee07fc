"""What a job tells the jobs that need it: `echo "NAME=value" >> "$CIG_OUTPUT"`.

Owns: the variables' names, and the shell that reads such a file. The last line of a name counts; a value is one line.
Refuses: how the file travels from job to job, which each system does its own way.
"""

import re
import shlex

__all__ = ["output_variable", "read_output"]


def output_variable(job: str, name: str) -> str:
    """The variable in which a job that needs `job` finds its output `name`."""
    return f"CIG_NEEDS_{_word(job)}_{_word(name)}"


def read_output(name: str, path: str) -> str:
    """Shell that prints the value of one output; nothing where it was never set. path: a shell word."""
    return f"sed -n {shlex.quote(f's/^{re.escape(name)}=//p')} {path} | tail -n 1"


def _word(text: str) -> str:
    return re.sub(r"[^A-Z0-9_]", "_", text.upper())
