"""What lives in the settings of a project and an organization on CircleCI, and not in the configuration."""

from collections.abc import Mapping, Sequence

from cigen.sdk import Graph, Job, KeyPath, Output, ProviderBlock, Setting, Skipping, Workflow
from cigen.std.ci.checklist import (
    Checklist,
    choose_store,
    install_by_hash,
    job_key,
    keep_protected_key,
    merge_rules,
    plan_keys,
    readers_of_files,
    required,
    secrets_of,
    workflows_in,
)
from cigen.std.ci.plans import KEY, gate_name, has_plan, is_recorded, is_skippable
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.circleci.contexts import find_contexts
from cigen.std.provider.circleci.executors import find_place
from cigen.std.provider.circleci.planning import plan_mode
from cigen.std.provider.circleci.problems import new_report
from cigen.std.provider.circleci.raw import circleci_block

__all__ = ["checklist"]

_USUAL = ".circleci/config.yml"
_SETUP = "Project Settings > Project Setup"
_ADVANCED = "Project Settings > Advanced"
_DYNAMIC, _DYNAMIC_PLACE = (
    "Switch dynamic configuration on",
    f"{_ADVANCED} > Enable dynamic config using setup workflows",
)
_VARIABLES = "Project Settings > Environment Variables"
_CONTEXTS = "Organization Settings > Contexts"
_TRIGGERS = "Project Settings > Project Setup > Triggers"
_SCHEDULES = f"{_TRIGGERS}, or the API: POST /project/SLUG/schedule"
_OWN_PROJECT = f"a project that builds these branches alone: CIG_STORE_KEY in its {_VARIABLES}, and in no context"
_ISSUER = "https://oidc.circleci.com/org/ORGANIZATION-ID"


def checklist(graph: Graph, output: Output) -> tuple[Setting, ...]:
    """Everything that the workflows of an output want of CircleCI."""
    checks = Checklist()
    contexts = find_contexts(graph.secrets, new_report())
    chosen = workflows_in(graph, output)
    where = (
        f"{_SETUP} > Pipelines" if output.path == _USUAL else f"{_SETUP} > Pipelines > Config file path: {output.path}"
    )
    checks.add("Set up the project", where, f"{output.path} holds its configuration", ("outputs",))
    several = sum(bool(effective_triggers(workflow).schedule) for workflow, _ in chosen) > 1
    for workflow, jobs in chosen:
        _triggers(workflow, checks)
        _schedules(workflow, several, checks)
        merge_rules(workflow, _asked(graph, workflow, jobs), checks)
        if graph.skipping is not None and has_plan(graph, jobs):
            _plan(workflow, jobs, graph.skipping, contexts, checks)
            readers_of_files(graph, jobs, checks)
        _raw(workflow.raw, f'workflow "{workflow.id}"', workflow_key(workflow, "raw", "circleci"), checks)
        for job in jobs:
            _job(job, contexts, checks)
    return checks.found


def _asked(graph: Graph, workflow: Workflow, jobs: Sequence[Job]) -> list[tuple[str, KeyPath]]:
    """The checks that a merge waits for. Those of jobs that are skipped never report: then it is the gate alone."""
    if has_plan(graph, jobs):
        first = next(job for job in jobs if is_skippable(job))
        name = gate_name(graph, workflow.id)
        reason = f'"ci/circleci: {name}" is green if every job was run or proven; no other check is needed'
        return [(reason, job_key(first, "skip_if" if first.skip_if else "inputs"))]
    names = {job.id: ", ".join(f'"ci/circleci: {name}"' for name in plan_keys(job)) for job in jobs}
    return [(f'job "{job.id}" is {names[job.id]}', job_key(job)) for job in required(jobs)]


def _plan(
    workflow: Workflow,
    jobs: Sequence[Job],
    skipping: Skipping,
    contexts: Mapping[str, Sequence[str]],
    checks: Checklist,
) -> None:
    if plan_mode(skipping, (workflow,), new_report()) == "dynamic":
        reason = f'the plan of workflow "{workflow.id}" continues the pipeline'
        checks.add(_DYNAMIC, _DYNAMIC_PLACE, reason, ("skipping",))
    variable = "CIG_STORE in Project Settings > Environment Variables"
    choose_store(workflow, skipping, f"the URL of a store, or {variable}", checks)
    install_by_hash(skipping, checks)
    for name in skipping.secrets:
        reason = f'the plan of workflow "{workflow.id}" reads the store with it'
        _keep(name, "", reason, ("skipping", "secrets"), contexts, checks)
    if skipping.trust and any(is_recorded(job) for job in jobs):
        what = ', the private key of tier "branch",'
        reason = f'jobs of workflow "{workflow.id}" sign their records with it; all scripts of these jobs see it'
        _keep(KEY, what, reason, ("skipping", "trust"), contexts, checks)
        keep_protected_key(skipping, _OWN_PROJECT, checks)


def _keep(
    name: str, what: str, reason: str, key: KeyPath, contexts: Mapping[str, Sequence[str]], checks: Checklist
) -> None:
    for context in contexts.get(name, ()):
        checks.add(f'Keep {name}{what} in the context "{context}"', _CONTEXTS, reason, key)
    if not contexts.get(name):
        checks.add(f"Add the variable {name}{what}".rstrip(","), _VARIABLES, reason, key)


