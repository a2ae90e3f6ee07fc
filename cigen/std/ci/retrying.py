"""A script that is tried again after a failure, for systems that try nothing again themselves, or whole jobs only.

The script becomes the body of a function in a subshell, which leaves its own `set`, `exit`, `cd`, `trap` and heredocs
as they were, and a loop around it keeps the exit code of the last try. Works in sh and bash, under `set -e` or without.
Refuses: other shells; the caller asks `can_retry` first.
"""

from cigen.sdk import Retry

__all__ = ["can_retry", "mark_retry", "retried"]

_POSIX = ("", "bash", "sh")
_LISTED = 10


def can_retry(shell: str) -> bool:
    """Whether a shell, as cig.toml names it, has the functions and subshells that the loop is made of."""
    return shell.split(" ")[0] in _POSIX


def mark_retry(root: str) -> str:
    """A command that leaves a mark of a failed attempt where `cig record` looks for it. root: the repository's, a `/`
    at its end, as shell within double quotes.
    """
    return f'mkdir -p "{root}.cigen/cache" && echo "$cig_try" >> "{root}.cigen/cache/retried"'


def retried(script: str, retry: Retry, notice: str = "", mark: str = "") -> str:
    """A script that ends as the first successful try does, or as the last. `notice`: what begins each try's report.
    `mark`: a command for each failed attempt.
    """
    total = retry.max + 1
    body = script.strip("\n")
    if body.endswith("\\"):
        # Or the line after it would be the continuation.
        body += "\n"
    tries = " ".join(map(str, range(1, total + 1))) if total <= _LISTED else f"$(seq 1 {total})"
    pause = f'\n  [ "$cig_try" -eq {total} ] || sleep {retry.delay}' if retry.delay else ""
    marked = f"\n  {mark}" if mark else ""
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
  echo "{notice}Attempt $cig_try of {total} failed with exit code $cig_status."{marked}{pause}
done
exit "$cig_status"
"""
