"""Files of proven jobs: the planner brings them out of the store, and leaves them as artifacts for who fetches them.

Owns their names, and that nobody takes such files unless a plan that succeeded speaks of them. A job that is skipped
leaves its own artifact by the planner's hand. Of a matrix some legs may run and leave theirs, so the others' files have
a name of their own, which tells the attempt too: when all of a run is done again, what the first attempt brought out of
the store is there still, and nobody takes it.
"""

from cigen.std.ci.plans import PLANNER

__all__ = ["ATTEMPT", "FOLDER", "is_handed_on", "left_name", "restored_name", "restored_prefix"]

FOLDER = ".cigen/cache/restored"
"""Where the planner's `cig` brings files to: those of a job into a folder that is called as the job."""

ATTEMPT = "attempt"
"""The planner's output that tells in which attempt of the run it made the plan."""


def restored_prefix(job: str) -> str:
    """How the names begin of what the planner leaves of a matrix. No id of a job holds a dot."""
    return f"cig-restored-{job}."


def left_name(job: str) -> str:
    """What the planner calls the files of those legs of a job that are proven."""
    return f"{restored_prefix(job)}${{{{ github.run_attempt }}}}"


def restored_name(job: str) -> str:
    """The same, for those who fetch; what no artifact is called where the plan does not count.

    An output that GitHub does not hand on, as it holds the value of a secret, leaves the attempt open.
    """
    attempt = f"needs.{PLANNER}.outputs.{ATTEMPT}"
    return f"{restored_prefix(job)}${{{{ needs.{PLANNER}.result == 'success' && ({attempt} || '*') || '0' }}}}"


def is_handed_on(job: str) -> str:
    """Whether the plan that was just made has the files of a job handed on."""
    return f"contains(steps.plan.outputs.restored, '\"{job}\"')"
