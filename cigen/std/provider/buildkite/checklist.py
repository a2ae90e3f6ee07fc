"""What lives in the settings of a pipeline, a cluster and its agents on Buildkite, and not in the pipeline's file.

`provider_settings.…` are the names of the same switches in Buildkite's REST API, for PATCH …/pipelines/SLUG.
"""

from collections.abc import Mapping, Sequence

from cigen.sdk import Graph, Job, KeyPath, Output, Runner, Secret, Setting, Skipping, Workflow
from cigen.std.ci.checklist import (
    Checklist,
    asks_for_docker,
    choose_store,
    install_by_hash,
    job_key,
    keep_protected_key,
    merge_rules,
    readers_of_files,
    required,
    secrets_of,
    workflows_in,
)
from cigen.std.ci.machines import runners_of
from cigen.std.ci.plans import KEY, gate_name, has_plan, is_recorded
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.buildkite.chunks import part_of
from cigen.std.provider.buildkite.events import CHOICE
from cigen.std.provider.buildkite.plan import protected_secret
from cigen.std.provider.buildkite.problems import new_report
from cigen.std.provider.buildkite.runners import agents, system
from cigen.std.provider.buildkite.secret_env import secret_settings

__all__ = ["checklist"]

_USUAL = (".buildkite/pipeline.yml", ".buildkite/pipeline.yaml")
_GITHUB = "Pipeline Settings > GitHub: {} (provider_settings.{})"
_OWN_NAME = 'cig.toml: [skipping] buildkite = { protected_key = "CIG_STORE_KEY_PROTECTED" }; then `cig settings` again'
_ISSUER = "https://agent.buildkite.com"


def checklist(graph: Graph, output: Output) -> tuple[Setting, ...]:
    """Everything that the workflows of an output want of Buildkite."""
    checks = Checklist()
    if part_of(output.path)[1] > 1:
        # The first part uploads the others.
        return ()
    command = "buildkite-agent pipeline upload" + ("" if output.path in _USUAL else f" {output.path}")
    reason = f"{output.path} holds the steps"
    checks.add(f'Create a pipeline whose one step runs "{command}"', "Pipeline Settings > Steps", reason, ("outputs",))
    secrets = {secret.name: secret for secret in graph.secrets}
    chosen = workflows_in(graph, output)
    several = sum(bool(effective_triggers(workflow).schedule) for workflow, _ in chosen) > 1
    for workflow, jobs in chosen:
        _triggers(workflow, several, checks)
        # One status for a build, whatever jobs it has.
        asked = [('the build is "buildkite/SLUG", by the slug of the pipeline', workflow_key(workflow, "on"))]
        if has_plan(graph, jobs) and "/" in output.path:
            # The one check that knows which jobs were left out, and why.
            asked = [(f'the gate is "{gate_name(graph, workflow.id)}"', workflow_key(workflow, "on"))]
        merge_rules(workflow, asked if required(jobs) else [], checks)
        if graph.skipping is not None and has_plan(graph, jobs) and "/" in output.path:
            _store(workflow, jobs, graph.skipping, secrets, checks)
            readers_of_files(graph, jobs, checks)
        for job in jobs:
            _job(job, secrets, checks)
            for runner in runners_of(job):
                _runner(job, runner, checks)
    return checks.found


def _triggers(workflow: Workflow, several: bool, checks: Checklist) -> None:
    """several: workflows of the file are told apart by a variable of their schedules."""
    triggers, name = effective_triggers(workflow), f'workflow "{workflow.id}" runs for'
    pull = triggers.pull_request
    asked = {
        "push": (triggers.push, "Build branches", "build_branches", f"{name} branches"),
        "tag": (triggers.tag, "Build tags", "build_tags", f"{name} tags"),
        "pull_request": (pull, "Build pull requests", "build_pull_requests", f"{name} pull requests"),
        "merge_queue": (
            triggers.merge_queue, "Build merge queues", "build_merge_group_checks_requested", f"{name} merge queues"
        ),
    }  # fmt: skip
    for event, (given, label, field, reason) in asked.items():
        if given:
            title = f'Switch "{label}" on'
            checks.add(title, _GITHUB.format(label, field), reason, workflow_key(workflow, "on", event))
    if pull is not None:
        key = workflow_key(workflow, "on", "pull_request")
        if pull.labels:
            place = _GITHUB.format("Build when pull request labels change", "build_pull_request_labels_changed")
            checks.add("Build when labels change", place, f'workflow "{workflow.id}" asks for labels', (*key, "labels"))
        if pull.skip_drafts:
            place = _GITHUB.format("Build when ready for review", "build_pull_request_ready_for_review")
            reason = f'workflow "{workflow.id}" leaves drafts out'
            checks.add("Build when a draft becomes ready", place, reason, (*key, "skip_drafts"))
        title = "Choose whether pull requests of forks are built: off unless switched on"
        place = _GITHUB.format("Build pull requests from third-party forked repositories", "build_pull_request_forks")
        checks.add(title, place, f"{name} pull requests", key)
    for schedule in triggers.schedule:
        named = f' "{schedule.name}"' if schedule.name else ""
        title = f'Add a schedule{named} for "{schedule.cron}" (UTC) on the branch "{workflow.default_branch}"'
        title += f", with the variable {CHOICE}={workflow.id}" if several else ""
        reason = f'workflow "{workflow.id}" runs at these times'
        checks.add(title, "Pipeline Settings > Schedules", reason, workflow_key(workflow, "on", "schedule"))
    shared = workflow.concurrency
    if shared is not None and (shared.preset == "pr-latest" or shared.cancel):
        title = f'Cancel intermediate builds, on branches "!{workflow.default_branch}"'
        place = "Pipeline Settings > Builds > Cancel Intermediate Builds (cancel_running_branch_builds)"
        reason = f'the concurrency of workflow "{workflow.id}" ends older builds'
        checks.add(title, place, reason, workflow_key(workflow, "concurrency"))


