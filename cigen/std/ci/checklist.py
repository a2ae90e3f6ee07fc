"""What lives outside of the repository, found while a graph is read: the part of a checklist that no provider owns.

Owns: which jobs an output holds, which secrets and machines a job wants, which of its checks a merge can wait for.
Where something is switched on is the provider's own knowledge.
"""

from collections.abc import Collection, Iterable

from cigen.sdk import Graph, Job, KeyPath, Output, Setting, Skipping, Workflow
from cigen.std.ci.plans import restorable
from cigen.std.ci.workflows import effective_triggers, jobs_of, workflow_key

__all__ = [
    "Checklist",
    "asks_for_docker",
    "choose_store",
    "install_by_hash",
    "job_key",
    "keep_protected_key",
    "merge_rules",
    "plan_keys",
    "readers_of_files",
    "required",
    "secrets_of",
    "workflows_in",
]

_RULES = "the repository on GitHub: Settings > Rules > Rulesets"


class Checklist:
    """Settings in the order in which something asked for them."""

    def __init__(self) -> None:
        self._found: dict[Setting, None] = {}

    def add(self, title: str, place: str, reason: str, key: KeyPath = ()) -> None:
        """What to do, where, and what asks for it. The same words once."""
        self._found[Setting(title, place, reason, key)] = None

    @property
    def found(self) -> tuple[Setting, ...]:
        """Everything asked for."""
        return tuple(self._found)


def workflows_in(graph: Graph, output: Output) -> tuple[tuple[Workflow, tuple[Job, ...]], ...]:
    """The workflows of an output, each with its jobs."""
    chosen = [one for one in graph.workflows if output.workflow in ("", "*", one.id)]
    return tuple((one, jobs_of(graph, one)) for one in chosen)


def job_key(job: Job, *keys: str) -> KeyPath:
    """Where cig.toml says something of a job; nowhere for a job that a plugin proposed."""
    return () if job.owner else ("jobs", job.id, *keys)


def secrets_of(job: Job) -> tuple[str, ...]:
    """Every secret that a job wants, each once."""
    names = [*job.secrets, *(name for step in (*job.steps, *job.cleanup) for name in step.secrets)]
    names += [name for one in job.notify for name in one.secrets]
    if job.image is not None and job.image.password:
        names.append(job.image.password)
    return tuple(dict.fromkeys(names))


def asks_for_docker(job: Job) -> tuple[str, KeyPath] | None:
    """Why a job needs docker on its machine, and where it says so; None for one that does not."""
    if job.image is not None:
        return f'job "{job.id}" has an image', job_key(job, "image")
    if job.services:
        return f'job "{job.id}" has services', job_key(job, "services")
    if any(step.tool is not None and step.tool.name == "docker-buildx" for step in job.steps):
        return f'job "{job.id}" builds images', job_key(job, "packages")
    return None


def required(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """The jobs whose result a merge can wait for.

    A job that may not run, may fail or does something to the world is none: a merge would wait for it forever.
    """
    return tuple(
        job
        for job in jobs
        if job.run_on == "success" and job.when is None and not job.allow_failure
        if not (job.effects or job.environment or job.approve or job.trigger)
    )


def merge_rules(workflow: Workflow, asked: Iterable[tuple[str, KeyPath]], checks: Checklist) -> None:
    """The rules of the default branch: the checks to wait for, each a reason and its key, and the merge queue."""
    triggers = effective_triggers(workflow)
    branch = f'for the branch "{workflow.default_branch}"'
    if triggers.pull_request is not None or triggers.merge_queue:
        for reason, key in asked:
            title = f'Let merges wait for the checks of workflow "{workflow.id}"'
            checks.add(title, f"{_RULES} > Require status checks to pass, {branch}", reason, key)
    if triggers.merge_queue:
        reason, key = f'workflow "{workflow.id}" runs for merge queues', workflow_key(workflow, "on", "merge_queue")
        checks.add("Switch the merge queue on", f"{_RULES} > Require merge queue, {branch}", reason, key)


def choose_store(workflow: Workflow, skipping: Skipping, place: str, checks: Checklist) -> None:
    """Jobs that can be skipped are not, until there is somewhere to keep proofs. place: what names it."""
    if not skipping.store:
        title = "Choose where the proofs of unchanged jobs are kept: without a store, every job runs"
        reason = f'workflow "{workflow.id}" has jobs that can be skipped'
        checks.add(title, f"cig.toml: [skipping] store = {place}", reason)


def keep_protected_key(skipping: Skipping, place: str, checks: Checklist) -> None:
    """A secret that serves all branches cannot hold it. place: what can."""
    if skipping.protected and any(one.startswith("protected:") for one in skipping.trust):
        title = 'Keep the private key of tier "protected" where no other branch reaches it'
        reason = f"{', '.join(skipping.protected)}: such a branch believes no records but those that it signs"
        checks.add(title, place, reason, ("skipping", "protected"))


def install_by_hash(skipping: Skipping, checks: Checklist) -> None:
    """A version is a name: whoever serves the package decides what runs under it."""
    if not skipping.install:
        reason = f"plans, records and gates are made by whatever is served as cigen {skipping.version}"
        checks.add("Have cig installed by its hash", 'cig.toml: [skipping] install = ".ci/cig.txt"', reason)


def readers_of_files(graph: Graph, jobs: Collection[Job], checks: Checklist) -> None:
    """A record holds digests; the files of a job are what they are, for whoever may read the store."""
    kept = sorted(restorable(graph, jobs))
    if kept:
        title = "Let nobody read the store of proofs who may not read what these jobs leave"
        reason = f"files of {', '.join(kept)} are kept there"
        checks.add(title, "the store's own policy, as in docs/security.md", reason, ("skipping", "restore"))


def plan_keys(job: Job) -> list[str]:
    """What the job is called in the plan: one name for each leg."""
    return [leg.key for leg in job.matrix.legs] if job.matrix else [job.id]
