"""`run`: a script, exactly as it stands in cig.toml, in the shell that it is for.

A script is bash with `-e` and `pipefail`, on Windows too; in a container, which may lack bash, it is sh unless the job
says otherwise. Every other shell gets the script as a file or through Jenkins' own step for it.
"""

import re

from cigen.sdk import Job, Retry, Step
from cigen.std.provider.jenkins.groovy import Code, braces, call, literal, text
from cigen.std.provider.jenkins.used import Used

__all__ = ["render_script", "shell_of", "tried_again"]

_STEPS = {"cmd": "bat", "powershell": "powershell", "pwsh": "pwsh"}
_FUNCTIONS = {"bash": "bash", "python": "python", "sh": "posix"}


def render_script(name: str, script: str, shell: str, used: Used) -> Code:
    """The call that runs a script. name: shown beside its log. shell: as cig.toml names it."""
    body = script if script.endswith("\n") or "\n" not in script else script + "\n"
    if shell in _STEPS:
        return Code(call(_STEPS[shell], f"label: {text(name)}", f"script: {text(body)}"))
    if shell in _FUNCTIONS:
        used.function(_FUNCTIONS[shell])
        return Code(call(_FUNCTIONS[shell], text(name), text(body)))
    used.function("interpreted")
    command = shell if "{0}" in shell else f"{shell} {{0}}"
    return Code(call("interpreted", text(name), literal(command.replace("{0}", '"$CIG_SCRIPT"')), text(body)))


def shell_of(step: Step, job: Job) -> str:
    """The shell of a step."""
    return re.sub(r"\s+", " ", step.shell or job.shell) or ("sh" if job.image is not None else "bash")


def tried_again(retry: Retry | None, body: list[Code], used: Used, *, counted: bool) -> list[Code]:
    """The body, tried again after a failure; nothing is where only a lost agent counts.

    counted: it is kept that something was.
    """
    if retry is None or retry.max < 1 or (retry.on and "failure" not in retry.on):
        return body
    if not retry.delay and not counted:
        return braces(f"retry({retry.max + 1})", body)
    used.function("attempts")
    return braces(f"attempts({retry.max + 1}, {retry.delay})", body)
