"""Which workflows and jobs an output holds, what starts a workflow, and where cig.toml speaks of it.

Owns: what the graph leaves open about a workflow, answered once for every provider. Refuses: how an event is said.
"""

from collections.abc import Collection

from cigen.sdk import Graph, Job, KeyPath, Output, PullRequestTrigger, PushTrigger, Triggers, Workflow
from cigen.std.report import Report

__all__ = ["chosen_workflows", "effective_triggers", "jobs_of", "workflow_key"]


def chosen_workflows(
    graph: Graph, output: Output, report: Report, code: str, every: Collection[str] = ()
) -> tuple[Workflow, ...]:
    """The workflows of an output; one that is not defined is reported under `code`.

    every: the names that mean all workflows, for a CI system whose files hold several.
    """
    known = {workflow.id: workflow for workflow in graph.workflows}
    if output.workflow in known:
        return (known[output.workflow],)
    if known and (output.workflow in every or (not output.workflow and len(known) == 1)):
        return graph.workflows
    wanted = f'workflow "{output.workflow}", which is not defined' if output.workflow else "no workflow"
    listed = ", ".join(f'"{name}"' for name in sorted(known)) or "none"
    report.error(code, f"output {output.path} names {wanted}", hint=f"workflows: {listed}", key=("outputs",))
    return ()


def jobs_of(graph: Graph, *workflows: Workflow) -> tuple[Job, ...]:
    """The jobs of these workflows, in the graph's order. A job that names no workflow is one of the only one."""
    names = {workflow.id for workflow in workflows}
    if len(graph.workflows) == 1 and workflows:
        names.add("")
    return tuple(job for job in graph.jobs if job.workflow in names)


def effective_triggers(workflow: Workflow) -> Triggers:
    """The triggers; for a workflow that names none, pushes to the default branch and pull requests."""
    given = workflow.triggers or Triggers()
    if given != Triggers(paths=given.paths):
        return given
    branch = workflow.default_branch
    return Triggers(push=PushTrigger((branch,)), pull_request=PullRequestTrigger(), paths=given.paths)


def workflow_key(workflow: Workflow, *keys: str) -> KeyPath:
    """Where cig.toml says something of a workflow: `ci` is what its top-level keys describe."""
    return keys if workflow.id == "ci" else ("workflows", workflow.id, *keys)
