"""One job made complete: every step a provider has to render, in order, with nothing left for it to work out.

Order: checkout, artifacts of upstream jobs, what modules set up, the job's caches, its own steps, reports and
artifacts, what modules tear down, `finally`, notifications. A module's `uses` step becomes the module's steps.
"""

from collections.abc import Iterable, Mapping, Sequence

from cigen.model.dataclass import dataclass, field, replace
from cigen.model.diagnostics import Diagnostic, KeyPath, error, warning
from cigen.model.plans import Placement, PlanResult, StepGroup
from cigen.model.resources import (
    Artifact,
    Cache,
    CacheUse,
    Checkout,
    Download,
    Job,
    Pair,
    Run,
    Service,
    Step,
)
from cigen.pipeline.detect import nearest

__all__ = ["Proposals", "complete_job"]


@dataclass(slots=True)
class Proposals:
    """What plugins proposed, by job. Each list is in the order of `order`, then the plugin's name."""

    groups: dict[str, list[StepGroup]] = field(default_factory=dict)
    env: dict[str, list[tuple[str, Pair]]] = field(default_factory=dict)
    services: dict[str, list[Service]] = field(default_factory=dict)

    @classmethod
    def collect(cls, plans: Mapping[str, PlanResult], jobs: set[str], found: list[Diagnostic]) -> "Proposals":
        """Sort every plugin's resources by job; DAG_002 for one that names a job there is not."""
        made = cls()
        groups: list[tuple[int, str, int, StepGroup]] = []
        for plugin, plan in sorted(plans.items()):
            for index, resource in enumerate(plan.resources):
                body = resource.steps or resource.env or resource.service
                if body is None:
                    continue
                if body.job not in jobs:
                    message = f'{plugin} proposes "{resource.id}" for job "{body.job}", which is not defined'
                    found.append(error("DAG_002", message, hint=nearest(body.job, sorted(jobs), "Defined jobs")))
                elif resource.steps is not None:
                    groups.append((resource.steps.order, plugin, index, resource.steps))
                elif resource.env is not None:
                    made.env.setdefault(body.job, []).extend((plugin, pair) for pair in resource.env.env)
                elif resource.service is not None:
                    made.services.setdefault(body.job, []).append(resource.service.service)
        for *_, group in sorted(groups, key=lambda item: item[:3]):
            made.groups.setdefault(group.job, []).append(group)
        return made


def complete_job(job: Job, proposals: Proposals, caches: Mapping[str, Cache], found: list[Diagnostic]) -> Job:
    """The job with its services, environment and all its steps."""
    if job.trigger is not None:
        return replace(job, env=_join_env(job, proposals.env.get(job.id, ()), found))
    groups = proposals.groups.get(job.id, ())
    own = [_with_secrets(step, job.secrets) for step in job.steps]
    last = [_at_the_end(_with_secrets(step, job.secrets)) for step in job.cleanup]
    steps = [
        *_first_steps(job),
        *_placed(groups, Placement.SETUP),
        *_job_caches(job, caches, found),
        *_expand_modules(job, "steps", own, groups, found),
        *_last_steps(job),
        *(replace(step, run_on="always") for step in _placed(groups, Placement.TEARDOWN)),
        *_expand_modules(job, "finally", last, groups, found),
        *_notifications(job),
    ]
    overridden = [_override_cache(step, caches) for step in steps]
    return replace(
        job,
        steps=_unique_ids(overridden),
        cleanup=(),
        notify=(),
        caches=(),
        secrets=(),
        env=_join_env(job, proposals.env.get(job.id, ()), found),
        services=_join_services(job, proposals.services.get(job.id, ()), found),
    )


def _first_steps(job: Job) -> list[Step]:
    checkout = job.checkout or Checkout()
    steps = [] if checkout.disabled else [Step(id="checkout", checkout=checkout)]
    artifacts = job.inputs.artifacts if job.inputs else ()
    return steps + [Step(id=f"download-{name}", name=f"Download {name}", download=Download(name)) for name in artifacts]


def _last_steps(job: Job) -> list[Step]:
    outputs = job.outputs
    if outputs is None:
        return []
    steps = []
    if outputs.junit:
        # A failed test run is the one whose report matters most.
        report = Artifact(f"{job.id}-test-results", outputs.junit, "always", outputs.retention_days, "junit")
        steps.append(Step(id="test-results", name="Keep test results", upload=report, run_on="always"))
    if outputs.logs:
        logs = Artifact(f"{job.id}-logs", outputs.logs, "always", outputs.retention_days, "files")
        steps.append(Step(id="logs", name="Keep logs", upload=logs, run_on="always"))
    if outputs.files:
        artifact = Artifact(job.id, outputs.files, "success", outputs.retention_days, "files")
        steps.append(Step(id="artifacts", name=f"Keep {job.id}", upload=artifact))
    return steps


def _placed(groups: Iterable[StepGroup], placement: Placement) -> list[Step]:
    return [step for group in groups if group.placement is placement for step in group.steps]


