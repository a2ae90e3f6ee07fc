"""`run`: a script, exactly as it stands in cig.toml, tried again if it is to be.

GitHub has no retry. The script becomes the body of a function in a subshell, which leaves its own `set`, `exit`, `cd`
and heredocs as they were, and a loop around it keeps its exit code.
"""

from cigen.sdk import Retry
from cigen.sdk.yaml import is_plain
from cigen.std.provider.github.problems import CannotExpress
from cigen.std.provider.github.texts import render_text

__all__ = ["render_script", "render_shell"]

_POSIX = ("", "bash", "sh")
_LISTED = 10
_NAMED = ("bash", "sh", "pwsh", "powershell", "cmd", "python")


def render_script(script: str, retry: Retry | None = None, shell: str = "") -> str:
    """The value of `run`. Raises CannotExpress for a retry in a shell without functions as sh has them."""
    if retry is not None and retry.max > 0:
        if shell.split(" ")[0] not in _POSIX:
            raise CannotExpress(
                f'a retry wraps the script in a loop, which "{shell}" does not understand', 'shell = "bash"'
            )
        script = _retried(script, retry)
    text = render_text(script).rstrip("\n")
    return text if "\n" not in text and is_plain(text) else text + "\n"


def render_shell(shell: str) -> str:
    """The value of `shell`: one that GitHub knows, or a command with the place for the script's file."""
    return shell if shell in _NAMED or "{0}" in shell else f"{shell} {{0}}"


def _retried(script: str, retry: Retry) -> str:
    total = retry.max + 1
    body = script.strip("\n")
    if body.endswith("\\"):
        # Or the line after it would be the continuation.
        body += "\n"
    tries = " ".join(map(str, range(1, total + 1))) if total <= _LISTED else f"$(seq 1 {total})"
    pause = f'\n  [ "$cig_try" -eq {total} ] || sleep {retry.delay}' if retry.delay else ""
    return f"""\
cig_attempt() (
set -e
{body}
)
for cig_try in {tries}; do
  set +e
  cig_attempt
  cig_status=$?
  set -e
  [ "$cig_status" -ne 0 ] || exit 0
  echo "::warning::Attempt $cig_try of {total} failed with exit code $cig_status."{pause}
done
exit "$cig_status"
"""
