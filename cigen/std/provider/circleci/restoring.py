"""Files of proven jobs that others take, on their way from the planner to the jobs of the continued pipeline.

A workspace ends with its workflow, so they travel in a cache of the pipeline. The job that leaves them keeps its place:
told by a parameter what they must be, it fetches the cache, hands them on as its own, and ends. Owns that nobody has to
believe a cache, which may be gone, and which any other job of the project could have written: a job that does not find
exactly the files of the plan does its own work. So only jobs do this that could: what they take themselves is not here.
"""

from collections.abc import Mapping

from cigen.sdk import Job
from cigen.sdk.yaml import Value
from cigen.std.provider.circleci.artifacts import ROOT
from cigen.std.provider.circleci.executors import Place

__all__ = ["BROUGHT", "RESTORE", "RESTORED", "can_restore", "restore_command", "save_step"]

RESTORE = "cig-restore"
"""A command of the file."""

RESTORED = "cig-restored"
"""The parameter by which a plan tells a job the sum of the files that it leaves and that have been brought."""

BROUGHT = "/tmp/cig-restored"  # noqa: S108  one job, one machine
"""Where the planner has files brought to, and where a job finds them: the cache holds the path, too."""

_CACHE = "cig-restored-<< pipeline.id >>"
_MARK = "restored/<< parameters.job >>"

_PUT = f"""\
place="{ROOT}/$CIG_PLACE" mark="{ROOT}/restored/$CIG_JOB"
rm -rf "$place" "$mark"
mkdir -p "$place" "$mark"
# What is handed on is never nothing, which CircleCI would call a failure.
touch "$mark/sum"
# A cache is no promise, and others can save one that this key finds.
if cd "{BROUGHT}/$CIG_JOB" 2>/dev/null && [ -z "$(find . ! -type d ! -type f)" ] &&
  [ "$(find . -type f -exec sha256sum {{}} + | LC_ALL=C sort | sha256sum)" = "$CIG_SUM  -" ] &&
  cp -R . "$place" && echo "$CIG_SUM" > "$mark/sum"; then
  echo "$CIG_JOB is proven, and what it leaves is here."
else
  echo "What the plan has brought for $CIG_JOB is not here, so the job runs."
  rm -rf "$place"
  mkdir -p "$place"
fi
"""

_END = f'[ ! -s "{ROOT}/restored/$CIG_JOB/sum" ] || circleci-agent step halt'


def can_restore(job: Job, place: Place, *, reads: bool) -> bool:
    """Whether the job could do its own work all the same. reads: values of others, as a download their files."""
    fetches = any(step.download for step in job.steps)
    return place.system == "linux" and not (reads or fetches or (job.outputs and job.outputs.values))


def save_step() -> Value:
    """The planner's step that hands on what was brought, or that nothing was."""
    return {"save_cache": {"name": "Hand on the files of proven jobs", "key": _CACHE, "paths": [BROUGHT]}}


def restore_command(shell: Mapping[str, Value]) -> Value:
    """The definition of the command. shell: its parameter for that."""
    known: dict[str, Value] = {"CIG_JOB": "<< parameters.job >>"}
    put: dict[str, Value] = {
        "name": "Put the files of << parameters.job >> in place",
        "command": _PUT,
        "shell": "<< parameters.shell >>",
        "environment": {**known, "CIG_PLACE": "<< parameters.place >>", "CIG_SUM": "<< parameters.sum >>"},
    }
    end: dict[str, Value] = {
        "name": "End the job if they are here",
        "command": _END,
        "shell": "<< parameters.shell >>",
        "environment": dict(known),
    }
    steps: list[Value] = [
        {"restore_cache": {"name": "Fetch the files of proven jobs", "key": _CACHE}},
        {"run": put},
        {"persist_to_workspace": {"root": ROOT, "paths": ["<< parameters.place >>", _MARK]}},
        {"run": end},
    ]
    text: Value = {"type": "string"}
    return {
        "description": "End the job here if the plan has brought what it leaves.",
        "parameters": {"job": text, "place": text, "sum": text, **shell},
        # No plan, or not by this one: nothing was brought.
        "steps": [{"when": {"condition": "<< parameters.sum >>", "steps": steps}}],
    }
