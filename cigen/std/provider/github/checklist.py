"""What lives in the settings of a repository on GitHub, and not in its workflows."""

import re
from collections.abc import Mapping, Sequence

from cigen.sdk import Graph, Job, KeyPath, Leg, Output, Runner, Setting, Skipping, Workflow
from cigen.sdk.yaml import Value
from cigen.std.ci.checklist import (
    Checklist,
    choose_store,
    install_by_hash,
    job_key,
    merge_rules,
    plan_keys,
    readers_of_files,
    required,
    secrets_of,
    workflows_in,
)
from cigen.std.ci.legs import PLACEHOLDER
from cigen.std.ci.machines import runners_of
from cigen.std.ci.plans import KEY, gate_name, has_plan, is_recorded, is_skippable
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.github.plan import key_environment, takes_role
from cigen.std.provider.github.problems import new_report
from cigen.std.provider.github.runners import runs_on
from cigen.std.provider.github.shards import as_matrix

__all__ = ["checklist"]

_HOSTED = re.compile(r"(?:ubuntu|macos|windows)-[\w.-]+")
_ISSUER = "https://token.actions.githubusercontent.com"


def checklist(graph: Graph, output: Output) -> tuple[Setting, ...]:
    """Everything that the workflows of an output want of the repository."""
    checks = Checklist()
    for workflow, jobs in workflows_in(graph, output):
        _triggers(graph, workflow, jobs, checks)
        if graph.skipping is not None and has_plan(graph, jobs):
            _store(workflow, jobs, graph.skipping, checks)
            readers_of_files(graph, jobs, checks)
        for job in jobs:
            _secrets(job, checks)
            _environment(job, checks)
            for runner in runners_of(job):
                _runner(job, runner, checks)
            if job.oidc:
                reason = f'job "{job.id}" asks for an OpenID Connect token'
                for subject in [f"environment:{one}" for one in _kept_in(job)] or ["ref:refs/heads/BRANCH"]:
                    place = f"the cloud: issuer {_ISSUER}, subject repo:OWNER/REPOSITORY:{subject}"
                    checks.add("Let the cloud trust GitHub's tokens", place, reason, job_key(job, "oidc"))
    return checks.found


def _triggers(graph: Graph, workflow: Workflow, jobs: Sequence[Job], checks: Checklist) -> None:
    triggers = effective_triggers(workflow)
    asked = [(f'job "{job.id}" is {_names(job)}', job_key(job)) for job in required(jobs)]
    if has_plan(graph, jobs):
        # The checks of jobs and legs that are skipped never report: a merge waits for the gate, and for that alone.
        first = next(job for job in jobs if is_skippable(job))
        reason = f'"{gate_name(graph, workflow.id)}" is green if every job was run or proven; no other check is needed'
        asked = [(reason, job_key(first, "skip_if" if first.skip_if else "inputs"))]
    merge_rules(workflow, asked, checks)
    if triggers.pull_request is not None:
        title = "Choose whose pull requests from forks run without approval"
        place = "Settings > Actions > General > Approval for running fork pull request workflows"
        reason = f'workflow "{workflow.id}" runs for pull requests; those of forks get no secrets'
        checks.add(title, place, reason, workflow_key(workflow, "on", "pull_request"))
    for schedule in triggers.schedule:
        title = "Keep scheduled workflows switched on: GitHub disables them after 60 days without a commit"
        reason = f'workflow "{workflow.id}" runs at "{schedule.cron}" (UTC), from the default branch'
        checks.add(
            title, "Actions > the workflow, in public repositories", reason, workflow_key(workflow, "on", "schedule")
        )


def _store(workflow: Workflow, jobs: Sequence[Job], skipping: Skipping, checks: Checklist) -> None:
    choose_store(workflow, skipping, '"github-cache", or the URL of a store', checks)
    install_by_hash(skipping, checks)
    place = "Settings > Secrets and variables > Actions, or: gh secret set {}"
    for name in skipping.secrets:
        reason = f'the plan of workflow "{workflow.id}" reads the store with it'
        checks.add(f"Add the secret {name}", place.format(name), reason, ("skipping", "secrets"))
    if takes_role(skipping):
        place = f"the cloud: issuer {_ISSUER}, subjects as in docs/security.md; the role's name in [skipping] secrets"
        reason = f'the plan of workflow "{workflow.id}" and the jobs that record take a role on'
        checks.add("Let the cloud that keeps the proofs trust GitHub's tokens", place, reason, ("skipping", "github"))
    if skipping.trust and any(is_recorded(job) for job in jobs):
        _keys(workflow, skipping, place.format(KEY), checks)