def _triggers(workflow: Workflow, checks: Checklist) -> None:
    triggers = effective_triggers(workflow)
    pull = triggers.pull_request
    events = pull is not None and bool(pull.branches or pull.types or pull.skip_drafts)
    if triggers.push is not None or (pull is not None and not events):
        key = workflow_key(workflow, "on", "push" if triggers.push is not None else "pull_request")
        checks.add("Trigger pipelines on every push", _TRIGGERS, f'workflow "{workflow.id}" runs for branches', key)
    if triggers.tag is not None:
        key = workflow_key(workflow, "on", "tag")
        checks.add("Trigger pipelines on pushes of tags", _TRIGGERS, f'workflow "{workflow.id}" runs for tags', key)
    if triggers.merge_queue:
        title = "Trigger pipelines on pushes to gh-readonly-queue/*"
        reason = f'workflow "{workflow.id}" runs for merge queues'
        checks.add(title, _TRIGGERS, reason, workflow_key(workflow, "on", "merge_queue"))
    if pull is not None:
        key = workflow_key(workflow, "on", "pull_request")
        if events:
            title = "Add a trigger of the GitHub App for events of pull requests"
            reason = f'workflow "{workflow.id}" asks for their base, kind or draft'
            checks.add(title, _TRIGGERS, reason, key)
        title = "Choose whether pull requests of forks are built, and leave secrets out of them"
        place = f"{_ADVANCED} > Build forked pull requests; Pass secrets to builds from forked pull requests"
        checks.add(title, place, f'workflow "{workflow.id}" runs for pull requests', key)
    given = workflow.concurrency
    if given is not None and (given.preset == "pr-latest" or given.cancel):
        reason = f'the concurrency of workflow "{workflow.id}" ends older runs'
        place = f"{_ADVANCED} > Auto-cancel redundant workflows"
        checks.add("Switch auto-cancel on", place, reason, workflow_key(workflow, "concurrency"))


def _schedules(workflow: Workflow, several: bool, checks: Checklist) -> None:
    for schedule in effective_triggers(workflow).schedule:
        named = f' named "{schedule.name or workflow.id}"' if several or schedule.name else ""
        title = f'Add a schedule{named} for "{schedule.cron}" (UTC) on the branch "{workflow.default_branch}"'
        reason = f'workflow "{workflow.id}" runs at these times'
        checks.add(title, _SCHEDULES, reason, workflow_key(workflow, "on", "schedule"))


def _job(job: Job, contexts: Mapping[str, Sequence[str]], checks: Checklist) -> None:
    for name in secrets_of(job):
        reason, key = f'job "{job.id}" reads it', job_key(job, "secrets")
        for context in contexts.get(name, ()):
            checks.add(f'Keep {name} in the context "{context}"', _CONTEXTS, reason, key)
            if job.approve is not None and job.approve.by:
                title = f'Restrict the context "{context}" to a security group of {", ".join(job.approve.by)}'
                why = f'only they may approve job "{job.id}"'
                checks.add(title, f"{_CONTEXTS} > {context} > Security", why, job_key(job, "approve"))
        if not contexts.get(name):
            checks.add(f"Add the variable {name}", _VARIABLES, reason, key)
    days = job.outputs.retention_days if job.outputs else 0
    if days:
        reason, key = f'job "{job.id}" wants its artifacts kept that long', job_key(job, "outputs", "retention_days")
        checks.add(f"Keep artifacts for {days} days", "Organization: Plan > Usage Controls > Artifacts", reason, key)
    if job.trigger is not None:
        reason = f'job "{job.id}" starts "{job.trigger.pipeline}" by the API'
        checks.add("Add the variable CIRCLE_TOKEN, a personal API token", _VARIABLES, reason, job_key(job, "trigger"))
    if job.oidc:
        reason = f'job "{job.id}" asks for an OpenID Connect token'
        checks.add(
            "Let the cloud trust CircleCI's tokens", f"the cloud: issuer {_ISSUER}", reason, job_key(job, "oidc")
        )
    _runner(job, checks)
    _raw(job.raw, f'job "{job.id}"', job_key(job, "raw", "circleci"), checks)


def _runner(job: Job, checks: Checklist) -> None:
    try:
        place = find_place(job, new_report())
    except CannotExpress:
        return
    if place.kind == "runner":
        title = f"Create the resource class {place.value['resource_class']} and start a runner of it"
        reason = f'job "{job.id}" runs there'
        checks.add(title, "Self-Hosted Runners > Create Resource Class", reason, job_key(job, "runner"))


def _raw(blocks: Sequence[ProviderBlock], what: str, key: KeyPath, checks: Checklist) -> None:
    table = circleci_block(blocks, what, key, new_report())
    root = table.get("root")
    parts = {**table, **(root if isinstance(root, dict) else {})}
    if parts.get("setup") is True:
        checks.add(_DYNAMIC, _DYNAMIC_PLACE, f"the raw block of {what} says setup", key)
    orbs = parts.get("orbs")
    for name in orbs.values() if isinstance(orbs, dict) else ():
        if isinstance(name, str) and not name.startswith("circleci/"):
            place = "Organization Settings > Security > Orb Security Settings"
            checks.add(f"Allow the orb {name}", place, f"the raw block of {what} uses it", key)
