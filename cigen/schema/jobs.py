"""Jobs: one table of `[jobs]` → one Job, with the defaults of `[defaults]` in it."""

from collections.abc import Mapping

from cigen.model.dataclass import dataclass
from cigen.model.resources import (
    Checkout,
    Environment,
    Inputs,
    Job,
    JobOutputs,
    Matrix,
    MatrixAxis,
    MatrixRow,
    Notify,
    PathGlob,
    ProviderBlock,
    Retry,
    Service,
    SkipIf,
    Step,
    Workflow,
)
from cigen.schema.durations import read_retry, read_timeout
from cigen.schema.machines import check_provider, check_runner, read_cache, read_image, read_service
from cigen.schema.starting import read_approval, read_shards, read_trigger
from cigen.schema.steps import StepReader, read_condition
from cigen.schema.table import Scope, Table, nearest
from cigen.schema.workflows import MAIN, read_concurrency, read_permissions

__all__ = ["Defaults", "Shared", "read_defaults", "read_job"]


@dataclass(frozen=True, slots=True)
class Defaults:
    """`[defaults]`."""

    timeout: int
    retry: Retry | None
    working_directory: str
    shell: str
    checkout: Checkout | None


@dataclass(frozen=True, slots=True)
class Shared:
    """What jobs refer to."""

    defaults: Defaults
    default_runner: str
    runners: frozenset[str]
    workflows: Mapping[str, Workflow]
    services: Mapping[str, Table]
    caches: Mapping[str, Table]
    templates: Mapping[str, Table]


def read_defaults(table: Table) -> Defaults:
    """The table `[defaults]`."""
    return Defaults(
        read_timeout(table, 30),
        read_retry(table, None),
        table.text("working_directory"),
        table.text("shell"),
        _checkout(table, None),
    )


def read_job(name: str, table: Table, shared: Shared) -> Job:
    """One job. References to other jobs are checked when all are read."""
    matrix = _matrix(table)
    job = table.within(Scope(axes=_axes(matrix)))
    workflow = _workflow(job, shared)
    reader = StepReader(shared.templates, _inputs(shared.workflows.get(workflow)), _given_ids(job), name)
    steps, cleanup = reader.read(job, "steps", "success"), reader.read(job, "finally", "always")
    trigger, run_on = read_trigger(job), job.plain("run_on", "success")
    checkout = _checkout(job, shared.defaults.checkout) if trigger is None else None
    no_source = trigger is not None or (checkout is not None and checkout.disabled)
    return Job(
        id=name,
        name=job.text("name"),
        description=job.text("description"),
        workflow=workflow,
        needs=tuple(dict.fromkeys(job.texts("needs", fixed=True))),
        runner=_runner(job, matrix, shared),
        image=read_image(job),
        matrix=matrix,
        packages=tuple(dict.fromkeys(job.texts("packages", fixed=True))),
        services=_services(job, shared.services),
        caches=_caches(job, shared.caches),
        checkout=checkout,
        steps=steps,
        cleanup=cleanup,
        env=job.pairs("env"),
        secrets=job.texts("secrets", fixed=True),
        permissions=read_permissions(job, contents=not no_source) if job.has("permissions") else (),
        oidc=job.flag("oidc"),
        environment=_environment(job),
        timeout=read_timeout(job, shared.defaults.timeout),
        retry=read_retry(job, shared.defaults.retry),
        allow_failure=job.flag("allow_failure"),
        when=read_condition(job, reader.inputs, name),
        concurrency=read_concurrency(job, None),
        skip_if=_skip_if(job.table("skip_if")) if job.has("skip_if") else None,
        inputs=_job_inputs(job.table("inputs")) if job.has("inputs") else None,
        outputs=_outputs(job.table("outputs")) if job.has("outputs") else None,
        # What others came to is in no signature.
        effects=job.flag("effects") or trigger is not None or run_on != "success",
        notify=tuple(_notify(own) for own in job.tables("notify")),
        working_directory=job.text("working_directory", shared.defaults.working_directory),
        shell=job.text("shell", shared.defaults.shell),
        raw=_raw(job, (*steps, *cleanup)),
        shards=read_shards(job),
        approve=read_approval(job),
        trigger=trigger,
        stage=job.plain("stage"),
        run_on=run_on,
    )


def _given_ids(job: Table) -> list[str]:
    return [step.plain("id") for key in ("steps", "finally") for step in job.tables(key) if step.has("id")]


def _matrix(job: Table) -> Matrix | None:
    if not job.has("matrix"):
        return None
    table = job.table("matrix")
    reserved = ("include", "exclude", "fail_fast", "max_parallel")
    return Matrix(
        axes=tuple(MatrixAxis(key, tuple(table.scalars(key))) for key in table.data if key not in reserved),
        include=tuple(MatrixRow(row.own_pairs(fixed=True)) for row in table.tables("include")),
        exclude=tuple(MatrixRow(row.own_pairs(fixed=True)) for row in table.tables("exclude")),
        fail_fast=table.flag("fail_fast", True),
        max_parallel=table.integer("max_parallel"),
    )


def _axes(matrix: Matrix | None) -> tuple[str, ...]:
    """What `{{ matrix.NAME }}` may be: the axes, and what include rows add."""
    if matrix is None:
        return ()
    added = (pair.name for row in matrix.include for pair in row.values)
    return tuple(dict.fromkeys((*(axis.name for axis in matrix.axes), *added)))


def _workflow(job: Table, shared: Shared) -> str:
    name = job.plain("workflow", MAIN)
    if name not in shared.workflows:
        hint = nearest(name, shared.workflows, "Workflows")
        job.error("SCHEMA_018", f'there is no workflow "{name}"', "workflow", hint=hint)
    return name