def _keys(workflow: Workflow, skipping: Skipping, place: str, checks: Checklist) -> None:
    """The private keys that records are signed with: that of each tier where runs of that tier alone find it."""
    key: KeyPath = ("skipping", "trust")
    reason = f'jobs of workflow "{workflow.id}" sign their records with it'
    tiers = {one.partition(":")[0] for one in skipping.trust}
    title = f'Add the secret {KEY}: the private key of tier "{{}}"'
    if "branch" in tiers:
        checks.add(title.format("branch"), place, reason, key)
    if "protected" not in tiers:
        return
    name = key_environment(skipping)
    if not name:
        title = f'Keep the private key of tier "protected" out of the repository\'s {KEY}, which every branch can read'
        place = 'an environment: [skipping] github = { environment = "cig-protected" }; then `cig settings` again'
        checks.add(title, place, reason, key)
        return
    at, key = f"Settings > Environments > {name}", ("skipping", "github", "environment")
    why = f'"{workflow.default_branch}" signs its records with its key, and no other branch may have it'
    checks.add(f'Create the environment "{name}"', "Settings > Environments", why, key)
    only = f'Let the branch "{workflow.default_branch}", and nothing else, deploy to "{name}"'
    checks.add(only, f"{at} > Deployment branches and tags > Selected branches and tags", why, key)
    checks.add(title.format("protected"), f'{at}, or: gh secret set {KEY} --env "{name}"', reason, key)


def _names(job: Job) -> str:
    """What GitHub calls the checks of a job: its name, or the plan key of each leg."""
    job = as_matrix(job, new_report())
    if not job.name:
        return ", ".join(f'"{name}"' for name in plan_keys(job))
    legs = job.matrix.legs if job.matrix else (Leg(job.id),)
    names = _in_each_leg(job, job.name)
    listed = ", ".join(f'"{name}"' for name in names)
    return listed if len(names) == len(legs) else f"{listed} with the values of each of its {len(legs)} legs"


def _in_each_leg(job: Job, text: str) -> list[str]:
    """What the text is in each leg, every one once."""
    legs = job.matrix.legs if job.matrix else (Leg(job.id),)
    return list(dict.fromkeys(_filled(text, {pair.name: pair.value for pair in leg.values}) for leg in legs))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], "") if found[1] else "{{", text)


def _secrets(job: Job, checks: Checklist) -> None:
    for name in secrets_of(job):
        if name == "GITHUB_TOKEN":
            continue
        places = [f'Settings > Environments > {one}, or: gh secret set {name} --env "{one}"' for one in _kept_in(job)]
        for place in places or [f"Settings > Secrets and variables > Actions, or: gh secret set {name}"]:
            checks.add(f"Add the secret {name}", place, f'job "{job.id}" reads it', job_key(job, "secrets"))


def _kept_in(job: Job) -> list[str]:
    """The environments of the job's legs."""
    return _in_each_leg(job, job.environment.name) if job.environment else []


def _environment(job: Job, checks: Checklist) -> None:
    place = "Settings > Environments"
    for name in _kept_in(job):
        reason, key = f'job "{job.id}" deploys to it', job_key(job, "environment")
        checks.add(f'Create the environment "{name}"', place, reason, key)
        title = f'Choose the branches and tags that may deploy to "{name}"'
        checks.add(title, f"{place} > {name} > Deployment branches and tags", reason, key)
    if job.approve is None:
        return
    who = ", ".join(job.approve.by) or "somebody"
    # A job that waits and has no environment gets one of its id.
    for name in _kept_in(job) or [job.id]:
        title = f'Require a review by {who} in the environment "{name}"'
        reason = f'job "{job.id}" waits for a person'
        checks.add(title, f"{place} > {name} > Required reviewers", reason, job_key(job, "approve"))


def _runner(job: Job, runner: Runner, checks: Checklist) -> None:
    try:
        label = runs_on(runner, new_report())
    except CannotExpress:
        return
    reason = f'job "{job.id}" runs on {runner.name}'
    key = ("runners", runner.name) if runner.settings else job_key(job, "runner")
    group = label.get("group") if isinstance(label, dict) else None
    if group:
        place = "the organization: Settings > Actions > Runner groups"
        checks.add(f'Let the runner group "{group}" take jobs of this repository', place, reason, key)
    labels = _labels(label)
    if labels and not all(_HOSTED.fullmatch(one) for one in labels):
        title = f"Register a runner with the labels {', '.join(labels)}"
        checks.add(title, "Settings > Actions > Runners", reason, key)


def _labels(value: Value) -> list[str]:
    if isinstance(value, dict):
        value = value.get("labels")
    return [str(one) for one in value] if isinstance(value, list) else [value] if isinstance(value, str) else []
