"""What makes a job run although it is proven: somebody asked for it, or the occasion is one for the whole truth.

Pure: the variables of the CI system, its payload and the commit's trailers go in. Refuses to touch signatures: a forced
job has the one that it always has.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.resources import Workflow
from cigen.pipeline.signature import PlannedJob

__all__ = ["LABEL", "TRAILER", "Forcing", "read_forcing"]

LABEL = "cig:full"
TRAILER = "Cig-Force"

_SCHEDULED = (("GITHUB_EVENT_NAME", "schedule"), ("BUILDKITE_SOURCE", "schedule"), ("CIG_EVENT", "schedule"))


@dataclass(frozen=True, slots=True)
class Forcing:
    """`all`: a reason for every job, or empty; `globs`: (glob of plan keys or job ids, reason).

    `scheduled` and `queued`: what this run is, for jobs whose workflow says what that means.
    """

    all: str = ""
    globs: tuple[tuple[str, str], ...] = ()
    scheduled: bool = False
    queued: bool = False

    def reason(self, planned: PlannedJob, config: Config) -> str:
        """Why this entry of the plan must run; empty where nothing forces it."""
        if self.all:
            return self.all
        for glob, reason in self.globs:
            if fnmatchcase(planned.key, glob) or fnmatchcase(planned.job.id, glob):
                return reason
        workflow = _workflow(planned, config)
        if self.scheduled and not _reuses_schedule(workflow):
            return "SCHEDULE"
        if self.queued and not _reuses_queue(workflow):
            return "MERGE_QUEUE"
        return ""


def read_forcing(environ: Mapping[str, str], trailers: Sequence[str], payload: Mapping[str, Any]) -> Forcing:
    """trailers: the values of the commit's `Cig-Force` lines; payload: that of the event, where there is one."""
    globs = [(glob, "CIG_FORCE") for glob in _words(environ.get("CIG_FORCE", ""))]
    globs += [(glob, "TRAILER") for value in trailers for glob in _words(value)]
    return Forcing(
        _whole(environ, payload),
        tuple(globs),
        any(environ.get(name) == value for name, value in _SCHEDULED),
        environ.get("GITHUB_EVENT_NAME") == "merge_group",
    )


def _whole(environ: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    # A plan made anew in a later attempt means that everything was asked for: a re-run of failed jobs keeps its plan.
    if environ.get("GITHUB_RUN_ATTEMPT", "1") != "1" or environ.get("BUILDKITE_REBUILT_FROM_BUILD_ID"):
        return "RERUN"
    labels = [*_labels(payload), *environ.get("BUILDKITE_PULL_REQUEST_LABELS", "").split(",")]
    return "LABEL" if LABEL in labels else ""


def _labels(payload: Mapping[str, Any]) -> list[str]:
    request = payload.get("pull_request")
    labels = request.get("labels") if isinstance(request, dict) else None
    return [str(label.get("name")) for label in labels or () if isinstance(label, dict)]


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _workflow(planned: PlannedJob, config: Config) -> Workflow | None:
    known = [one for one in config.workflows if one.id == planned.job.workflow or len(config.workflows) == 1]
    return known[0] if known else None


def _reuses_schedule(workflow: Workflow | None) -> bool:
    """Which of several schedules this is, no variable tells: all of them must say so."""
    schedules = workflow.triggers.schedule if workflow and workflow.triggers else ()
    return bool(schedules) and all(schedule.reuse for schedule in schedules)


def _reuses_queue(workflow: Workflow | None) -> bool:
    return workflow is not None and workflow.triggers is not None and workflow.triggers.merge_queue == "reuse"