def _inputs(workflow: Workflow | None) -> tuple[str, ...] | None:
    """The inputs that a condition may ask for; None if the workflow is not known, which is a mistake of its own."""
    if workflow is None or workflow.triggers is None:
        return None
    manual = workflow.triggers.manual
    return tuple(own.name for own in manual.inputs) if manual else ()


def _runner(job: Table, matrix: Matrix | None, shared: Shared) -> str:
    if not job.has("runner"):
        return shared.default_runner
    known = job.within(Scope(axes=job.scope.axes, facts=False))
    name = known.text("runner")
    if name:
        check_runner(job, "runner", name, matrix, shared.runners)
    return name


def _services(job: Table, known: Mapping[str, Table]) -> tuple[Service, ...]:
    value = job.data.get("services")
    if isinstance(value, list):
        names = dict.fromkeys(name for name in value if isinstance(name, str))
        empty = Table({}, job.at, job.reading, job.scope)
        return tuple(read_service(name, known.get(name, empty).within(job.scope)) for name in names)
    found = []
    for name, own in sorted(job.named("services"), key=lambda item: item[0]):
        # What the job says of a service comes before what [services] says, key by key.
        shared = known[name].data if name in known else {}
        found.append(read_service(name, Table({**shared, **own.data}, own.at, job.reading, job.scope)))
    return tuple(found)


def _caches(job: Table, known: Mapping[str, Table]) -> tuple[str, ...]:
    names = []
    for name, at in job.placed("caches", fixed=True):
        names.append(name)
        cache = known.get(name)
        if cache is None:
            job.reading.error("SCHEMA_018", f'there is no cache "{name}"', at, nearest(name, known, "Caches"))
        elif not cache.has("paths"):
            job.reading.error("SCHEMA_008", f'the cache "{name}" has no "paths", so there is nothing to keep', cache.at)
        else:
            # Read for its mistakes alone: a cache may use the axes that every job using it has.
            read_cache(name, cache, job.scope)
    return tuple(dict.fromkeys(names))


def _checkout(job: Table, default: Checkout | None) -> Checkout | None:
    if job.data.get("checkout") is False:
        return Checkout(disabled=True)
    if not isinstance(job.data.get("checkout"), dict):
        return None if job.data.get("checkout") is True else default
    table = job.table("checkout")
    return Checkout(
        depth=table.integer("depth", 1),
        submodules=table.flag("submodules"),
        lfs=table.flag("lfs"),
        credentials=table.flag("credentials"),
        sparse=table.texts("sparse"),
    )


def _environment(job: Table) -> Environment | None:
    if isinstance(job.data.get("environment"), str):
        return Environment(job.text("environment"))
    if not job.has("environment"):
        return None
    table = job.table("environment")
    return Environment(table.text("name"), table.text("url"))


def _globs(table: Table, key: str) -> tuple[PathGlob, ...]:
    """Globs of files, which may differ from leg to leg. Signatures are made where no plugin finds out a fact."""
    value = table.data.get(key)
    found = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(item, str) and "{{" not in item:
            found.append(PathGlob(item))  # nearly always, and of most jobs more than once
        elif isinstance(item, dict):
            own = Table(item, (*table.at, key, index), table.reading, _known(table))
            found.append(PathGlob(own.text("glob"), own.flag("optional")))
        elif isinstance(item, str):
            at = (*table.at, key, index) if isinstance(value, list) else (*table.at, key)
            found.append(PathGlob(table.within(_known(table)).free(item, at)))
    return tuple(found)


def _known(table: Table) -> Scope:
    return Scope(axes=table.scope.axes, facts=False)


def _skip_if(table: Table) -> SkipIf:
    return SkipIf(_globs(table, "paths_unmodified"), table.texts("env", fixed=True), table.texts("branch", fixed=True))


def _job_inputs(table: Table) -> Inputs:
    return Inputs(_globs(table, "files"), table.texts("env", fixed=True), table.texts("artifacts", fixed=True))


def _outputs(table: Table) -> JobOutputs:
    return JobOutputs(
        files=table.texts("files"),
        junit=table.texts("junit"),
        retention_days=table.integer("retention_days"),
        values=tuple(dict.fromkeys(table.texts("values", fixed=True))),
        logs=table.texts("logs"),
    )


def _notify(table: Table) -> Notify:
    return Notify(table.plain("on", "failure"), table.text("run"), table.texts("secrets", fixed=True))


def _raw(job: Table, steps: tuple[Step, ...]) -> tuple[ProviderBlock, ...]:
    """`raw.PROVIDER`. An id under its `steps` must be a step's.

    A module may add steps under ids that are not known here: then the provider, which sees them all, has to check.
    """
    raw = job.table("raw")
    ids = [step.id for step in steps]
    complete = not (job.has("packages") or job.has("services") or any(step.module for step in steps))
    providers = [provider for provider in sorted(raw.data) if check_provider(raw, provider)]
    for provider in providers if complete else ():
        for name in raw.table(provider).table("steps").data:
            if name not in ids and name not in _CORE_STEPS and not name.startswith(_CORE_PREFIXES):
                at = (provider, "steps", name)
                raw.error(
                    "SCHEMA_018", f'the job has no step "{name}"', *at, hint=nearest(name, ids, "Steps"), on_key=True
                )
    return tuple(ProviderBlock(provider, raw.json(provider)) for provider in providers)


_CORE_STEPS = ("checkout", "test-results", "logs", "artifacts")
_CORE_PREFIXES = ("cache-", "download-", "notify-")
"""Ids of the steps that the DAG stage adds to a job."""