def _job_caches(job: Job, caches: Mapping[str, Cache], found: list[Diagnostic]) -> list[Step]:
    steps = []
    for index, name in enumerate(job.caches):
        cache = caches.get(name)
        if cache is None:
            hint = nearest(name, sorted(caches), "Defined caches")
            # cig.toml's own were checked with the schema; a proposed job stands nowhere in it.
            by = f", proposed by {job.owner}," if job.owner else ""
            key: KeyPath = () if job.owner else ("jobs", job.id, "caches", index)
            message = f'job "{job.id}"{by} uses cache "{name}", which is not defined'
            found.append(error("DAG_015", message, hint=hint, key=key))
        else:
            steps.append(Step(id=f"cache-{name}", name=f"Cache {name}", cache=CacheUse(cache)))
    return steps


def _expand_modules(
    job: Job, where: str, steps: Sequence[Step], groups: Sequence[StepGroup], found: list[Diagnostic]
) -> list[Step]:
    replacing = {group.replaces: group for group in groups if group.placement is Placement.REPLACE}
    expanded: list[Step] = []
    for index, step in enumerate(steps):
        if step.module is None:
            expanded.append(step)
            continue
        group = replacing.get(step.id)
        if group is None:
            message = f'{step.module.module} proposes no steps for step "{step.id}" of job "{job.id}"'
            found.append(error("DAG_014", message, key=("jobs", job.id, where, index)))
            continue
        for new in group.steps:
            run_on = new.run_on if step.run_on == "success" else step.run_on
            inherited = replace(new, when=new.when or step.when, env=(*new.env, *step.env), run_on=run_on)
            expanded.append(inherited)
    return expanded


def _with_secrets(step: Step, secrets: tuple[str, ...]) -> Step:
    """A job's secrets reach the scripts its author wrote, never a module's steps."""
    if step.run is None or not secrets:
        return step
    return replace(step, secrets=tuple(dict.fromkeys((*secrets, *step.secrets))))


def _at_the_end(step: Step) -> Step:
    return replace(step, run_on="always") if step.run_on == "success" else step


def _notifications(job: Job) -> list[Step]:
    return [
        Step(id=f"notify-{n.on}", name=f"Notify on {n.on}", run=Run(n.script), secrets=n.secrets, run_on=n.on)
        for n in job.notify
    ]


def _override_cache(step: Step, caches: Mapping[str, Cache]) -> Step:
    """`[caches.ID]` of cig.toml overrides what a module proposes under that id, field by field."""
    if step.cache is None or step.cache.cache.id not in caches:
        return step
    proposed, given = step.cache.cache, caches[step.cache.cache.id]
    cache = replace(given, paths=given.paths or proposed.paths, parts=given.parts or proposed.parts)
    return replace(step, cache=CacheUse(cache))


def _unique_ids(steps: Sequence[Step]) -> tuple[Step, ...]:
    seen: dict[str, int] = {}
    named = []
    for step in steps:
        count = seen[step.id] = seen.get(step.id, 0) + 1
        named.append(step if count == 1 else replace(step, id=f"{step.id}-{count}"))
    return tuple(named)


def _join_env(job: Job, proposed: Sequence[tuple[str, Pair]], found: list[Diagnostic]) -> tuple[Pair, ...]:
    """What cig.toml says wins; two modules that disagree are told about, the first by name wins."""
    joined = {pair.name: ("cig.toml", pair) for pair in job.env}
    for plugin, pair in proposed:
        owner, known = joined.setdefault(pair.name, (plugin, pair))
        if owner not in ("cig.toml", plugin) and known.value != pair.value:
            message = f'{owner} and {plugin} set {pair.name} of job "{job.id}" differently'
            hint = f"set it under [jobs.{job.id}.env]"
            found.append(warning("DAG_012", message, hint=hint, key=("jobs", job.id)))
    return tuple(pair for _, pair in joined.values())


def _join_services(job: Job, proposed: Sequence[Service], found: list[Diagnostic]) -> tuple[Service, ...]:
    joined = {service.name: service for service in job.services}
    for service in proposed:
        known = joined.get(service.name)
        joined[service.name] = service if known is None else _fill(known, service)
    own = [service.name for service in job.services]
    for service in joined.values():
        if not service.image:
            named = not job.owner and service.name in own
            key: KeyPath = ("jobs", job.id, "services", own.index(service.name)) if named else ()
            message = f'service "{service.name}" of job "{job.id}" has no image, and no module gives it one'
            hint = f'give it one: [services.{service.name}] image = "…"'
            found.append(error("DAG_016", message, hint=hint, key=key))
    return tuple(joined.values())


def _fill(given: Service, proposed: Service) -> Service:
    """A service as cig.toml declares it, with the module's answers for whatever it leaves open."""
    env = {pair.name: pair for pair in (*proposed.env, *given.env)}
    return Service(
        name=given.name,
        image=given.image or proposed.image,
        version=given.version or proposed.version,
        ports=given.ports or proposed.ports,
        env=tuple(env.values()),
        health=given.health or proposed.health,
        command=given.command or proposed.command,
    )
