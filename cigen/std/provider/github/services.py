"""`container` and `services`: what runs in Docker beside the job, or around it.

A job on the machine itself finds a service at localhost, a job in a container at the service's name. The variables
`CIG_SVC_NAME_HOST` and `CIG_SVC_NAME_PORT` tell a script which.
"""

import re
from collections.abc import Iterable

from cigen.sdk import Container, Health, Job, Pair, Service
from cigen.sdk.yaml import Value
from cigen.std.provider.github.runners import is_linux
from cigen.std.provider.github.texts import render_text
from cigen.std.report import Report

__all__ = ["check_containers", "environment", "render_container", "render_services", "service_variables"]


def environment(pairs: Iterable[Pair]) -> dict[str, Value]:
    """Variables as a mapping."""
    return {pair.name: render_text(pair.value) for pair in pairs}


def render_container(container: Container, password: str) -> Value:
    """The value of `container`. password: the expression that yields it."""
    image = render_text(container.image)
    found: dict[str, Value] = {"image": image}
    if container.env:
        found["env"] = environment(container.env)
    if container.options:
        found["options"] = render_text(container.options)
    if container.username or container.password:
        found["credentials"] = {"username": render_text(container.username), "password": password}
    return found if len(found) > 1 else image


def render_services(services: Iterable[Service]) -> dict[str, Value]:
    """The value of `services`."""
    return {service.name: _service(service) for service in services}


def service_variables(job: Job) -> list[Pair]:
    """Where the job finds its services."""
    found = []
    for service in job.services:
        name = re.sub(r"[^A-Z0-9]", "_", service.name.upper())
        found.append(Pair(f"CIG_SVC_{name}_HOST", service.name if job.image else "localhost"))
        if service.ports:
            found.append(Pair(f"CIG_SVC_{name}_PORT", str(service.ports[0])))
    return found


def check_containers(job: Job, report: Report) -> None:
    """What GitHub does with containers that a user might not expect."""
    machines = [leg.runner or job.machine for leg in job.matrix.legs] if job.matrix else [job.machine]
    what = "services" if job.services else "a container image" if job.image else ""
    if what and not all(is_linux(machine) for machine in machines):
        message = f'job "{job.id}" has {what} and does not run on Linux, where alone GitHub runs containers'
        report.error("GITHUB_017", message, hint='run it on "linux"', key=("jobs", job.id, "runner"))
    if not (job.image and job.services):
        return
    for pair in (*job.env, *(pair for step in job.steps for pair in step.env)):
        if re.search(r"\b(?:localhost|127\.0\.0\.1)\b", pair.value):
            name = job.services[0].name
            message = (
                f'{pair.name} of job "{job.id}" says localhost, but a job in a container reaches its services by name'
            )
            report.warning("GITHUB_018", message, hint=f'use the host "{name}"', key=("jobs", job.id, "env", pair.name))
            return


def _service(service: Service) -> Value:
    image = render_text(service.image)
    if service.version and ":" not in image.rpartition("/")[2] and "@" not in image:
        image = f"{image}:{render_text(service.version)}"
    found: dict[str, Value] = {"image": image}
    if service.env:
        found["env"] = environment(service.env)
    if service.ports:
        found["ports"] = [f"{port}:{port}" for port in service.ports]
    if service.health is not None:
        found["options"] = _health_options(service.health)
    if service.command:
        found["command"] = render_text(service.command)
    return found


def _health_options(health: Health) -> str:
    """Options of `docker create`, which the runner splits as a shell would."""
    command = render_text(health.command)
    if re.search(r"[\s\"'\\]", command):
        command = '"' + re.sub(r'(["\\])', r"\\\1", command) + '"'
    return (
        f"--health-cmd {command} --health-interval {health.interval}s --health-timeout {health.timeout}s "
        f"--health-retries {health.retries}"
    )
