"""A server that jobs name without saying which image: its image, its health check, and how the job reaches it.

Owns: what is common to all of them. A job asks by `services = ["postgres"]` or by a step `uses = "db/postgres"`; both
together are one server. Refuses: a server that has an image of its own, which its author has described completely.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cigen.sdk import (
    CigSchema,
    DetectRequest,
    DetectResult,
    Fact,
    Health,
    Job,
    JobEnv,
    JobService,
    Pair,
    Placement,
    PlanRequest,
    PlanResult,
    Resource,
    Service,
    StepGroup,
)
from cigen.std.db.evidence import find_clients, find_image
from cigen.std.declared import DeclaredFiles
from cigen.std.inputs import Given, Input, read_settings
from cigen.std.report import Report
from cigen.std.wishes import Wish, choose_version, wishes

__all__ = ["TAG", "Described", "Server", "detect_server", "percent_encoded", "plan_server"]

TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
"""A version that can be an image's tag."""


@dataclass(frozen=True, slots=True)
class Described:
    """A server for one job: its environment, how to tell that it is ready, and the job's variables to reach it."""

    env: tuple[Pair, ...]
    health: Health
    variables: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """What a module knows of its server. `codes`: of an unreadable file, wrong input and two versions.

    describe: from the inputs, what cig.toml says of the server's environment, and the host and port to reach it at.
    """

    module: str
    name: str
    title: str
    default: str
    port: int
    inputs: dict[str, Input]
    titles: Mapping[str, str]
    codes: tuple[str, str, str]
    clients: Mapping[str, tuple[str, ...]]
    describe: Callable[[Given, Mapping[str, str], str, int], Described]


def detect_server(server: Server, request: DetectRequest) -> DetectResult:
    """Signs of the server, never sure enough to add it: only cig.toml does."""
    report = Report(server.titles)
    files = DeclaredFiles(request.repo, report, server.codes[0])
    started = find_image(files, server.name)
    if started is None and not find_clients(files, server.clients):
        return DetectResult(diagnostics=report.found)
    known = started is not None and bool(started.value)
    return DetectResult(
        signals=(f"service_{server.name}_suggested",),
        facts=(started,) if started is not None and known else (),
        confidence=0.3,
        summary=f"{server.title} {started.value}" if started is not None and known else server.title,
        diagnostics=report.found,
    )


def plan_server(server: Server, request: PlanRequest) -> PlanResult:
    """The server and its variables for every job that asks for it, and nothing in place of the step that does."""
    report = Report(server.titles)
    schema = request.schema or CigSchema()
    fact = next((fact for fact in request.facts if fact.name == f"{server.name}_version"), None)
    asking: dict[str, list[Wish]] = {}
    for wish in wishes(schema, server.module, (), server.inputs, report, server.codes[1]):
        asking.setdefault(wish.job.id, []).append(wish)
    settings = read_settings(
        schema.settings, server.inputs, report, server.codes[1], ("plugins", server.module, "settings")
    )
    resources: list[Resource] = []
    for job in schema.jobs:
        declared = next((service for service in job.services if service.name == server.name), None)
        steps = asking.get(job.id, [])
        if steps or (declared is not None and not declared.image):
            wish = _joined(server, job, declared, steps, settings, report)
            resources += _resources(server, schema, wish, declared, fact)
            resources += [_nothing(server, step) for step in steps]
    return PlanResult(resources=tuple(resources), diagnostics=report.found)


def _joined(
    server: Server, job: Job, declared: Service | None, steps: list[Wish], settings: Given, report: Report
) -> Wish:
    """One wish for all that the job says of the server; two versions of it are an error."""
    own = Given({})
    for step in steps:
        own = own.over(step.own)
    versions = [step.own.text("version") for step in steps if "version" in step.own]
    if declared is not None and declared.image and versions:
        versions.append(declared.image)
    elif declared is not None and declared.version:
        versions.append(declared.version)
        own = Given({"version": declared.version}).over(own)
    if len(set(versions)) > 1:
        report.error(
            server.codes[2],
            f'job "{job.id}" asks for {server.title} as {" and as ".join(dict.fromkeys(versions))}',
            hint="a job has one server of a name: say the version once",
            key=steps[0].key if steps else ("jobs", job.id, "services"),
        )
    return Wish(job, (), own, own.over(settings), ("jobs", job.id, "services"))


def _resources(
    server: Server, schema: CigSchema, wish: Wish, declared: Service | None, fact: Fact | None
) -> list[Resource]:
    job = wish.job
    given = declared or Service(server.name)
    # In a container of its own the job shares a network with its services; on the machine it sees their ports.
    host = server.name if job.image is not None else "localhost"
    port = given.ports[0] if given.ports else server.port
    described = server.describe(wish.given, {pair.name: pair.value for pair in given.env}, host, port)
    set_already = {pair.name for pair in job.env}
    variables = tuple(pair for pair in described.variables if pair.name not in set_already)
    resources = []
    if not given.image:
        version = choose_version(wish, schema, server.name, fact).value or server.default
        filled = Service(
            server.name,
            f"{server.name}:{version}",
            version,
            given.ports or (server.port,),
            described.env,
            described.health,
        )
        resources.append(Resource(f"service.{job.id}.{server.name}", server.module, service=JobService(job.id, filled)))
    if variables:
        resources.append(Resource(f"env.{job.id}", server.module, env=JobEnv(job.id, variables)))
    return resources


def _nothing(server: Server, step: Wish) -> Resource:
    """The step's place stays empty: the server is there, and ready, before the job's first step."""
    group = StepGroup(step.job.id, Placement.REPLACE, step.replaces)
    return Resource(f"steps.{step.job.id}.{step.replaces}", server.module, steps=group)


def percent_encoded(text: str) -> str:
    """A part of a URL. Text with a placeholder stays as it is: what will stand there is not known yet."""
    if "{{" in text or "$" in text:
        return text
    kept = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in text.encode())
