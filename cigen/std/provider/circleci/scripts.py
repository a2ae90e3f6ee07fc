"""`run`: a script, exactly as it stands in cig.toml, with what CircleCI has no key for around it.

Tries again by `max_auto_reruns`, as far as that goes, and by a loop beyond. Ends in time by running its shell under
`timeout`: CircleCI knows no time limit but that of its plans, and `no_output_timeout` ends what is silent, not what is
long. A script that may fail runs in a subshell, whose failure is told and forgotten; in a job that may fail it also
leaves a mark, by which the scripts after it know that they are not to run.
"""

from dataclasses import dataclass

from cigen.sdk import Job, Retry, Step
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.retrying import can_retry, retried
from cigen.std.provider.circleci.executors import Place
from cigen.std.provider.circleci.texts import environment, render_text, slug
from cigen.std.report import Report

__all__ = ["FAILED", "RETRIED", "job_shell", "render_script", "render_shell", "with_limit"]

FAILED, RETRIED = "/tmp/cig-failed", "/tmp/cig-retried"  # noqa: S108  one job, one machine
_BEGUN = "/tmp/cig-begun-"  # noqa: S108
_BASH = "/bin/bash -eo pipefail"
_SHELLS = {
    "bash": _BASH,
    "sh": "/bin/sh -e",
    "pwsh": "pwsh -NoLogo -NoProfile -Command",
    "powershell": "powershell.exe -ExecutionPolicy Bypass",
    "cmd": "cmd.exe",
    "python": "python",
}
_ON_WINDOWS = {"bash": "bash.exe -eo pipefail", "sh": "sh.exe -e"}
_MOST_RERUNS, _LONGEST_DELAY = 5, 600
_WHEN = {"always": "always", "failure": "on_fail"}
_USUAL_MINUTES = 30


@dataclass(frozen=True, slots=True)
class _Tries:
    """How a script is tried again: by keys of the step, or by the loop."""

    keys: dict[str, Value]
    loop: Retry | None = None


def job_shell(job: Job, place: Place, report: Report) -> str:
    """The value of the job's `shell`, empty for CircleCI's own: bash, which fails as it should."""
    if job.image is not None and not job.shell:
        # It may have no bash; then CircleCI takes sh.
        message = f'job "{job.id}" runs in an image of its own, whose tools cannot be relied upon to end it in time'
        report.info("CIRCLECI_012", message, hint="give the steps a timeout", key=("jobs", job.id, "timeout"))
        return ""
    if place.system == "windows":
        _note_unlimited(job, "Windows", report)
        return render_shell(job.shell or "bash", place.system)
    if place.system == "macos":
        _note_unlimited(job, "macOS", report)
        return render_shell(job.shell) if job.shell else ""
    return with_limit(render_shell(job.shell or "bash"), job.timeout)


def _note_unlimited(job: Job, system: str, report: Report) -> None:
    message = f'job "{job.id}" may take {job.timeout} minutes, and nothing on {system} ends it then'
    report.info(
        "CIRCLECI_012", message, hint="CircleCI ends it after its plan's limit", key=("jobs", job.id, "timeout")
    )


def render_shell(shell: str, system: str = "linux") -> str:
    """A shell as CircleCI starts it: the script is its last argument."""
    if system == "windows" and shell in _ON_WINDOWS:
        return _ON_WINDOWS[shell]
    return _SHELLS.get(shell, shell.replace("{0}", "").strip())


def with_limit(shell: str, minutes: int) -> str:
    """A shell that ends after so many minutes."""
    return f"timeout {minutes * 60} {shell}"


def render_script(step: Step, job: Job, place: Place, guard: str, *, recorded: bool) -> Value:
    """The `run` step. guard: shell that ends a script that is not to run. recorded: whoever passes at once is proven.

    Raises CannotExpress.
    """
    assert step.run is not None
    shell = step.shell or job.shell
    tries = _tries(step, job)
    script = step.run.script
    if recorded and (tries.keys or tries.loop) and can_retry(shell):
        script = f"{_mark(step)}{script}"
    found: dict[str, Value] = {}
    if step.name:
        found["name"] = render_text(step.name)
    if tries.loop or guard or step.allow_failure or job.allow_failure:
        if not can_retry(shell):
            raise CannotExpress(f'what surrounds this script is shell, which "{shell}" is not', 'shell = "bash"')
        script = _wrapped(script, step, job, tries.loop, guard)
    limit = step.timeout if place.system == "linux" else 0
    if step.shell or limit:
        own = render_shell(step.shell or job.shell or "bash", place.system)
        found["shell"] = with_limit(own, limit or job.timeout) if place.system == "linux" else own
    env = environment(step.env)
    if env:
        found["environment"] = env
    if step.working_directory or job.working_directory:
        found["working_directory"] = render_text(step.working_directory or job.working_directory)
    if max(step.timeout, job.timeout) > _USUAL_MINUTES:
        found["no_output_timeout"] = f"{step.timeout or job.timeout}m"
    run_on = step.run_on if not job.allow_failure or step.run_on == "success" else "always"
    if run_on in _WHEN:
        found["when"] = _WHEN[run_on]
    found |= tries.keys
    return _step(found, render_text(script))


def _mark(step: Step) -> str:
    """Shell that leaves a mark at a second attempt."""
    begun = _BEGUN + slug(step.id).replace("/", "-")
    return (
        "# What does not pass at the first attempt proves nothing.\n"
        f"[ ! -e {begun} ] || touch {RETRIED}\n"
        f"touch {begun}\n"
    )


def _step(found: dict[str, Value], command: str) -> Value:
    command = command.rstrip("\n")
    command = command + "\n" if "\n" in command else command
    if not found:
        return {"run": command}
    name = {"name": found.pop("name")} if "name" in found else {}
    return {"run": {**name, "command": command, **found}}


def _tries(step: Step, job: Job) -> _Tries:
    # A job's retry is for what the job does; what runs after a failure has no second chance to wait for.
    retry = step.retry or (job.retry if step.run_on == "success" else None)
    if retry is None or retry.max < 1 or (retry.on and "failure" not in retry.on):
        return _Tries({})
    if step.allow_failure or job.allow_failure or retry.max > _MOST_RERUNS or retry.delay > _LONGEST_DELAY:
        return _Tries({}, retry)
    keys: dict[str, Value] = {"max_auto_reruns": retry.max}
    if retry.delay:
        minutes = retry.delay // 60 if retry.delay % 60 == 0 else 0
        keys["auto_rerun_delay"] = f"{minutes}m" if minutes else f"{retry.delay}s"
    return _Tries(keys)


def _wrapped(script: str, step: Step, job: Job, loop: Retry | None, guard: str) -> str:
    lines = [guard.rstrip("\n")] if guard else []
    if job.allow_failure and step.run_on != "always":
        lines.append(f"[ {'!' if step.run_on == 'success' else ''} -e {FAILED} ] || exit 0".replace("[  ", "[ "))
    body = retried(script, loop) if loop else script.strip("\n") + "\n"
    if not (step.allow_failure or (job.allow_failure and step.run_on == "success")):
        return "\n".join([*lines, body])
    mark = "" if step.allow_failure else f"\n  touch {FAILED}"
    return "\n".join(
        [
            *lines,
            "set +e",
            "(",
            "set -e",
            body.rstrip("\n") + ("\n" if body.rstrip("\n").endswith("\\") else ""),
            ")",
            "cig_status=$?",
            "set -e",
            f'if [ "$cig_status" -ne 0 ]; then{mark}',
            '  echo "Failed with exit code $cig_status, which cig.toml allows."',
            "fi",
            "",
        ]
    )
