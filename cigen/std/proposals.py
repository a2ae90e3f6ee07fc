"""What modules propose, as resources with ids that tell which job they are for."""

from collections.abc import Sequence

from cigen.sdk import Job, JobEnv, Pair, Placement, Resource, Step, StepGroup
from cigen.std.wishes import Wish

__all__ = ["environment", "step_group", "teardown"]


def step_group(module: str, wish: Wish, order: int, steps: Sequence[Step]) -> Resource:
    """The steps, at the start of the job or in place of the step that asked for them."""
    placement = Placement.REPLACE if wish.replaces else Placement.SETUP
    group = StepGroup(wish.job.id, placement, wish.replaces, order, tuple(steps))
    return Resource(f"steps.{wish.job.id}.{wish.replaces or placement.value}", module, steps=group)


def environment(module: str, job: Job, env: Sequence[Pair]) -> Resource:
    """Variables for all of the job, of which its own stay as they are."""
    return Resource(f"env.{job.id}", module, env=JobEnv(job.id, tuple(env)))


def teardown(module: str, wish: Wish, order: int, steps: Sequence[Step]) -> Resource:
    """Steps for the end of the job."""
    group = StepGroup(wish.job.id, Placement.TEARDOWN, order=order, steps=tuple(steps))
    return Resource(
        f"steps.{wish.job.id}.{wish.replaces or Placement.SETUP.value}.{group.placement.value}", module, steps=group
    )
