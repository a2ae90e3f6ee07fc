"""`run`: a script, exactly as it stands in cig.toml, tried again if it is to be.

GitHub has no retry, so a loop of the shell is put around the script.
"""

from cigen.sdk import Job, Retry
from cigen.sdk.yaml import Value, is_plain
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.retrying import can_retry, mark_retry, retried
from cigen.std.provider.github.texts import render_text

__all__ = ["own_script", "render_script", "render_shell"]

_NAMED = ("bash", "sh", "pwsh", "powershell", "cmd", "python")


def render_script(script: str, retry: Retry | None = None, shell: str = "", *, recorded: bool = False) -> str:
    """The value of `run`. Raises CannotExpress for a retry in a shell without functions as sh has them.

    recorded: that the job passed will be on record, so an attempt that failed is to be known.
    """
    if retry is not None and retry.max > 0 and "failure" in (retry.on or ("failure",)):
        if not can_retry(shell):
            raise CannotExpress(
                f'a retry wraps the script in a loop, which "{shell}" does not understand', 'shell = "bash"'
            )
        script = retried(script, retry, "::warning::", mark_retry("$GITHUB_WORKSPACE/") if recorded else "")
    text = render_text(script).rstrip("\n")
    return text if "\n" not in text and is_plain(text) else text + "\n"


def render_shell(shell: str) -> str:
    """The value of `shell`: one that GitHub knows, or a command with the place for the script's file."""
    return shell if shell in _NAMED or "{0}" in shell else f"{shell} {{0}}"


def own_script(name: str, script: str, job: Job) -> dict[str, Value]:
    """A step of the provider's own, in sh or bash and at the repository's root, whatever the job says of its own."""
    found: dict[str, Value] = {"name": name, "run": render_script(script)}
    if not can_retry(job.shell):
        found["shell"] = "bash"
    if job.working_directory:
        found["working-directory"] = "."
    return found
