"""What makes a job run although it is proven: somebody asked for it, or the occasion is one for the whole truth.

Pure: the variables of the CI system, the occasion and the commit's trailers go in. Refuses to touch signatures: a
forced job has the one that it always has.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from cigen.model.config import Config
from cigen.model.dataclass import dataclass
from cigen.model.resources import Workflow
from cigen.pipeline.occasion import Occasion, answer_variable
from cigen.pipeline.signature import PlannedJob, job_workflow

__all__ = ["LABEL", "QUESTION", "TRAILER", "Forcing", "read_forcing"]

LABEL = "cig:full"
TRAILER = "Cig-Force"
QUESTION = "cig_force"
"""A question of `on.manual.inputs` whose answer is globs, or true for everything."""


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
        workflow = job_workflow(planned.job, config.workflows)
        if self.scheduled and not _reuses_schedule(workflow):
            return "SCHEDULE"
        if self.queued and not _reuses_queue(workflow):
            return "MERGE_QUEUE"
        return ""


def read_forcing(environ: Mapping[str, str], trailers: Sequence[str], occasion: Occasion) -> Forcing:
    """trailers: the values of the commit's `Cig-Force` lines."""
    answer = (occasion.answers or {}).get(answer_variable(QUESTION), "")
    asked = {"true": "*", "false": ""}.get(answer, answer)
    given = [("CIG_FORCE", environ.get("CIG_FORCE", "")), ("INPUT", asked), *(("TRAILER", one) for one in trailers)]
    globs = tuple((glob, reason) for reason, text in given for glob in text.replace(",", " ").split())
    return Forcing(_whole(environ, occasion), globs, occasion.event == "schedule", occasion.event == "merge_queue")


def _whole(environ: Mapping[str, str], occasion: Occasion) -> str:
    # A plan made anew in a later attempt means that everything was asked for: a re-run of failed jobs keeps its plan.
    if environ.get("GITHUB_RUN_ATTEMPT", "1") != "1" or environ.get("BUILDKITE_REBUILT_FROM_BUILD_ID"):
        return "RERUN"
    return "LABEL" if LABEL in (occasion.labels or ()) else ""


def _reuses_schedule(workflow: Workflow | None) -> bool:
    """Which of several schedules this is, no variable tells: all of them must say so."""
    schedules = workflow.triggers.schedule if workflow and workflow.triggers else ()
    return bool(schedules) and all(schedule.reuse for schedule in schedules)


def _reuses_queue(workflow: Workflow | None) -> bool:
    return workflow is not None and workflow.triggers is not None and workflow.triggers.merge_queue == "reuse"
