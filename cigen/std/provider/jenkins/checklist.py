"""What lives in Jenkins itself, and not in a Jenkinsfile: the job, its plugins, credentials and agents."""

import re
from collections.abc import Sequence

from cigen.sdk import Graph, Job, Output, Runner, Secret, Setting, Skipping, Workflow, is_windows
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
from cigen.std.ci.plans import KEY, has_plan, is_recorded
from cigen.std.ci.problems import CannotExpress
from cigen.std.ci.workflows import effective_triggers, workflow_key
from cigen.std.provider.jenkins.problems import new_report
from cigen.std.provider.jenkins.raw import read_workflow_block
from cigen.std.provider.jenkins.runners import agent_label
from cigen.std.provider.jenkins.secrets import credential_id

__all__ = ["checklist"]

_PLUGINS = "Manage Jenkins > Plugins > Available plugins"
_SOURCES = "the job: Configure > Branch Sources > Behaviours"
_OWN_FOLDER = "Credentials of a folder whose multibranch job discovers these branches alone, and no pull requests"
_HEAD = "// Plugins it needs, by id:\n"
_LISTED = re.compile(r"^//   (\S+)(?: +(\S.*))?$", re.MULTILINE)


def checklist(graph: Graph, output: Output, text: str) -> tuple[Setting, ...]:
    """Everything that the workflow of an output wants of Jenkins. text: the Jenkinsfile, which lists its plugins."""
    checks = Checklist()
    place = f"New Item > Multibranch Pipeline; Build Configuration > Script Path: {output.path}"
    checks.add("Create a multibranch pipeline", place, f"{output.path} describes its builds", ("outputs",))
    for id, purpose in _LISTED.findall(text.partition("\n\n")[0].partition(_HEAD)[2]):
        reason = f"{output.path} wants it" + (f" for: {purpose}" if purpose else "")
        checks.add(f"Install the plugin {id}", _PLUGINS, reason, ("outputs",))
    secrets = {secret.name: secret for secret in graph.secrets}
    for workflow, jobs in workflows_in(graph, output):
        _sources(workflow, checks)
        _first_run(workflow, checks)
        # One status for a build, whatever jobs it has.
        reason = 'the build is "continuous-integration/jenkins/pr-merge"'
        planned = has_plan(graph, jobs)
        if planned:
            reason += ", which its stage cig/gate fails unless every job was run or proven; no other check is needed"
        merge_rules(workflow, [(reason, workflow_key(workflow, "on"))] if planned or required(jobs) else [], checks)
        if planned and graph.skipping is not None:
            _store(workflow, jobs, graph.skipping, secrets, checks)
            readers_of_files(graph, jobs, checks)
        _approval(workflow, checks)
        for job in jobs:
            _job(job, secrets, checks)
            for runner in runners_of(job):
                _runner(job, runner, checks)
    return checks.found


def _store(
    workflow: Workflow, jobs: Sequence[Job], skipping: Skipping, secrets: dict[str, Secret], checks: Checklist
) -> None:
    variable = "CIG_STORE in Manage Jenkins > System > Global properties"
    choose_store(workflow, skipping, f"the URL of a store, or {variable}", checks)
    install_by_hash(skipping, checks)
    place = "Manage Jenkins > Credentials"
    asked = [
        (name, f'the plan of workflow "{workflow.id}" reads the store with it', "secrets") for name in skipping.secrets
    ]
    if skipping.trust and any(is_recorded(job) for job in jobs):
        reason = f'jobs of workflow "{workflow.id}" sign their records with it: the private key of tier "branch"'
        asked.append((KEY, reason, "trust"))
        keep_protected_key(skipping, _OWN_FOLDER, checks)
    for name, reason, key in asked:
        try:
            id = credential_id(name, secrets)
        except CannotExpress:
            continue
        checks.add(f'Add credentials with the id "{id}", of the kind Secret text', place, reason, ("skipping", key))
    if skipping.machine is not None:
        try:
            label = agent_label(skipping.machine, new_report())
        except CannotExpress:
            return
        title = f"Have an agent with the label {label}"
        reason = f'the plan and the gate of workflow "{workflow.id}" are made there'
        checks.add(title, "Manage Jenkins > Nodes > the node > Labels", reason, ("skipping", "runner"))


