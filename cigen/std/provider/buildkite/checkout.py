"""`checkout`: how the agent fetches the source before a job's script runs.

An agent decides by itself how much of a pipeline's wishes it follows: depth counts only where it was started with
`checkout-override-mode=none`. What it ignores costs time, not correctness.
"""

from cigen.sdk import Job
from cigen.sdk.yaml import Value
from cigen.std.ci.problems import CannotExpress
from cigen.std.provider.buildkite.texts import escaped

__all__ = ["render_checkout"]


def render_checkout(job: Job) -> dict[str, Value]:
    """The job's `checkout`. Raises CannotExpress."""
    asked = next((step.checkout for step in job.steps if step.checkout is not None), None)
    if asked is None or asked.disabled:
        return {"skip": True}
    found: dict[str, Value] = {}
    if asked.depth:
        found["depth"] = asked.depth
    # Buildkite's own default is to fetch them.
    found["submodules"] = asked.submodules
    if asked.lfs:
        found["lfs"] = True
    if asked.sparse:
        found["sparse"] = {"paths": [_folder(path) for path in asked.sparse]}
    return found


def _folder(path: str) -> str:
    if any(char in path for char in "*?[!,"):
        raise CannotExpress(f'"{path}" is no folder, and Buildkite checks out folders only', "name folders in sparse")
    return escaped(path.strip("/") + "/")
