"""`permissions`: what a job's token may do.

The workflow's own block is empty, so that nothing is granted that no job asks for, and each job states its own: a scope
that goes unmentioned there is not granted.
"""

from cigen.sdk import Job, Pair, Workflow
from cigen.sdk.yaml import Commented, Value

__all__ = ["render_permissions"]

_READ_SOURCE = (Pair("contents", "read"),)


def render_permissions(job: Job, workflow: Workflow) -> dict[str, Value]:
    """The job's block. Without a word in cig.toml, a job that checks nothing out gets nothing."""
    asked = job.permissions or workflow.permissions or _READ_SOURCE
    if not job.permissions and asked == _READ_SOURCE and not any(step.checkout for step in job.steps):
        asked = ()
    found: dict[str, Value] = {pair.name: pair.value for pair in asked if pair.value != "none"}
    if job.trigger is not None:
        found["actions"] = Commented("write", "starts another workflow")
    if job.oidc:
        found["id-token"] = Commented("write", "OpenID Connect")
    return found
