"""Values that jobs hand on: `outputs` of a job, from the file that its scripts write `NAME=value` to.

The file is one for the whole job, where GitHub has one for each step; a last step hands its lines on, whatever
happened before. Jobs that need this one have the values as variables.
"""

from collections.abc import Mapping

from cigen.sdk import Job
from cigen.sdk.yaml import Value
from cigen.std.ci.outputs import output_variable, read_output
from cigen.std.provider.github.scripts import own_script

__all__ = ["HAND_ON", "hand_on_step", "job_outputs", "needed_values", "prepare_step"]

HAND_ON = "cig-values"
"""The id of the step that hands them on."""


def job_outputs(job: Job) -> dict[str, Value]:
    """The job's `outputs`."""
    return {name: f"${{{{ steps.{HAND_ON}.outputs.{name} }}}}" for name in _names(job)}


def prepare_step(job: Job) -> dict[str, Value] | None:
    """The step that makes the file, if the job sets any value."""
    if not _names(job):
        return None
    script = 'CIG_OUTPUT="$RUNNER_TEMP/cig-output"\n: > "$CIG_OUTPUT"\necho "CIG_OUTPUT=$CIG_OUTPUT" >> "$GITHUB_ENV"\n'
    return own_script("Prepare the values", script, job)


def hand_on_step(job: Job) -> dict[str, Value] | None:
    """The step that hands the values on, if the job sets any."""
    if not _names(job):
        return None
    lines = []
    for name in _names(job):
        value = read_output(name, '"$CIG_OUTPUT"')
        lines.append(f"  printf '%s=%s\\n' {name} \"$({value})\"\n")
    script = "{\n" + "".join(lines) + '} >> "$GITHUB_OUTPUT"\n'
    step = own_script("Hand on the values", script, job)
    return {"name": step.pop("name"), "id": HAND_ON, "if": "always()", **step}


def needed_values(job: Job, jobs: Mapping[str, Job]) -> dict[str, Value]:
    """The variables in which the job's scripts find the values of the jobs it needs."""
    return {
        output_variable(needed, name): f"${{{{ needs.{needed}.outputs.{name} }}}}"
        for needed in job.needs
        if needed in jobs
        for name in _names(jobs[needed])
    }


def _names(job: Job) -> tuple[str, ...]:
    return job.outputs.values if job.outputs is not None else ()