def _store(
    workflow: Workflow, jobs: Sequence[Job], skipping: Skipping, secrets: Mapping[str, Secret], checks: Checklist
) -> None:
    choose_store(workflow, skipping, "the URL of a store, or CIG_STORE on the agents", checks)
    install_by_hash(skipping, checks)
    for name in skipping.secrets:
        reason = f'the plan of workflow "{workflow.id}" reads the store with it'
        _secret(name, "", reason, ("skipping", "secrets"), secrets, checks)
    if skipping.trust and any(is_recorded(job) for job in jobs):
        what = ': the private key of tier "branch"'
        reason = f'jobs of workflow "{workflow.id}" sign their records with it'
        _secret(KEY, what, reason, ("skipping", "trust"), secrets, checks)
        protected = protected_secret(skipping)
        if protected:
            title = f'Add the secret {protected}: the private key of tier "protected", for protected branches alone'
            place = "Agents > the cluster > Secrets; its Access: pipeline_slug, build_branch, build_source: webhook"
            checks.add(title, place, reason, ("skipping", "buildkite", "protected_key"))
        else:
            keep_protected_key(skipping, _OWN_NAME, checks)


def _secret(name: str, what: str, reason: str, key: KeyPath, secrets: Mapping[str, Secret], checks: Checklist) -> None:
    """what: what the value of a secret of this name is, if the name does not tell."""
    settings = secret_settings(secrets.get(name, Secret(name)), new_report())
    plugin = settings.get("plugin")
    if plugin is not None:
        called = next(iter(plugin)) if isinstance(plugin, dict) and plugin else plugin
        title = f"Let the plugin {called} find {name}{what}"
        checks.add(title, "the store of secrets that the plugin reads", reason, key)
    else:
        title = f"Add the secret {settings.get('name', name)}{what}"
        checks.add(title, "Agents > the cluster > Secrets", reason, key)


def _job(job: Job, secrets: Mapping[str, Secret], checks: Checklist) -> None:
    for name in secrets_of(job):
        _secret(name, "", f'job "{job.id}" reads it', job_key(job, "secrets"), secrets, checks)
    if job.approve is not None:
        for team in job.approve.by:
            reason = f'only they may approve job "{job.id}"'
            title = f'Give the team "{team}" access to the pipeline: Build & Read'
            checks.add(title, "Pipeline Settings > Teams", reason, job_key(job, "approve"))
    if job.trigger is not None:
        title = f'Create the pipeline "{job.trigger.pipeline}", in the same cluster'
        reason = f'job "{job.id}" starts it'
        checks.add(title, "Pipelines > New pipeline", reason, job_key(job, "trigger"))
    if job.oidc:
        place = f"the cloud: issuer {_ISSUER}, subject organization:ORG:pipeline:SLUG:…"
        reason = f'job "{job.id}" asks for an OpenID Connect token'
        checks.add("Let the cloud trust Buildkite's tokens", place, reason, job_key(job, "oidc"))


def _runner(job: Job, runner: Runner, checks: Checklist) -> None:
    try:
        tags = agents(runner, new_report())
    except CannotExpress:
        return
    if job.trigger is not None:
        return
    listed = ", ".join(f"{name}={value}" for name, value in tags.items())
    key = ("runners", runner.name) if runner.settings else job_key(job, "runner")
    reason = f'job "{job.id}" runs on {runner.name}'
    if "queue" in tags:
        checks.add(f'Create the queue "{tags["queue"]}"', "Agents > the cluster > Queues", reason, key)
    title = f"Start agents with the tags {listed}"
    checks.add(title, "the machines: buildkite-agent.cfg, tags=…", reason, key)
    docker = asks_for_docker(job)
    if docker is not None:
        checks.add(f"Install Docker where agents with {listed} run", "the machines of the agents", *docker)
    if system(runner) == "windows":
        title = f"Have agents with {listed} run scripts by the bash of Git for Windows"
        checks.add(title, "the machines: buildkite-agent.cfg, shell=…", reason, key)