def _sources(workflow: Workflow, checks: Checklist) -> None:
    triggers, name = effective_triggers(workflow), f'workflow "{workflow.id}" runs for'
    hook = "the repository on GitHub: Settings > Webhooks: JENKINS_URL/github-webhook/, for pushes and pull requests"
    pushed = [one for one in ("push", "pull_request", "tag", "merge_queue") if getattr(triggers, one)]
    if pushed:
        checks.add("Add a webhook", hook, f"{name} what is pushed", workflow_key(workflow, "on", pushed[0]))
    if triggers.push is not None:
        key = workflow_key(workflow, "on", "push")
        checks.add("Discover branches", _SOURCES, f"{name} branches", key)
    if triggers.pull_request is not None:
        key = workflow_key(workflow, "on", "pull_request")
        place = f"{_SOURCES} > Discover pull requests from origin"
        checks.add("Discover pull requests", place, f"{name} pull requests", key)
        title = "Choose whose pull requests of forks may change the Jenkinsfile: nobody is the safe answer"
        place = f"{_SOURCES} > Discover pull requests from forks > Trust"
        checks.add(title, place, f"{name} pull requests", key)
    if triggers.tag is not None:
        key = workflow_key(workflow, "on", "tag")
        checks.add("Discover tags", _SOURCES, f"{name} tags", key)
        title = "Build tags: add the strategies for branches, change requests and tags"
        place = "the job: Configure > Build strategies, of the plugin basic-branch-build-strategies"
        checks.add(title, place, f"{name} tags, which Jenkins finds but does not build by itself", key)
    if triggers.merge_queue:
        key = workflow_key(workflow, "on", "merge_queue")
        title = "Discover branches called gh-readonly-queue/*: no filter by name may leave them out"
        checks.add(title, _SOURCES, f"{name} merge queues", key)


def _first_run(workflow: Workflow, checks: Checklist) -> None:
    """Jenkins reads crons and parameters of a Jenkinsfile when it runs it."""
    triggers = effective_triggers(workflow)
    title, place = f'Run the branch "{workflow.default_branch}" once, by hand', "the job > the branch > Build Now"
    for schedule in triggers.schedule:
        reason = f'until then Jenkins does not know the cron "{schedule.cron}" of workflow "{workflow.id}"'
        checks.add(title, place, reason, workflow_key(workflow, "on", "schedule"))
    if triggers.manual is not None and triggers.manual.inputs:
        reason = f'until then Jenkins does not ask for the inputs of workflow "{workflow.id}"'
        checks.add(title, place, reason, workflow_key(workflow, "on", "manual"))


def _approval(workflow: Workflow, checks: Checklist) -> None:
    try:
        block = read_workflow_block(workflow, new_report(), ())
    except CannotExpress:
        return
    if block.get("functions"):
        reason = f'the raw block of workflow "{workflow.id}" brings functions; Jenkins stops at calls it does not know'
        place = "Manage Jenkins > In-process Script Approval"
        checks.add("Approve what its own Groovy calls", place, reason, workflow_key(workflow, "raw", "jenkins"))


def _job(job: Job, secrets: dict[str, Secret], checks: Checklist) -> None:
    for name in secrets_of(job):
        try:
            id = credential_id(name, secrets)
        except CannotExpress:
            continue
        title = f'Add credentials with the id "{id}", of the kind Secret text'
        checks.add(title, "Manage Jenkins > Credentials", f'job "{job.id}" reads {name}', job_key(job, "secrets"))
    days = job.outputs.retention_days if job.outputs else 0
    if days:
        reason, key = f'job "{job.id}" wants its artifacts kept that long', job_key(job, "outputs", "retention_days")
        checks.add(f"Keep builds for {days} days", "Manage Jenkins > System > Global Build Discarders", reason, key)
    if job.approve is not None and job.approve.by:
        title = f"Give {', '.join(job.approve.by)} the right to build: Overall/Read, Job/Read and Job/Build"
        reason = f'only they may approve job "{job.id}"'
        checks.add(title, "Manage Jenkins > Security > Authorization", reason, job_key(job, "approve"))
    if job.trigger is not None:
        reason = f'job "{job.id}" starts it'
        if job.trigger.inputs:
            reason += f" with the parameters {', '.join(pair.name for pair in job.trigger.inputs)}"
        checks.add(f'Create the job "{job.trigger.pipeline}"', "New Item", reason, job_key(job, "trigger"))
    if job.oidc:
        title = "Install the plugin oidc-provider, and add credentials of its kind OpenID Connect id token"
        reason = f'job "{job.id}" wants a token, which Jenkins itself does not make'
        checks.add(title, f"{_PLUGINS}; Manage Jenkins > Credentials", reason, job_key(job, "oidc"))


def _runner(job: Job, runner: Runner, checks: Checklist) -> None:
    if job.trigger is not None:
        return
    try:
        label = agent_label(runner, new_report())
    except CannotExpress:
        return
    key = ("runners", runner.name) if runner.settings else job_key(job, "runner")
    place = "Manage Jenkins > Nodes > the node > Labels"
    checks.add(f"Have an agent with the label {label}", place, f'job "{job.id}" runs on {runner.name}', key)
    docker = asks_for_docker(job)
    if docker is not None:
        checks.add(f"Install Docker on the agents with the label {label}", "the machines of the agents", *docker)
    if is_windows(runner):
        title = f"Install Git for Windows, with its bash on PATH, on the agents with the label {label}"
        checks.add(title, "the machines of the agents", f'job "{job.id}" runs on {runner.name}', key)
