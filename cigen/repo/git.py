"""Running git and turning its failures into diagnostics.

Owns the one place outside the null build where a git process is started. Refuses to interpret what git prints on
success; callers do.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from cigen.errors import ProjectError
from cigen.model.diagnostics import error
from cigen.repo.commands import GIT, git_environment

__all__ = ["run_git"]


def run_git(
    directory: Path, arguments: tuple[str, ...], *, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> bytes:
    """What git prints when run in `directory`; ProjectError when it cannot be run or fails."""
    try:
        done = subprocess.run(
            [*GIT, *arguments],
            cwd=directory,
            input=stdin,
            env={**git_environment(), **(environment or {})},
            capture_output=True,
            check=False,
        )
    except OSError as fault:
        message = f"The command `git` could not be started: {fault.strerror}."
        hint = "Install git 2.25 or newer and see that it is on PATH."
        raise ProjectError(error("REPO_002", message, hint=hint)) from fault
    if done.returncode:
        raise _failure(arguments[0], done.stderr.decode("utf-8", "replace"), done.returncode)
    return done.stdout


def _failure(command: str, stderr: str, returncode: int) -> ProjectError:
    if "dubious ownership" in stderr or "unsafe repository" in stderr:
        message = "Git does not trust this repository, because its files belong to another user."
        hint = 'If you do: git config --global --add safe.directory "$(git rev-parse --show-toplevel)"'
        return ProjectError(error("REPO_006", message, hint=hint))
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith("fatal:")), lines[-1] if lines else f"exit {returncode}")
    message = f"`git {command}` failed: {said.removeprefix('fatal:').strip()}"
    others = [line for line in lines if line != said][:3]
    return ProjectError(error("REPO_009", message, hint=" / ".join(others)))
